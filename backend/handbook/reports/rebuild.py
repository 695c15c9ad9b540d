"""Every roll-up anew from the rows, and what the kept ones said instead: the proof that counting in passing is right."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import and_, func, not_, select, update
from sqlalchemy.orm import Session

from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.attendance.site_counters import COUNTED as SITE_COUNTERS
from handbook.attendance.site_counters import count_sites, recount_sites
from handbook.kernel.tree import ancestor_paths
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Site
from handbook.members.enums import MemberStatus
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.reports.models import CellMonth, OpenedMonth, OrganizationMonth
from handbook.reports.own_months import (
    ENDED,
    MEETING_COLUMNS,
    PLANNED,
    MeetingRow,
    OwnMonth,
    counts_meetings,
    falling_months,
    own_month_of,
    write_figures,
)
from handbook.reports.roll_up import open_month, roll_up
from handbook.reports.rules import Figures, month_of

_COUNTERS = (
    "summoned_count",
    *(f"{state.value}_count" for state in AttendanceState),
    "official_due",
    "official_present",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept value that was wrong and is right now. ``table`` is meetings, meeting_sites, cell_months or
    organization_months."""

    table: str
    id: int
    month: str
    field: str
    kept: Any
    counted: Any


def rebuild_rollups() -> list[Difference]:
    """Count everything again in one transaction, mend what differs, and tell what did.

    Marks that wait for the next tick are rolled up first: they are work to do, not mistakes.
    """
    with unit_of_work() as uow:
        while roll_up():
            continue
        differences = [*_mend_meetings(uow.session), *_mend_sites(uow.session)]
        uow.session.expunge_all()
        organizations = {
            row.id: row
            for row in uow.session.execute(
                select(Organization.id, Organization.path, Organization.kind, Organization.timezone)
            )
        }
        own = _count_own_months(uow.session, organizations)
        months = {month for _, month in own} | set(uow.session.scalars(select(OpenedMonth.month)))
        for month in sorted(months):
            open_month(uow, month)
        while roll_up():
            continue
        differences += _mend_own_months(uow, own, organizations)
        differences += _mend_roll_ups(uow.session, organizations)
        return differences


def _mend_meetings(session: Session) -> Iterator[Difference]:
    """The counters of every meeting against its attendance rows."""
    counted = _count_rolls(session)
    kept = select(Meeting.id, Meeting.starts_at, *(getattr(Meeting, name) for name in _COUNTERS))
    # A conference that is not over yet counts at its sites alone.
    under_way = and_(
        Meeting.state.in_([MeetingState.CONVENED.value, MeetingState.OPEN.value]),
        select(Site.id).where(Site.meeting_id == Meeting.id).exists(),
    )
    kept = kept.where(not_(under_way))
    for row in session.execute(kept.order_by(Meeting.id)).all():
        true = counted.get(row.id, {})
        wrong = {name: true.get(name, 0) for name in _COUNTERS if getattr(row, name) != true.get(name, 0)}
        month = row.starts_at.strftime("%Y-%m")
        for name, value in wrong.items():
            yield Difference("meetings", row.id, month, name, getattr(row, name), value)
        if wrong:
            session.execute(
                update(Meeting)
                .where(Meeting.id == row.id)
                .values(**wrong, roll_version=Meeting.roll_version + 1)
                .execution_options(synchronize_session=False)
            )


def _mend_sites(session: Session) -> Iterator[Difference]:
    """The counters of every site of a conference against the lines of its roll."""
    meetings = select(Meeting.id, Meeting.starts_at).where(
        select(Site.id).where(Site.meeting_id == Meeting.id).exists()
    )
    for meeting in session.execute(meetings.order_by(Meeting.id)).all():
        counted = count_sites(session.connection(), meeting.id)
        kept = select(Site.id, *(getattr(Site, name) for name in SITE_COUNTERS))
        found = [
            Difference(
                "meeting_sites", row.id, meeting.starts_at.strftime("%Y-%m"), name, getattr(row, name), true
            )
            for row in session.execute(kept.where(Site.meeting_id == meeting.id).order_by(Site.id)).all()
            for name, true in counted[row.id].items()
            if getattr(row, name) != true
        ]
        if found:
            recount_sites(session.connection(), meeting.id)
        yield from found


def _count_rolls(session: Session) -> dict[int, dict[str, int]]:
    counted: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    left = Attendance.left_at.is_not(None)
    rows = session.execute(
        select(
            Attendance.meeting_id, Attendance.state, Attendance.member_status, left, func.count()
        ).group_by(Attendance.meeting_id, Attendance.state, Attendance.member_status, left)
    )
    for meeting_id, state, member_status, has_left, count in rows:
        mine = counted[meeting_id]
        mine["summoned_count"] += count
        if state is not None:
            mine[f"{state}_count"] += count
        if member_status == MemberStatus.OFFICIAL:
            mine["official_due"] += count
            mine["official_present"] += count if state in ATTENDING and not has_left else 0
    return counted


def _count_own_months(session: Session, organizations: dict[int, Any]) -> dict[tuple[int, str], OwnMonth]:
    grouped: dict[tuple[int, str], list[MeetingRow]] = defaultdict(list)
    rows = session.execute(select(*MEETING_COLUMNS).where(Meeting.state.in_(ENDED + PLANNED)))
    for row in rows:
        organization = organizations[row.organization_id]
        if counts_meetings(organization.kind):
            key = (organization.id, month_of(row.starts_at, organization.timezone))
            grouped[key].append(cast(MeetingRow, row))
    return {key: own_month_of(organizations[key[0]].kind, meetings) for key, meetings in grouped.items()}


def _mend_own_months(
    uow: UnitOfWork, own: dict[tuple[int, str], OwnMonth], organizations: dict[int, Any]
) -> Iterator[Difference]:
    kept = {(row.organization_id, row.month): row for row in uow.session.scalars(select(CellMonth))}
    for key in own.keys() - kept.keys():
        row = CellMonth(
            organization_id=key[0],
            month=key[1],
            path=organizations[key[0]].path,
            falling=False,
            minutes_open=False,
            **dict.fromkeys(CellMonth.FIELDS, 0),
        )
        uow.session.add(row)
        kept[key] = row
    falling = _count_falling(kept, own, organizations)
    for key, row in sorted(kept.items()):
        organization = organizations[key[0]]
        true = own.get(key) or own_month_of(organization.kind, ())
        yield from _mend(row, "cell_months", true.figures)
        facts = {
            "path": organization.path,
            "open_minutes_since": true.open_minutes_since,
            "open_minutes_meeting_id": true.open_minutes_meeting_id,
            "minutes_open": true.open_minutes_since is not None,
            "falling": key in falling,
        }
        for name, value in facts.items():
            if getattr(row, name) != value:
                yield Difference("cell_months", key[0], key[1], name, getattr(row, name), value)
                setattr(row, name, value)
    uow.session.flush()


def _count_falling(
    kept: dict[tuple[int, str], CellMonth],
    own: dict[tuple[int, str], OwnMonth],
    organizations: dict[int, Any],
) -> set[tuple[int, str]]:
    by_cell: dict[int, dict[str, Figures]] = defaultdict(dict)
    for id_, month in kept:
        if organizations[id_].kind in CELL_KINDS:
            by_cell[id_][month] = own[id_, month].figures if (id_, month) in own else Figures()
    return {(id_, month) for id_, months in by_cell.items() for month in falling_months(months)}


def _mend_roll_ups(session: Session, organizations: dict[int, Any]) -> Iterator[Difference]:
    ids = {row.path: row.id for row in organizations.values() if row.kind not in CELL_KINDS}
    true: dict[tuple[int, str], Figures] = defaultdict(Figures)
    for row in session.scalars(select(CellMonth)):
        for path in ancestor_paths(row.path):
            if path in ids:
                true[ids[path], row.month] += row.figures
    kept = {(row.organization_id, row.month): row for row in session.scalars(select(OrganizationMonth))}
    for key in true.keys() - kept.keys():
        row = OrganizationMonth(
            organization_id=key[0], month=key[1], **dict.fromkeys(OrganizationMonth.FIELDS, 0)
        )
        session.add(row)
        kept[key] = row
    for key, row in sorted(kept.items()):
        yield from _mend(row, "organization_months", true[key])
    session.flush()


def _mend(row: CellMonth | OrganizationMonth, table: str, true: Figures) -> Iterator[Difference]:
    kept = row.figures
    for name in row.FIELDS:
        if getattr(kept, name) != getattr(true, name):
            yield Difference(
                table, row.organization_id, row.month, name, getattr(kept, name), getattr(true, name)
            )
    if kept != true:
        write_figures(row, true)
