"""Where a roster goes: the organisation, the cells that exist below it, and the names they go by."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from handbook.kernel.tree import PATH_END
from handbook.members.roster.cells import cell_key
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that exists: ``name`` is how a roster should call it."""

    organization_id: int
    path: str
    name: str


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """``cells`` by key; ``ambiguous`` keys are names that several cells bear, which a roster must tell apart."""

    organization_id: int
    path: str
    today: dt.date
    cells: dict[str, Cell]
    ambiguous: frozenset[str]
    own_cell: str | None


def read_target(session: Session, organization: Organization, today: dt.date) -> ImportTarget:
    """The cells at and below an organisation. Two of the same name are called "name - name of the one above"."""
    above = aliased(Organization)
    rows = session.execute(
        select(Organization.id, Organization.path, Organization.name, above.name.label("above"))
        .outerjoin(above, above.id == Organization.parent_id)
        .where(
            Organization.path >= organization.path,
            Organization.path < organization.path + PATH_END,
            Organization.kind.in_(sorted(CELL_KINDS)),
        )
        .order_by(Organization.path)
    ).all()
    bearers = Counter(cell_key(row.name) for row in rows)
    ambiguous = frozenset(key for key, count in bearers.items() if count > 1)
    cells: dict[str, Cell] = {}
    for row in rows:
        name = f"{row.name} - {row.above}" if cell_key(row.name) in ambiguous and row.above else row.name
        cells.setdefault(cell_key(name), Cell(row.id, row.path, name))
    own = next((cell.name for cell in cells.values() if cell.organization_id == organization.id), None)
    return ImportTarget(organization.id, organization.path, today, cells, ambiguous, own)
