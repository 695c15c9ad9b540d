"""What the meeting left behind, as the minutes need it: plain data with full names, read by :mod:`handbook.minutes.gathering`.

Times are aware and already in the organisation's zone. Everything here can be written down without a database, so the
sentences are tried on any meeting one can think of.
"""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

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
class SiteRoll:
    """One site of a conference: ``delegates`` belong to it, ``present`` of them came, late or not, here or elsewhere."""

    key: str
    place: int
    name: str
    delegates: int
    present: int
    late: int = 0
    at_other_sites: int = 0
    from_other_sites: int = 0
    excused: tuple[Absence, ...] = ()
    unexcused: tuple[Absence, ...] = ()
    not_recorded: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """The head-count (2-domain: "total (official, probationary), exempt, present, absent with and without leave, by name and
    reason"). ``present`` and ``official_present`` count who came late or left early as well, ``official_left`` those official
    members who are no longer in the room; ``temporary_in`` are not of the ``total``.

    A conference tells its ``sites`` with their absent delegates in place of who came late, left early or stayed away.
    """

    total: int
    official: int
    probationary: int
    present: int
    official_present: int
    official_due: int
    quorum_share: Fraction
    quorum_required: int
    temporary_in: int = 0
    official_left: int = 0
    exempt: tuple[Absence, ...] = ()
    elsewhere: tuple[Absence, ...] = ()
    late: tuple[Absence, ...] = ()
    left_early: tuple[Absence, ...] = ()
    excused: tuple[Absence, ...] = ()
    unexcused: tuple[Absence, ...] = ()
    not_recorded: tuple[Absence, ...] = ()
    guests: tuple[tuple[str, str | None], ...] = ()
    sites: tuple[SiteRoll, ...] = ()


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
class VoteQuorum:
    """How many official members had to be in the room at the vote, and how many were."""

    required: int
    present: int
    reached: bool


@dataclass(frozen=True, slots=True)
class Hands:
    agree: int
    disagree: int
    other: int


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft resolution that was put to the vote."""

    symbol: str
    title: str


@dataclass(frozen=True, slots=True)
class Vote:
    """A closed vote with its frozen numbers; ``passed`` None: void. ``share`` such as 1/2, ``at_least`` or more than it.

    ``room_denominator``: what the room counted with where that could not be. ``count_confirmed``: more votes than people in
    the room were asked about. ``hands``: raised beside a vote by phone, and within its numbers.
    """

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
    resolution: Draft | None = None
    quorum: VoteQuorum | None = None
    room_denominator: int | None = None
    count_confirmed: bool = False
    hands: Hands | None = None


@dataclass(frozen=True, slots=True)
class TaskReview:
    """A task of an earlier resolution as the meeting found it. ``state``: ``open``, ``done`` or ``not_done``, then with why.
    ``superseded`` and ``revoked``: its resolution was out of force by then."""

    key: str
    title: str
    state: str
    assignees: tuple[str, ...] = ()
    due_on: date | None = None
    percent: int | None = None
    reason: str | None = None
    superseded: bool = False
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the agenda with what happened in it; ``begun``: whoever runs the agenda started it, or noted that it was
    dealt with."""

    key: str
    title: str
    presenter: str | None = None
    notes: tuple[Note, ...] = ()
    conclusion: str | None = None
    votes: tuple[Vote, ...] = ()
    tasks: tuple[TaskReview, ...] = ()
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Dropped:
    """An item of the convened agenda that the meeting did not deal with."""

    key: str
    title: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """An item that was raised from the floor."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Score:
    """The meeting's score: average of 100 points and the grade in words. ``is_open``: members are still scoring by phone; then
    the average is that of the ``paper_sheets`` alone, None while there are none, and there is no grade yet."""

    average: str | None
    grade: str | None
    is_open: bool = False
    paper_sheets: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the minutes are made of. ``opened_at`` None: not opened yet; ``closed_at`` None: not closed yet;
    ``read_back_at`` None: nobody has agreed to the words as they stand."""

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
    added: tuple[Added, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    notes: tuple[Note, ...] = ()
    votes: tuple[Vote, ...] = ()
    score: Score | None = None
    read_back_at: datetime | None = None


# What the pairs and single names of these fields are called in plain data.
_NAMED = {"guests": ("name", "place"), "reserved": ("name", "text"), "assignees": ("name",)}


def as_data(facts: Any) -> Any:
    """The facts as plain data, the same that the phone gathers: instants with their offset, shares as ``2/3``."""
    if is_dataclass(facts):
        return {one.name: _field(one.name, getattr(facts, one.name)) for one in fields(facts)}
    if isinstance(facts, (datetime, date)):
        return facts.isoformat()
    if isinstance(facts, Fraction):
        return f"{facts.numerator}/{facts.denominator}"
    if isinstance(facts, tuple):
        return [as_data(one) for one in facts]
    return str(facts) if isinstance(facts, StrEnum) else facts


def _field(name: str, value: Any) -> Any:
    if names := _NAMED.get(name):
        return [dict(zip(names, (one,) if isinstance(one, str) else one, strict=True)) for one in value]
    return as_data(value)
