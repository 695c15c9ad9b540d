"""Members by the numbers of their cards or by their ids, as far as they may take part in a conference."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute

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
    return {row.card_number: holder for row, holder in _found(meeting, Member.card_number, cards, uow)}


def members_of_ids(meeting: Meeting, ids: Iterable[int], uow: UnitOfWork) -> dict[int, Holder]:
    """These members by id; somebody outside the tree of the conference is left out like an unknown one."""
    return {holder.id: holder for _, holder in _found(meeting, Member.id, ids, uow)}


def _found(
    meeting: Meeting, column: InstrumentedAttribute[Any], values: Iterable[Any], uow: UnitOfWork
) -> Iterator[tuple[Row[Any], Holder]]:
    wanted = sorted(set(values))
    for start in range(0, len(wanted), AT_ONCE):
        rows = uow.session.execute(
            select(Member.card_number, Member.id, Member.full_name, Member.status, Organization.path)
            .join(Organization, Organization.id == Member.organization_id)
            .where(column.in_(wanted[start : start + AT_ONCE]))
        )
        for row in rows:
            if row.path.startswith(meeting.organization.path):
                yield row, Holder(row.id, row.full_name, row.status)
