"""The book of the room: what devices wrote without a network reaches the server later, in any order, once."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import draft, opened, step
from tests.support.rooms import Device, book, send

from handbook.access.actor import OfficeTitle
from handbook.ballots.queries import results_of
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus
from handbook.members.models import Member, Office
from handbook.proceedings.models import ProceedingsEntry
from handbook.proceedings.queries import record_of

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)


def roll(client: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json
    return answer


def state_of(client: ApiClient, meeting: dict[str, Any], member_id: str) -> Any:
    lines = roll(client, meeting)["items"]
    return next(line for line in lines if line["member_id"] == member_id)["state"]


def stored(meeting: dict[str, Any]) -> Meeting:
    return db.session.get_one(Meeting, int(meeting["id"]))


def get(client: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}", expect=200).json
    return answer


def test_a_line_that_makes_the_chair_the_minute_taker_is_refused_and_kept(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    """ "Signed by chair and minute-taker": two people, also in a room without a network."""
    device, start = Device(), evening.now()
    device.write("open", start)
    device.write("chair", start, member_id=world.id_of("secretary"))
    device.write("minute_taker", start, member_id=world.id_of("secretary"))
    device.write("minute_taker", start + MINUTE, member_id=world.id_of("member"))
    answers = send(secretary, meeting, device.lines, now=evening.now() + MINUTE)
    assert [one["code"] for one in answers] == [None, None, "same_as_chair", None]
    found = roll(secretary, meeting)
    assert (found["chair_id"], found["minute_taker_id"]) == (world.id_of("secretary"), world.id_of("member"))


def test_a_whole_meeting_without_a_network_reaches_the_server_once(
    engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    item, next_item = (one["id"] for one in meeting["agenda"][:2])
    device.write("open", start, present=True)
    device.write("chair", start, member_id=world.id_of("secretary"))
    device.write("minute_taker", start, member_id=world.id_of("member"))
    for role in ("member", "second_member", "deputy"):
        device.mark(start + MINUTE, world.id_of(role), "present")
    device.mark(start + MINUTE, world.id_of("probationary"), "excused")
    device.write("item", start + 2 * MINUTE, agenda_item_id=item, state="started")
    note = {"key": str(uuid4()), "agenda_item_id": item, "text": "Đồng ý với báo cáo."}
    device.write("note", start + 3 * MINUTE, speaker_member_id=world.id_of("member"), **note)
    device.write("conclusion", start + 4 * MINUTE, agenda_item_id=item, text="Thống nhất báo cáo.")
    device.write("item", start + 5 * MINUTE, agenda_item_id=next_item, state="started")
    ballot = {"title": "Thông qua nghị quyết", "kind": "resolution", "agenda_item_id": next_item}
    device.write("hand_vote", start + 6 * MINUTE, ballot={**ballot, "agree": 4, "disagree": 0, "other": 0})
    device.write("close", start + 90 * MINUTE)
    evening.advance(hours=3)

    answers = send(secretary, meeting, device.lines, now=evening.now())
    assert {one["outcome"] for one in answers} == {"applied"}, answers
    found = get(secretary, meeting)
    assert found["state"] == "closed"
    assert found["opened_at"] == start.isoformat()
    assert found["closed_at"] == (start + 90 * MINUTE).isoformat()
    assert found["counts"]["present"] == 4
    assert found["counts"]["excused"] == 1
    assert roll(secretary, meeting)["quorum"]["reached"] is True
    (result,) = results_of(stored(meeting))
    assert (result.agree, result.passed, result.closed_at) == (4, True, start + 6 * MINUTE)
    record = record_of(stored(meeting))
    first = record.items[0]
    assert (first.seconds, first.conclusion) == (180, "Thống nhất báo cáo.")
    assert [(one.speaker_name, one.text) for one in first.notes] == [("Đặng Thị Ngẫm", "Đồng ý với báo cáo.")]
    assert record.chair_id == int(world.id_of("secretary"))

    again = send(secretary, meeting, device.lines, now=evening.now())
    assert again == answers
    assert get(secretary, meeting) == found
    assert len(book(secretary, meeting)["items"]) == len(device.lines)


def test_two_devices_that_differ_are_shown_until_somebody_settles_it(
    engine_name: str,
    secretary: ApiClient,
    sign_in: SignIn,
    world: World,
    meeting: dict[str, Any],
    evening: FixedClock,
) -> None:
    ours, theirs, deputy = Device(), Device(), sign_in("deputy")
    start, member = evening.now(), world.id_of("member")
    for device in (ours, theirs):
        device.write("open", start)
    early = ours.mark(start + MINUTE, member, "present")
    later = theirs.mark(start + 2 * MINUTE, member, "late")
    evening.advance(minutes=60)
    send(deputy, meeting, theirs.lines, now=evening.now())
    send(secretary, meeting, ours.lines, now=evening.now())
    assert state_of(secretary, meeting, member) == "late"
    assert record_of(stored(meeting)).unsettled == 1

    settle = ours.write(
        "settle", evening.now(), subject=f"mark:{member}", chosen=early["id"], instead_of=[later["id"]]
    )
    (answer,) = send(secretary, meeting, [settle], now=evening.now())
    assert answer["outcome"] == "applied"
    assert state_of(deputy, meeting, member) == "present"
    assert record_of(stored(meeting)).unsettled == 0
    kept = {entry["id"] for entry in book(deputy, meeting)["items"]}
    assert {early["id"], later["id"], settle["id"]} <= kept


def test_the_same_vote_counted_on_two_devices_is_one_ballot(
    secretary: ApiClient, sign_in: SignIn, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    start, deputy = evening.now(), sign_in("deputy")
    sent: list[dict[str, Any]] = []
    for client, agree, minutes in ((secretary, 3, 1), (deputy, 2, 2)):
        device = Device()
        device.write("open", start)
        ballot = {
            "title": "Thông qua nghị quyết",
            "kind": "resolution",
            "agree": agree,
            "disagree": 0,
            "other": 0,
        }
        sent.append(device.write("hand_vote", start + minutes * MINUTE, ballot=ballot))
        evening.advance(minutes=10)
        send(client, meeting, device.lines, now=evening.now())
    (result,) = results_of(stored(meeting))
    assert result.agree == 2
    device = Device()
    subject = "hand_vote:-:resolution:thông qua nghị quyết"
    ids = {"chosen": sent[0]["id"], "instead_of": [sent[1]["id"]]}
    settle = device.write("settle", evening.now(), subject=subject, **ids)
    send(secretary, meeting, [settle], now=evening.now())
    (result,) = results_of(stored(meeting))
    assert result.agree == 3
    # Nobody corrected a number: two devices differed, and what was not taken says so.
    (seen,) = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    assert {one.get("differed") for one in seen["corrections"]} == {True}


def test_a_count_entered_with_a_network_is_corrected_by_the_book_and_both_are_shown(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device = Device()
    device.write("open", evening.now())
    for role in ("secretary", "deputy", "member", "second_member"):
        device.mark(evening.now(), world.id_of(role), "present")
    send(secretary, meeting, device.lines, now=evening.now())
    title = "Thông qua nghị quyết"
    counted = close(secretary, open_ballot(secretary, meeting, title=title), tally=tally(3, 1))
    vote = {"title": " thông qua  Nghị quyết", "kind": "resolution", "denominator": 4, **tally(2, 2)}
    evening.advance(minutes=5)
    told = book(secretary, meeting)["items"][-1]
    line = device.write("hand_vote", evening.now(), told["id"], ballot=vote)
    assert send(secretary, meeting, [line], now=evening.now())[0]["outcome"] == "applied"
    (seen,) = secretary.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json["items"]
    assert (seen["id"], seen["result"]["agree"], seen["result"]["passed"]) == (counted["id"], 2, False)
    (kept,) = seen["corrections"]
    assert datetime.fromisoformat(kept.pop("corrected_at")) == evening.now()
    assert kept == {**tally(3, 1), "denominator": 4}


def test_a_signed_sheet_of_paper_is_read_into_the_roll_afterwards(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    """Without a network, also after the closing; the line says that it was read off the sheet, when and by whom."""
    device, start, member = Device(), evening.now(), world.id_of("member")
    device.write("open", start)
    device.write("mark", start + MINUTE, member_id=member, state="present", sheet=True)
    device.write("close", start + 90 * MINUTE)
    late, arrived = world.id_of("second_member"), (start + 20 * MINUTE).isoformat()
    device.write("mark", start + 95 * MINUTE, member_id=late, state="late", arrived_at=arrived, sheet=True)
    evening.advance(minutes=100)
    answers = send(secretary, meeting, device.lines, now=evening.now())
    assert [one["outcome"] for one in answers] == ["applied"] * 4
    lines = {line["member_id"]: line for line in roll(secretary, meeting)["items"]}
    by = world.id_of("secretary")
    read = [lines[one] for one in (member, late)]
    assert [(one["state"], one["method"], one["recorded_by"]) for one in read] == [
        ("present", "sheet", by),
        ("late", "sheet", by),
    ]
    history = secretary.get(f"/api/meetings/{meeting['id']}/attendance/{member}/history", expect=200).json
    assert history["items"][-1]["method"] == "sheet"


def test_what_arrives_before_the_opening_it_speaks_of_counts_once_that_is_there(
    secretary: ApiClient, sign_in: SignIn, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    theirs, ours, start = Device(), Device(), evening.now()
    mark = theirs.mark(start + MINUTE, world.id_of("member"), "present")
    note = theirs.write("note", start + MINUTE, key=str(uuid4()), text="Đã đủ người.")
    evening.advance(minutes=30)
    answers = send(sign_in("deputy"), meeting, [mark, note], now=evening.now())
    assert [one["code"] for one in answers] == ["not_open", "not_open"]
    cursor = book(secretary, meeting)["cursor"]
    send(secretary, meeting, [ours.write("open", start)], now=evening.now())
    assert state_of(secretary, meeting, world.id_of("member")) == "present"
    again = book(secretary, meeting, after=cursor)["items"]
    assert {entry["id"]: entry["outcome"] for entry in again} == {
        ours.lines[0]["id"]: "applied",
        mark["id"]: "applied",
        note["id"]: "applied",
    }


def test_a_device_whose_clock_is_wrong_is_set_right(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    wrong = timedelta(hours=7)
    device.write("open", start + wrong)
    device.mark(start + wrong + MINUTE, world.id_of("member"), "present")
    evening.advance(minutes=60)
    answers = send(secretary, meeting, device.lines, now=evening.now(), ahead=wrong)
    assert [one["flags"] for one in answers] == [["clock_skew"]] * 2
    assert get(secretary, meeting)["opened_at"] == start.isoformat()
    entry = book(secretary, meeting)["items"][1]
    assert entry["at"] == (start + MINUTE).isoformat()


def test_a_clock_that_is_right_within_the_tolerance_is_believed(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device = Device()
    device.write("open", evening.now() - 3 * MINUTE)
    (answer,) = send(secretary, meeting, device.lines, now=evening.now(), ahead=-3 * MINUTE)
    assert answer["flags"] == []
    assert answer["at"] == (evening.now() - 3 * MINUTE).isoformat()


def test_entries_of_a_closed_meeting_count_until_it_is_settled_and_are_kept_after(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    send(secretary, meeting, [device.write("open", start)], now=start)
    evening.advance(minutes=90)
    send(secretary, meeting, [device.write("close", evening.now())], now=evening.now())
    late = Device()
    mark = late.mark(start + MINUTE, world.id_of("member"), "present")
    (answer,) = send(secretary, meeting, [mark], now=evening.now())
    assert (answer["outcome"], answer["flags"]) == ("applied", ["after_closing"])
    assert state_of(secretary, meeting, world.id_of("member")) == "present"
    step(secretary, get(secretary, meeting), "finalize")
    after = late.mark(start + 2 * MINUTE, world.id_of("member"), "late")
    (answer,) = send(secretary, meeting, [after], now=evening.now())
    assert (answer["outcome"], answer["code"]) == ("refused", "meeting_settled")
    assert state_of(secretary, meeting, world.id_of("member")) == "present"
    assert book(secretary, meeting)["items"][-1]["data"]["state"] == "late"


def test_a_secretary_replaced_in_the_middle_is_judged_by_the_day_of_each_entry(
    secretary: ApiClient, sign_in: SignIn, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    device.write("open", start)
    device.mark(start + MINUTE, world.id_of("member"), "present")
    with unit_of_work() as uow:
        office = uow.session.scalar(select(Office).where(Office.member_id == int(world.id_of("secretary"))))
        assert office is not None
        office.to_date = start.date()
        uow.session.add(
            Office(
                organization_id=int(world.id_of("cell")),
                member_id=int(world.id_of("second_member")),
                title=OfficeTitle.SECRETARY.value,
                from_date=start.date() + timedelta(days=1),
            )
        )
    evening.advance(days=1, hours=6)
    device.mark(evening.now(), world.id_of("member"), "late")
    answers = send(secretary, meeting, device.lines, now=evening.now())
    assert [one["code"] for one in answers] == [None, None, "not_in_office"]
    assert state_of(sign_in("second_member"), meeting, world.id_of("member")) == "present"


def test_who_never_held_the_office_writes_nothing(
    sign_in: SignIn, meeting: dict[str, Any], evening: FixedClock
) -> None:
    body = {"now": evening.now().isoformat(), "entries": [Device().write("open", evening.now())]}
    path = f"/api/meetings/{meeting['id']}/proceedings"
    assert code_of(sign_in("member").post(path, body, expect=403)) == "forbidden"
    assert code_of(sign_in("staff").post(path, body, expect=403)) == "forbidden"
    assert code_of(sign_in("far_secretary").post(path, body, expect=404)) == "not_found"


def test_a_mark_for_somebody_who_left_after_the_convening_is_taken_and_flagged(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    with unit_of_work() as uow:
        uow.session.get_one(Member, int(world.id_of("member"))).status = MemberStatus.TRANSFERRED.value
    device, start = Device(), evening.now()
    device.write("open", start)
    device.mark(start, world.id_of("member"), "present")
    device.mark(start, world.id_of("other_member"), "present")
    answers = send(secretary, meeting, device.lines, now=start)
    assert [one["code"] for one in answers] == [None, None, "not_summoned"]
    assert answers[1]["flags"] == ["left_cell"]
    line = next(one for one in roll(secretary, meeting)["items"] if one["member_id"] == world.id_of("member"))
    assert (line["state"], line["flags"]) == ("present", ["left_cell"])


def test_a_check_in_after_the_mark_was_made_stands(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    send(secretary, meeting, [device.write("open", start)], now=start)
    old = device.mark(start + MINUTE, world.id_of("member"), "excused")
    evening.advance(minutes=10)
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    secretary.put(path, {"state": "late"}, expect=200)
    send(secretary, meeting, [old], now=evening.now())
    assert state_of(secretary, meeting, world.id_of("member")) == "late"


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("mark", {"member_id": "1", "state": "asleep"}, "invalid_entry"),
        ("mark", {"member_id": "x", "state": "present"}, "invalid_entry"),
        ("conclusion", {"agenda_item_id": "999999", "text": "Có."}, "unknown_agenda_item"),
        ("note", {"key": "no-uuid", "text": "Có."}, "invalid_entry"),
        (
            "settle",
            {"subject": "chair", "chosen": str(uuid4()), "instead_of": [str(uuid4())]},
            "unknown_entry",
        ),
        (
            "hand_vote",
            {"ballot": {"title": "Bầu", "kind": "other", "agree": 99, "disagree": 0, "other": 0}},
            "wrong_counts",
        ),
    ],
)
def test_an_entry_that_cannot_count_is_kept_with_its_code_and_holds_back_no_other(
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
    evening: FixedClock,
    kind: str,
    data: dict[str, Any],
    code: str,
) -> None:
    device, start = Device(), evening.now()
    device.write("open", start)
    device.write(kind, start, **data)
    device.mark(start, world.id_of("member"), "present")
    answers = send(secretary, meeting, device.lines, now=start)
    assert [one["code"] for one in answers] == [None, code, None]
    assert [entry["outcome"] for entry in book(secretary, meeting)["items"]] == [
        "applied",
        "refused",
        "applied",
    ]


def test_a_note_with_a_secrecy_mark_is_refused_and_nothing_of_it_is_kept(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    device.write("open", start)
    note = device.write("note", start, key=str(uuid4()), text="TUYỆT MẬT\nPhương án số 7")
    answers = send(secretary, meeting, device.lines, now=start)
    assert answers[1]["code"] == "classified_document"
    assert db.session.get_one(ProceedingsEntry, note["id"]).data == {}


def test_members_see_the_course_of_the_agenda_and_nothing_that_was_said(
    secretary: ApiClient, sign_in: SignIn, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start, item = Device(), evening.now(), meeting["agenda"][0]["id"]
    device.write("open", start)
    device.write("note", start, key=str(uuid4()), agenda_item_id=item, text="Ý kiến.")
    device.write("item", start, agenda_item_id=item, state="started")
    device.mark(start, world.id_of("member"), "present")
    send(secretary, meeting, device.lines, now=start)
    seen = book(sign_in("member"), meeting)
    assert [entry["kind"] for entry in seen["items"]] == ["open", "item"]
    assert seen["state"] == "open"


def test_a_poll_costs_nothing_while_nothing_moved_for_the_reader(
    secretary: ApiClient, sign_in: SignIn, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start, member = Device(), evening.now(), sign_in("member")
    send(secretary, meeting, [device.write("open", start)], now=start)
    path = f"/api/meetings/{meeting['id']}/proceedings?after=0"
    tag = {"If-None-Match": member.get(path, expect=200).headers["ETag"]}
    member.get(path, headers=tag, expect=304)
    mine = {"If-None-Match": secretary.get(path, expect=200).headers["ETag"]}
    send(secretary, meeting, [device.mark(start, world.id_of("member"), "late")], now=start)
    member.get(path, headers=tag, expect=304)
    secretary.get(path, headers=mine, expect=200)


def test_what_a_meeting_that_cannot_be_written_in_is_sent_is_kept_and_says_why(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, other = (
        Device(),
        draft(secretary, world.id_of("cell"), starts_at=evening.now() + timedelta(days=30)),
    )
    (answer,) = send(secretary, other, [device.write("open", evening.now())], now=evening.now())
    assert answer["code"] == "not_convened"
    step(secretary, meeting, "cancel", {"reason": "Mưa bão"})
    line = device.write("open", evening.now())
    (answer,) = send(secretary, meeting, [line], now=evening.now())
    assert answer["code"] == "meeting_cancelled"
    (taken,) = send(secretary, other, [line], now=evening.now())
    assert taken["code"] == "id_taken"


def test_the_office_of_an_earlier_term_gives_nothing(
    secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    with unit_of_work() as uow:
        office = uow.session.scalar(select(Office).where(Office.member_id == int(world.id_of("secretary"))))
        assert office is not None
        office.to_date = date(2026, 11, 1)
    body = {"now": evening.now().isoformat(), "entries": [Device().write("open", evening.now())]}
    secretary.post(f"/api/meetings/{meeting['id']}/proceedings", body, expect=403)


def test_other_programs_may_still_open_and_close_by_their_own_request(
    secretary: ApiClient, world: World, clock: FixedClock
) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    device = Device()
    (answer,) = send(secretary, meeting, [device.write("open", clock.now())], now=clock.now())
    assert answer["outcome"] == "applied"
    assert get(secretary, meeting)["state"] == "open"
