"""Meetings that close and workers that roll up at the same moment leave the figures that the rows say."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.factories import World

from handbook.attendance.counters import recount
from handbook.attendance.events import AttendanceCorrected
from handbook.attendance.models import Attendance
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.reports import roll_up as rolling
from handbook.reports.models import CellMonth, DirtyMonth, OrganizationMonth
from handbook.reports.rebuild import rebuild_rollups
from handbook.reports.roll_up import roll_up

START = datetime(2026, 12, 2, 1, 0, tzinfo=UTC)
CELLS = ("cell", "other_cell", "far_cell")
EACH = 3
WORKERS = 2


@pytest.mark.usefixtures("engine_name")
def test_closing_and_rolling_up_at_once_loses_nothing(app: Flask, world: World) -> None:
    ids = {name: [_closed_meeting(world, name, hour) for hour in range(EACH)] for name in CELLS}
    begin = threading.Barrier(len(CELLS) * EACH + WORKERS)

    def inside(act: Callable[..., object], *args: object) -> None:
        with app.app_context():
            begin.wait(30)
            try:
                act(*args)
            finally:
                db.session.remove()

    def announce(name: str, meeting_id: int) -> None:
        with unit_of_work() as uow:
            uow.emit(AttendanceCorrected(meeting_id, int(world.id_of(name))))

    def roll() -> None:
        for _ in range(8):
            roll_up(limit=2)

    db.session.remove()
    with ThreadPoolExecutor(begin.parties) as pool:
        acts = [pool.submit(inside, announce, name, id_) for name in CELLS for id_ in ids[name]]
        acts += [pool.submit(inside, roll) for _ in range(WORKERS)]
    for act in acts:
        act.result(60)
    while roll_up():
        continue
    month = (int(world.id_of("root")), "2026-12")
    assert db.session.get_one(OrganizationMonth, month).present == len(CELLS) * EACH
    assert db.session.get_one(CellMonth, (int(world.id_of("cell")), "2026-12")).meetings == EACH
    assert rebuild_rollups() == []


@pytest.mark.usefixtures("app")
def test_a_mark_of_a_month_that_is_not_open_here_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rows may be another worker's, who opens that month at this moment and inserts them in an order of its own."""
    path = world.organizations["cell"].path

    def mark(month: str) -> None:
        with unit_of_work() as uow:
            uow.session.add(DirtyMonth(path=path, month=month))

    mark("2026-12")
    real = rolling.open_month

    def open_month(uow: UnitOfWork, month: str) -> None:
        real(uow, month)
        uow.session.add(DirtyMonth(path=path, month="2027-01"))
        uow.session.flush()

    monkeypatch.setattr(rolling, "open_month", open_month)
    assert rolling.roll_up() == 1
    monkeypatch.undo()
    assert list(db.session.scalars(select(DirtyMonth.month))) == ["2027-01"]
    assert rolling.roll_up() == 1


def _closed_meeting(world: World, name: str, hour: int) -> int:
    starts_at = START + timedelta(hours=3 * hour)
    with unit_of_work() as uow:
        meeting = Meeting(
            organization_id=int(world.id_of(name)),
            kind="regular",
            title="Sinh hoạt",
            state="closed",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=2),
            closed_at=starts_at + timedelta(hours=2),
            convened_at=starts_at - timedelta(days=3),
            place="Hội trường",
            content_version=1,
            created_at=starts_at - timedelta(days=3),
        )
        uow.session.add(meeting)
        uow.session.flush()
        line = Attendance(
            meeting_id=meeting.id,
            member_id=world.members["member"].id,
            member_status="official",
            state="present",
            flags=[],
            content_version=1,
        )
        uow.session.add(line)
        uow.session.flush()
        recount(uow.session.connection(), meeting.id)
        return int(meeting.id)
