"""Preferences of a member, push services that ask to wait, and messages that were given up."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, if_match, step
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe, told

from handbook.kernel.clock import FixedClock
from handbook.notifications.excel import MEDIA_TYPE

SignIn = Callable[[str], ApiClient]


def test_a_kind_that_a_member_does_not_want_pushed_is_in_the_inbox_alone(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    device, other = subscribe(member, push), subscribe(sign_in("second_member"), push)
    answer = member.put("/api/push/preferences", {"muted": ["meeting_reminder"]}, expect=200).json
    assert answer["muted"] == ["meeting_reminder"]
    assert answer == member.get("/api/push/preferences", expect=200).json
    assert set(answer["muted"]) < set(answer["kinds"])
    assert sign_in("second_member").get("/api/push/preferences", expect=200).json["muted"] == []
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    clock.set(STARTS_AT - timedelta(days=2))
    run_jobs()
    assert told(push, device) == ["meeting_convened"]
    assert told(push, other) == ["meeting_convened", "meeting_reminder"]
    kinds = [notice["kind"] for notice in member.get("/api/notices", expect=200).json["items"]]
    assert kinds == ["meeting_reminder", "meeting_convened"]
    muted = [row for row in ledger(meeting, "meeting_reminder") if row.reason == "muted"]
    assert [(row.member_id, row.state) for row in muted] == [(world.members["member"].id, "no_device")]
    member.put("/api/push/preferences", {"muted": []}, expect=200)
    clock.set(STARTS_AT - timedelta(days=1))
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_reminder"]


def test_who_wants_no_meetings_pushed_is_to_be_telephoned_until_the_inbox_was_read(
    sign_in: SignIn, world: World, push: FakePushService
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    subscribe(member, push)
    member.put("/api/push/preferences", {"muted": ["meeting_convened"]}, expect=200)
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    path = f"/api/meetings/{meeting['id']}/deliveries"
    why = {line["member_id"]: line["reason"] for line in secretary.get(path, expect=200).json["unreached"]}
    assert why[world.id_of("member")] == "muted"
    (notice,) = member.get("/api/notices", expect=200).json["items"]
    member.put(f"/api/notices/{notice['id']}/read", expect=204)
    assert world.id_of("member") not in {
        line["member_id"] for line in secretary.get(path, expect=200).json["unreached"]
    }


def test_an_unknown_kind_cannot_be_muted(sign_in: SignIn, world: World) -> None:
    sign_in("member").put("/api/push/preferences", {"muted": ["everything"]}, expect=422)


def test_the_list_of_whom_to_telephone_is_an_excel_file_too(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    people = secretary.get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json["unreached"]
    heading, rows = _to_telephone(secretary, meeting)
    # As one dials, and as the app shows it. Who is exempt need not be telephoned.
    assert [(name, phone) for _, name, phone, *_ in rows] == [
        (person["full_name"], "0" + person["phone"].removeprefix("+84"))
        for person in people
        if person["member_id"] != world.id_of("exempt_member")
    ]
    assert {row[3] for row in rows} == {"Chưa bật thông báo trên máy"}
    assert not any("HỦY" in line for line in heading)


def test_who_is_excused_is_not_on_the_list_to_telephone_from(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    _, before = _to_telephone(secretary, meeting)
    request = (
        sign_in("member")
        .post(f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Ốm"}, expect=201)
        .json
    )
    secretary.patch(
        f"/api/absence-requests/{request['id']}",
        {"decision": "approved"},
        headers=if_match(request),
        expect=200,
    )
    _, after = _to_telephone(secretary, meeting)
    gone = {row[1] for row in before} - {row[1] for row in after}
    assert gone == {world.members["member"].full_name}


def test_the_list_of_a_meeting_that_was_called_off_says_so(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    step(secretary, meeting, "cancel", {"reason": "Bão"})
    run_jobs()
    heading, rows = _to_telephone(secretary, meeting)
    assert rows
    assert "HỦY" in heading[0]
    assert any(line.startswith("ĐÃ HỦY") and line.endswith("Lý do: Bão") for line in heading)


def _to_telephone(secretary: ApiClient, meeting: dict[str, Any]) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The workbook's lines above the table, and those of its people."""
    path = f"/api/meetings/{meeting['id']}/deliveries"
    answer = secretary.get(path, headers={"Accept": MEDIA_TYPE}, expect=200)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    lines = list(sheet.iter_rows(values_only=True))
    people = [row for row in lines if isinstance(row[0], int)]
    return [str(row[0]) for row in lines[: lines.index(people[0])] if row[0]], people


def test_all_messages_of_a_push_service_wait_when_it_asks_one_to(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    secretary = sign_in("secretary")
    busy = subscribe(sign_in("member"), push)
    push.answer(Answer(429, {"retry-after": "600"}), subscription=busy)
    convened(secretary, world.id_of("cell"))
    run_jobs()
    assert push.requests == 1
    # A new device at the same push service and another meeting: nothing goes there before the time it asked for.
    later = subscribe(sign_in("second_member"), push)
    meeting = convened(secretary, world.id_of("cell"), kind="extraordinary")
    run_jobs()
    clock.advance(seconds=590)
    run_jobs()
    assert push.requests == 1
    waiting = [row for row in ledger(meeting) if row.state == "queued"]
    assert {(row.attempts, row.reason) for row in waiting} == {(0, "http_429")}, "waiting is no attempt"
    clock.advance(seconds=200)
    run_jobs()
    assert told(push, busy) == ["meeting_convened", "meeting_convened"]
    assert told(push, later) == ["meeting_convened"]


def test_another_push_service_does_not_wait_with_it(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    from handbook.kernel.unit_of_work import unit_of_work
    from handbook.notifications.push.origins import hold_back

    device = subscribe(sign_in("member"), push)
    with unit_of_work() as uow:
        for seconds in (600, 60):
            until = clock.now() + timedelta(seconds=seconds)
            hold_back(uow, "https://updates.push.services.mozilla.com", until, "http_503")
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert told(push, device) == ["meeting_convened"]


def test_staff_see_what_was_given_up_by_reason_and_have_it_sent_again(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    staff, path = sign_in("staff"), f"/api/organizations/{world.id_of('committee')}/failed-deliveries"
    refused, other = subscribe(sign_in("member"), push), subscribe(sign_in("other_member"), push)
    push.always_answer(Answer(403), refused)
    push.always_answer(Answer(413), other)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    convened(sign_in("other_secretary"), world.id_of("other_cell"))
    run_jobs()
    seen = staff.get(path, expect=200).json
    assert seen["reasons"] == [{"reason": "http_403", "count": 1}, {"reason": "http_413", "count": 1}]
    (line,) = staff.get(f"{path}?reason=http_403", expect=200).json["items"]
    assert line["organization"]["id"] == world.id_of("cell")
    assert (line["kind"], line["meeting_id"], line["can_retry"]) == ("meeting_convened", meeting["id"], True)
    assert "full_name" not in line
    both = staff.get(f"{path}?reason=http_403&reason=http_413", expect=200).json["items"]
    assert [one["reason"] for one in both] == ["http_413", "http_403"]
    far = f"/api/organizations/{world.id_of('elsewhere')}/failed-deliveries"
    assert sign_in("far_staff").get(far, expect=200).json["items"] == []

    push.always_answer(None, refused)
    staff.post(f"{path}/retries", {"reasons": ["not a code"]}, expect=422)
    several = {"reasons": ["http_403", "http_401"]}
    assert staff.post(f"{path}/retries", several, expect=200).json == {"retried": 1}
    run_jobs()
    assert told(push, refused) == ["meeting_convened"]
    assert told(push, other) == []
    assert staff.get(path, expect=200).json["reasons"] == [{"reason": "http_413", "count": 1}]
    assert staff.post(f"{path}/retries", {"reason": "http_403"}, expect=200).json == {"retried": 0}
    # What nobody needs any more is shown, and not sent.
    clock.set(STARTS_AT + timedelta(days=1))
    (over,) = staff.get(path, expect=200).json["items"]
    assert over["can_retry"] is False
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 0}
    clock.set(STARTS_AT + timedelta(days=40))
    assert staff.get(path, expect=200).json["reasons"] == []
