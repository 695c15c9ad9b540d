"""Members by the numbers of their cards, as far as they may take part in a conference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.organizations.models import Organization

# "Any official or probationary member within the tree of the organisation may be a delegate."
ELIGIBLE = frozenset({MemberStatus.OFFICIAL, MemberStatus.PROBATIONARY})
AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Holder:
    """The member to whom a card belongs."""

    id: int
    full_name: str
    status: str

    @property
    def is_eligible(self) -> bool:
        return self.status in ELIGIBLE


def members_of_cards(meeting: Meeting, cards: Iterable[str], uow: UnitOfWork) -> dict[str, Holder]:
    """Who holds these cards, by card; a card of somebody outside the tree of the conference is left out like an unknown one."""
    path = meeting.organization.path
    found: dict[str, Holder] = {}
    wanted: Sequence[str] = sorted(set(cards))
    for start in range(0, len(wanted), AT_ONCE):
        rows = uow.session.execute(
            select(Member.card_number, Member.id, Member.full_name, Member.status, Organization.path)
            .join(Organization, Organization.id == Member.organization_id)
            .where(Member.card_number.in_(wanted[start : start + AT_ONCE]))
        )
        found.update(
            {
                row.card_number: Holder(row.id, row.full_name, row.status)
                for row in rows
                if row.path.startswith(path)
            }
        )
    return found
