"""Where a roster goes: the organisation, the cells and sections that exist below it, and the names they go by."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from handbook.kernel.tree import PATH_END
from handbook.members.roster.cells import cell_key
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.sections import section_key
from handbook.organizations.enums import CELL_KINDS, OrganizationKind
from handbook.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that exists: ``name`` is how a roster should call it, ``section`` the name of the section it is in."""

    organization_id: int
    path: str
    name: str
    section: str | None = None


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """``cells`` by key; ``ambiguous`` keys are names that several cells bear, which a roster must tell apart.

    ``sections`` has the ids by key, the organisation's own when it is one; ``ambiguous_sections`` as of cells.
    """

    organization_id: int
    path: str
    today: dt.date
    cells: dict[str, Cell]
    ambiguous: frozenset[str]
    own_cell: str | None
    sections: dict[str, int]
    ambiguous_sections: frozenset[str]

    def places(self) -> KnownPlaces:
        """The cells and sections as the rows of a roster are judged by them."""
        return KnownPlaces(
            cells={key: cell.name for key, cell in self.cells.items()},
            section_of={key: section_key(cell.section) for key, cell in self.cells.items() if cell.section},
            ambiguous=self.ambiguous,
            ambiguous_sections=self.ambiguous_sections,
        )


def read_target(session: Session, organization: Organization, today: dt.date) -> ImportTarget:
    """The cells at and below an organisation. Two of the same name are called "name - name of the one above"."""
    above = aliased(Organization)
    rows = session.execute(
        select(
            Organization.id,
            Organization.path,
            Organization.name,
            Organization.kind,
            above.name.label("above"),
            above.kind.label("kind_above"),
        )
        .outerjoin(above, above.id == Organization.parent_id)
        .where(
            Organization.path >= organization.path,
            Organization.path < organization.path + PATH_END,
            Organization.kind.in_([*sorted(CELL_KINDS), OrganizationKind.SECTION]),
        )
        .order_by(Organization.path)
    ).all()
    found = [row for row in rows if row.kind == OrganizationKind.SECTION]
    rows = [row for row in rows if row.kind != OrganizationKind.SECTION]
    bearers = Counter(cell_key(row.name) for row in rows)
    ambiguous = frozenset(key for key, count in bearers.items() if count > 1)
    cells: dict[str, Cell] = {}
    for row in rows:
        name = f"{row.name} - {row.above}" if cell_key(row.name) in ambiguous and row.above else row.name
        section = row.above if row.kind_above == OrganizationKind.SECTION else None
        cells.setdefault(cell_key(name), Cell(row.id, row.path, name, section))
    own = next((cell.name for cell in cells.values() if cell.organization_id == organization.id), None)
    sections = {section_key(row.name): row.id for row in found}
    named = Counter(section_key(row.name) for row in found)
    doubled = frozenset(key for key, count in named.items() if count > 1)
    return ImportTarget(
        organization.id, organization.path, today, cells, ambiguous, own, sections, ambiguous_sections=doubled
    )
