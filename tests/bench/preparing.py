"""A copy of the province's data set made ready for an evening now: times, devices, reminders that come due."""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Engine, create_engine, insert, select, text
from tests.bench.datasets.shape import Cell, shape_of
from tests.bench.evening import MEMBERS, WITH_DEVICE
from tests.bench.load import MOST_BOARDS
from tests.support.push_service import base64url

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import UTCDateTime, db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import PushSubscription
from handbook.notifications.reminders.planning import plan_reminder
from handbook.notifications.rules import step_of

MEBIBYTE = 1024 * 1024
CHUNK = 5_000
# The meetings are in an hour.
STEP = step_of(60)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a device keeps to itself: its key and its secret."""

    private: ec.EllipticCurvePrivateKey
    auth: bytes

    def as_columns(self) -> dict[str, str]:
        """As a subscription has them."""
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return {"p256dh": base64url(point), "auth": base64url(self.auth)}


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the copy lies, and how many messages are to go out."""

    settings: Settings
    messages: int

    def engine(self) -> Engine:
        return create_engine(self.settings.database_url)

    def size_mib(self) -> float:
        """The size of the database, with what is not yet moved into the file itself."""
        if self.settings.is_sqlite:
            files = self.settings.data_dir.glob("handbook.sqlite3*")
            return round(sum(path.stat().st_size for path in files) / MEBIBYTE, 1)
        engine = self.engine()
        with engine.connect() as connection:
            size: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
        engine.dispose()
        return round(size / MEBIBYTE, 1)


def prepare(environment: dict[str, str], origin: str, *, seconds: float, messages: float) -> Prepared:
    """Move the evening to now. ``messages`` a second come due over the next ``seconds``, in cells that meet in an hour."""
    app = create_app(Settings.from_environment(environment))
    cells = shape_of(MEMBERS).cells
    told, count = [], 0
    for cell in cells[MOST_BOARDS:]:
        if count >= messages * seconds:
            break
        told.append(cell)
        count += len(_with_device(cell))
    with app.app_context():
        _move_times(datetime.now(UTC))
        _subscribe(
            [member for cell in told for member in _with_device(cell)],
            origin,
            Keys(ec.generate_private_key(ec.SECP256R1()), os.urandom(16)),
        )
        _plan(told, seconds)
        db.session.remove()
        db.engine.dispose()
    app.extensions["handbook.driver"].close()
    return Prepared(app.extensions["handbook.settings"], count)


def prepare_reminders(environment: dict[str, str], origin: str, count: int, keys: Keys) -> Prepared:
    """All cells meet in an hour; reminders of so many members, each with one device, are due now."""
    app = create_app(Settings.from_environment(environment))
    told, members = [], []
    for cell in shape_of(MEMBERS).cells:
        if len(members) >= count:
            break
        told.append(cell)
        members += cell.members
    with app.app_context():
        _move_times(datetime.now(UTC), first_told=0)
        _subscribe(members[:count], origin, keys)
        _plan(told, 0)
        db.session.remove()
        db.engine.dispose()
    app.extensions["handbook.driver"].close()
    return Prepared(app.extensions["handbook.settings"], min(count, len(members)))


def delivered(prepared: Prepared, patience: float) -> dict[str, float]:
    """What became of the reminders once all have been sent, or patience is over; seconds are those of the slowest hundredth."""
    engine = prepared.engine()
    count = text("SELECT count(*) FROM deliveries WHERE state = 'accepted'")
    until = time.monotonic() + patience
    accepted = 0
    while time.monotonic() < until:
        with engine.connect() as connection:
            accepted = connection.execute(count).scalar_one()
        if accepted >= prepared.messages:
            break
        time.sleep(0.5)
    late = text(
        "SELECT d.accepted_at, r.due_at FROM deliveries d JOIN reminders r ON r.id = d.reminder_id WHERE d.state = 'accepted'"
    ).columns(accepted_at=UTCDateTime(), due_at=UTCDateTime())
    with engine.connect() as connection:
        waits = sorted((row.accepted_at - row.due_at).total_seconds() for row in connection.execute(late))
    engine.dispose()
    p99 = waits[min(len(waits) * 99 // 100, len(waits) - 1)] if waits else 0.0
    return {"planned": prepared.messages, "accepted": accepted, "p99_seconds": round(p99, 2)}


def _with_device(cell: Cell) -> list[int]:
    """85 of a hundred members."""
    return [id_ for id_ in cell.members if id_ * 61 % 100 < WITH_DEVICE * 100]


def _move_times(now: datetime, first_told: int = 2 * MOST_BOARDS + 2) -> None:
    """Tonight's meetings are open since a minute; who is told of one meets in an hour. Half of the devices were seen."""
    meetings = Meeting.__table__
    with db.engine.begin() as connection:
        is_open = meetings.c.state == "open"
        times = {"starts_at": now + timedelta(minutes=10), "ends_at": now + timedelta(hours=3)}
        before = {"convened_at": now - timedelta(days=4), "opened_at": now - timedelta(minutes=1)}
        connection.execute(meetings.update().where(is_open).values(**times, **before))
        connection.execute(
            meetings.update()
            .where(is_open, meetings.c.id >= first_told)
            .values(state="convened", opened_at=None, starts_at=now + timedelta(hours=1))
        )
        seen = db.metadata.tables["device_sessions"]
        connection.execute(seen.update().where(seen.c.id % 2 == 0).values(last_seen_at=now))


def _subscribe(members: list[int], origin: str, keys: Keys) -> None:
    """Their devices at the push service; one key pair for all of them."""
    now = datetime.now(UTC)
    rows = [
        {
            "account_id": id_,
            "session_id": id_,
            "endpoint": f"{origin}/push/{id_}",
            "origin": origin,
            "created_at": now,
            **keys.as_columns(),
        }
        for id_ in members
    ]
    with db.engine.begin() as connection:
        for start in range(0, len(rows), CHUNK):
            connection.execute(insert(PushSubscription.__table__), rows[start : start + CHUNK])


def _plan(cells: list[Cell], seconds: float) -> None:
    """A reminder of each cell's meeting, due at even distances."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        ids = [cell.meeting_id for cell in cells]
        meetings = {
            meeting.id: meeting for meeting in uow.session.scalars(select(Meeting).where(Meeting.id.in_(ids)))
        }
        for number, id_ in enumerate(ids):
            plan_reminder(
                uow,
                NoticeKind.MEETING_REMINDER,
                f"meeting_reminder:{id_}:{STEP}",
                step=STEP,
                due_at=now + timedelta(seconds=2 + seconds * number / len(ids)),
                meeting=meetings[id_],
            )
