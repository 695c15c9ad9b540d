"""A member votes: openly, or by taking a paper and, as nobody in particular, putting it into the box."""

import hashlib

from sqlalchemy.dialects import postgresql, sqlite

from handbook.access.actor import Actor
from handbook.access.guards import require
from handbook.access.permissions import Permission
from handbook.attendance.errors import NotSummoned
from handbook.attendance.models import Attendance
from handbook.ballots import rules
from handbook.ballots.enums import BallotMethod, BallotState, Choice
from handbook.ballots.errors import (
    BallotClosed,
    BallotNotOpen,
    CastingNotBegun,
    InvalidPaper,
    NotAVoter,
    NotInTheRoom,
    PapersGivenOut,
    PaperTaken,
    PaperUsed,
    WrongMethod,
)
from handbook.ballots.models import Ballot, BoxVote, TakenPaper, Vote
from handbook.ballots.papers import FilledPaper, decode, encode, is_genuine, load_private, sign_blinded
from handbook.ballots.queries import line_of, share_ballot
from handbook.ballots.service import key_context
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork


def cast_vote(ballot_id: int, choice: Choice, *, actor: Actor, uow: UnitOfWork) -> Vote:
    """Give an open vote or change it; the row itself says when and whose, so there is no audit entry.

    Raises :class:`BallotClosed`, :class:`BallotNotOpen`, :class:`WrongMethod`, :class:`NotSummoned`, :class:`NotAVoter`,
    :class:`NotInTheRoom`.
    """
    ballot = _open_ballot(ballot_id, BallotMethod.PHONE, actor=actor)
    member_id = _voter(ballot, actor=actor, uow=uow)
    vote = uow.session.get(Vote, (ballot.id, member_id), populate_existing=True)
    if vote is None:
        vote = Vote(ballot_id=ballot.id, member_id=member_id)
        uow.session.add(vote)
    if vote.choice != choice:
        vote.choice, vote.cast_at = choice.value, uow.clock.now()
    uow.session.flush()
    return vote


def take_paper(
    ballot_id: int, blinded: str, *, actor: Actor, uow: UnitOfWork, secrets: Secrets
) -> tuple[str, bool]:
    """Sign one blinded paper for the member; true when it is the first time. The same blinded paper gets the same signature.

    Papers are given out until casting begins; only the signature of one that was taken before is answered afterwards.
    Raises what :func:`cast_vote` raises, :class:`PaperTaken` for a second paper, :class:`PapersGivenOut` for a first one that
    comes too late, :class:`InvalidPaper`.
    """
    ballot = _open_ballot(ballot_id, BallotMethod.SECRET, actor=actor)
    # While votes are cast nothing of a member is written, not even the mark that a lock leaves on the line of the roll.
    member_id = _voter(ballot, actor=actor, uow=uow, lock=ballot.gives_out_papers)
    message = decode(blinded)
    fingerprint = hashlib.sha256(message).hexdigest()
    taken = uow.session.get(TakenPaper, (ballot.id, member_id), populate_existing=True)
    if taken is not None and taken.fingerprint != fingerprint:
        raise PaperTaken
    if taken is None and not ballot.gives_out_papers:
        raise PapersGivenOut
    if ballot.private_key_sealed is None:
        raise BallotNotOpen
    private = load_private(secrets.decrypt(ballot.private_key_sealed, key_context(ballot.key)))
    signature = encode(sign_blinded(private, message))
    if taken is None:
        uow.session.add(TakenPaper(ballot_id=ballot.id, member_id=member_id, fingerprint=fingerprint))
        uow.session.flush()
    return signature, taken is None


def cast_paper(ballot_id: int, paper: FilledPaper, *, uow: UnitOfWork) -> bool:
    """Put a paper into the box; true when it was not there. Nobody acts here: no actor, no time, no audit entry.

    Raises :class:`BallotClosed`, :class:`BallotNotOpen`, :class:`WrongMethod`, :class:`CastingNotBegun`, :class:`InvalidPaper`,
    and :class:`PaperUsed` when the paper lies there with another choice.
    """
    ballot = _open_for(share_ballot(ballot_id), BallotMethod.SECRET)
    if ballot.gives_out_papers:
        raise CastingNotBegun
    if ballot.public_key is None or not is_genuine(
        paper, ballot_key=ballot.key, public_key=ballot.public_key
    ):
        raise InvalidPaper
    insert = postgresql.insert if uow.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    written = uow.session.execute(
        insert(BoxVote)
        .values(
            ballot_id=ballot.id,
            serial=paper.serial,
            choice=paper.choice.value,
            secret=paper.secret,
            marks=" ".join(paper.marks),
            randomizer=paper.randomizer,
            signature=paper.signature,
        )
        .on_conflict_do_nothing()
        .returning(BoxVote.choice)
    ).scalar()
    if written is not None:
        return True
    there = uow.session.get_one(BoxVote, (ballot.id, paper.serial))
    if there.choice != paper.choice:
        raise PaperUsed
    return False


def _open_ballot(ballot_id: int, method: BallotMethod, *, actor: Actor) -> Ballot:
    ballot = share_ballot(ballot_id)
    require(actor, Permission.BALLOTS_VOTE, ballot.target)
    return _open_for(ballot, method)


def _open_for(ballot: Ballot, method: BallotMethod) -> Ballot:
    if ballot.state == BallotState.CLOSED:
        raise BallotClosed
    if ballot.state != BallotState.OPEN:
        raise BallotNotOpen
    if ballot.method != method:
        raise WrongMethod
    return ballot


def _voter(ballot: Ballot, *, actor: Actor, uow: UnitOfWork, lock: bool = True) -> int:
    """The actor's member, who may vote now. With ``lock`` the line of the roll stays locked: two devices of one member take
    turns.
    """
    line = None
    if actor.member_id is not None:
        line = uow.session.get(
            Attendance, (ballot.meeting_id, actor.member_id), populate_existing=True, with_for_update=lock
        )
    if line is None or actor.member_id is None:
        raise NotSummoned
    seen = line_of(line)
    if not rules.holds_a_vote(seen.status):
        raise NotAVoter
    if not rules.may_vote(seen):
        raise NotInTheRoom
    return actor.member_id
