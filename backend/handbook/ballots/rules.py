"""Rules of votes (2-domain, Votes and Members): who votes, the denominator, the majority. Pure, in whole numbers.

``pwa/src/features/ballots/rules.ts`` says the same on the phone; both are held to ``tests/data/ballots/cases.json``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from handbook.attendance.enums import AttendanceState
from handbook.attendance.rules import ATTENDING
from handbook.ballots.enums import BallotKind
from handbook.members.enums import MemberStatus

RESOLUTION_MAJORITY = "vote.resolution_majority"
ADMISSION_MAJORITY = "vote.admission_majority"
# Fewer papers than this and a unanimous result tells how each of them voted.
FEWEST_FOR_SECRECY = 3


@dataclass(frozen=True, slots=True)
class Line:
    """What the rules need of a member's line in the roll: the status when summoned, the state (None: not recorded), and
    whether who came has left the room before the vote.
    """

    status: MemberStatus
    state: AttendanceState | None
    left: bool = False

    @property
    def in_the_room(self) -> bool:
        return self.state in ATTENDING and not self.left


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
    denominator." A line that says ``exempt`` is an exempt member who is absent; an official member whom the secretary marks
    so was freed of this meeting, as in the quorum. Coming makes an exempt member count, whether or not the vote is then
    used: nobody can leave a secret denominator by keeping the paper back. Who left before the vote is absent from it.
    """
    if not holds_a_vote(line.status) or line.state == AttendanceState.EXEMPT:
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


def tally_error(tally: Tally, denominator: int) -> str | None:
    """What is wrong with numbers counted by hand: more votes than members who can have one."""
    return "more_votes_than_voters" if tally.total > denominator else None


def papers_error(papers: Papers, tally: Tally, denominator: int) -> str | None:
    """What is wrong with the numbers of a paper ballot, or None: every paper is accounted for once."""
    if papers.given_out > denominator:
        return "more_papers_than_voters"
    if papers.returned > papers.given_out:
        return "more_returned_than_given_out"
    if papers.valid + papers.invalid != papers.returned:
        return "papers_do_not_add_up"
    if tally.total != papers.valid:
        return "votes_do_not_add_up"
    return None
