"""What staff should ask about in a month: found on indexes of the kept rows, page by page."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute

from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.tree import PATH_END, path_ids
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import values_below
from handbook.reports.models import CellMonth
from handbook.reports.own_months import PLANNED
from handbook.reports.rules import (
    FALL_MONTHS,
    GOING_ON,
    ExceptionKind,
    Figures,
    month_bounds,
    must_have_met,
    shift_month,
    total,
)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Finding:
    """One exception. ``meeting_id`` and ``since`` for overdue minutes, the rates (0 to 1) for a fall, else None."""

    kind: ExceptionKind
    organization_id: int
    name: str
    meeting_id: int | None = None
    since: datetime | None = None
    rate: float | None = None
    previous_rate: float | None = None


def find_exceptions(
    organization: Organization,
    month: str,
    kind: ExceptionKind,
    *,
    today: date,
    now: datetime,
    opened: bool,
    limit: int,
    cursor: str | None = None,
) -> Page[Finding]:
    """The exceptions of one kind in this organisation and everything below it, in the order of the tree."""
    if kind is ExceptionKind.NO_MEETING and not opened:
        statement = _cells_without_rows(organization, month, today=today, now=now)
        cells = paginate(
            statement, [Organization.path], limit=limit, cursor=cursor, key_of=lambda row: [row.path]
        )
        return _page_of(cells, lambda row: Finding(kind, row.id, row.name))
    found = paginate(
        _cells_where(organization, month, kind, today=today, now=now),
        [CellMonth.path],
        limit=limit,
        cursor=cursor,
        key_of=lambda row: [row.path],
    )
    names = _names([row.organization_id for row in found.items])
    if kind is ExceptionKind.NO_MEETING:
        return _page_of(found, lambda row: Finding(kind, row.organization_id, names[row.organization_id]))
    if kind is ExceptionKind.MINUTES_OVERDUE:
        return _page_of(
            found,
            lambda row: Finding(
                kind,
                row.organization_id,
                names[row.organization_id],
                meeting_id=row.open_minutes_meeting_id,
                since=row.open_minutes_since,
            ),
        )
    before = _figures_before([row.organization_id for row in found.items], month)
    return _page_of(
        found,
        lambda row: Finding(
            kind,
            row.organization_id,
            names[row.organization_id],
            rate=row.figures.rate,
            previous_rate=before[row.organization_id].rate,
        ),
    )


def count_exceptions(
    organization: Organization, month: str, *, today: date, now: datetime, opened: bool
) -> Counter[int]:
    """How many organisations with something to ask about lie at or below each organisation from this one down; all of them,
    and each once, however many kinds of exception it has. By one statement.
    """
    kept = [kind for kind in ExceptionKind if opened or kind is not ExceptionKind.NO_MEETING]
    paths: list[Select[tuple[str]]] = [
        _cells_where(organization, month, kind, today=today, now=now).with_only_columns(CellMonth.path)
        for kind in kept
    ]
    if not opened:
        cells = _cells_without_rows(organization, month, today=today, now=now)
        paths.append(cells.with_only_columns(Organization.path))
    above = len(path_ids(organization.path)) - 1
    return Counter(id_ for path in db.session.scalars(union(*paths)) for id_ in path_ids(path)[above:])


def _day_has_passed(
    organization: Organization, path: InstrumentedAttribute[str], month: str, today: date
) -> ColumnElement[bool]:
    """The last of the days has passed on which the cell's committee wants it to have met."""
    days = values_below(organization, "meeting.days", path)
    return or_(false(), *(there for value, there in days if must_have_met(month, today, value)))


def _is_overdue(organization: Organization, now: datetime) -> ColumnElement[bool]:
    """The minutes have been open for longer than the committee wants."""
    days = values_below(organization, "minutes.overdue_days", CellMonth.path)
    return or_(
        false(),
        *(and_(there, CellMonth.open_minutes_since < now - timedelta(days=value)) for value, there in days),
    )


def _is_awaited(
    organization: Organization, cell_id: InstrumentedAttribute[int], month: str, now: datetime
) -> ColumnElement[bool]:
    """The cell's meeting of the month is convened and lies ahead, or goes on: nobody need be asked about it yet."""
    start, end = month_bounds(month, organization.timezone)
    combined = and_(Meeting.kind == MeetingKind.THEMATIC.value, Meeting.thematic_combines.is_(True))
    return exists().where(
        Meeting.organization_id == cell_id,
        Meeting.starts_at >= start,
        Meeting.starts_at < end,
        Meeting.ends_at > now - GOING_ON,
        Meeting.state.in_(PLANNED),
        or_(Meeting.kind == MeetingKind.REGULAR.value, combined),
    )


def _cells_without_rows(
    organization: Organization, month: str, *, today: date, now: datetime
) -> Select[tuple[Organization]]:
    """Of a month that was never opened: the cells themselves, without those that have met in it."""
    met = select(CellMonth.organization_id).where(
        CellMonth.organization_id == Organization.id, CellMonth.month == month, CellMonth.cells_met == 1
    )
    return select(Organization).where(
        Organization.path >= organization.path,
        Organization.path < organization.path + PATH_END,
        Organization.kind.in_(sorted(CELL_KINDS)),
        ~met.exists(),
        ~_is_awaited(organization, Organization.id, month, now),
        _day_has_passed(organization, Organization.path, month, today),
    )


def _cells_where(
    organization: Organization, month: str, kind: ExceptionKind, *, today: date, now: datetime
) -> Select[tuple[CellMonth]]:
    conditions: tuple[ColumnElement[bool], ...] = (CellMonth.falling.is_(True),)
    if kind is ExceptionKind.NO_MEETING:
        day_has_passed = _day_has_passed(organization, CellMonth.path, month, today)
        awaited = _is_awaited(organization, CellMonth.organization_id, month, now)
        conditions = (
            CellMonth.cells == 1,
            CellMonth.cells_met == 0,
            day_has_passed,
            or_(CellMonth.cells_planned == 0, ~awaited),
        )
    elif kind is ExceptionKind.MINUTES_OVERDUE:
        conditions = (CellMonth.minutes_open.is_(True), _is_overdue(organization, now))
    return select(CellMonth).where(
        CellMonth.month == month,
        CellMonth.path >= organization.path,
        CellMonth.path < organization.path + PATH_END,
        *conditions,
    )


def _page_of(rows: Page[Row], finding: Callable[[Row], Finding]) -> Page[Finding]:
    return Page([finding(row) for row in rows.items], rows.next)


def _names(organization_ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Organization.id, Organization.name).where(Organization.id.in_(organization_ids))
    )
    return {row.id: row.name for row in rows}


def _figures_before(organization_ids: list[int], month: str) -> dict[int, Figures]:
    months = [shift_month(month, -by) for by in range(1, FALL_MONTHS + 1)]
    rows = db.session.scalars(
        select(CellMonth).where(CellMonth.organization_id.in_(organization_ids), CellMonth.month.in_(months))
    ).all()
    return {id_: total(row.figures for row in rows if row.organization_id == id_) for id_ in organization_ids}
