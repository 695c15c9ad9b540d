"""Drafting meetings: fields, templates, last month's meeting, the agenda, and lists."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, meeting_fields, step, warned

from handbook.kernel import events
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.events import (
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingConvened,
    MeetingOpened,
)
from handbook.meetings.models import Meeting

SignIn = Callable[[str], ApiClient]


def pointers(answer: Any) -> list[str]:
    return sorted(error["pointer"] for error in answer.json["errors"])


def test_a_regular_meeting_begins_with_the_usual_agenda(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    meeting = draft(sign_in("secretary"), world.id_of("cell"))
    assert [item["position"] for item in meeting["agenda"]] == list(range(1, 16))
    assert meeting["agenda"][2]["title"] == "Điểm danh đảng viên"
    assert sum(item["minutes"] for item in meeting["agenda"]) == 90
    assert warned(meeting) == ["thematic_missing"]
    assert draft(sign_in("secretary"), world.id_of("cell"), kind="thematic")["agenda"] != []
    assert draft(sign_in("secretary"), world.id_of("cell"), agenda=[])["agenda"] == []


def test_an_own_agenda_is_kept_as_it_was_written(sign_in: SignIn, world: World) -> None:
    agenda = [
        {"title": "  Học  tập  ", "presenter": "Bí thư", "minutes": 30, "body": "Dòng một\nDòng hai"},
        {"title": "Thảo luận", "presenter": None, "minutes": None},
    ]
    meeting = draft(sign_in("secretary"), world.id_of("cell"), agenda=agenda, kind="thematic")
    written = [
        {key: item[key] for key in ("position", "title", "presenter", "minutes", "body")}
        for item in meeting["agenda"]
    ]
    assert written == [
        {
            "position": 1,
            "title": "Học tập",
            "presenter": "Bí thư",
            "minutes": 30,
            "body": "Dòng một\nDòng hai",
        },
        {"position": 2, "title": "Thảo luận", "presenter": None, "minutes": None, "body": None},
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "party"}, ["/kind"]),
        ({"title": ""}, ["/title"]),
        ({"title": "   "}, ["/title"]),
        ({"title": "x" * 201}, ["/title"]),
        ({"title": 7}, ["/title"]),
        ({"place": None}, ["/place"]),
        ({"starts_at": "2026-12-05T19:00:00"}, ["/starts_at"]),
        ({"starts_at": "ngày mai"}, ["/starts_at"]),
        ({"ends_at": "2026-12-05T12:00:00+00:00"}, ["/ends_at"]),
        ({"ends_at": "2026-12-20T12:00:00+00:00"}, ["/ends_at"]),
        ({"online_url": "http://hop.example"}, ["/online_url"]),
        ({"online_url": "javascript:alert(1)"}, ["/online_url"]),
        ({"online_url": "https://[::1"}, ["/online_url"]),
        ({"agenda": [{"title": ""}]}, ["/agenda/0/title"]),
        ({"agenda": [{"title": "A", "minutes": 0}]}, ["/agenda/0/minutes"]),
        ({"agenda": [{"title": "A", "minutes": "lâu"}]}, ["/agenda/0/minutes"]),
        (
            {"agenda": [{}, {"presenter": "x" * 121, "title": "B"}]},
            ["/agenda/0/title", "/agenda/1/presenter"],
        ),
        ({"agenda": [{"title": "A"}] * 101}, ["/agenda"]),
        ({"from_meeting_id": "abc"}, ["/from_meeting_id"]),
    ],
)
def test_what_cannot_be_a_meeting_is_refused(
    sign_in: SignIn, world: World, changes: dict[str, Any], where: list[str]
) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    answer = sign_in("secretary").post(path, {**meeting_fields(), **changes}, expect=422)
    assert (code_of(answer), pointers(answer)) == ("validation_failed", where)
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == 0


def test_missing_and_unknown_fields_are_named(sign_in: SignIn, world: World) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    secretary = sign_in("secretary")
    assert pointers(secretary.post(path, {}, expect=422)) == [
        "/ends_at",
        "/kind",
        "/place",
        "/starts_at",
        "/title",
    ]
    unknown = secretary.post(path, {**meeting_fields(), "state": "open"}, expect=422)
    assert (code_of(unknown), pointers(unknown)) == ("unknown_field", ["/state"])
    inner = secretary.post(path, meeting_fields(agenda=[{"title": "A", "id": "1"}]), expect=422)
    assert code_of(inner) == "unknown_field"
    broken = {"data": b'{"title": "\xff"}', "content_type": "application/json"}
    assert code_of(secretary.request("POST", path, expect=400, **broken)) == "malformed_body"


def test_a_draft_sent_twice_under_one_key_is_one_meeting(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    secretary, key = sign_in("secretary"), {"Idempotency-Key": "cuoc-hop-1"}
    first = secretary.post(path, meeting_fields(), headers=key, expect=201)
    again = secretary.post(path, meeting_fields(), headers=key, expect=201)
    assert (again.json, again.headers["ETag"]) == (first.json, first.headers["ETag"])
    other = secretary.post(path, meeting_fields(title="Khác"), headers=key, expect=422)
    assert code_of(other) == "idempotency_conflict"
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == 1


def test_next_months_meeting_is_made_from_the_last_one(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    agenda = [{"title": "Mục một", "presenter": "Bí thư", "minutes": 45, "body": None}]
    last = convened(secretary, world.id_of("cell"), agenda=agenda, online_url="https://hop.example/p")
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    following = secretary.post(path, {"from_meeting_id": last["id"]}, expect=201).json
    assert following["state"] == "draft"
    assert following["title"] == "Sinh hoạt chi bộ tháng 01/2027"
    assert following["starts_at"] == "2027-01-05T12:00:00+00:00"
    assert following["ends_at"] == "2027-01-05T13:30:00+00:00"
    assert (following["place"], following["online_url"]) == (last["place"], last["online_url"])
    assert [item["title"] for item in following["agenda"]] == ["Mục một"]
    assert following["agenda"][0]["id"] != last["agenda"][0]["id"]
    assert secretary.get(f"/api/meetings/{last['id']}").json == last


def test_what_is_given_wins_over_the_last_meeting(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    last = draft(secretary, world.id_of("cell"))
    starts_at = STARTS_AT + timedelta(days=40)
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    body = {
        "from_meeting_id": last["id"],
        "title": "Tên riêng",
        "starts_at": starts_at.isoformat(),
        "agenda": [],
    }
    following = secretary.post(path, body, expect=201).json
    assert (following["title"], following["agenda"]) == ("Tên riêng", [])
    assert following["ends_at"] == (starts_at + timedelta(minutes=90)).isoformat()


def test_another_cells_meeting_is_no_pattern(sign_in: SignIn, world: World) -> None:
    foreign = convened(sign_in("other_secretary"), world.id_of("other_cell"))
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    for earlier in (foreign["id"], "999999"):
        answer = sign_in("secretary").post(path, {"from_meeting_id": earlier}, expect=422)
        assert answer.json["errors"] == [{"pointer": "/from_meeting_id", "code": "unknown"}]


def test_the_agenda_is_replaced_as_a_whole_and_items_keep_their_ids(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    agenda = [{"title": title} for title in ("Một", "Hai", "Ba")]
    meeting = draft(secretary, world.id_of("cell"), agenda=agenda)
    one, two, three = (item["id"] for item in meeting["agenda"])
    path = f"/api/meetings/{meeting['id']}/agenda"
    new = {"agenda": [{"id": three, "title": "Ba"}, {"title": "Mới"}, {"id": one, "title": "Một đã sửa"}]}
    changed = secretary.put(path, new, headers=if_match(meeting), expect=200).json
    assert [(item["position"], item["title"]) for item in changed["agenda"]] == [
        (1, "Ba"),
        (2, "Mới"),
        (3, "Một đã sửa"),
    ]
    assert [changed["agenda"][0]["id"], changed["agenda"][2]["id"]] == [three, one]
    assert changed["agenda"][1]["id"] not in (one, two, three)
    assert changed["etag"] != meeting["etag"]
    assert secretary.get(f"/api/meetings/{meeting['id']}").json == changed
    same = {"agenda": [{key: item[key] for key in ("id", "title")} for item in changed["agenda"]]}
    assert secretary.put(path, same, headers=if_match(changed), expect=200).json["etag"] == changed["etag"]


def test_foreign_and_doubled_items_are_refused(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    other = draft(secretary, world.id_of("cell"), agenda=[{"title": "Khác"}])
    meeting = draft(secretary, world.id_of("cell"), agenda=[{"title": "Một"}])
    own, foreign = meeting["agenda"][0]["id"], other["agenda"][0]["id"]
    path = f"/api/meetings/{meeting['id']}/agenda"
    for ids in ([foreign], [own, own]):
        body = {"agenda": [{"id": item, "title": "X"} for item in ids]}
        answer = secretary.put(path, body, headers=if_match(meeting), expect=422)
        assert answer.json["errors"] == [{"pointer": f"/agenda/{len(ids) - 1}/id", "code": "unknown"}]
    assert secretary.get(f"/api/meetings/{meeting['id']}").json == meeting
    assert secretary.get(f"/api/meetings/{other['id']}").json["agenda"] == other["agenda"]


def test_a_change_after_convening_is_told_with_its_fields(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[Any] = []
    publish = events.publish

    def listen(event: object, uow: Any) -> None:
        happened.append(event)
        publish(event, uow)

    monkeypatch.setattr(events, "publish", listen)
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    meeting = secretary.patch(path, {"title": "Bản nháp"}, headers=if_match(meeting), expect=200).json
    meeting = step(secretary, meeting, "convene")
    later = {"starts_at": "2026-12-05T12:30:00+00:00", "place": "Nhà văn hóa", "title": "Bản nháp"}
    meeting = secretary.patch(path, later, headers=if_match(meeting), expect=200).json
    meeting = secretary.put(f"{path}/agenda", {"agenda": []}, headers=if_match(meeting), expect=200).json
    for name in ("open", "close"):
        meeting = step(secretary, meeting, name)
    off = step(secretary, convened(secretary, world.id_of("cell")), "cancel", {"reason": "Bão"})
    step(secretary, draft(secretary, world.id_of("cell")), "cancel", {"reason": "Nhầm"})
    cell, number, other = int(world.id_of("cell")), int(meeting["id"]), int(off["id"])
    told = (MeetingConvened, MeetingChanged, MeetingOpened, MeetingClosed, MeetingCancelled)
    of_meetings = [event for event in happened if isinstance(event, told)]
    assert of_meetings == [
        MeetingConvened(number, cell),
        MeetingChanged(number, cell, ("starts_at", "place")),
        MeetingChanged(number, cell, ("agenda",)),
        MeetingOpened(number, cell),
        MeetingClosed(number, cell),
        MeetingConvened(other, cell),
        MeetingCancelled(other, cell),
    ]
    db.session.rollback()
    assert db.session.get_one(Meeting, number).sequence == 2
    assert db.session.get_one(Meeting, other).sequence == 1


def test_an_impossible_change_is_refused_and_changes_nothing(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for changes in (
        {"ends_at": "2026-12-05T12:00:00+00:00"},
        {"starts_at": "2026-12-05T14:00:00+00:00"},
        {"title": None},
        {"kind": "party"},
    ):
        answer = secretary.patch(path, changes, headers=if_match(meeting), expect=422)
        assert code_of(answer) == "validation_failed"
    answer = secretary.patch(path, {"state": "open"}, headers=if_match(meeting), expect=422)
    assert code_of(answer) == "unknown_field"
    assert secretary.get(path).json == meeting


@pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": "x" * 501}, {"reason": 5}])
def test_calling_off_needs_a_reason(sign_in: SignIn, world: World, body: Any) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.post(
        f"/api/meetings/{meeting['id']}/cancel", body, headers=if_match(meeting), expect=422
    )
    assert code_of(answer) == "validation_failed"


def test_meetings_are_listed_by_time_state_and_page(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    # 17:30 UTC is half past midnight of the next day in Hanoi.
    times = [STARTS_AT, STARTS_AT + timedelta(days=1, hours=5, minutes=30), STARTS_AT + timedelta(days=2)]
    first, second, third = (draft(secretary, world.id_of("cell"), starts_at=at)["id"] for at in times)
    same_time = draft(secretary, world.id_of("cell"), starts_at=times[2])["id"]
    convened_one = convened(secretary, world.id_of("cell"), starts_at=STARTS_AT + timedelta(days=9))["id"]

    def listed(query: str) -> list[str]:
        return [item["id"] for item in secretary.get(f"{path}?{query}", expect=200).json["items"]]

    assert listed("") == [convened_one, same_time, third, second, first]
    assert listed("state=convened") == [convened_one]
    assert listed("state=draft,convened&to=2026-12-05") == [first]
    assert listed("from=2026-12-07") == [convened_one, same_time, third, second]
    assert listed("from=2026-12-07&to=2026-12-07") == [same_time, third, second]
    assert listed("from=2026-12-06T17:30:00Z&to=2026-12-07T12:00:00%2B00:00") == [second]
    assert listed("from=2026-12-06T17:30:00+00:00&to=2026-12-07T12:00:00+00:00") == [second]
    pages, cursor = [], ""
    for _ in range(5):
        page = secretary.get(f"{path}?limit=1{cursor}", expect=200).json
        pages += [item["id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}"
    assert pages == [convened_one, same_time, third, second, first]
    assert page["next"] is None


def test_meetings_below_are_listed_as_far_as_the_reader_may_see_them(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    mine = convened(sign_in("secretary"), world.id_of("cell"))["id"]
    draft(sign_in("secretary"), world.id_of("cell"))

    def listed(role: str, name: str, query: str) -> list[str]:
        path = f"/api/organizations/{world.id_of(name)}/meetings{query}"
        return [item["id"] for item in sign_in(role).get(path, expect=200).json["items"]]

    for role, name in (("staff", "committee"), ("root_staff", "root")):
        assert listed(role, name, "") == []
        assert listed(role, name, "?below=true&state=convened") == [mine]
    assert listed("member", "cell", "?below=true") == [mine]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("state=party", ["/state"]),
        ("from=gestern", ["/from"]),
        ("to=2026-13-01", ["/to"]),
        ("from=2026-12-01T10:00:00", ["/from"]),
        ("limit=0", ["/limit"]),
        ("limit=201", ["/limit"]),
        ("cursor=%25%25", ["/cursor"]),
        ("cursor=WzEsMl0", ["/cursor"]),
    ],
)
def test_what_cannot_be_listed_is_refused(
    sign_in: SignIn, world: World, query: str, where: list[str]
) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/meetings?{query}"
    assert pointers(sign_in("secretary").get(path, expect=422)) == where


def test_members_read_their_own_line_of_committees_and_nobody_elsewhere(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/meetings"
    convened(sign_in("secretary"), world.id_of("cell"))
    assert len(sign_in("member").get(path, expect=200).json["items"]) == 1
    for role in ("other_member", "far_member", "far_staff"):
        sign_in(role).get(path, expect=404)
    above = f"/api/organizations/{world.id_of('committee')}/meetings"
    assert sign_in("member").get(above, expect=200).json["items"] == []
