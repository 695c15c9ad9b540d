"""The roll as it is kept in the room: times, many lines at once, chair and minute-taker, guests, and how a line came about."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from tests.api.test_attendance_roll import counts_are_true
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, convened, if_match, key_of, opened, step

from handbook.attendance.queries import head_count
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.models import Meeting

SignIn = Callable[[str], ApiClient]
GUEST = "6f1d9f6e-6f0b-4c4a-9d2b-0f3a2a5b7c11"


def in_the_room(sign_in: SignIn, world: World, clock: FixedClock) -> tuple[ApiClient, dict[str, Any], str]:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    meeting = step(secretary, meeting, "open")
    return secretary, meeting, f"/api/meetings/{meeting['id']}/attendance"


def line_of(roll: dict[str, Any], member_id: str) -> dict[str, Any]:
    line: dict[str, Any] = next(one for one in roll["items"] if one["member_id"] == member_id)
    return line


def minutes(number: int) -> str:
    return (STARTS_AT + timedelta(minutes=number)).isoformat()


def test_who_leaves_early_attended_and_is_no_longer_in_the_room(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    for role in ("member", "second_member", "secretary"):
        secretary.put(f"{path}/{world.id_of(role)}", {"state": "present"}, expect=200)
    assert secretary.get(path).json["quorum"] == {"required": 3, "reached": True}
    clock.set(STARTS_AT + timedelta(minutes=40))
    left = {"state": "present", "left_at": minutes(30)}
    line = secretary.put(f"{path}/{world.id_of('member')}", left, expect=200).json
    assert (line["state"], line["left_at"], line["recorded_at"]) == ("present", minutes(30), minutes(0))
    roll = secretary.get(path).json
    assert roll["counts"]["present"] == 3
    assert roll["quorum"] == {"required": 3, "reached": False}
    assert counts_are_true(meeting["id"])
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "present"}, expect=200)
    assert secretary.get(path).json["quorum"]["reached"]
    assert counts_are_true(meeting["id"])


def test_nobody_is_chair_and_minute_taker_at_once(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """ "Signed by chair and minute-taker": two people."""
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    roles = f"/api/meetings/{meeting['id']}/roles"
    deputy, member = world.id_of("deputy"), world.id_of("member")

    def refused(body: dict[str, str]) -> list[tuple[str, str]]:
        errors = secretary.put(roles, body, expect=422).json["errors"]
        return [(error["pointer"], error["code"]) for error in errors]

    assert refused({"chair_id": deputy, "minute_taker_id": deputy}) == [("/minute_taker_id", "same_as_chair")]
    secretary.put(roles, {"chair_id": deputy, "minute_taker_id": member}, expect=200)
    assert refused({"minute_taker_id": deputy}) == [("/minute_taker_id", "same_as_chair")]
    assert refused({"chair_id": member}) == [("/chair_id", "same_as_chair")]
    swapped = {"chair_id": member, "minute_taker_id": deputy}
    assert secretary.put(roles, swapped, expect=200).json == {**swapped, "warnings": ["chair_no_officer"]}
    roll = secretary.get(path).json
    assert (roll["chair_id"], roll["minute_taker_id"]) == (member, deputy)


def test_a_scanned_arrival_keeps_how_it_was_recorded_when_its_times_are_written(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    key = key_of(secretary, meeting)
    sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", check_in_body(key, meeting, STARTS_AT))
    clock.set(STARTS_AT + timedelta(minutes=50))
    line = secretary.put(
        f"{path}/{world.id_of('member')}", {"state": "present", "left_at": minutes(45)}, expect=200
    ).json
    assert (line["method"], line["recorded_by"]) == ("qr", world.id_of("member"))
    history = secretary.get(f"{path}/{world.id_of('member')}/history", expect=200).json["items"]
    assert [(one["method"], one["state"], one["left_at"]) for one in history] == [
        ("qr", "present", None),
        ("qr", "present", minutes(45)),
    ]
    assert history[1]["actor_id"] == world.id_of("secretary")


def test_times_that_cannot_be_are_refused(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary, _, path = in_the_room(sign_in, world, clock)
    mine = f"{path}/{world.id_of('member')}"
    for body, field, code in (
        ({"state": "late", "arrived_at": minutes(120)}, "/arrived_at", "too_late"),
        ({"state": "excused", "left_at": minutes(0)}, "/left_at", "only_when_attending"),
    ):
        errors = secretary.put(mine, body, expect=422).json["errors"]
        assert [(error["pointer"], error["code"]) for error in errors] == [(field, code)]
    assert line_of(secretary.get(path).json, world.id_of("member"))["state"] is None


def test_everybody_else_is_present_without_writing_over_anybody(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    roles = ("member", "second_member", "probationary", "secretary", "exempt_member")
    excused = {"state": "excused", "reason": "Ốm"}
    secretary.put(f"{path}/{world.id_of('second_member')}", excused, expect=200)
    items = [{"member_id": world.id_of(role), "state": "present"} for role in roles]
    items.append({"member_id": world.id_of("other_member"), "state": "present"})
    answer = secretary.put(path, {"items": items, "only_unrecorded": True}, expect=200).json
    assert [item["code"] for item in answer["items"]] == [
        None,
        "recorded",
        None,
        None,
        "recorded",
        "not_found",
    ]
    assert answer["counts"]["present"] == 3
    assert counts_are_true(meeting["id"])
    undo = [{"member_id": world.id_of(role), "state": None} for role in roles[:1] + roles[2:4]]
    answer = secretary.put(path, {"items": undo}, expect=200).json
    assert (answer["counts"]["present"], answer["counts"]["excused"], answer["counts"]["exempt"]) == (0, 1, 1)
    assert counts_are_true(meeting["id"])


def test_one_bad_line_of_many_holds_back_no_other(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary, _, path = in_the_room(sign_in, world, clock)
    items = [
        {"member_id": world.id_of("member"), "state": "present", "left_at": minutes(600)},
        {"member_id": world.id_of("second_member"), "state": "late", "arrived_at": minutes(1)},
        {"member_id": world.id_of("probationary"), "state": "present", "code": "A" * 22},
    ]
    answer = secretary.put(path, {"items": items}, expect=200).json
    assert [item["code"] for item in answer["items"]] == ["too_late", None, "invalid_member_code"]
    assert (answer["counts"]["present"], answer["counts"]["late"]) == (0, 1)


def test_a_mark_taken_back_leaves_what_the_code_said(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    key = key_of(secretary, meeting)
    sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", check_in_body(key, meeting, STARTS_AT))
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "unexcused"}, expect=200)
    secretary.put(path, {"items": [{"member_id": world.id_of("member"), "state": None}]}, expect=200)
    line = line_of(secretary.get(path).json, world.id_of("member"))
    assert (line["state"], line["method"], line["recorded_by"]) == ("present", "qr", world.id_of("member"))
    assert counts_are_true(meeting["id"])


def test_a_mark_taken_back_leaves_an_approved_request(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    request = sign_in("member").post(
        f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Đi công tác"}, expect=201
    )
    secretary.patch(
        f"/api/absence-requests/{request.json['id']}",
        {"decision": "approved"},
        headers=if_match(request.json),
        expect=200,
    )
    # The wrong name was tapped.
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "present"}, expect=200)
    secretary.put(path, {"items": [{"member_id": world.id_of("member"), "state": None}]}, expect=200)
    line = line_of(secretary.get(path).json, world.id_of("member"))
    assert (line["state"], line["method"], line["reason"]) == ("excused", "request", "Đi công tác")
    assert counts_are_true(meeting["id"])


def test_a_signed_sheet_is_entered_afterwards_and_not_once_the_meeting_is_settled(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    clock.set(STARTS_AT + timedelta(minutes=90))
    meeting = step(secretary, meeting, "close")
    body = {"method": "sheet", "items": [{"member_id": world.id_of("member"), "state": "present"}]}
    assert secretary.put(path, body, expect=200).json["items"][0]["code"] is None
    line = line_of(secretary.get(path).json, world.id_of("member"))
    assert (line["method"], line["recorded_by"]) == ("sheet", world.id_of("secretary"))
    assert counts_are_true(meeting["id"])
    step(secretary, meeting, "finalize")
    assert code_of(secretary.put(path, body, expect=409)) == "wrong_state"


def test_chair_and_minute_taker_are_summoned_members(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    roles = f"/api/meetings/{meeting['id']}/roles"
    both = {"chair_id": world.id_of("deputy"), "minute_taker_id": world.id_of("probationary")}
    assert secretary.put(roles, both, expect=200).json == {**both, "warnings": []}
    roll = secretary.get(path).json
    assert (roll["chair_id"], roll["minute_taker_id"]) == (both["chair_id"], both["minute_taker_id"])
    answer = secretary.put(roles, {"chair_id": world.id_of("member")}, expect=200).json
    assert answer == {**both, "chair_id": world.id_of("member"), "warnings": ["chair_no_officer"]}
    errors = secretary.put(roles, {"chair_id": world.id_of("other_member")}, expect=422).json["errors"]
    assert [(error["pointer"], error["code"]) for error in errors] == [("/chair_id", "not_summoned")]
    assert secretary.put(roles, {"minute_taker_id": None}, expect=200).json["minute_taker_id"] is None
    tags = select(AuditEntry.tag).where(
        AuditEntry.tag.like("attendance:%:%ed"), AuditEntry.subject_id == int(meeting["id"])
    )
    assert list(db.session.scalars(tags.order_by(AuditEntry.id))) == [
        "attendance:chair:appointed",
        "attendance:minute_taker:appointed",
        "attendance:chair:appointed",
        "attendance:minute_taker:cleared",
    ]


def test_guests_are_named_for_who_runs_the_meeting_and_change_no_count(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    before = secretary.get(path).json["counts"]
    guest = f"/api/meetings/{meeting['id']}/guests/{GUEST}"
    for name in ("Lê Văn Khách", "Lê Văn Khánh"):
        secretary.put(guest, {"name": name, "from": "Đảng ủy xã Bình An"}, expect=204)
    roll = secretary.get(path).json
    assert roll["guests"] == [{"key": GUEST, "name": "Lê Văn Khánh", "from": "Đảng ủy xã Bình An"}]
    assert roll["counts"] == before
    assert sign_in("member").get(path).json["guests"] == []
    secretary.delete(guest, expect=204)
    secretary.delete(guest, expect=204)
    assert secretary.get(path).json["guests"] == []


def test_the_head_count_of_the_database_is_that_of_the_kept_counters(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    secretary.put(f"{path}/{world.id_of('member')}", {"state": "late", "arrived_at": minutes(1)}, expect=200)
    excused = {"state": "excused", "reason": "Đi công tác"}
    secretary.put(f"{path}/{world.id_of('second_member')}", excused, expect=200)
    kept = db.session.get_one(Meeting, int(meeting["id"]), populate_existing=True)
    counted = head_count(kept)
    assert counted.total + counted.temporary_in == kept.summoned_count
    assert counted.attended == kept.present_count + kept.late_count
    assert (counted.official_due, counted.official_in_room) == (kept.official_due, kept.official_present)
    assert [(one.name, one.at) for one in counted.late] == [
        ("Đặng Thị Ngẫm", datetime.fromisoformat(minutes(1)))
    ]
    assert [one.reason for one in counted.excused] == ["Đi công tác"]


def test_a_member_sees_how_the_own_line_came_about_and_no_other(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    deputy = sign_in("deputy")
    meeting = opened(deputy, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/attendance"
    for state in ("present", "late"):
        deputy.put(f"{path}/{world.id_of('member')}", {"state": state}, expect=200)
    member = sign_in("member")
    history = member.get(f"{path}/{world.id_of('member')}/history", expect=200).json["items"]
    assert [(one["before"], one["state"], one["actor_id"]) for one in history] == [
        (None, "present", world.id_of("deputy")),
        ("present", "late", world.id_of("deputy")),
    ]
    assert all(one["actor_name"] for one in history)
    member.get(f"{path}/{world.id_of('second_member')}/history", expect=403)
    sign_in("other_member").get(f"{path}/{world.id_of('member')}/history", expect=404)
