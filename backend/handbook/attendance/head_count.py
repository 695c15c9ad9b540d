"""The head-count of a meeting (2-domain): "total (official, probationary), exempt, present, absent with and without leave, by
name and reason". Pure; the same numbers go into the room's screen, the minutes and the vote.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from handbook.attendance.enums import AttendanceState as S
from handbook.attendance.rules import ATTENDING, is_free, is_quorum_reached, quorum_required
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus


@dataclass(frozen=True, slots=True)
class RollLine:
    """What the count needs of a member's line. ``status`` is that of the summons; ``state`` None: not recorded."""

    member_id: int
    name: str
    status: MemberStatus
    state: S | None
    reason: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Person:
    member_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody who did not come, with the reason that was given, if any."""

    member_id: int
    name: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Somebody who came late or left early; ``at`` None when nobody wrote the time down."""

    member_id: int
    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A guest: named, never counted."""

    name: str
    origin: str | None


@dataclass(frozen=True, slots=True)
class HeadCount:
    """Everybody who was summoned is in exactly one of ``attended``, ``exempt``, ``elsewhere``, ``excused``, ``unexcused`` and
    ``not_recorded``: together ``total + temporary_in``. Who left the organisation between convening and opening is in none.

    ``total`` are the members of the organisation, official and probationary; an exempt member and one introduced elsewhere
    for a time are official members. ``temporary_in`` live the party life here for a time and are not members of the cell.
    ``attended`` counts who came, late or not, also when they left early; ``official_attended`` the official members among
    them and ``official_in_room`` those who have not left: the quorum asks who is in the room.
    """

    total: int
    official: int
    probationary: int
    temporary_in: int
    exempt: tuple[Person, ...]
    elsewhere: tuple[Person, ...]
    attended: int
    late: tuple[Moment, ...]
    left_early: tuple[Moment, ...]
    excused: tuple[Absent, ...]
    unexcused: tuple[Absent, ...]
    not_recorded: tuple[Person, ...]
    official_due: int
    official_attended: int
    official_in_room: int
    quorum_required: int
    quorum_reached: bool
    guests: tuple[GuestLine, ...] = ()
    chair: Person | None = None
    minute_taker: Person | None = None


def head_count(
    lines: Iterable[RollLine],
    *,
    quorum: Fraction,
    guests: Iterable[GuestLine] = (),
    chair_id: int | None = None,
    minute_taker_id: int | None = None,
) -> HeadCount:
    """Count a roll; ``quorum`` is the share of the official members due that has to be in the room."""
    roll = [line for line in lines if line.status in ACTIVE_STATUSES]
    status = [line.status for line in roll]
    attending = [line for line in roll if line.state in ATTENDING]
    exempt = [line for line in roll if line.state == S.EXEMPT and is_free(line.status)]
    # "default 2/3 of official members who must attend": neither exempt members nor those introduced elsewhere must, and
    # that is a matter of the record, not of a mark in the roll.
    official = [line for line in roll if line.status == MemberStatus.OFFICIAL]
    due = len(official)
    official_attended = [line for line in official if line.state in ATTENDING]
    in_room = sum(line.left_at is None for line in official_attended)
    probationary, temporary_in = (
        status.count(MemberStatus.PROBATIONARY),
        status.count(MemberStatus.TEMPORARY_IN),
    )
    by_id = {line.member_id: Person(line.member_id, line.name) for line in roll}
    away = MemberStatus.TEMPORARY_OUT
    return HeadCount(
        total=len(roll) - temporary_in,
        official=len(roll) - temporary_in - probationary,
        probationary=probationary,
        temporary_in=temporary_in,
        exempt=tuple(by_id[line.member_id] for line in exempt if line.status != away),
        elsewhere=tuple(by_id[line.member_id] for line in exempt if line.status == away),
        attended=len(attending),
        late=tuple(
            Moment(line.member_id, line.name, line.arrived_at) for line in attending if line.state == S.LATE
        ),
        left_early=tuple(
            Moment(line.member_id, line.name, line.left_at) for line in attending if line.left_at
        ),
        excused=_absent(line for line in roll if line.state == S.EXCUSED or is_marked_free(line)),
        unexcused=_absent(line for line in roll if line.state == S.UNEXCUSED),
        not_recorded=tuple(by_id[line.member_id] for line in roll if line.state is None),
        official_due=due,
        official_attended=len(official_attended),
        official_in_room=in_room,
        quorum_required=quorum_required(due, quorum),
        quorum_reached=is_quorum_reached(due, in_room, quorum),
        guests=tuple(guests),
        chair=None if chair_id is None else by_id.get(chair_id),
        minute_taker=None if minute_taker_id is None else by_id.get(minute_taker_id),
    )


def is_marked_free(line: RollLine) -> bool:
    """Whether only the roll says ``exempt`` of somebody whose record does not: an absentee with leave."""
    return line.state == S.EXEMPT and not is_free(line.status)


def _absent(lines: Iterable[RollLine]) -> tuple[Absent, ...]:
    return tuple(Absent(line.member_id, line.name, line.reason) for line in lines)
