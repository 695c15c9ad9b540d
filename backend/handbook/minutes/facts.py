"""What the meeting left behind, as the minutes need it: plain data with full names, read by :mod:`handbook.minutes.gathering`.

Times are aware and already in the organisation's zone. Everything here can be written down without a database, so the
sentences are tried on any meeting one can think of.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from handbook.meetings.enums import MeetingKind


@dataclass(frozen=True, slots=True)
class Person:
    """A member, named in full; ``office`` in words, such as ``Bí thư``, None without one."""

    full_name: str
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """Who was not there, or came late or left early (``at``), and why as far as it was said."""

    full_name: str
    reason: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Roll:
    """The head-count (2-domain: "total (official, probationary), exempt, present, absent with and without leave, by name and
    reason"). ``present`` counts who came late or left early as well; ``temporary_in`` are not of the ``total``."""

    total: int
    official: int
    probationary: int
    present: int
    official_present: int
    official_due: int
    quorum_share: Fraction
    quorum_required: int
    temporary_in: int = 0
    exempt: int = 0
    elsewhere: int = 0
    late: tuple[Absence, ...] = ()
    left_early: tuple[Absence, ...] = ()
    excused: tuple[Absence, ...] = ()
    unexcused: tuple[Absence, ...] = ()
    not_recorded: tuple[Absence, ...] = ()
    guests: tuple[tuple[str, str | None], ...] = ()

    @property
    def is_quorate(self) -> bool:
        return self.official_present >= self.quorum_required


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said; ``key`` names it for good. Without a speaker it is the minute-taker's own remark."""

    key: str
    text: str
    speaker: str | None = None
    is_guest: bool = False


class VoteMethod(StrEnum):
    HAND = "hand"
    PHONE = "phone"
    SECRET = "secret"
    SECRET_PAPER = "secret_paper"


@dataclass(frozen=True, slots=True)
class Papers:
    given_out: int
    returned: int
    valid: int
    invalid: int


@dataclass(frozen=True, slots=True)
class Vote:
    """A closed vote with its frozen numbers; ``passed`` None: void. ``share`` such as 1/2, ``at_least`` or more than it."""

    key: str
    title: str
    method: VoteMethod
    denominator: int
    present: int
    agree: int
    disagree: int
    other: int
    required: int
    share: Fraction
    at_least: bool
    passed: bool | None
    papers: Papers | None = None
    reserved: tuple[tuple[str, str], ...] = ()

    @property
    def not_voted(self) -> int:
        return max(0, self.denominator - self.agree - self.disagree - self.other)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda with what happened in it."""

    key: str
    title: str
    presenter: str | None = None
    notes: tuple[Note, ...] = ()
    conclusion: str | None = None
    votes: tuple[Vote, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """The meeting's score: average of 100 points and the grade in words."""

    average: str
    grade: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the minutes are made of. ``opened_at`` None: not opened yet; ``closed_at`` None: not closed yet."""

    kind: MeetingKind
    is_cell: bool
    organization: str
    place: str
    starts_at: datetime
    roll: Roll
    is_online: bool = False
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    chair: Person | None = None
    minute_taker: Person | None = None
    items: tuple[Item, ...] = ()
    notes: tuple[Note, ...] = ()
    votes: tuple[Vote, ...] = ()
    score: Score | None = None
