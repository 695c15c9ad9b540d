"""Workers on machines whose clocks differ: they go by the database's, so that nobody takes another for dead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import FakePushService
from tests.support.pushing import subscribe

from handbook.config import Settings
from handbook.kernel.clock import Clock, FixedClock, SystemClock
from handbook.kernel.database_clock import ASK_EVERY_SECONDS, DatabaseClock, go_by_the_database
from handbook.kernel.db import db
from handbook.notifications.models import Reminder
from handbook.notifications.reminders.beginning import begin
from handbook.notifications.reminders.claiming import claim

OFF = timedelta(minutes=10)


@pytest.fixture
def clock() -> FixedClock:
    """A worker goes by the machine's time, so the meeting is planned from there."""
    return FixedClock(SystemClock().now())


def go_wrong(monkeypatch: pytest.MonkeyPatch, app: Flask, by: timedelta) -> Clock:
    """Have the machine tell another time, and the application go by the machine."""
    monkeypatch.setattr(SystemClock, "now", lambda _clock: datetime.now(UTC) + by)
    machine = SystemClock()
    app.extensions["handbook.clock"] = machine
    return machine


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_what_a_worker_has_under_way_is_taken_by_none_whose_machine_is_ten_minutes_fast(
    engine_name: str,
    app: Flask,
    sign_in: Callable[[str], ApiClient],
    world: World,
    push: FakePushService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subscribe(sign_in("member"), push)
    starts_at = datetime.now(UTC) + timedelta(days=10)
    meeting = convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)
    reminder = db.session.scalars(
        select(Reminder.id).where(Reminder.meeting_id == int(meeting["id"]))
    ).first()
    assert reminder is not None
    go_wrong(monkeypatch, app, timedelta(0))
    assert begin(reminder)
    assert len(claim(reminder).messages) == 1, "now it is under way"
    machine = go_wrong(monkeypatch, app, OFF)
    go_by_the_database(app)
    assert not claim(reminder).messages
    app.extensions["handbook.clock"] = machine
    assert len(claim(reminder).messages) == 1, "by its machine's clock it would send it once more"


@pytest.mark.parametrize("by", [OFF, -OFF], ids=["fast", "slow"])
def test_a_machine_that_is_off_is_put_right_where_there_may_be_several(
    engine_name: str, app: Flask, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    go_wrong(monkeypatch, app, by)
    go_by_the_database(app)
    off = app.extensions["handbook.clock"].now() - datetime.now(UTC)
    # The processes of SQLite have one machine, and one clock.
    expected = by if engine_name == "sqlite" else timedelta(0)
    assert abs(off - expected) < timedelta(seconds=5)


def test_a_database_that_does_not_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = FixedClock(datetime(2026, 12, 1, 2, 0, tzinfo=UTC))
    right = machine.now() - OFF
    answers: list[datetime | None] = [right, None, right + timedelta(milliseconds=300)]
    clock, seconds = DatabaseClock(lambda: answers.pop(0), machine), [0.0]
    monkeypatch.setattr("handbook.kernel.database_clock.time.monotonic", lambda: seconds[0])
    for _answer in range(3):
        # A difference of less than a second moves nobody back or forth.
        assert clock.now() == right
        seconds[0] += ASK_EVERY_SECONDS / 2
        assert clock.now() == right
        seconds[0] += ASK_EVERY_SECONDS
    assert answers == []


def test_a_clock_that_was_given_is_kept(
    engine_name: str, app: Flask, settings: Settings, clock: FixedClock
) -> None:
    go_by_the_database(app)
    assert app.extensions["handbook.clock"] is clock
