"""The other direction: the secretary's device scans the code that each member's own phone shows."""

from collections.abc import Callable
from typing import Any

from tests.api.test_attendance_room import in_the_room, line_of
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, key_of

from handbook.attendance.reverse import member_code
from handbook.attendance.tokens import make_token
from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]


def synced(client: ApiClient, meeting: dict[str, Any], cursor: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/sync?cursor={cursor}" if cursor else "/api/sync", expect=200).json
    lines = answer["changes"]["attendance"]
    return {"cursor": answer["cursor"], **next(one for one in lines if one["meeting_id"] == meeting["id"])}


def test_each_phone_gets_the_own_code_and_no_other(engine_name: str, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    cursor = sign_in("member").get("/api/sync", expect=200).json["cursor"]
    meeting = convened(secretary, world.id_of("cell"))
    key = key_of(secretary, meeting)
    seen = set()
    for role in ("member", "second_member"):
        code = member_code(key, int(meeting["id"]), int(world.id_of(role)))
        assert synced(sign_in(role), meeting)["code"] == code
        seen.add(code)
    assert len(seen) == 2
    changed = synced(sign_in("member"), meeting, cursor)
    assert changed["code"] in seen


def test_the_code_is_no_check_in_code_and_opens_nothing_for_a_member() -> None:
    key = bytes(range(32))
    assert member_code(key, 12, 3) != make_token(key, 12, 3)
    assert len(member_code(key, 12, 3)) == 22
    assert (
        len({member_code(key, meeting, member) for meeting in range(1, 20) for member in range(1, 20)}) == 361
    )


def test_a_scanned_member_is_recorded_with_the_code_as_proof(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    code = synced(sign_in("member"), meeting)["code"]
    body = {"state": "present", "code": code}
    line = secretary.put(f"{path}/{world.id_of('member')}", body, expect=200).json
    assert (line["method"], line["recorded_by"]) == ("reverse_scan", world.id_of("secretary"))
    again = secretary.put(f"{path}/{world.id_of('member')}", body, expect=200).json
    assert again == line
    other = secretary.put(f"{path}/{world.id_of('second_member')}", body, expect=422)
    assert code_of(other) == "invalid_member_code"
    assert line_of(secretary.get(path).json, world.id_of("second_member"))["state"] is None
    assert sign_in("member").put(f"{path}/{world.id_of('member')}", body, expect=403)


def test_a_member_reads_later_who_recorded_the_own_line(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, meeting, path = in_the_room(sign_in, world, clock)
    before = synced(sign_in("member"), meeting)
    assert before["recorded_by_name"] is None
    excused = {"state": "excused", "reason": "Ốm"}
    secretary.put(f"{path}/{world.id_of('member')}", excused, expect=200)
    after = synced(sign_in("member"), meeting, before["cursor"])
    roll = secretary.get(path).json
    assert after["recorded_by_name"] == line_of(roll, world.id_of("secretary"))["full_name"]
