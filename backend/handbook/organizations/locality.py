"""The place of the line of place and date on a document: "Minh Sơn, ngày 05 tháng 12 năm 2026"."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from handbook.kernel.db import db
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import value_of
from handbook.organizations.settings.registry import BY_NAME

NOWHERE = "…"
_LOCALITY = re.compile(
    r"^(?:Đảng bộ|Đảng ủy|Chi bộ)\s+(?:xã|phường|đặc khu|thị trấn|tỉnh|thành phố)\s+(?P<name>.+)$",
    re.IGNORECASE,
)


def place_of(organization: Organization, line: Sequence[Organization]) -> str:
    """The place that its committee has set (``documents.place``), else what the names say; ``line`` as of ``line_above``."""
    chosen = str(value_of(organization, BY_NAME["documents.place"]))
    return chosen or locality_of([organization.name, *(one.name for one in line)])


def locality_of(names: Sequence[str]) -> str:
    """The commune's name out of the nearest committee's, from the organisation itself upwards; dots where none says."""
    for name in names:
        if found := _LOCALITY.match(name):
            return found["name"]
    return NOWHERE


def line_above(organization: Organization) -> Sequence[Organization]:
    """The organisations above, the nearest first."""
    ids = path_ids(organization.path)[:-1]
    return db.session.scalars(
        select(Organization).where(Organization.id.in_(ids)).order_by(Organization.path.desc())
    ).all()
