"""The head-counts of a conference, kept per site and changed in the transaction of the change itself (ADR 13).

A line counts for the site to which the delegate belongs. Who attends elsewhere is counted at both: ``at_other_sites`` of the
own site, ``from_other_sites`` of the other one.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, and_, bindparam, func, select, update

from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.kernel.clock import Clock
from handbook.meetings.sites import Delegate, Site
from handbook.members.enums import MemberStatus

SITES = Site.__table__
ROLL = Attendance.__table__
DELEGATES = Delegate.__table__
COUNTED = (
    *("delegate_count", *(f"{state.value}_count" for state in AttendanceState)),
    *("official_due", "official_present", "at_other_sites", "from_other_sites"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a line says as far as it is counted: the state, whether the delegate has left early, and where."""

    state: str | None
    site_id: int
    has_left: bool = False

    def is_visiting(self, home_site_id: int) -> bool:
        return self.state in ATTENDING and self.site_id != home_site_id


def move_site_counts(
    connection: Connection,
    home_site_id: int,
    before: Standing,
    after: Standing,
    member_status: str,
    *,
    clock: Clock,
) -> None:
    """Count one line as ``after`` instead of ``before``, at the own site and wherever the delegate was or is."""
    for statement, values in site_moves(home_site_id, before, after, member_status, at=clock.now()):
        connection.execute(statement, values)


def site_moves(
    home_site_id: int, before: Standing, after: Standing, member_status: str, *, at: datetime
) -> list[tuple[Update, dict[str, Any]]]:
    """The statements of :func:`move_site_counts` and their values.

    The rows are written in the order of their ids, so that two visitors who change places do not wait for each other.
    """
    steps: defaultdict[int, Counter[str]] = defaultdict(Counter)
    own = steps[home_site_id]
    for standing, sign in ((before, -1), (after, 1)):
        if standing.state is not None:
            own[f"{standing.state}_count"] += sign
        if member_status == MemberStatus.OFFICIAL:
            own["official_present"] += sign * (standing.state in ATTENDING and not standing.has_left)
        if standing.is_visiting(home_site_id):
            own["at_other_sites"] += sign
            steps[standing.site_id]["from_other_sites"] += sign
    begins = after.state in ATTENDING
    moves = []
    for place, (site_id, counts) in enumerate(sorted(steps.items())):
        opens = begins and site_id == after.site_id
        moved = tuple(sorted((name, step) for name, step in counts.items() if step))
        values = {f"of_site_{place}": site_id, **({"site_opened_at": at} if opens else {})}
        moves.append((_move(moved, opens, place), values))
    return moves


@cache
def _move(steps: tuple[tuple[str, int], ...], opens: bool, place: int = 0) -> Update:
    """For the site ``of_site_0``, or ``of_site_1`` where a line counts at two."""
    columns = SITES.c
    values = {name: columns[name] + step for name, step in (*steps, ("version", 1))}
    if opens:
        values["opened_at"] = func.coalesce(
            columns.opened_at, bindparam("site_opened_at", type_=columns.opened_at.type)
        )
    return update(SITES).where(columns.id == bindparam(f"of_site_{place}")).values(values)


def touch_site(connection: Connection, site_id: int) -> None:
    """Note that a line of the site changed in a way that no count shows."""
    connection.execute(_move((), opens=False), {"of_site_0": site_id})


def recount_sites(connection: Connection, meeting_id: int) -> None:
    """Count the lines anew and write the counts of every site of the conference."""
    counts = count_sites(connection, meeting_id)
    rows = [{"of_site": site_id, **values} for site_id, values in sorted(counts.items())]
    if rows:
        connection.execute(
            update(SITES)
            .where(SITES.c.id == bindparam("of_site"))
            .values({**{name: bindparam(name) for name in COUNTED}, "version": SITES.c.version + 1}),
            rows,
        )


def count_sites(connection: Connection, meeting_id: int) -> dict[int, dict[str, int]]:
    """What the counters of every site ought to be, from delegates and lines, by site."""
    ids = connection.scalars(select(SITES.c.id).where(SITES.c.meeting_id == meeting_id))
    counts = {site_id: dict.fromkeys(COUNTED, 0) for site_id in ids}
    delegates = select(DELEGATES.c.site_id, func.count().label("people")).group_by(DELEGATES.c.site_id)
    for row in connection.execute(delegates.where(DELEGATES.c.meeting_id == meeting_id)):
        counts[row.site_id]["delegate_count"] = row.people
    left = ROLL.c.left_at.is_not(None).label("has_left")
    groups = (ROLL.c.home_site_id, ROLL.c.site_id, ROLL.c.state, ROLL.c.member_status, left)
    lines = select(*groups, func.count().label("people")).group_by(*groups)
    of_conference = and_(ROLL.c.meeting_id == meeting_id, ROLL.c.home_site_id.is_not(None))
    for row in connection.execute(lines.where(of_conference)):
        home = counts[row.home_site_id]
        if row.state is not None:
            home[f"{row.state}_count"] += row.people
        attends = row.state in ATTENDING
        if row.member_status == MemberStatus.OFFICIAL:
            home["official_due"] += row.people
            home["official_present"] += row.people if attends and not row.has_left else 0
        if attends and row.site_id != row.home_site_id:
            home["at_other_sites"] += row.people
            counts[row.site_id]["from_other_sites"] += row.people
    return counts
