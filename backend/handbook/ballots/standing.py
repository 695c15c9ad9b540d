"""What the votes and the roll of a meeting say of the resolution that it is about to have."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from handbook.attendance.queries import head_count
from handbook.ballots.enums import BallotKind, BallotState
from handbook.ballots.models import Ballot
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.resolutions.enums import IssueWarning, ResolutionState
from handbook.resolutions.models import Resolution
from handbook.resolutions.standing import Hold, tells_what_holds_back, tells_what_is_missing
from handbook.resolutions.text import bare_words, content_hash


@dataclass(frozen=True, slots=True)
class VotesOnResolutions:
    """The votes of a meeting as far as they concern one resolution, in their order; one that is not closed comes last.

    ``named`` named it. ``on_its_text`` were on exactly this text, whatever they named: a second draft with the same words is no
    second question. ``taken_out``: those that were counted and taken out. ``on_none`` named no draft, and can be on this one,
    because no vote named it; ``unclear``: on others of the meeting just as well.
    """

    named: Sequence[Ballot] = ()
    on_its_text: Sequence[Ballot] = ()
    on_none: Sequence[Ballot] = ()
    taken_out: Sequence[Ballot] = ()
    unclear: bool = False

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
    votes = [one for one in every if one.state != BallotState.WITHDRAWN]
    by_name = _was_named(resolution, every)
    return VotesOnResolutions(
        named=[one for one in votes if one.resolution_id == resolution.id],
        on_its_text=[
            one for one in votes if one.resolution_id is not None and one.put_hash == resolution.content_hash
        ],
        on_none=[] if by_name else [one for one in votes if one.resolution_id is None],
        taken_out=[
            one
            for one in every
            if one.state == BallotState.WITHDRAWN
            and one.closed_at is not None
            and (one.resolution_id is None or _is_on(one, resolution))
        ],
        unclear=not by_name and _are_several(resolution.meeting_id, every, session),
    )


def _is_on(vote: Ballot, resolution: Resolution) -> bool:
    """Whether it was asked of this one, by its name or by its words."""
    return vote.resolution_id is not None and (
        vote.resolution_id == resolution.id or vote.put_hash == resolution.content_hash
    )


def _was_named(resolution: Resolution, votes: Iterable[Ballot]) -> bool:
    """Also by one that was counted and taken out: the meeting knows it by its name, and a vote on none is on another thing."""
    return any(
        _is_on(vote, resolution) and (vote.state != BallotState.WITHDRAWN or vote.closed_at is not None)
        for vote in votes
    )


def _are_several(meeting_id: int, votes: Sequence[Ballot], session: Session) -> bool:
    """Whether the votes that named no draft may be on more than one text: nobody knows then which of them was passed."""
    of_meeting = session.scalars(select(Resolution).where(Resolution.meeting_id == meeting_id))
    return len({one.content_hash for one in of_meeting if not _was_named(one, votes)}) > 1


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


@tells_what_holds_back
def tell_the_last_word(resolution: Resolution, hold: Hold) -> None:
    """A resolution is issued when the last vote on it passed it, and so did the last one on its text; what the meeting voted on
    another text under another name says nothing of this one. While members vote on it, wherever, it is not issued."""
    session = db.session()
    being = Ballot.resolution_id == resolution.id, Ballot.state == BallotState.OPEN.value
    hold.undecided = hold.undecided or session.scalar(select(Ballot.id).where(*being).limit(1)) is not None
    for last in votes_on(resolution, session).last_words:
        hold.undecided = hold.undecided or last.passed is None
        hold.rejected = hold.rejected or last.passed is False


@tells_what_is_missing
def what_is_missing(resolution: Resolution) -> Iterator[IssueWarning]:
    """What the votes say against it. Of a resolution without a meeting only that another one did not pass it."""
    votes = votes_on(resolution, db.session())
    on_it = _closed(votes.on_it)
    if not on_it and _was_rejected_elsewhere(resolution, db.session()):
        yield IssueWarning.REJECTED_ELSEWHERE
    if resolution.meeting_id is None:
        return
    held = on_it[-1:] or _last_answers(_closed(votes.on_none))
    if not held:
        yield IssueWarning.VOTE_WITHDRAWN if votes.taken_out else IssueWarning.NO_VOTE
    elif on_it:
        yield from _of_what_was_put(resolution, held[-1])
        yield from _of_a_vote_on_it(resolution, held[-1])
    else:
        yield IssueWarning.VOTE_UNCLEAR if votes.unclear else IssueWarning.TEXT_NOT_FROZEN
        yield from _of_votes_on_none(resolution, votes.on_none)
    if not all(_had_quorum(resolution.meeting_id, vote) for vote in (held or (None,))):
        yield IssueWarning.NO_QUORUM


def _closed(votes: Iterable[Ballot]) -> list[Ballot]:
    return [vote for vote in votes if vote.closed_at is not None]


def _last_answers(votes: Iterable[Ballot]) -> list[Ballot]:
    """The last vote on each question: asked again on the same item in the same words, it is answered anew."""
    return list(
        {
            (vote.agenda_item_id, " ".join(unicodedata.normalize("NFC", vote.title).casefold().split())): vote
            for vote in votes
        }.values()
    )


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


def _of_a_vote_on_it(resolution: Resolution, vote: Ballot) -> Iterator[IssueWarning]:
    """Who issues a draft that was voted down is refused; of one in force it is told."""
    if resolution.state != ResolutionState.DRAFT and not vote.passed:
        yield IssueWarning.VOTE_REJECTED


def _of_votes_on_none(resolution: Resolution, votes: Sequence[Ballot]) -> Iterator[IssueWarning]:
    """Nobody knows which of them was on it, so every one must have passed, and none be open. Of one in force every one that
    does not pass it now, unless the reason for which it was issued answered just this."""
    if resolution.state == ResolutionState.DRAFT:
        if not all(vote.passed for vote in _last_answers(votes)):
            yield IssueWarning.VOTE_NOT_PASSED
        return
    answered = IssueWarning.VOTE_NOT_PASSED.value in (resolution.issue_exception_for or ())
    if not answered and not all(vote.passed for vote in _last_answers(_closed(votes))):
        yield IssueWarning.VOTE_REJECTED


def _was_rejected_elsewhere(resolution: Resolution, session: Session) -> bool:
    """Whether the last vote that another meeting of the organisation held on this draft, this text, or one that differs in
    blanks, case and punctuation only, did not pass it."""
    named = aliased(Resolution)
    held = (
        select(Ballot.resolution_id, Ballot.put_hash, Ballot.passed, named.title, named.body)
        .join(Meeting, Meeting.id == Ballot.meeting_id)
        .outerjoin(named, named.id == Ballot.resolution_id)
        .where(
            Meeting.organization_id == resolution.organization_id,
            Ballot.kind == BallotKind.RESOLUTION.value,
            Ballot.state == BallotState.CLOSED.value,
        )
        .order_by(Ballot.closed_at.desc(), Ballot.id.desc())
    )
    # Of most drafts nothing like them was ever voted down: the texts of what was passed are not read for them.
    if not any(
        _is_like(vote, resolution) for vote in session.execute(held.where(Ballot.passed.is_not(True)))
    ):
        return False
    return not next(vote.passed for vote in session.execute(held) if _is_like(vote, resolution))


def _is_like(vote: Row[Any], resolution: Resolution) -> bool:
    """Whether it was on this draft, its text, or its words. What a vote was on is known as long as the draft that it named
    still says it."""
    if vote.resolution_id == resolution.id or vote.put_hash == resolution.content_hash:
        return True
    if vote.title is None or vote.put_hash != content_hash(vote.title, vote.body):
        return False
    return bare_words(vote.title, vote.body) == bare_words(resolution.title, resolution.body)


def _had_quorum(meeting_id: int, vote: Ballot | None) -> bool:
    if vote is not None and vote.quorum_required is not None and vote.quorum_present is not None:
        return vote.quorum_present >= vote.quorum_required > 0
    meeting = db.session.get_one(Meeting, meeting_id)
    # Of a meeting that was not opened nobody can say yet.
    return meeting.opened_at is None or head_count(meeting).quorum_reached
