"""Rules of votes (2-domain, Votes and Members): who votes, the denominator, the majority. Pure, in whole numbers.

``pwa/src/features/ballots/rules.ts`` says the same on the phone; both are held to ``tests/data/ballots/cases.json``.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from handbook.attendance.enums import AttendanceState
from handbook.attendance.rules import ATTENDING, is_quorum_reached, quorum_required
from handbook.ballots.enums import BallotKind
from handbook.members.enums import MemberStatus

RESOLUTION_MAJORITY = "vote.resolution_majority"
ADMISSION_MAJORITY = "vote.admission_majority"
# With fewer votes than this the result, and what a voter knows of the own vote, tell how each of them voted.
FEWEST_FOR_SECRECY = 3


@dataclass(frozen=True, slots=True)
class Line:
    """What the rules need of a member's line in the roll: the status when summoned, the state (None: not recorded), and
    whether who came was out of the room at the vote: had left, or had not come yet.
    """

    status: MemberStatus
    state: AttendanceState | None
    away: bool = False

    @property
    def in_the_room(self) -> bool:
        return self.state in ATTENDING and not self.away


def holds_a_vote(status: MemberStatus) -> bool:
    """Whether a member of this status can have a vote in the meeting at all.

    "Only official members vote; probationary members may speak, not vote. The denominator is *all official members of the
    cell who were summoned*, less those temporarily introduced elsewhere, …" An exempt member is an official member who was
    freed of duties. Who lives the party life here for a time (``temporary_in``) is not a member *of the cell*: the home
    cell counts that member among those introduced elsewhere. Such a member speaks here and does not vote, as does
    ``temporary_out`` at home: the rule takes those off without asking whether they came.
    """
    return status in (MemberStatus.OFFICIAL, MemberStatus.EXEMPT)


def is_counted(line: Line) -> bool:
    """Whether the member is in the denominator.

    "… less exempt members who are absent (an exempt member who attends and votes counts). Other absentees stay in the
    denominator." The record says who is exempt, not the roll: an official member who is marked ``exempt`` there is an absentee
    (ADR 14). Coming makes an exempt member count, whether or not the vote is then used: nobody can leave a secret denominator
    by keeping the paper back. Who left before the vote is absent from it.
    """
    if not holds_a_vote(line.status):
        return False
    return line.status == MemberStatus.OFFICIAL or line.in_the_room


def may_vote(line: Line) -> bool:
    """Whether the member can vote by phone now: counted, and recorded as being in the room.

    An absentee "stays in the denominator" and has no vote: a vote belongs to who took part in the discussion.
    """
    return is_counted(line) and line.in_the_room


def denominator(lines: Iterable[Line]) -> int:
    """How many votes there could be: the members who are counted."""
    return sum(is_counted(line) for line in lines)


def voters_present(lines: Iterable[Line]) -> int:
    """How many of the denominator are in the room."""
    return sum(may_vote(line) for line in lines)


@dataclass(frozen=True, slots=True)
class Majority:
    """The share of the denominator that must agree: at least the share, or more than it."""

    share: Fraction
    at_least: bool


def majority_for(kind: BallotKind, *, resolution: Fraction, admission: Fraction) -> Majority:
    """What this kind of decision needs.

    "A resolution passes with more than 1/2; admission of a member or official recognition needs at least 2/3." Both shares
    are settings of the organisation; anything else is decided like a resolution.
    """
    if kind in (BallotKind.ADMISSION, BallotKind.RECOGNITION):
        return Majority(admission, at_least=True)
    return Majority(resolution, at_least=False)


def required(denominator: int, majority: Majority) -> int:
    """The fewest votes in favour that reach the majority, never none: nothing passes without anybody agreeing."""
    exact = denominator * majority.share.numerator
    whole, rest = divmod(exact, majority.share.denominator)
    if majority.at_least:
        return max(1, whole + (rest > 0))
    return whole + 1


def passes(agree: int, denominator: int, majority: Majority) -> bool:
    """Whether so many votes in favour carry the decision."""
    return agree >= required(denominator, majority)


@dataclass(frozen=True, slots=True)
class Tally:
    """Votes by option. Who is counted and did not vote is in none of them."""

    agree: int
    disagree: int
    other: int

    @property
    def total(self) -> int:
        return self.agree + self.disagree + self.other


@dataclass(frozen=True, slots=True)
class Papers:
    """The papers of a secret ballot in the room: handed out, in the box, and of those the valid and the invalid."""

    given_out: int
    returned: int
    valid: int
    invalid: int


def are_few(votes: int) -> bool:
    """Whether so many secret votes are too few to be published without telling whose they are; none tell nothing."""
    return 0 < votes < FEWEST_FOR_SECRECY


def is_unanimous(tally: Tally) -> bool:
    """Whether all votes say the same: then a secret result tells the vote of everybody who voted."""
    return tally.total > 0 and max(tally.agree, tally.disagree, tally.other) == tally.total


def tally_error(tally: Tally, denominator: int, present: int | None = None) -> str | None:
    """What is wrong with numbers counted by hand: more votes than members who can have one, or than were there to vote.

    "Other absentees stay in the denominator": counted, and without a vote (:func:`may_vote`). ``present`` None: not asked.
    """
    if tally.total > denominator:
        return "more_votes_than_voters"
    return "more_votes_than_present" if present is not None and tally.total > present else None


def papers_error(papers: Papers, tally: Tally, denominator: int, present: int | None = None) -> str | None:
    """What is wrong with the numbers of a paper ballot, or None: every paper is accounted for once, and was given to
    somebody who was there. ``present`` None: not asked.
    """
    if papers.given_out > denominator:
        return "more_papers_than_voters"
    if present is not None and papers.given_out > present:
        return "more_papers_than_present"
    if papers.returned > papers.given_out:
        return "more_returned_than_given_out"
    if papers.valid + papers.invalid != papers.returned:
        return "papers_do_not_add_up"
    if tally.total != papers.valid:
        return "votes_do_not_add_up"
    return None


def is_more_than_present(tally: Tally, papers: Papers | None, present: int) -> bool:
    """Whether a count that was written down without a network says that more members voted, or were given a paper, than
    the roll has in the room. It is kept, because the roll may be what is wrong, and never without being said."""
    return max(tally.total, papers.given_out if papers else 0) > present


def hands_left(lines: Mapping[int, Line], voters: Container[int]) -> int:
    """How many hands may be raised beside an open vote by phone: of who is in the room and did not vote by phone."""
    return sum(may_vote(line) and member_id not in voters for member_id, line in lines.items())


@dataclass(frozen=True, slots=True)
class Denominator:
    """The number that decides, and beside it the one that the room counted with when that cannot be."""

    of: int
    room: int | None = None


def settled_denominator(room: int | None, lines: Iterable[Line]) -> Denominator:
    """What a vote is decided by that was counted in a room without a network; ``lines`` are the roll at that moment.

    The room knows best, because check-ins that phones have not sent yet are missing here: an exempt member who came "counts".
    But "other absentees stay in the denominator": absentees only add, and fewer than the official members who count by the roll
    means that the device had an old or partial one. Then the roll decides, and both numbers are shown.
    """
    roll = list(lines)
    fewest = sum(is_counted(line) and line.status == MemberStatus.OFFICIAL for line in roll)
    if room is None:
        return Denominator(denominator(roll))
    return Denominator(room) if room >= fewest else Denominator(denominator(roll), room)


@dataclass(frozen=True, slots=True)
class Quorum:
    """How many official members had to be in the room at the vote, and how many were."""

    required: int
    present: int
    reached: bool


def quorum(lines: Iterable[Line], share: Fraction) -> Quorum:
    """The quorum at the moment of a vote: "default 2/3 of official members who must attend", of those still in the room."""
    due = [line for line in lines if line.status == MemberStatus.OFFICIAL and is_counted(line)]
    present = sum(line.in_the_room for line in due)
    return Quorum(quorum_required(len(due), share), present, is_quorum_reached(len(due), present, share))
