"""What the votes and the roll of a meeting say of the resolution that it is about to have."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from handbook.attendance.queries import head_count
from handbook.ballots.enums import BallotKind, BallotState
from handbook.ballots.models import Ballot
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.resolutions.enums import IssueWarning, ResolutionState
from handbook.resolutions.models import Resolution
from handbook.resolutions.standing import tells_what_is_missing


@dataclass(frozen=True, slots=True)
class VotesOnResolutions:
    """The votes of a meeting as far as they concern one resolution, in their order; one that is not closed comes last.

    ``named`` named it. ``on_its_text`` were on exactly this text, whatever they named: a second draft with the same words is no
    second question. ``on_none`` named no draft. ``taken_out``: those that were counted and taken out.
    """

    named: Sequence[Ballot] = ()
    on_its_text: Sequence[Ballot] = ()
    on_none: Sequence[Ballot] = ()
    taken_out: Sequence[Ballot] = ()

    @property
    def on_it(self) -> list[Ballot]:
        """What was asked of it, by its name or by its words."""
        return sorted({*self.named, *self.on_its_text}, key=_order)

    @property
    def last_words(self) -> list[Ballot]:
        """The last vote on the draft and the last one on its text: neither may say no."""
        return [votes[-1] for votes in (self.named, self.on_its_text) if votes]


def votes_on(resolution: Resolution, session: Session) -> VotesOnResolutions:
    """The votes of its own meeting: what another one voted passes and rejects nothing here."""
    if resolution.meeting_id is None:
        return VotesOnResolutions()
    every = _votes(resolution.meeting_id, session)
    hash_ = resolution.content_hash
    votes = [one for one in every if one.state != BallotState.WITHDRAWN]
    return VotesOnResolutions(
        named=[one for one in votes if one.resolution_id == resolution.id],
        on_its_text=[one for one in votes if one.resolution_id is not None and one.put_hash == hash_],
        on_none=[one for one in votes if one.resolution_id is None],
        taken_out=[
            one
            for one in every
            if one.state == BallotState.WITHDRAWN
            and one.closed_at is not None
            and (one.resolution_id in (None, resolution.id) or one.put_hash == hash_)
        ],
    )


def votes_on_resolutions(meeting_id: int, session: Session) -> Sequence[Ballot]:
    """The votes on the resolution of a meeting in their order; one that is not closed comes last, and has not passed."""
    return [one for one in _votes(meeting_id, session) if one.state != BallotState.WITHDRAWN]


def _votes(meeting_id: int, session: Session) -> Sequence[Ballot]:
    return session.scalars(
        select(Ballot)
        .where(Ballot.meeting_id == meeting_id, Ballot.kind == BallotKind.RESOLUTION.value)
        .order_by(Ballot.closed_at.is_(None), Ballot.closed_at, Ballot.id)
    ).all()


def _order(ballot: Ballot) -> tuple[bool, float, int]:
    return (ballot.closed_at is None, ballot.closed_at.timestamp() if ballot.closed_at else 0, ballot.id)


@tells_what_is_missing
def what_is_missing(resolution: Resolution) -> Iterator[IssueWarning]:
    """What the votes say against it. Of a resolution without a meeting only that another one did not pass it."""
    votes = votes_on(resolution, db.session())
    deciding = votes.on_it or votes.on_none
    held = [ballot for ballot in deciding if ballot.closed_at is not None]
    last = held[-1] if held else None
    if last is None and _was_rejected_elsewhere(resolution, db.session()):
        yield IssueWarning.REJECTED_ELSEWHERE
    if resolution.meeting_id is None:
        return
    if last is None:
        yield IssueWarning.VOTE_WITHDRAWN if votes.taken_out else IssueWarning.NO_VOTE
    else:
        yield from _of_what_was_put(resolution, last)
        yield from _of_the_outcome(resolution, last, stands=deciding[-1] is last)
    if not _had_quorum(resolution.meeting_id, last):
        yield IssueWarning.NO_QUORUM


def _of_what_was_put(resolution: Resolution, vote: Ballot) -> Iterator[IssueWarning]:
    """What is issued must be what was put to the vote; where nobody knows what that was, this is said."""
    if vote.put_hash is None:
        yield IssueWarning.TEXT_NOT_FROZEN
    elif vote.put_hash != resolution.content_hash:
        yield IssueWarning.CHANGED_AFTER_VOTE
    if (put := vote.put_form) is not None:
        form = resolution.form
        if (put["type"], put["term"]) != (form["type"], form["term"]):
            yield IssueWarning.TYPE_CHANGED_AFTER_VOTE
        if put["supersedes_id"] != form["supersedes_id"]:
            yield IssueWarning.SUPERSEDES_CHANGED_AFTER_VOTE


def _of_the_outcome(resolution: Resolution, vote: Ballot, *, stands: bool) -> Iterator[IssueWarning]:
    """A draft against a vote that named none, which is on the meeting's resolution, whichever that is; ``stands``: no later one
    is open. Of a resolution in force every vote on it that does not pass it now, unless the reason for which it was issued
    answered just this."""
    by_name = vote.resolution_id is not None
    if resolution.state == ResolutionState.DRAFT:
        if not by_name and not (vote.passed and stands):
            yield IssueWarning.VOTE_NOT_PASSED
    elif not vote.passed:
        answered = IssueWarning.VOTE_NOT_PASSED.value in (resolution.issue_exception_for or ())
        if by_name or not answered:
            yield IssueWarning.VOTE_REJECTED


def _was_rejected_elsewhere(resolution: Resolution, session: Session) -> bool:
    """Whether the last vote that another meeting of the organisation held on this draft or this text did not pass it."""
    last = session.scalars(
        select(Ballot)
        .join(Meeting, Meeting.id == Ballot.meeting_id)
        .where(
            Meeting.organization_id == resolution.organization_id,
            Ballot.kind == BallotKind.RESOLUTION.value,
            Ballot.state == BallotState.CLOSED.value,
            or_(Ballot.resolution_id == resolution.id, Ballot.put_hash == resolution.content_hash),
        )
        .order_by(Ballot.closed_at.desc(), Ballot.id.desc())
        .limit(1)
    ).first()
    return last is not None and not last.passed


def _had_quorum(meeting_id: int, vote: Ballot | None) -> bool:
    if vote is not None and vote.quorum_required is not None and vote.quorum_present is not None:
        return vote.quorum_present >= vote.quorum_required > 0
    meeting = db.session.get_one(Meeting, meeting_id)
    # Of a meeting that was not opened nobody can say yet.
    return meeting.opened_at is None or head_count(meeting).quorum_reached
