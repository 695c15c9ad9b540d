"""What ballots do when something happens to their meeting."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from handbook.access.actor import SYSTEM
from handbook.accounts.sessions import leave_unmarked_while
from handbook.ballots.enums import BallotState
from handbook.ballots.models import Ballot, TakenPaper
from handbook.ballots.service import withdraw_ballot
from handbook.ballots.standing import votes_on_resolutions
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingCancelled, MeetingClosed, MeetingClosing, MeetingUnopening
from handbook.resolutions.events import PassedVote, ResolutionChanging, ResolutionDrafting
from handbook.resolutions.models import Resolution


@subscribe(MeetingClosing)
def hold_the_meeting(event: MeetingClosing, uow: UnitOfWork) -> None:
    """A meeting does not end over the votes of an open ballot: the chair closes or withdraws it first."""
    event.open_ballots.extend(ballot.id for ballot in _in_state(BallotState.OPEN, event.meeting_id, uow))


@subscribe(MeetingClosed)
def withdraw_proposals(event: MeetingClosed, uow: UnitOfWork) -> None:
    _withdraw_proposals(event.meeting_id, uow)


@subscribe(MeetingUnopening)
def tell_of_votes(event: MeetingUnopening, uow: UnitOfWork) -> None:
    """What was put to the vote was put to a meeting."""
    voted = (BallotState.OPEN, BallotState.CLOSED)
    event.begun = event.begun or any(_in_state(state, event.meeting_id, uow) for state in voted)


@subscribe(MeetingCancelled)
def withdraw_proposals_of_cancelled(event: MeetingCancelled, uow: UnitOfWork) -> None:
    _withdraw_proposals(event.meeting_id, uow)


@subscribe(ResolutionDrafting)
def tell_votes(event: ResolutionDrafting, uow: UnitOfWork) -> None:
    """A resolution says with which numbers it was passed."""
    event.material.votes.extend(
        PassedVote(ballot.title, ballot.agree or 0, ballot.denominator or 0)
        for ballot in votes_on_resolutions(event.meeting_id, uow.session)
        if ballot.passed
    )


@subscribe(ResolutionChanging)
def hold_the_draft(event: ResolutionChanging, uow: UnitOfWork) -> None:
    """What is being voted on says the same to everybody who votes; what was voted on in its meeting stays there, also when the
    vote was taken out, because it can be put back."""
    draft = uow.session.get_one(Resolution, event.resolution_id)
    votes = uow.session.execute(
        select(Ballot.state, Ballot.closed_at, Ballot.meeting_id).where(Ballot.resolution_id == draft.id)
    ).all()
    event.put_to_vote = event.put_to_vote or any(one.state == BallotState.OPEN for one in votes)
    event.voted_on = event.voted_on or any(
        one.closed_at is not None and one.meeting_id == draft.meeting_id for one in votes
    )


# While papers are cast, that a phone of somebody who holds one woke up is not written down: its vote would follow.
leave_unmarked_while(
    select(TakenPaper.member_id)
    .join(Ballot, Ballot.id == TakenPaper.ballot_id)
    .where(
        TakenPaper.member_id == bindparam("of_member"),
        Ballot.state == BallotState.OPEN.value,
        Ballot.casting_since.is_not(None),
    )
    .exists()
)


def _withdraw_proposals(meeting_id: int, uow: UnitOfWork) -> None:
    """What was proposed and never put to the vote goes with the meeting."""
    for ballot in _in_state(BallotState.DRAFT, meeting_id, uow):
        withdraw_ballot(ballot, actor=SYSTEM, uow=uow)


def _in_state(state: BallotState, meeting_id: int, uow: UnitOfWork) -> Sequence[Ballot]:
    return uow.session.scalars(
        select(Ballot).where(Ballot.meeting_id == meeting_id, Ballot.state == state.value)
    ).all()
