"""What is unusual about a cell by itself: hints for its secretary and for staff, never refusals."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import or_, select

from handbook.access.actor import OfficeTitle
from handbook.kernel.db import db
from handbook.members.models import Office
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.organizations.settings import Rules, rules_of


class HintKind(StrEnum):
    FEW_OFFICIALS = "few_officials"
    NO_COMMITTEE = "no_committee"


@dataclass(frozen=True, slots=True)
class Hint:
    """``official``: how many official members the cell has; ``bound``: the number of the rule."""

    kind: HintKind
    params: dict[str, Any] = field(default_factory=dict)


def hints_of(organization: Organization, *, today: date) -> list[Hint]:
    """The hints about a cell; none about any other organisation."""
    if organization.kind not in CELL_KINDS:
        return []
    in_force = or_(Office.to_date.is_(None), Office.to_date >= today)
    elected = db.session.scalar(
        select(Office.id)
        .where(
            Office.organization_id == organization.id,
            Office.title == OfficeTitle.COMMITTEE_MEMBER.value,
            Office.from_date <= today,
            in_force,
        )
        .limit(1)
    )
    return judge(organization.official_count, has_committee=elected is not None, rules=rules_of(organization))


def judge(official: int, *, has_committee: bool, rules: Rules) -> list[Hint]:
    """ "A cell needs at least 3 official members. With 9 or more it elects a committee (chi ủy)." (2-domain, Cells and
    meetings; both numbers are settings.)"""
    found = []
    if official < rules["cell.official_minimum"]:
        found.append(
            Hint(HintKind.FEW_OFFICIALS, {"official": official, "bound": rules["cell.official_minimum"]})
        )
    if official >= rules["cell.committee_from"] and not has_committee:
        found.append(
            Hint(HintKind.NO_COMMITTEE, {"official": official, "bound": rules["cell.committee_from"]})
        )
    return found
