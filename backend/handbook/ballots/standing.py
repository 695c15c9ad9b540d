"""What the votes and the roll of a meeting say of the resolution that it is about to have."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from handbook.attendance.queries import head_count
from handbook.ballots.enums import BallotKind, BallotState
from handbook.ballots.models import Ballot
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.resolutions.enums import IssueWarning, ResolutionState
from handbook.resolutions.models import Resolution
from handbook.resolutions.standing import tells_what_is_missing


def votes_on_resolutions(meeting_id: int, session: Session) -> Sequence[Ballot]:
    """The votes on the resolution of a meeting in their order; one that is not closed comes last, and has not passed."""
    return [one for one in _votes(meeting_id, session) if one.state != BallotState.WITHDRAWN]


def _votes(meeting_id: int, session: Session) -> Sequence[Ballot]:
    return session.scalars(
        select(Ballot)
        .where(Ballot.meeting_id == meeting_id, Ballot.kind == BallotKind.RESOLUTION.value)
        .order_by(Ballot.closed_at.is_(None), Ballot.closed_at, Ballot.id)
    ).all()


@tells_what_is_missing
def what_is_missing(resolution: Resolution) -> Iterator[IssueWarning]:
    """No vote on it was held, or none that was not taken out; the last one was on another text, or rejected what is in force
    (it was corrected, or held since); too few were in the room then or, where that froze no quorum, at the meeting."""
    if resolution.meeting_id is None:
        return
    every = _votes(resolution.meeting_id, db.session())
    votes = [ballot for ballot in every if ballot.state != BallotState.WITHDRAWN]
    deciding = [ballot for ballot in votes if ballot.resolution_id == resolution.id] or [
        ballot for ballot in votes if ballot.resolution_id is None
    ]
    held = [ballot for ballot in deciding if ballot.closed_at is not None]
    last = held[-1] if held else None
    if last is None:
        counted = (one for one in every if one.closed_at is not None and one not in votes)
        taken_out = any(one.resolution_id in (None, resolution.id) for one in counted)
        yield IssueWarning.VOTE_WITHDRAWN if taken_out else IssueWarning.NO_VOTE
    elif last.put_hash is not None and last.put_hash != resolution.content_hash:
        yield IssueWarning.CHANGED_AFTER_VOTE
    if last is not None and not last.passed and _was_passed_then(resolution, last):
        yield IssueWarning.VOTE_REJECTED
    if not _had_quorum(resolution.meeting_id, last):
        yield IssueWarning.NO_QUORUM


def _was_passed_then(resolution: Resolution, vote: Ballot) -> bool:
    """What was put in force against a vote that named no resolution was so for a reason, which stands on it."""
    in_force = resolution.state == ResolutionState.ISSUED
    return in_force and (vote.resolution_id is not None or resolution.issue_exception is None)


def _had_quorum(meeting_id: int, vote: Ballot | None) -> bool:
    if vote is not None and vote.quorum_required is not None and vote.quorum_present is not None:
        return vote.quorum_present >= vote.quorum_required > 0
    meeting = db.session.get_one(Meeting, meeting_id)
    # Of a meeting that was not opened nobody can say yet.
    return meeting.opened_at is None or head_count(meeting).quorum_reached
