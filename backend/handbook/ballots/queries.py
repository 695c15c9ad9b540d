"""Scoped reads of ballots: what a reader may know of a vote before and after it is closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, and_, func, or_, select

from handbook.access.actor import Actor
from handbook.access.guards import may, require
from handbook.access.permissions import Permission
from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.queries import name_marks_of, quorum_share
from handbook.ballots import rules
from handbook.ballots.enums import COUNTED_BY_HAND, BallotKind, BallotMethod, BallotState, ResultFlag
from handbook.ballots.errors import BallotNotOpen
from handbook.ballots.models import Ballot, BoxVote, TakenPaper, Vote
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.problems import NotFound
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus
from handbook.members.models import Member
from handbook.members.naming import with_mark
from handbook.organizations.settings import rules_at, rules_of
from handbook.resolutions.models import Resolution


@dataclass(frozen=True, slots=True)
class PutToTheVote:
    """The resolution that a ballot decides on, as it was called when it was put to the vote."""

    symbol: str
    title: str


@dataclass(frozen=True, slots=True)
class BallotResult:
    """A closed ballot, for the minutes. ``passed`` None: void, ``faults`` says why. ``papers`` only where there were any."""

    id: int
    key: str
    title: str
    kind: str
    method: str
    agenda_item_id: int | None
    closed_at: datetime
    denominator: int
    voters_present: int
    required: int
    majority_share: str
    majority_at_least: bool
    agree: int
    disagree: int
    other: int
    passed: bool | None
    faults: tuple[str, ...]
    papers: rules.Papers | None
    reserved: tuple[tuple[str, str], ...]
    resolution: PutToTheVote | None = None
    quorum: rules.Quorum | None = None
    room_denominator: int | None = None
    count_confirmed: bool = False
    hands: rules.Tally | None = None

    @property
    def not_voted(self) -> int:
        """Members of the denominator who were absent or gave no vote; an invalid paper is one that was given."""
        invalid = self.papers.invalid if self.papers else 0
        return max(0, self.denominator - self.agree - self.disagree - self.other - invalid)

    @property
    def flags(self) -> list[str]:
        """What is remarkable about the result, read off the numbers that were frozen with it."""
        tally = rules.Tally(self.agree, self.disagree, self.other)
        counted = self.method in COUNTED_BY_HAND
        found = {
            ResultFlag.NO_QUORUM: self.quorum is not None and not self.quorum.reached,
            ResultFlag.MORE_THAN_PRESENT: counted
            and rules.is_more_than_present(tally, self.papers, self.voters_present),
            ResultFlag.STALE_DENOMINATOR: self.room_denominator is not None,
            ResultFlag.UNANIMOUS: self.method in (BallotMethod.SECRET, BallotMethod.SECRET_PAPER)
            and rules.is_unanimous(tally),
        }
        return [flag.value for flag, holds in found.items() if holds]


def get_ballot(ballot_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Ballot:
    """The ballot, when the actor holds the permission for it; else 404 or 403 as the policy says.

    With ``lock`` the row is read anew and stays as it is until the end of the unit of work; others may vote no longer.
    """
    ballot = db.session.get(
        Ballot, ballot_id, populate_existing=lock, with_for_update={"of": Ballot} if lock else None
    )
    if ballot is None:
        raise NotFound
    require(actor, permission, ballot.target)
    return ballot


def share_ballot(ballot_id: int) -> Ballot:
    """The ballot, held against closing while a vote is written; many may hold it so at once."""
    ballot = db.session.get(
        Ballot, ballot_id, populate_existing=True, with_for_update={"of": Ballot, "read": True}
    )
    if ballot is None:
        raise NotFound
    return ballot


def list_ballots(meeting: Meeting, *, actor: Actor) -> list[Ballot]:
    """A meeting's ballots in the order in which they were proposed; drafts only for office holders."""
    ballots = db.session.scalars(
        select(Ballot).where(Ballot.meeting_id == meeting.id).order_by(Ballot.id)
    ).all()
    return [ballot for ballot in ballots if may(actor, Permission.BALLOTS_READ, ballot.target)]


def roll_lines(meeting_id: int, at: datetime | None = None) -> dict[int, rules.Line]:
    """What the rules need of everybody who was summoned, now or at an earlier moment of the meeting."""
    rows = db.session.execute(
        select(
            Attendance.member_id,
            Attendance.member_status,
            Attendance.state,
            Attendance.arrived_at,
            Attendance.checked_in_at,
            Attendance.left_at,
        ).where(Attendance.meeting_id == meeting_id)
    )
    return {row.member_id: line_of(row, at) for row in rows}


def line_of(row: Row[Any] | Attendance, at: datetime | None = None) -> rules.Line:
    """One line of the roll as the rules see it, now or at an earlier moment, when who had left, or came later, was not there.

    Who came late arrived when somebody saw it or, where nobody wrote that down, when the code was scanned; who is on the roll
    as present was there from the beginning, unless it says since when.
    """
    state = None if row.state is None else AttendanceState(row.state)
    left = row.left_at is not None and (at is None or row.left_at <= at)
    came = row.arrived_at or (row.checked_in_at if state == AttendanceState.LATE else None)
    later = came is not None and at is not None and came > at
    return rules.Line(MemberStatus(row.member_status), state, left or later)


def counted_votes(ballot: Ballot) -> tuple[list[Vote], int]:
    """The open votes that count, and how many do not: those of members whom the roll does not put into the room at the time
    of their vote. Who voted and left afterwards has voted.
    """
    rows = db.session.execute(
        select(Vote, Attendance)
        .join(
            Attendance,
            and_(Attendance.meeting_id == ballot.meeting_id, Attendance.member_id == Vote.member_id),
        )
        .where(Vote.ballot_id == ballot.id)
    ).all()
    counted = [vote for vote, line in rows if rules.may_vote(line_of(line, _seen_at(vote, line)))]
    return counted, len(rows) - len(counted)


def _seen_at(vote: Vote, line: Attendance) -> datetime:
    """When the roll is asked about a vote by phone. It was taken because the roll had the voter in the room, so a phone whose
    clock is ahead, or that was scanned once more, does not turn its own check-in against its vote."""
    return max(vote.cast_at, line.checked_in_at or vote.cast_at)


def voters_of(ballot: Ballot) -> set[int]:
    """Who has used the vote already: by a counted open vote, or by taking a secret paper."""
    if ballot.method == BallotMethod.SECRET:
        takers = select(TakenPaper.member_id).where(TakenPaper.ballot_id == ballot.id)
        return set(db.session.scalars(takers))
    if ballot.method == BallotMethod.PHONE:
        return {vote.member_id for vote in counted_votes(ballot)[0]}
    return set()


def counted_ballots(meeting_id: int, method: BallotMethod) -> list[Ballot]:
    """The votes of a meeting that people count in this way, the latest first; none that was withdrawn before it was counted."""
    return list(
        db.session.scalars(
            select(Ballot)
            .where(
                Ballot.meeting_id == meeting_id,
                Ballot.method == method.value,
                or_(Ballot.state != BallotState.WITHDRAWN.value, Ballot.closed_at.is_not(None)),
            )
            .order_by(Ballot.id.desc())
        )
    )


def results_of(meeting: Meeting) -> list[BallotResult]:
    """The closed ballots of a meeting in the order of closing, as the minutes tell them."""
    ballots = db.session.scalars(
        select(Ballot)
        .where(Ballot.meeting_id == meeting.id, Ballot.state == BallotState.CLOSED.value)
        .order_by(Ballot.closed_at, Ballot.id)
    ).all()
    decided = resolutions_of(ballots)
    marks = name_marks_of(meeting.id)
    return [_result(ballot, decided.get(ballot.id), marks) for ballot in ballots]


def resolutions_of(ballots: Iterable[Ballot]) -> dict[int, PutToTheVote]:
    """By ballot the resolution that it decides on: what was frozen with the vote or, as long as nothing is put to it, what the
    draft is called now."""
    every = list(ballots)
    frozen = {
        ballot.id: PutToTheVote(ballot.put_symbol, ballot.put_title or "")
        for ballot in every
        if ballot.put_symbol is not None
    }
    ids = {
        one.id: one.resolution_id for one in every if one.resolution_id is not None and one.id not in frozen
    }
    if not ids:
        return frozen
    rows = db.session.execute(
        select(Resolution.id, Resolution.symbol, Resolution.title).where(Resolution.id.in_(ids.values()))
    )
    named = {row.id: PutToTheVote(row.symbol, row.title) for row in rows}
    return frozen | {ballot_id: named[id_] for ballot_id, id_ in ids.items() if id_ in named}


def _texts_under_vote(ballots: Iterable[Ballot]) -> dict[int, str]:
    """By resolution the texts on which members are voting now. They do not change meanwhile (:class:`DraftPutToVote`)."""
    ids = {one.resolution_id for one in ballots if one.state == BallotState.OPEN and one.resolution_id}
    if not ids:
        return {}
    rows = db.session.execute(select(Resolution.id, Resolution.body).where(Resolution.id.in_(ids)))
    return {row.id: row.body for row in rows}


def ballot_views(ballots: list[Ballot], meeting: Meeting, *, actor: Actor) -> list[dict[str, Any]]:
    """What :class:`~handbook.ballots.schemas.BallotSchema` dumps for this reader."""
    runs = may(actor, Permission.BALLOTS_RUN, meeting.target)
    lines = roll_lines(meeting.id) if runs and ballots else {}
    own = None
    if actor.member_id is not None and ballots:
        row = db.session.get(Attendance, (meeting.id, actor.member_id), populate_existing=True)
        own = None if row is None else line_of(row)
    decided, texts = resolutions_of(ballots), _texts_under_vote(ballots)
    views = [_view(ballot, decided.get(ballot.id), own, lines if runs else None, actor) for ballot in ballots]
    for ballot, view in zip(ballots, views, strict=True):
        # A draft is for who writes it; who decides on it must know what it says.
        reads = runs or view["mine"]["may_vote"]
        view["resolution_text"] = texts.get(ballot.resolution_id or 0) if reads else None
    return views


def read_result(ballot: Ballot, *, actor: Actor) -> dict[str, Any]:
    """Everything from which a closed ballot can be counted again. Raises :class:`BallotNotOpen` before it is closed.

    Open votes by name are for who runs the meeting; who took a paper is for everybody who was summoned, and for officers.
    """
    if ballot.state != BallotState.CLOSED:
        raise BallotNotOpen
    meeting = ballot.meeting
    runs = may(actor, Permission.BALLOTS_RUN, meeting.target)
    summoned = actor.member_id is not None and (
        db.session.get(Attendance, (meeting.id, actor.member_id)) is not None
    )
    knows = summoned or may(actor, Permission.ATTENDANCE_READ, meeting.target)
    box = db.session.scalars(
        select(BoxVote).where(BoxVote.ballot_id == ballot.id).order_by(BoxVote.serial)
    ).all()
    return {
        "ballot": ballot_views([ballot], meeting, actor=actor)[0],
        "public_key": ballot.public_key,
        "papers": _named(TakenPaper, ballot.id) if knows else [],
        "box": [
            {
                "serial": vote.serial,
                "choice": vote.choice,
                "secret": vote.secret,
                "marks": vote.marks.split(" "),
                "randomizer": vote.randomizer,
                "signature": vote.signature,
            }
            for vote in box
        ],
        "votes": _named(Vote, ballot.id) if runs else [],
    }


def _named(table: type[TakenPaper] | type[Vote], ballot_id: int) -> list[Row[Any]]:
    columns = [Member.id.label("member_id"), Member.full_name]
    if table is Vote:
        columns.append(Vote.choice)
    return list(
        db.session.execute(
            select(*columns)
            .join(table, table.member_id == Member.id)
            .where(table.ballot_id == ballot_id)
            .order_by(Member.name_sort, Member.id)
        ).all()
    )


def _view(
    ballot: Ballot,
    resolution: PutToTheVote | None,
    own: rules.Line | None,
    lines: dict[int, rules.Line] | None,
    actor: Actor,
) -> dict[str, Any]:
    closed = ballot.state == BallotState.CLOSED
    return {
        "id": ballot.id,
        "key": ballot.key,
        "meeting_id": ballot.meeting_id,
        "agenda_item_id": ballot.agenda_item_id,
        "resolution_id": ballot.resolution_id,
        "resolution": resolution,
        "content_hash": ballot.put_hash,
        "title": ballot.title,
        "kind": ballot.kind,
        "method": ballot.method,
        "state": ballot.state,
        "opened_at": ballot.opened_at,
        "casting_since": ballot.casting_since,
        "closed_at": ballot.closed_at,
        "public_key": ballot.public_key,
        "mine": _mine(ballot, own, actor),
        "progress": None if lines is None or closed else _progress(ballot, lines),
        "result": result_data(_result(ballot)) if closed else None,
        "reserved": ballot.reservations if closed else [],
        "corrections": [
            {**one, "corrected_at": datetime.fromisoformat(one["corrected_at"])} for one in ballot.corrections
        ],
        "can": _acts(ballot, ballot.meeting) if lines is not None else [],
        "etag": etag_of(ballot),
    }


def _mine(ballot: Ballot, own: rules.Line | None, actor: Actor) -> dict[str, Any]:
    votes_alone = ballot.method in (BallotMethod.PHONE, BallotMethod.SECRET)
    open_ = ballot.state == BallotState.OPEN
    key = (ballot.id, actor.member_id)
    vote = db.session.get(Vote, key) if own and ballot.method == BallotMethod.PHONE else None
    paper = db.session.get(TakenPaper, key) if own and ballot.method == BallotMethod.SECRET else None
    return {
        "has_vote": own is not None and rules.holds_a_vote(own.status),
        "may_vote": open_ and votes_alone and own is not None and rules.may_vote(own),
        "choice": vote.choice if vote else None,
        "paper_taken": paper is not None,
    }


def _progress(ballot: Ballot, lines: dict[int, rules.Line]) -> dict[str, Any]:
    """How far the vote has come, never how it goes. Who gave an open vote is known; in the box there are only papers."""
    voters = voters_of(ballot)
    secret = ballot.method == BallotMethod.SECRET
    cast = count_box(ballot.id) if secret else 0
    present = rules.voters_present(lines.values())
    denominator = denominator_of(lines, voters)
    voting = len(voters) if ballot.casting_since else present
    return {
        "denominator": denominator,
        "required": rules.required(denominator, majority_of(ballot)),
        "present": present,
        "voted": cast if secret else len(voters),
        "voted_member_ids": [] if secret else sorted(voters),
        "papers_taken": len(voters) if secret else 0,
        "hands_left": rules.hands_left(lines, voters) if ballot.method == BallotMethod.PHONE else 0,
        "quorum": rules.quorum(lines.values(), quorum_share(ballot.meeting)),
        "without_paper": without_paper(ballot, lines, voters),
        "few_voters": secret and voting < rules.FEWEST_FOR_SECRECY,
        "few_votes": secret and rules.are_few(cast),
    }


def count_box(ballot_id: int) -> int:
    """How many votes lie in the box."""
    return (
        db.session.scalar(select(func.count()).select_from(BoxVote).where(BoxVote.ballot_id == ballot_id))
        or 0
    )


def without_paper(ballot: Ballot, lines: dict[int, rules.Line], holders: set[int]) -> list[Row[Any]]:
    """Who could vote by phone now and holds no paper of the open secret ballot, by name."""
    if ballot.method != BallotMethod.SECRET or ballot.state != BallotState.OPEN:
        return []
    ids = [id_ for id_, line in lines.items() if rules.may_vote(line) and id_ not in holders]
    return list(
        db.session.execute(
            select(Member.id.label("member_id"), Member.full_name)
            .where(Member.id.in_(ids))
            .order_by(Member.name_sort, Member.id)
        ).all()
    )


def denominator_of(lines: dict[int, rules.Line], voters: set[int]) -> int:
    """The denominator by the roll; who has used the vote was counted then and stays counted."""
    return sum(rules.is_counted(line) or member_id in voters for member_id, line in lines.items())


def majority_of(ballot: Ballot, at: datetime | None = None) -> rules.Majority:
    """The majority in force now, or at the hour of a vote whose line arrives later; the one that was frozen when a record is
    corrected."""
    if ballot.majority_share is not None and ballot.majority_at_least is not None:
        return rules.Majority(Fraction(ballot.majority_share), ballot.majority_at_least)
    organization = ballot.meeting.organization
    names = (rules.RESOLUTION_MAJORITY, rules.ADMISSION_MAJORITY)
    settings = rules_of(organization) if at is None else rules_at(organization, names, at)
    return rules.majority_for(
        BallotKind(ballot.kind),
        resolution=settings[rules.RESOLUTION_MAJORITY],
        admission=settings[rules.ADMISSION_MAJORITY],
    )


def _acts(ballot: Ballot, meeting: Meeting) -> list[str]:
    running = meeting.state == MeetingState.OPEN
    end = "begin_casting" if ballot.gives_out_papers else "close"
    acts = {
        BallotState.DRAFT: ["open", "withdraw"] if running else ["withdraw"],
        BallotState.OPEN: [end, "withdraw"] if running else [],
        BallotState.CLOSED: ["reserve"] if meeting.state != MeetingState.FINALIZED else [],
    }
    return acts.get(BallotState(ballot.state), [])


def _result(
    ballot: Ballot, resolution: PutToTheVote | None = None, marks: Mapping[int, str] | None = None
) -> BallotResult:
    marks = marks or {}
    return BallotResult(
        id=ballot.id,
        key=ballot.key,
        title=ballot.title,
        kind=ballot.kind,
        method=ballot.method,
        agenda_item_id=ballot.agenda_item_id,
        closed_at=ballot.closed_at or ballot.created_at,
        denominator=ballot.denominator or 0,
        voters_present=ballot.voters_present or 0,
        required=ballot.required or 0,
        majority_share=ballot.majority_share or "",
        majority_at_least=bool(ballot.majority_at_least),
        agree=ballot.agree or 0,
        disagree=ballot.disagree or 0,
        other=ballot.other or 0,
        passed=ballot.passed,
        faults=tuple(ballot.faults),
        papers=papers_of(ballot),
        reserved=tuple(
            (with_mark(one.member.full_name, marks.get(one.member_id)), one.text)
            for one in ballot.reservations
        ),
        resolution=resolution,
        quorum=_frozen_quorum(ballot),
        room_denominator=ballot.room_denominator,
        count_confirmed=ballot.count_confirmed,
        hands=None if ballot.hands is None else rules.Tally(**ballot.hands),
    )


def papers_of(ballot: Ballot) -> rules.Papers | None:
    """The papers that were counted; None where there were none."""
    by_paper = ballot.method in COUNTED_BY_HAND and ballot.papers_given_out is not None
    if not by_paper and ballot.method != BallotMethod.SECRET:
        return None
    return rules.Papers(
        given_out=ballot.papers_given_out or 0,
        returned=ballot.papers_returned or 0,
        valid=ballot.papers_valid or 0,
        invalid=ballot.papers_invalid or 0,
    )


def _frozen_quorum(ballot: Ballot) -> rules.Quorum | None:
    """The quorum as it was frozen; None for results from before it was."""
    required, present = ballot.quorum_required, ballot.quorum_present
    if required is None or present is None:
        return None
    return rules.Quorum(required, present, present >= required > 0)


def result_data(result: BallotResult) -> dict[str, Any]:
    """The frozen numbers, for :class:`~handbook.ballots.schemas.BallotResultSchema`."""
    names = (
        *("denominator", "voters_present", "required", "majority_share", "majority_at_least"),
        *("agree", "disagree", "other", "not_voted", "passed", "faults", "papers"),
        *("quorum", "room_denominator", "count_confirmed", "hands", "flags"),
    )
    return {name: getattr(result, name) for name in names}
