"""Who is appointed to take the minutes writes notes, conclusions and minutes of that meeting, and runs nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened
from tests.support.minutes import path_of, texts_of
from tests.support.rooms import Device, book, send

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def taker(sign_in: SignIn) -> ApiClient:
    return sign_in("member")


@pytest.fixture
def meeting(secretary: ApiClient, world: World) -> dict[str, Any]:
    return opened(secretary, world.id_of("cell"))


def appoint(secretary: ApiClient, meeting: dict[str, Any], world: World, role: str | None) -> None:
    body = {"minute_taker_id": None if role is None else world.id_of(role)}
    secretary.put(f"/api/meetings/{meeting['id']}/roles", body, expect=200)


def note(device: Device, at: datetime, meeting: dict[str, Any], text: str = "Đề nghị làm rõ.") -> None:
    item = meeting["agenda"][0]["id"]
    device.write("note", at, key=str(uuid4()), agenda_item_id=item, text=text)


def can(client: ApiClient, meeting: dict[str, Any]) -> list[str]:
    answer: list[str] = client.get(f"/api/meetings/{meeting['id']}", expect=200).json["can"]
    return answer


def test_the_appointed_writes_notes_and_conclusions(
    engine_name: str,
    secretary: ApiClient,
    taker: ApiClient,
    world: World,
    meeting: dict[str, Any],
    clock: FixedClock,
) -> None:
    device, item = Device(), meeting["agenda"][0]["id"]
    note(device, clock.now(), meeting)
    body = {"now": clock.now().isoformat(), "entries": device.lines}
    path = f"/api/meetings/{meeting['id']}/proceedings"
    taker.post(path, body, expect=403)

    appoint(secretary, meeting, world, "member")
    device.write("conclusion", clock.now(), agenda_item_id=item, text="Giao đồng chí phó bí thư.")
    assert [one["code"] for one in send(taker, meeting, device.lines, now=clock.now())] == [None, None]
    seen = {one["kind"] for one in book(taker, meeting)["items"]}
    assert {"note", "conclusion"} <= seen


def test_the_appointed_runs_nothing(
    secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    appoint(secretary, meeting, world, "member")
    device, at, item = Device(), clock.now(), meeting["agenda"][0]["id"]
    device.write("item", at, agenda_item_id=item, state="started")
    device.mark(at, world.id_of("second_member"), "present")
    device.write("chair", at, member_id=world.id_of("member"))
    device.write("minute_taker", at, member_id=world.id_of("second_member"))
    device.write("close", at)
    codes = [one["code"] for one in send(taker, meeting, device.lines, now=at)]
    assert None not in codes
    root = f"/api/meetings/{meeting['id']}"
    taker.post(f"{root}/close", headers=if_match(meeting), expect=403)
    taker.put(f"{root}/attendance/{world.id_of('second_member')}", {"state": "present"}, expect=403)
    taker.put(f"{root}/roles", {"chair_id": world.id_of("member")}, expect=403)
    assert can(taker, meeting) == ["take_minutes"]


def test_the_appointed_writes_the_minutes_from_the_roll_that_is_read_for_them(
    engine_name: str, secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    taker.post(path_of(meeting, "/compose"), expect=404)
    appoint(secretary, meeting, world, "member")
    assert taker.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    minutes = taker.post(path_of(meeting, "/compose"), expect=200).json
    assert minutes["minute_taker"]["member_id"] == world.id_of("member")
    assert any(text.startswith("Người ghi biên bản: đồng chí") for text in texts_of(minutes))
    opening = minutes["sections"][0]
    words = [{"id": one["id"], "text": one["text"]} for one in opening["paragraphs"]]
    change = {"sections": [{"key": opening["key"], "paragraphs": [*words, {"id": "own-1", "text": "Thêm."}]}]}
    minutes = taker.patch(path_of(meeting), change, headers=if_match(minutes), expect=200).json
    taker.post(path_of(meeting, "/read-back"), headers=if_match(minutes), expect=200)


def test_minutes_begun_before_the_appointment_open_to_the_appointed(
    secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    secretary.post(path_of(meeting, "/compose"), expect=200)
    taker.get(path_of(meeting), expect=404)
    appoint(secretary, meeting, world, "member")
    taker.get(path_of(meeting), expect=200)
    taker.post(path_of(meeting, "/compose"), expect=200)


def test_the_rights_end_with_the_appointment_and_are_of_this_meeting_alone(
    secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    other = convened(secretary, world.id_of("cell"))
    appoint(secretary, meeting, world, "member")
    assert (can(taker, meeting), can(taker, other)) == (["take_minutes"], [])
    appoint(secretary, meeting, world, None)
    assert can(taker, meeting) == []
    device = Device()
    note(device, clock.now(), meeting)
    body = {"now": clock.now().isoformat(), "entries": device.lines}
    answer = taker.post(f"/api/meetings/{meeting['id']}/proceedings", body, expect=403)
    assert code_of(answer) == "forbidden"


def test_notes_of_a_minute_taker_who_was_replaced_arrive_later(
    secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    """Everything reaches the server later: what was written while the appointment was in force counts."""
    room, start = Device(), clock.now()
    room.write("minute_taker", start, member_id=world.id_of("member"))
    first = room.lines[-1]
    room.write("minute_taker", start + 10 * MINUTE, base=first["id"], member_id=world.id_of("deputy"))
    clock.set(start + 30 * MINUTE)
    send(secretary, meeting, room.lines, now=clock.now())
    device = Device()
    note(device, start + 5 * MINUTE, meeting, "Trong lúc còn ghi biên bản.")
    note(device, start + 20 * MINUTE, meeting, "Sau khi thay người.")
    codes = [one["code"] for one in send(taker, meeting, device.lines, now=clock.now())]
    assert codes == [None, "not_in_office"]


def test_the_phone_of_the_appointed_hears_of_it_with_the_next_sync(
    secretary: ApiClient, taker: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    cursor = taker.get("/api/sync", expect=200).json["cursor"]
    appoint(secretary, meeting, world, "member")
    told = taker.get("/api/sync", query_string={"cursor": cursor}, expect=200).json["changes"]["meetings"]
    assert [(one["id"], one["can"]) for one in told] == [(meeting["id"], ["take_minutes"])]


def test_the_secretary_who_is_appointed_keeps_what_the_office_gives(
    secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    before = can(secretary, meeting)
    appoint(secretary, meeting, world, "secretary")
    assert can(secretary, meeting) == [*before, "take_minutes"]
