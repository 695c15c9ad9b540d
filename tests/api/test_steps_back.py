"""Opened or closed by a slip of the hand: the way back, until something has come of it, and what is as it was afterwards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match, opened, step
from tests.support.minutes import composed, path_of, read_back, sign, texts_of
from tests.support.rooms import Device, book, send

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import Reminder

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
REASON = {"reason": "Bấm nhầm"}


def get(client: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}", expect=200).json
    return answer


def states(client: ApiClient, meeting: dict[str, Any]) -> dict[str, str | None]:
    lines = client.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    return {line["member_id"]: line["state"] for line in lines}


def reminders(meeting: dict[str, Any]) -> list[str]:
    statement = select(Reminder.state).where(
        Reminder.meeting_id == int(meeting["id"]), Reminder.kind == NoticeKind.MEETING_REMINDER.value
    )
    return sorted(db.session.scalars(statement.execution_options(populate_existing=True)))


def refused(client: ApiClient, meeting: dict[str, Any], verb: str, status: int, body: Any = REASON) -> Any:
    path, headers = f"/api/meetings/{meeting['id']}/{verb}", if_match(get(client, meeting))
    return code_of(client.post(path, body, headers=headers, expect=status))


def test_a_meeting_closed_by_mistake_goes_on_and_the_roll_is_as_before(
    engine_name: str, secretary: ApiClient, world: World
) -> None:
    meeting = opened(secretary, world.id_of("cell"))
    device, now = Device(), datetime.fromisoformat(meeting["opened_at"])
    send(secretary, meeting, [device.mark(now, world.id_of("member"), "present")], now=now)
    send(secretary, meeting, [device.mark(now, world.id_of("deputy"), "unexcused")], now=now)
    before = states(secretary, meeting)
    closed = step(secretary, get(secretary, meeting), "close")
    assert closed["counts"]["not_recorded"] == 0
    again = step(secretary, closed, "reopen", REASON)
    assert (again["state"], again["closed_at"]) == ("open", None)
    assert again["counts"]["not_recorded"] == 3
    assert states(secretary, meeting) == before, "what somebody wrote by hand stands"
    ended = step(secretary, again, "close")
    assert (ended["state"], ended["counts"]["unexcused"]) == ("closed", 4)
    written = select(AuditEntry.tag).where(AuditEntry.tag == "meetings:meeting:reopened")
    assert len(db.session.scalars(written).all()) == 1
    assert book(secretary, meeting)["items"][-1]["data"] == REASON, "the reason stands in the book"


def test_a_step_back_needs_a_reason_the_etag_and_the_right_state(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    assert refused(secretary, meeting, "reopen", 409) == "wrong_state"
    assert refused(secretary, meeting, "unopen", 409) == "wrong_state"
    started = step(secretary, meeting, "open")
    assert refused(secretary, started, "unopen", 422, {}) == "validation_failed"
    path = f"/api/meetings/{meeting['id']}/unopen"
    assert secretary.post(path, REASON).status_code == 428
    assert secretary.post(path, REASON, headers=if_match(meeting)).status_code == 412


def test_an_opening_by_mistake_is_taken_back_with_the_openers_line_and_the_reminders_go_out(
    engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any]
) -> None:
    planned = reminders(meeting)
    started = step(secretary, meeting, "open", {"opener_present": True})
    assert states(secretary, meeting)[world.id_of("secretary")] == "present"
    assert reminders(meeting) != planned
    back = step(secretary, started, "unopen", REASON)
    assert (back["state"], back["opened_at"], back["counts"]["present"]) == ("convened", None, 0)
    assert "edit" in back["can"]
    assert states(secretary, meeting)[world.id_of("secretary")] is None
    assert reminders(meeting) == planned
    assert step(secretary, back, "open")["state"] == "open"


@pytest.mark.parametrize("what", ["mark", "note", "agenda", "minutes"])
def test_an_opening_of_which_something_has_come_stays(
    what: str, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    step(secretary, meeting, "open")
    device, now = Device(), evening.now()
    if what == "mark":
        device.mark(now, world.id_of("member"), "present")
    elif what == "note":
        device.write("note", now, key=str(uuid4()), agenda_item_id=None, text="Đồng ý.")
    elif what == "agenda":
        device.write("agenda", now, act="add", key=str(uuid4()), title="Việc khác")
    else:
        secretary.post(path_of(meeting, "/compose"), expect=200)
    if device.lines:
        assert [one["code"] for one in send(secretary, meeting, device.lines, now=now)] == [None]
    assert refused(secretary, meeting, "unopen", 409) == "already_begun"
    line = Device().write("unopen", now, reason="Bấm nhầm")
    (answer,) = send(secretary, meeting, [line], now=now)
    assert (answer["outcome"], answer["code"]) == ("refused", "already_begun")
    assert get(secretary, meeting)["state"] == "open"


def test_reopened_in_a_room_without_a_network_everything_arrives_as_it_was(
    engine_name: str, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    device.write("open", start, present=True)
    first = device.write("close", start + 10 * MINUTE)
    device.write("reopen", start + 11 * MINUTE, base=first["id"], reason="Bấm nhầm")
    device.mark(start + 20 * MINUTE, world.id_of("member"), "present")
    device.write("close", start + 80 * MINUTE)
    evening.advance(hours=2)
    answers = send(secretary, meeting, device.lines, now=evening.now())
    assert {one["outcome"] for one in answers} == {"applied"}, answers
    found = get(secretary, meeting)
    assert (found["state"], found["closed_at"]) == ("closed", (start + 80 * MINUTE).isoformat())
    assert states(secretary, meeting)[world.id_of("member")] == "present"


def test_a_reopening_that_arrives_after_the_second_closing_sets_the_hour_right(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    lines = [
        device.write("open", start),
        first := device.write("close", start + 10 * MINUTE),
        device.write("reopen", start + 11 * MINUTE, base=first["id"], reason="Bấm nhầm"),
        device.write("close", start + 80 * MINUTE),
    ]
    evening.advance(hours=2)
    send(secretary, meeting, [lines[0], lines[1], lines[3]], now=evening.now())
    assert get(secretary, meeting)["closed_at"] == (start + 10 * MINUTE).isoformat()
    send(secretary, meeting, [lines[2]], now=evening.now())
    assert get(secretary, meeting)["closed_at"] == (start + 80 * MINUTE).isoformat()


def test_a_reopening_before_the_closing_it_speaks_of_waits_for_it(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device, start = Device(), evening.now()
    begun, end = device.write("open", start), device.write("close", start + 10 * MINUTE)
    back = device.write("reopen", start + 11 * MINUTE, base=end["id"], reason="Bấm nhầm")
    evening.advance(hours=1)
    send(secretary, meeting, [begun], now=evening.now())
    (answer,) = send(secretary, meeting, [back], now=evening.now())
    assert answer["code"] == "not_closed"
    send(secretary, meeting, [end], now=evening.now())
    assert get(secretary, meeting)["state"] == "open"


def test_who_closed_without_having_seen_the_reopening_is_told_that_it_changed_nothing(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    one, other, start = Device(), Device(), evening.now()
    one.write("open", start)
    end = one.write("close", start + 10 * MINUTE)
    one.write("reopen", start + 12 * MINUTE, base=end["id"], reason="Bấm nhầm")
    late = other.write("close", start + 11 * MINUTE)
    evening.advance(hours=1)
    send(secretary, meeting, one.lines, now=evening.now())
    (answer,) = send(secretary, meeting, [late], now=evening.now())
    assert (answer["outcome"], answer["flags"]) == ("applied", ["undone"])
    assert get(secretary, meeting)["state"] == "open"


def test_an_opening_written_after_the_closing_is_answered_for_what_it_is(
    secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
) -> None:
    one, other, start = Device(), Device(), evening.now()
    one.write("open", start)
    one.write("close", start + 10 * MINUTE)
    evening.advance(minutes=30)
    send(secretary, meeting, one.lines, now=evening.now())
    early, late = other.write("open", start + MINUTE), other.write("open", start + 20 * MINUTE)
    answers = send(secretary, meeting, [early, late], now=evening.now())
    assert [answer["code"] for answer in answers] == [None, "already_closed"]
    assert get(secretary, meeting)["state"] == "closed"


def test_phones_learn_of_a_step_back_by_the_api_from_the_book(
    secretary: ApiClient, sign_in: SignIn, meeting: dict[str, Any], evening: FixedClock
) -> None:
    device = Device()
    device.write("open", evening.now())
    end = device.write("close", evening.now())
    send(secretary, meeting, device.lines, now=evening.now())
    step(secretary, get(secretary, meeting), "reopen", REASON)
    line = book(sign_in("member"), meeting)["items"][-1]
    assert (line["kind"], line["subject"], line["base"]) == ("reopen", "close", end["id"])
    assert line["data"] == REASON


def test_a_signature_ends_the_way_back(
    engine_name: str, sign_in: SignIn, world: World, meeting_ended: dict[str, Any]
) -> None:
    secretary, meeting = sign_in("secretary"), meeting_ended
    sign(secretary, read_back(secretary, composed(sign_in, world, meeting)), "chair")
    assert refused(secretary, meeting, "reopen", 409) == "minutes_signed"
    now = datetime.fromisoformat(get(secretary, meeting)["closed_at"])
    line = Device().write("reopen", now + MINUTE, reason="Bấm nhầm")
    (answer,) = send(secretary, meeting, [line], now=now + MINUTE)
    assert (answer["outcome"], answer["code"]) == ("refused", "minutes_signed")


def test_minutes_tell_no_end_and_no_reading_that_came_after_it(
    sign_in: SignIn, world: World, clock: FixedClock, meeting_ended: dict[str, Any]
) -> None:
    secretary, meeting = sign_in("secretary"), meeting_ended
    clock.advance(minutes=3)
    agreed = read_back(secretary, composed(sign_in, world, meeting))
    assert any("kết thúc lúc" in text for text in texts_of(agreed))
    step(secretary, get(secretary, meeting), "reopen", REASON)
    found = secretary.get(path_of(meeting), expect=200).json
    assert (found["state"], found["read_back_at"]) == ("draft", None)
    assert not any("kết thúc" in text or "đọc lại" in text for text in texts_of(found))
