"""What ballots do when something happens to their meeting."""

from sqlalchemy import select

from handbook.access.actor import SYSTEM
from handbook.ballots.enums import BallotState
from handbook.ballots.errors import BallotsOpen
from handbook.ballots.models import Ballot
from handbook.ballots.service import withdraw_ballot
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingCancelled, MeetingClosed


@subscribe(MeetingClosed)
def refuse_over_open_ballots(event: MeetingClosed, uow: UnitOfWork) -> None:
    """A meeting does not end over the votes of an open ballot: the chair closes or withdraws it first."""
    if BallotState.OPEN in _states(event.meeting_id, uow):
        raise BallotsOpen
    _withdraw_drafts(event.meeting_id, uow)


@subscribe(MeetingCancelled)
def withdraw_with_the_meeting(event: MeetingCancelled, uow: UnitOfWork) -> None:
    _withdraw_drafts(event.meeting_id, uow)


def _states(meeting_id: int, uow: UnitOfWork) -> set[str]:
    return set(uow.session.scalars(select(Ballot.state).where(Ballot.meeting_id == meeting_id)))


def _withdraw_drafts(meeting_id: int, uow: UnitOfWork) -> None:
    drafts = select(Ballot).where(Ballot.meeting_id == meeting_id, Ballot.state == BallotState.DRAFT.value)
    for ballot in uow.session.scalars(drafts).all():
        withdraw_ballot(ballot, actor=SYSTEM, uow=uow)
