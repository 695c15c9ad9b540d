"""Roll-ups of the levels above, brought up to date bottom-up from the months that were marked.

Each row is locked before its parts are read, always the deepest first: two workers that roll up two communes of one
province wait for each other at the province only, and the second one reads what the first one wrote.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, delete, distinct, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from handbook.kernel.db import insert_into
from handbook.kernel.tree import PATH_END, ancestor_paths
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.reports.models import CellMonth, DirtyMonth, OpenedMonth, OrganizationMonth
from handbook.reports.own_months import insert_missing, write_figures
from handbook.reports.rules import Figures, total

BATCH = 500
_CELLS = sorted(CELL_KINDS)


def roll_up(*, limit: int = BATCH) -> int:
    """Take up to ``limit`` marks, bring every level above them up to date in one transaction, tell how many they were.

    Only marks of months that it has seen open are taken: the rows of a month that another worker is opening belong to that
    worker, and a mark that came since waits for the next turn.
    """
    with unit_of_work() as uow:
        # First the rows, because opening a month may add marks of its own.
        months = sorted(uow.session.scalars(select(distinct(DirtyMonth.month))))
        for month in months:
            open_month(uow, month)
        marks = uow.session.execute(
            select(DirtyMonth.id, DirtyMonth.path, DirtyMonth.month)
            .where(DirtyMonth.month.in_(months))
            .order_by(DirtyMonth.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        if marks:
            uow.session.execute(
                delete(DirtyMonth)
                .where(DirtyMonth.id.in_([mark.id for mark in marks]))
                .execution_options(synchronize_session=False)
            )
            _bring_up_to_date(uow, {(mark.path, mark.month) for mark in marks})
        return len(marks)


def open_month(uow: UnitOfWork, month: str) -> None:
    """Make sure that every organisation has its row of this month; a key lookup when none is new.

    A level's row is born with the number of its cells. Cells that come into a month that is open already mark the levels
    above them.
    """
    session = uow.session
    newest = session.scalar(select(func.max(Organization.id))) or 0
    if covered_id(session, month) >= newest:
        return
    insert_missing(session, OpenedMonth, [{"month": month, "covered_id": 0}])
    opened = session.scalars(
        select(OpenedMonth)
        .where(OpenedMonth.month == month)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    new = (Organization.id > opened.covered_id, Organization.id <= newest)
    _insert_rows(session, month, new)
    if opened.covered_id:
        parents = select(Organization.parent_id).where(*new, Organization.kind.in_(_CELLS))
        session.execute(
            insert(DirtyMonth).from_select(
                ["path", "month"],
                select(distinct(Organization.path), literal(month)).where(Organization.id.in_(parents)),
            )
        )
    opened.covered_id = newest
    session.flush()


def covered_id(session: Session, month: str) -> int:
    """Up to which organisation the month is open; 0 when it never was."""
    return session.scalar(select(OpenedMonth.covered_id).where(OpenedMonth.month == month)) or 0


def _insert_rows(session: Session, month: str, new: tuple[ColumnElement[bool], ...]) -> None:
    zeros = [literal(0) for _ in CellMonth.FIELDS[1:]]
    session.execute(
        insert_into(session, CellMonth)
        .from_select(
            ["organization_id", "month", "path", "falling", "minutes_open", *CellMonth.FIELDS],
            select(
                Organization.id,
                literal(month),
                Organization.path,
                literal(False),
                literal(False),
                literal(1),
                *zeros,
            ).where(*new, Organization.kind.in_(_CELLS)),
        )
        .on_conflict_do_nothing()
    )
    below = aliased(Organization)
    cells = (
        select(func.count())
        .where(
            below.kind.in_(_CELLS),
            below.path > Organization.path,
            below.path < Organization.path + PATH_END,
        )
        .correlate(Organization)
        .scalar_subquery()
    )
    session.execute(
        insert_into(session, OrganizationMonth)
        .from_select(
            ["organization_id", "month", *OrganizationMonth.FIELDS],
            select(Organization.id, literal(month), cells, *zeros).where(
                *new, Organization.kind.not_in(_CELLS)
            ),
        )
        .on_conflict_do_nothing()
    )


def _bring_up_to_date(uow: UnitOfWork, pairs: set[tuple[str, str]]) -> None:
    wanted = {(above, month) for path, month in pairs for above in ancestor_paths(path)}
    rows = uow.session.execute(
        select(Organization.id, Organization.path).where(
            Organization.path.in_({path for path, _ in wanted}), Organization.kind.not_in(_CELLS)
        )
    )
    ids = {path: id_ for id_, path in rows}
    for path, month in sorted(wanted, key=lambda pair: (-len(pair[0]), pair)):
        if path in ids:
            _recompute(uow.session, ids[path], month)


def _recompute(session: Session, organization_id: int, month: str) -> None:
    key = {"organization_id": organization_id, "month": month}
    insert_missing(session, OrganizationMonth, [{**dict.fromkeys(OrganizationMonth.FIELDS, 0), **key}])
    row = session.scalars(
        select(OrganizationMonth).filter_by(**key).with_for_update().execution_options(populate_existing=True)
    ).one()
    own = session.execute(_columns(CellMonth).filter_by(**key)).all()
    cells = session.execute(
        _columns(CellMonth)
        .join(Organization, Organization.id == CellMonth.organization_id)
        .where(
            Organization.parent_id == organization_id,
            Organization.kind.in_(_CELLS),
            CellMonth.month == month,
        )
    ).all()
    below = session.execute(
        _columns(OrganizationMonth)
        .join(Organization, Organization.id == OrganizationMonth.organization_id)
        .where(
            Organization.parent_id == organization_id,
            Organization.kind.not_in(_CELLS),
            OrganizationMonth.month == month,
        )
    ).all()
    write_figures(row, total(Figures(*part) for part in (*own, *cells, *below)))
    session.flush()


def _columns(model: type[CellMonth] | type[OrganizationMonth]) -> Select[Any]:
    return select(*(getattr(model, name) for name in model.FIELDS))
