"""What staff should ask about in a month: found on indexes of the kept rows, at most so many of each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select

from handbook.kernel.db import db
from handbook.kernel.tree import PATH_END
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.reports.models import CellMonth
from handbook.reports.rules import (
    FALL_MONTHS,
    MINUTES_DAYS,
    ExceptionKind,
    Figures,
    must_have_met,
    shift_month,
    total,
)

LIMIT = 200


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
    organization: Organization, month: str, *, today: date, now: datetime, opened: bool
) -> list[Finding]:
    """The exceptions of this organisation and everything below it, each kind in the order of the tree."""
    return [
        *(_without_meeting(organization, month, opened=opened) if must_have_met(month, today) else ()),
        *_overdue_minutes(organization, month, now),
        *_falling(organization, month),
    ]


def _without_meeting(organization: Organization, month: str, *, opened: bool) -> list[Finding]:
    if opened:
        found = _cells_where(organization, month, CellMonth.cells == 1, CellMonth.cells_met == 0)
        return [Finding(ExceptionKind.NO_MEETING, row.organization_id, name) for row, name in found]
    met = select(CellMonth.organization_id).where(
        CellMonth.organization_id == Organization.id, CellMonth.month == month, CellMonth.cells_met == 1
    )
    cells = db.session.execute(
        select(Organization.id, Organization.name)
        .where(
            Organization.path >= organization.path,
            Organization.path < organization.path + PATH_END,
            Organization.kind.in_(sorted(CELL_KINDS)),
            ~met.exists(),
        )
        .order_by(Organization.path)
        .limit(LIMIT)
    )
    return [Finding(ExceptionKind.NO_MEETING, id_, name) for id_, name in cells]


def _overdue_minutes(organization: Organization, month: str, now: datetime) -> list[Finding]:
    found = _cells_where(
        organization,
        month,
        CellMonth.minutes_open.is_(True),
        CellMonth.open_minutes_since < now - timedelta(days=MINUTES_DAYS),
    )
    return [
        Finding(
            ExceptionKind.MINUTES_OVERDUE,
            row.organization_id,
            name,
            meeting_id=row.open_minutes_meeting_id,
            since=row.open_minutes_since,
        )
        for row, name in found
    ]


def _falling(organization: Organization, month: str) -> list[Finding]:
    found = _cells_where(organization, month, CellMonth.falling.is_(True))
    before = _figures_before([row.organization_id for row, _ in found], month)
    return [
        Finding(
            ExceptionKind.FALLING_ATTENDANCE,
            row.organization_id,
            name,
            rate=row.figures.rate,
            previous_rate=before[row.organization_id].rate,
        )
        for row, name in found
    ]


def _cells_where(
    organization: Organization, month: str, *conditions: ColumnElement[bool]
) -> Sequence[tuple[CellMonth, str]]:
    rows = db.session.execute(
        select(CellMonth, Organization.name)
        .join(Organization, Organization.id == CellMonth.organization_id)
        .where(
            CellMonth.month == month,
            CellMonth.path >= organization.path,
            CellMonth.path < organization.path + PATH_END,
            *conditions,
        )
        .order_by(CellMonth.path)
        .limit(LIMIT)
    )
    return [(row, name) for row, name in rows]


def _figures_before(organization_ids: list[int], month: str) -> dict[int, Figures]:
    months = [shift_month(month, -by) for by in range(1, FALL_MONTHS + 1)]
    rows = db.session.scalars(
        select(CellMonth).where(CellMonth.organization_id.in_(organization_ids), CellMonth.month.in_(months))
    ).all()
    return {id_: total(row.figures for row in rows if row.organization_id == id_) for id_ in organization_ids}
