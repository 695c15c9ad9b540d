"""The place of the line of place and date on a document: "Minh Sơn, ngày 05 tháng 12 năm 2026"."""

import re
from collections.abc import Sequence

from sqlalchemy import select

from handbook.kernel.db import db
from handbook.kernel.tree import path_ids
from handbook.organizations.models import Organization

NOWHERE = "…"
_LOCALITY = re.compile(
    r"^(?:Đảng bộ|Đảng ủy|Chi bộ)\s+(?:xã|phường|đặc khu|thị trấn|tỉnh|thành phố)\s+(?P<name>.+)$",
    re.IGNORECASE,
)


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
