"""Recording that somebody read about other people: once a day for each reader and subject, however often a list is opened.

What is one person's has that person in ``member_id``. A reading of everybody at once (an exported roster, a roll) is one
entry with the organisation's ``path``; :data:`OF_THE_CELL` and :data:`OF_ALL_BELOW` say whom it concerns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.audit.models import AuditEntry
from handbook.audit.service import record
from handbook.kernel.clock import DEFAULT_TIMEZONE, Clock, today_in
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import current_clock, unit_of_work

# Entries about one person, who sees them in the own access log.
OF_ONE = (
    "members:member:read",
    "members:citizen_id:viewed",
    "members:phone:read",
    "attendance:absence_request:read",
    "accounts:activation_code:issued",
)
# Entries about everybody of the organisation with this path, and about everybody at and below it.
OF_THE_CELL = ("attendance:roll:read", "minutes:minutes:read")
OF_ALL_BELOW = ("members:roster:exported",)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the object, the person whom it concerns (None for a list of many), and the organisation's path."""

    subject_id: int
    path: str
    member_id: int | None = None


def record_readings(tag: str, readings: Sequence[Reading], *, actor: Actor) -> None:
    """Record those readings that the actor has not made today already; the own record is nobody's business.

    Opens a unit of work only when there is something to write, because most readings repeat.
    """
    fresh = [
        reading for reading in readings if reading.member_id is None or reading.member_id != actor.member_id
    ]
    if not fresh:
        return
    known = _known_today(tag, fresh, actor, current_clock())
    new = {(reading.subject_id, reading.member_id): reading for reading in fresh}.keys() - known
    if not new:
        return
    with unit_of_work() as uow:
        for reading in fresh:
            if (reading.subject_id, reading.member_id) in new:
                new.discard((reading.subject_id, reading.member_id))
                record(
                    uow,
                    tag,
                    actor=actor,
                    subject_id=reading.subject_id,
                    member_id=reading.member_id,
                    path=reading.path,
                )


def _known_today(
    tag: str, readings: Sequence[Reading], actor: Actor, clock: Clock
) -> set[tuple[int | None, int | None]]:
    """Subject and person of the actor's entries of today, found on the index of persons, or else on that of paths."""
    persons = {reading.member_id for reading in readings} - {None}
    place = (
        AuditEntry.member_id.in_(persons)
        if persons
        else AuditEntry.path.in_({reading.path for reading in readings})
    )
    rows = db.session.execute(
        select(AuditEntry.subject_id, AuditEntry.member_id).where(
            place,
            AuditEntry.tag == tag,
            AuditEntry.at >= _midnight(clock),
            AuditEntry.actor_account_id == actor.account_id,
        )
    )
    return {(row.subject_id, row.member_id) for row in rows}


def _midnight(clock: Clock) -> datetime:
    return datetime.combine(today_in(DEFAULT_TIMEZONE, clock), time.min, ZoneInfo(DEFAULT_TIMEZONE))
