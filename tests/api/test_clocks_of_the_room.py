"""Clock changes in the room (ADR 11): how far a device's clock is believed, and what a change in the middle does to the order.

The rule: a device may be wrong by ``proceedings.clock_skew_minutes`` (10 by default) and is believed; beyond that all its times
are set right by the difference at sending and flagged; nothing was written after it arrived; and a device's own numbering
outweighs its clock.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.proceedings.queries import record_of

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def meeting(meeting_convened: dict[str, Any], clock: FixedClock) -> dict[str, Any]:
    """Convened; the clock stands at the hour at which it was called."""
    clock.set(datetime.fromisoformat(meeting_convened["starts_at"]))
    return meeting_convened


def note(device: Device, at: datetime, text: str) -> dict[str, Any]:
    return device.write("note", at, key=str(uuid4()), agenda_item_id=None, text=text)


def notes(meeting: dict[str, Any]) -> list[str]:
    """What was said, in the order in which the minutes tell it."""
    record = record_of(db.session.get_one(Meeting, int(meeting["id"])))
    return [one.text for item in record.items for one in item.notes]


@pytest.mark.parametrize("minutes", [-10, -1, 0, 1, 10])
def test_a_clock_wrong_by_ten_minutes_is_believed(
    minutes: int, secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock
) -> None:
    device, start, wrong = Device(), clock.now(), minutes * MINUTE
    device.write("open", start + wrong)
    clock.advance(minutes=30)
    (answer,) = send(secretary, meeting, device.lines, now=clock.now(), ahead=wrong)
    assert (answer["flags"], answer["at"]) == ([], (start + wrong).isoformat())


@pytest.mark.parametrize("minutes", [-420, -11, 11, 420])
def test_a_clock_wrong_by_more_is_set_right_and_flagged(
    minutes: int, secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock
) -> None:
    device, start, wrong = Device(), clock.now(), minutes * MINUTE
    device.write("open", start + wrong)
    clock.advance(minutes=30)
    (answer,) = send(secretary, meeting, device.lines, now=clock.now(), ahead=wrong)
    assert (answer["flags"], answer["at"]) == (["clock_skew"], start.isoformat())


@pytest.mark.parametrize("opened_already", [False, True])
def test_who_opened_was_there_since_the_opening_and_not_since_its_arrival(
    opened_already: bool, secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock, world: World
) -> None:
    """A room without a network: whatever the server hears half an hour later was so at its own time."""
    device, opening = Device(), clock.now() + MINUTE
    device.write("open", opening, present=True)
    clock.advance(minutes=20)
    if opened_already:
        send(secretary, meeting, [Device().write("open", clock.now())], now=clock.now())
    clock.advance(minutes=10)
    send(secretary, meeting, device.lines, now=clock.now())
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    (line,) = [one for one in roll if one["member_id"] == world.id_of("secretary")]
    assert (line["state"], line["recorded_at"]) == ("present", opening.isoformat())


def test_nothing_was_written_after_it_arrived(
    secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock
) -> None:
    device = Device()
    device.write("open", clock.now() + 9 * MINUTE)
    (answer,) = send(secretary, meeting, device.lines, now=clock.now(), ahead=9 * MINUTE)
    assert answer["at"] == clock.now().isoformat()


def test_a_clock_set_back_in_the_middle_does_not_turn_the_order(
    engine_name: str, secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock
) -> None:
    """As another program may write it that does not hold its own times in order, in one request and in two."""
    device, start = Device(), clock.now()
    device.write("open", start)
    note(device, start + 40 * MINUTE, "một")
    # Set back by half an hour: what comes later shows an earlier time.
    note(device, start + 12 * MINUTE, "hai")
    clock.advance(minutes=60)
    answers = send(secretary, meeting, device.lines, now=clock.now())
    assert [one["at"] for one in answers[1:]] == [(start + 40 * MINUTE).isoformat()] * 2
    late = note(device, start + 14 * MINUTE, "ba")
    clock.advance(minutes=1)
    send(secretary, meeting, [late], now=clock.now())
    assert notes(meeting) == ["một", "hai", "ba"]


def test_a_clock_that_was_ahead_and_is_set_right_before_sending_keeps_the_order(
    secretary: ApiClient, meeting: dict[str, Any], clock: FixedClock
) -> None:
    device, start = Device(), clock.now()
    device.write("open", start)
    for number, text in enumerate(("một", "hai", "ba"), 1):
        note(device, start + timedelta(hours=7) + number * MINUTE, text)
    clock.advance(minutes=60)
    answers = send(secretary, meeting, device.lines, now=clock.now())
    assert {one["at"] for one in answers[1:]} == {clock.now().isoformat()}
    assert notes(meeting) == ["một", "hai", "ba"]


def test_the_later_of_two_lines_on_one_subject_stands_by_the_devices_numbers(
    secretary: ApiClient, world: World, meeting: dict[str, Any], clock: FixedClock
) -> None:
    device, start, member = Device(), clock.now(), world.id_of("member")
    device.write("open", start)
    device.mark(start + 40 * MINUTE, member, "late")
    device.mark(start + 5 * MINUTE, member, "present")
    clock.advance(minutes=60)
    send(secretary, meeting, device.lines, now=clock.now())
    roll = secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    assert next(line for line in roll if line["member_id"] == member)["state"] == "present"
