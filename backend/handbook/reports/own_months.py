"""An organisation's own month: kept in the transaction that changes one of its meetings.

The month is read anew from the counters of the organisation's few meetings in it, so that whatever is said twice, late or
in another order leads to the same row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.rules import is_free
from handbook.kernel.db import db, insert_into
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus
from handbook.organizations.enums import CELL_KINDS, OrganizationKind
from handbook.organizations.models import Organization
from handbook.reports.models import CellMonth, DirtyMonth
from handbook.reports.rules import (
    FALL_MONTHS,
    Figures,
    is_falling,
    is_monthly,
    month_bounds,
    shift_month,
    total,
)

ENDED = (MeetingState.CLOSED.value, MeetingState.FINALIZED.value)
PLANNED = (MeetingState.CONVENED.value, MeetingState.OPEN.value)
# Whom only the roll calls exempt: absentees with leave, as in the head-count and in the minutes (ADR 14).
MARKED_FREE = (
    select(func.count())
    .where(
        Attendance.meeting_id == Meeting.id,
        Attendance.state == AttendanceState.EXEMPT.value,
        Attendance.member_status.in_([status.value for status in MemberStatus if not is_free(status)]),
    )
    .correlate(Meeting)
    .scalar_subquery()
)
# Columns, not objects: the counters are kept beside the mapped object, which may hold older ones.
MEETING_COLUMNS = (
    Meeting.id,
    Meeting.organization_id,
    Meeting.kind,
    Meeting.thematic_combines,
    Meeting.title,
    Meeting.state,
    Meeting.starts_at,
    Meeting.closed_at,
    Meeting.summoned_count,
    Meeting.present_count,
    Meeting.late_count,
    Meeting.excused_count,
    Meeting.unexcused_count,
    Meeting.exempt_count,
    MARKED_FREE.label("marked_free_count"),
)


class MeetingRow(Protocol):
    """A row of :data:`MEETING_COLUMNS`."""

    id: int
    organization_id: int
    kind: str
    thematic_combines: bool | None
    title: str
    state: str
    starts_at: datetime
    closed_at: datetime | None
    summoned_count: int
    present_count: int
    late_count: int
    excused_count: int
    unexcused_count: int
    exempt_count: int
    marked_free_count: int


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """What a :class:`CellMonth` says, computed from meetings."""

    figures: Figures
    open_minutes_since: datetime | None
    open_minutes_meeting_id: int | None


def counts_meetings(kind: str) -> bool:
    """Whether meetings of such an organisation are reported; those of a party group belong to its cell's inner life."""
    return kind != OrganizationKind.GROUP


def own_month_of(organization_kind: str, meetings: Iterable[MeetingRow]) -> OwnMonth:
    """The figures of one organisation in one month from its meetings of that month."""
    is_cell = organization_kind in CELL_KINDS
    rows = list(meetings)
    ended = [meeting for meeting in rows if meeting.state in ENDED]
    monthly = [meeting for meeting in rows if is_monthly(meeting.kind, meeting.thematic_combines)]
    met = is_cell and any(meeting.state in ENDED for meeting in monthly)
    planned = is_cell and any(meeting.state in PLANNED for meeting in monthly)
    sums = total(figures_of(meeting) for meeting in ended)
    unfinished = [
        (meeting.closed_at, meeting.id)
        for meeting in ended
        if meeting.state == MeetingState.CLOSED and meeting.closed_at is not None
    ]
    since, meeting_id = min(unfinished, default=(None, None))
    counts = Figures(cells=int(is_cell), cells_met=int(met), cells_planned=int(planned and not met))
    return OwnMonth(sums + counts, since, meeting_id)


def figures_of(meeting: MeetingRow) -> Figures:
    """The kept counters of one meeting; exempt is who is so by record."""
    return Figures(
        meetings=1,
        summoned=meeting.summoned_count,
        present=meeting.present_count,
        late=meeting.late_count,
        excused=meeting.excused_count + meeting.marked_free_count,
        unexcused=meeting.unexcused_count,
        exempt=meeting.exempt_count - meeting.marked_free_count,
    )


def refresh_own_month(uow: UnitOfWork, organization: Organization, month: str) -> None:
    """Bring the organisation's own row of this month up to date, and mark it for the levels above when it moved."""
    if not counts_meetings(organization.kind):
        return
    row = _locked_row(uow, organization, month)
    start, end = month_bounds(month, organization.timezone)
    meetings = uow.session.execute(
        select(*MEETING_COLUMNS).where(
            Meeting.organization_id == organization.id,
            Meeting.starts_at >= start,
            Meeting.starts_at < end,
            Meeting.state.in_(ENDED + PLANNED),
        )
    )
    own = own_month_of(organization.kind, (cast(MeetingRow, row) for row in meetings))
    row.open_minutes_since = own.open_minutes_since
    row.open_minutes_meeting_id = own.open_minutes_meeting_id
    row.minutes_open = own.open_minutes_since is not None
    if own.figures != row.figures:
        write_figures(row, own.figures)
        uow.session.add(DirtyMonth(path=organization.path, month=month))
    uow.session.flush()
    _refresh_falling(uow, organization.id, month)


def refresh_planned_months(uow: UnitOfWork, organization: Organization) -> None:
    """Refresh the months in which a meeting was planned; after one was moved to another month."""
    months = uow.session.scalars(
        select(CellMonth.month).where(
            CellMonth.organization_id == organization.id, CellMonth.cells_planned == 1
        )
    ).all()
    for month in months:
        refresh_own_month(uow, organization, month)


def write_figures(row: Any, figures: Figures) -> None:
    """Copy the figures onto a row that has columns of the same names."""
    for name in row.FIELDS:
        setattr(row, name, getattr(figures, name))


def insert_missing(session: Session, table: type[Any], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows, leaving those alone whose key exists already, also when another transaction is adding it."""
    if rows:
        session.execute(insert_into(session, table).values(list(rows)).on_conflict_do_nothing())


def falling_months(own: dict[str, Figures]) -> set[str]:
    """The months, among the keys, in which the rate fell against the :data:`FALL_MONTHS` months before them."""
    falling = set()
    for month, figures in own.items():
        before = total(
            own[earlier] for by in range(1, FALL_MONTHS + 1) if (earlier := shift_month(month, -by)) in own
        )
        if is_falling(figures.attended, figures.due, before.attended, before.due):
            falling.add(month)
    return falling


def _locked_row(uow: UnitOfWork, organization: Organization, month: str) -> CellMonth:
    insert_missing(
        uow.session,
        CellMonth,
        [
            {
                **dict.fromkeys(CellMonth.FIELDS, 0),
                "organization_id": organization.id,
                "month": month,
                "path": organization.path,
                "falling": False,
                "minutes_open": False,
            }
        ],
    )
    statement = (
        select(CellMonth)
        .where(CellMonth.organization_id == organization.id, CellMonth.month == month)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row: CellMonth = uow.session.scalars(statement).one()
    return row


def _refresh_falling(uow: UnitOfWork, organization_id: int, month: str) -> None:
    rows = db.session.scalars(
        select(CellMonth).where(
            CellMonth.organization_id == organization_id,
            CellMonth.month >= shift_month(month, -FALL_MONTHS),
            CellMonth.month <= shift_month(month, FALL_MONTHS),
            CellMonth.cells == 1,
        )
    ).all()
    falling = falling_months({row.month: row.figures for row in rows})
    for row in rows:
        if row.month >= month:
            row.falling = row.month in falling
    uow.session.flush()
