"""Who is called upon when a duty of an organisation is not done."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handbook.access.actor import OfficeTitle
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.tree import path_ids
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member, Office
from handbook.notifications.models import Reminder
from handbook.organizations.models import Organization

SECRETARY, DEPUTY, STAFF = (
    title.value for title in (OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY, OfficeTitle.STAFF)
)


@dataclass(frozen=True, slots=True)
class CalledUpon:
    """The members who are called upon, and of which organisation they are officers."""

    organization_id: int
    member_ids: tuple[int, ...]


def called_upon(
    organization: Organization, today: date, session: Session, *, without: Collection[int] = ()
) -> CalledUpon:
    """The secretary or, where the organisation has none today, its deputies. One that has neither is looked after by the
    nearest organisation above that has somebody: its secretary, or else its deputies, and its staff. ``without``: members
    who are not called upon in this matter, as if they held no office.
    """
    line = path_ids(organization.path)
    rows = session.execute(
        select(Office.organization_id, Office.title, Office.member_id)
        .join(Member, Member.id == Office.member_id)
        .where(
            Office.organization_id.in_(line),
            Office.title.in_([SECRETARY, DEPUTY, STAFF]),
            Office.from_date <= today,
            or_(Office.to_date.is_(None), Office.to_date >= today),
            Member.status.in_(sorted(ACTIVE_STATUSES)),
            Member.id.not_in(sorted(without)),
        )
    )
    holders: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for organization_id, title, member_id in rows:
        holders[organization_id, title].add(member_id)
    for id_ in reversed(line):
        found = holders[id_, SECRETARY] or holders[id_, DEPUTY]
        if id_ != organization.id:
            found = found | holders[id_, STAFF]
        if found:
            return CalledUpon(id_, tuple(sorted(found)))
    return CalledUpon(organization.id, ())


def say_for_whom(reminder: Reminder, session: Session, clock: Clock) -> None:
    """Let what goes to the officers above say of which organisation it is: their phones may not know it."""
    if reminder.organization_id is None:
        return
    organization = session.get_one(Organization, reminder.organization_id)
    called = called_upon(organization, today_in(organization.timezone, clock), session)
    if called.organization_id != organization.id:
        of = {"organization_id": str(organization.id), "organization_name": organization.name}
        reminder.params = {**reminder.params, **of}
