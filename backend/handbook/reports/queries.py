"""The attendance report of one organisation and month: read from kept rows by their keys, never summed over meetings."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from handbook.access.actor import Actor
from handbook.access.permissions import Permission
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.db import db
from handbook.kernel.pagination import MAX_LIMIT, Page
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.tree import PATH_END, SEGMENT, path_ids
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.organizations.enums import CELL_KINDS, OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.queries import get_organization
from handbook.reports.contacts import Contact, list_contacts, list_paths
from handbook.reports.exceptions import Finding, count_exceptions, find_exceptions
from handbook.reports.hints import Hint, hints_of
from handbook.reports.models import CellMonth, DirtyMonth, OrganizationMonth
from handbook.reports.own_months import MEETING_COLUMNS, figures_of
from handbook.reports.roll_up import covered_id, open_month, roll_up
from handbook.reports.rules import ExceptionKind, Figures, is_month, month_bounds, shift_month, total

# A reader rolls up this many marks at once rather than show figures that are seconds old; more is the worker's.
FRESHEN_LIMIT = 100
# How many months the trend goes back over, the asked one included.
TREND_MONTHS = 6
# Exceptions of each kind that a report brings at once; the others are read page by page.
FIRST_EXCEPTIONS = MAX_LIMIT
_CELLS = sorted(CELL_KINDS)


@dataclass(frozen=True, slots=True)
class ChildLine:
    """One organisation right below, and its figures."""

    organization_id: int
    name: str
    kind: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """One of the organisation's own meetings in the month."""

    meeting_id: int
    title: str
    kind: str
    state: str
    starts_at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class MonthLine:
    """The organisation with everything below it in one month."""

    month: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """A finding, the ids from the root down to its organisation, and whom to ask there."""

    finding: Finding
    path: list[int]
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class AttendanceReport:
    """Figures of the organisation with everything below it, its parts, and what staff should ask about.

    Of every kind of exception the first page is there.
    """

    organization: Organization
    month: str
    totals: Figures
    children: list[ChildLine] = field(default_factory=list)
    meetings: list[MeetingLine] = field(default_factory=list)
    exceptions: list[ExceptionLine] = field(default_factory=list)
    # Where the exceptions of each kind go on; None when the report has all of them.
    exceptions_next: dict[ExceptionKind, str | None] = field(default_factory=dict)
    # How many organisations with any exception lie at or below each; those without one are left out.
    to_ask: dict[int, int] = field(default_factory=dict)
    # About a cell itself, as of today.
    hints: list[Hint] = field(default_factory=list)
    trend: list[MonthLine] = field(default_factory=list)


def attendance_report(
    organization_id: int,
    month: str | None,
    *,
    actor: Actor,
    clock: Clock,
    exceptions: int = FIRST_EXCEPTIONS,
    phones: bool = True,
) -> AttendanceReport:
    """The report of ``month`` (YYYY-MM; without one, of this month in the organisation's zone).

    ``exceptions`` of each kind at most, with the numbers of whom to telephone only when ``phones`` are asked for.
    """
    scope = replace(_scope(organization_id, month, actor=actor, clock=clock), phones=phones)
    organization, month, opened = scope.organization, scope.month, scope.opened
    children = _children(organization, month, opened=opened)
    pages = {kind: list_exceptions(scope, kind, limit=exceptions) for kind in ExceptionKind}
    return AttendanceReport(
        organization=organization,
        month=month,
        totals=_totals(organization, month, children, opened=opened),
        children=children,
        meetings=_meetings(organization, month),
        exceptions=[line for page in pages.values() for line in page.items],
        exceptions_next={kind: page.next for kind, page in pages.items()},
        to_ask=count_exceptions(organization, month, today=scope.today, now=scope.now, opened=opened),
        hints=hints_of(organization, today=scope.today),
        trend=_trend(organization, month),
    )


def names_above(report: AttendanceReport) -> dict[int, str]:
    """By id of an organisation with an exception: the name of the one right above it, by which cells of one name are told
    apart; none for the organisation of the report and those right below it.
    """
    above = {line.finding.organization_id: line.path[-2] for line in report.exceptions if len(line.path) > 1}
    asked = report.organization.id
    wanted = {id_: parent for id_, parent in above.items() if asked not in (id_, parent)}
    rows = db.session.execute(
        select(Organization.id, Organization.name).where(Organization.id.in_(set(wanted.values())))
    )
    names = {row.id: row.name for row in rows}
    return {id_: names[parent] for id_, parent in wanted.items()}


def attendance_exceptions(
    organization_id: int,
    month: str | None,
    kind: ExceptionKind,
    *,
    limit: int,
    cursor: str | None,
    actor: Actor,
    clock: Clock,
) -> Page[ExceptionLine]:
    """One page of the exceptions of one kind, in the order of the tree."""
    scope = _scope(organization_id, month, actor=actor, clock=clock)
    return list_exceptions(scope, kind, limit=limit, cursor=cursor)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is about, for whom and when. ``opened``: the month has its rows."""

    organization: Organization
    month: str
    opened: bool
    actor: Actor
    today: date
    now: datetime
    phones: bool = True


def _scope(organization_id: int, month: str | None, *, actor: Actor, clock: Clock) -> Scope:
    organization = get_organization(organization_id, Permission.REPORTS_READ, actor=actor)
    today = today_in(organization.timezone, clock)
    month = month or today.strftime("%Y-%m")
    if not is_month(month):
        raise ValidationFailed(FieldError("/month", "invalid"))
    if _freshen(organization.path, month):
        organization = get_organization(organization_id, Permission.REPORTS_READ, actor=actor)
    opened = covered_id(db.session(), month) > 0
    return Scope(organization, month, opened, actor, today, clock.now())


def list_exceptions(
    scope: Scope, kind: ExceptionKind, *, limit: int, cursor: str | None = None
) -> Page[ExceptionLine]:
    """One page of findings, with where they lie and whom to ask there."""
    found = find_exceptions(
        scope.organization,
        scope.month,
        kind,
        today=scope.today,
        now=scope.now,
        opened=scope.opened,
        limit=limit,
        cursor=cursor,
    )
    return Page(_with_contacts(found.items, scope), found.next)


def _with_contacts(findings: Sequence[Finding], scope: Scope) -> list[ExceptionLine]:
    ids = {finding.organization_id for finding in findings}
    contacts = list_contacts(ids, actor=scope.actor, today=scope.today, phones=scope.phones)
    paths = list_paths(ids)
    return [
        ExceptionLine(
            finding, path_ids(paths[finding.organization_id]), contacts.get(finding.organization_id)
        )
        for finding in findings
    ]


def _trend(organization: Organization, month: str) -> list[MonthLine]:
    """The months up to the asked one that have kept figures, the oldest first."""
    table: type[Any] = CellMonth if organization.kind in CELL_KINDS else OrganizationMonth
    months = [shift_month(month, -by) for by in range(TREND_MONTHS)]
    rows = db.session.scalars(
        select(table)
        .where(table.organization_id == organization.id, table.month.in_(months))
        .order_by(table.month)
    )
    return [MonthLine(row.month, row.figures) for row in rows]


def _freshen(path: str, month: str) -> bool:
    """Roll up what is marked below, when it is little, and rows of new organisations; tells whether there was any."""
    marks = db.session.scalar(
        select(func.count()).select_from(
            select(DirtyMonth.id)
            .where(DirtyMonth.path >= path, DirtyMonth.path < path + PATH_END)
            .limit(FRESHEN_LIMIT)
            .subquery()
        )
    )
    newest = db.session.scalar(select(func.max(Organization.id))) or 0
    if 0 < covered_id(db.session(), month) < newest:
        with unit_of_work() as uow:
            open_month(uow, month)
        marks = 1
    return bool(marks) and roll_up(limit=FRESHEN_LIMIT) > 0


def _totals(organization: Organization, month: str, children: list[ChildLine], *, opened: bool) -> Figures:
    kept: CellMonth | OrganizationMonth | None
    if organization.kind in CELL_KINDS:
        kept = db.session.get(CellMonth, (organization.id, month))
        return kept.figures if kept else Figures(cells=1)
    kept = db.session.get(OrganizationMonth, (organization.id, month))
    if kept is not None and opened:
        return kept.figures
    return total(child.figures for child in children)


def _children(organization: Organization, month: str, *, opened: bool) -> list[ChildLine]:
    cells = db.session.execute(
        _child_rows(organization.id, month, CellMonth).where(Organization.kind.in_(_CELLS))
    )
    others = db.session.execute(
        _child_rows(organization.id, month, OrganizationMonth).where(
            Organization.kind.not_in([*_CELLS, OrganizationKind.GROUP.value])
        )
    )
    counted = {} if opened else _count_cells(organization.path)
    lines = []
    for id_, path, name, kind, row in sorted([*cells, *others], key=lambda found: found[1]):
        figures = row.figures if row is not None and opened else Figures(cells=counted.get(path, 0))
        if row is None and kind in CELL_KINDS:
            figures = Figures(cells=1)
        lines.append(ChildLine(id_, name, kind, figures))
    return lines


def _child_rows(parent_id: int, month: str, model: type[Any]) -> Select[Any]:
    return (
        select(Organization.id, Organization.path, Organization.name, Organization.kind, model)
        .outerjoin(model, (model.organization_id == Organization.id) & (model.month == month))
        .where(Organization.parent_id == parent_id)
    )


def _count_cells(path: str) -> dict[str, int]:
    """Cells below each child, for a month that nothing has happened in and that has no rows."""
    child = func.substr(Organization.path, 1, len(path) + SEGMENT)
    rows = db.session.execute(
        select(child, func.count())
        .where(Organization.path > path, Organization.path < path + PATH_END, Organization.kind.in_(_CELLS))
        .group_by(child)
    )
    return {str(path): int(count) for path, count in rows}


def _meetings(organization: Organization, month: str) -> list[MeetingLine]:
    start, end = month_bounds(month, organization.timezone)
    rows: list[Any] = list(
        db.session.execute(
            select(*MEETING_COLUMNS)
            .where(
                Meeting.organization_id == organization.id,
                Meeting.starts_at >= start,
                Meeting.starts_at < end,
                Meeting.state != MeetingState.DRAFT.value,
                Meeting.convened_at.is_not(None),
            )
            .order_by(Meeting.starts_at, Meeting.id)
        )
    )
    return [
        MeetingLine(row.id, row.title, row.kind, row.state, row.starts_at, figures_of(row)) for row in rows
    ]
