"""The evening that faults are played on: cells whose members check in, and what the database must say when it is over."""

import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text
from tests.bench.population import Device, populate

from handbook.accounts.sessions import hash_token

MEMBERS = text(
    "SELECT s.token_hash, a.member_id FROM device_sessions s JOIN accounts a ON a.id = s.account_id"
)
LINES = text("SELECT meeting_id, member_id, state, checked_in_at FROM attendances")
RECORDED = text(
    "SELECT subject_id, member_id, COUNT(*) FROM audit_entries WHERE tag = 'attendance:line:checked_in'"
    " GROUP BY subject_id, member_id"
)
COUNTED = text("SELECT id, present_count, late_count FROM meetings")


@dataclass(frozen=True, slots=True)
class Evening:
    """``data`` is the service's data directory, ``devices`` those of the members, each with a code that is good."""

    data: Path
    devices: list[Device]
    database_url: str | None = None

    @property
    def database(self) -> str:
        return "postgresql" if self.database_url else "sqlite"

    @property
    def environment(self) -> dict[str, str]:
        """What the service is started with."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDBOOK_")}
        url = {"HANDBOOK_DATABASE_URL": self.database_url} if self.database_url else {}
        return {**kept, "HANDBOOK_DATA_DIR": str(self.data), **url}

    def engine(self) -> Engine:
        return create_engine(self.database_url or f"sqlite:///{self.data / 'handbook.sqlite3'}")


def make_evening(data: Path, *, cells: int, database_url: str | None = None) -> Evening:
    """Fill an empty database: cells of 22 members with open meetings."""
    return Evening(data, populate(data, cells=cells, database_url=database_url, opened=True), database_url)


@dataclass(slots=True)
class Account:
    """What became of the check-ins: how many each, and in words what must not be."""

    acknowledged: int = 0
    written: int = 0
    lost: int = 0
    doubled: int = 0
    miscounted: int = 0
    wrong: list[str] = field(default_factory=list)


def account_for(evening: Evening, acknowledged: Collection[Device]) -> Account:
    """Compare what was acknowledged with what is written.

    Lost: acknowledged and not written. Doubled: a line that is on the record twice. Miscounted: a meeting whose kept counts
    are not those of its lines.
    """
    engine = evening.engine()
    with engine.connect() as connection:
        members: dict[str, int] = {row[0]: row[1] for row in connection.execute(MEMBERS)}
        lines = connection.execute(LINES).all()
        recorded = {(row[0], row[1]): row[2] for row in connection.execute(RECORDED)}
        counted = connection.execute(COUNTED).all()
    engine.dispose()
    there = {(meeting, member) for meeting, member, _state, at in lines if at is not None}
    told = {(device.meeting_id, members[hash_token(device.token)]) for device in acknowledged}
    states = Counter((meeting, state) for meeting, _member, state, _at in lines)
    account = Account(
        acknowledged=len(told),
        written=len(there),
        lost=len(told - there),
        doubled=sum(count > 1 for count in recorded.values())
        + len(lines)
        - len({line[:2] for line in lines}),
        miscounted=sum(
            (present, late) != (states[meeting, "present"], states[meeting, "late"])
            for meeting, present, late in counted
        ),
    )
    if account.lost:
        account.wrong.append(f"{account.lost} acknowledged check-ins are not written")
    if account.doubled:
        account.wrong.append(f"{account.doubled} check-ins are on the record twice")
    if account.miscounted:
        account.wrong.append(f"{account.miscounted} meetings count other numbers than their lines")
    if recorded.keys() != there:
        account.wrong.append(
            f"{len(recorded.keys() ^ there)} lines and entries of the record without each other"
        )
    return account


def assert_held(counts: dict[str, Any]) -> None:
    """Fail with what must not be."""
    assert counts["wrong"] == [], counts
