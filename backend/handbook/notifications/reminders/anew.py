"""What is planned for the meetings of an organisation and of those below it, planned once more after a change of the rules."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, select

from handbook.kernel.tree import PATH_END
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization


def plan_each_below(
    organization_id: int,
    state: MeetingState,
    among: Callable[[UnitOfWork], ColumnElement[bool]],
    plan: Callable[[UnitOfWork, Meeting], None],
) -> int:
    """Call ``plan`` for every meeting in this state, ``among`` those that the clause names, at or below an organisation.

    Each has a transaction of its own, in which it is locked and looked at again. Returns how many were found.
    """
    with unit_of_work() as uow:
        path = uow.session.get_one(Organization, organization_id).path
        found = uow.session.scalars(
            select(Meeting.id)
            .join(Organization, Organization.id == Meeting.organization_id)
            .where(
                Organization.path >= path,
                Organization.path < path + PATH_END,
                Meeting.state == state.value,
                among(uow),
            )
            .order_by(Meeting.id)
        ).all()
    for meeting_id in found:
        with unit_of_work() as uow:
            meeting = uow.session.get_one(
                Meeting,
                meeting_id,
                populate_existing=True,
                with_for_update={"of": Meeting, "key_share": True},
            )
            if meeting.state == state:
                plan(uow, meeting)
    return len(found)
