"""Every setting there is: name, type, bounds, default, and the rule it comes from."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any

from handbook.organizations.settings.values import Kind, Numbers, Share, WholeNumber, Words, Yes

#: With this begin the names of what the feature of meetings keeps here as well: agendas, one for each kind of meeting.
AGENDA = "agenda."
#: Likewise: when an organisation usually meets. The one setting that is not inherited.
SCHEDULE = "schedule"


class Group(StrEnum):
    """What belongs together on the screen."""

    MEETINGS = "meetings"
    ATTENDANCE = "attendance"
    VOTES = "votes"
    RECORDS = "records"
    SCORE = "score"
    CELL = "cell"


class Unit(StrEnum):
    DAYS = "days"
    DAYS_OF_MONTH = "days_of_month"
    MINUTES = "minutes"
    MEETINGS = "meetings"
    STEPS = "steps"
    POINTS = "points"
    MEMBERS = "members"
    HOUR_OF_DAY = "hour_of_day"


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule that a committee may set. ``source`` quotes the rule and says where it stands.

    ``not_above`` names a setting that this one may not exceed.
    """

    name: str
    group: Group
    kind: Kind
    default: Any
    unit: Unit | None
    source: str
    not_above: str | None = None


_HALF, _TWO_THIRDS, _THREE_QUARTERS = Fraction(1, 2), Fraction(2, 3), Fraction(3, 4)
_CELLS = "2-domain, Cells and meetings: "
_QUORUM = '"Quorum (config, default 2/3 of official members who must attend)."'
_VOTES = "2-domain, Votes: "
_SCORE = (
    _CELLS + '"100 points, good from 90, fair from 70, average from 50 (config; the sheet is editable data)."'
)
_DAY_MINUTES = 24 * 60
_REMINDERS = "Reminders and delivery, 1: "
_WHOM = (
    _REMINDERS
    + '"when before a meeting, for whom (all, not yet answered, officers, assignees of open tasks)".'
)
_QUIET = _REMINDERS + '"quiet hours (a reminder due in them goes at their end)"; from and to the same: none.'
_NOT_CONVENED = _REMINDERS + '"A nudge to the secretary when the month\'s meeting is not convened".'

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "meeting.days",
        Group.MEETINGS,
        Numbers(1, 31, at_most=7),
        (3, 4, 5),
        Unit.DAYS_OF_MONTH,
        _CELLS + '"A cell meets at least monthly, on a day the committee sets (config, default day 3 to 5)."',
    ),
    Setting(
        "meeting.notice_days",
        Group.MEETINGS,
        WholeNumber(0, 30),
        3,
        Unit.DAYS,
        _CELLS + '"Convene ahead: default 3 days, at least 1 (config)."',
    ),
    Setting(
        "meeting.notice_days_minimum",
        Group.MEETINGS,
        WholeNumber(0, 30),
        1,
        Unit.DAYS,
        _CELLS + '"Convene ahead: default 3 days, at least 1 (config)."',
        not_above="meeting.notice_days",
    ),
    Setting(
        "meeting.minutes_minimum",
        Group.MEETINGS,
        WholeNumber(15, 480),
        90,
        Unit.MINUTES,
        _CELLS + '"Duration at least 90 minutes, 120 combined (config)."',
        not_above="meeting.minutes_minimum_combined",
    ),
    Setting(
        "meeting.minutes_minimum_combined",
        Group.MEETINGS,
        WholeNumber(15, 480),
        120,
        Unit.MINUTES,
        _CELLS + '"Duration at least 90 minutes, 120 combined (config)."',
    ),
    Setting(
        "meeting.thematic_combines",
        Group.MEETINGS,
        Yes(),
        False,
        None,
        _CELLS + '"it does not replace the monthly one unless the committee allows combining (config)."',
    ),
    Setting(
        "meeting.thematic_per_quarter",
        Group.MEETINGS,
        WholeNumber(0, 3),
        1,
        Unit.MEETINGS,
        _CELLS + '"A thematic meeting at least once a quarter".',
    ),
    Setting(
        "attendance.quorum",
        Group.ATTENDANCE,
        Share((_HALF, Fraction(3, 5), _TWO_THIRDS, _THREE_QUARTERS, Fraction(4, 5), Fraction(1))),
        _TWO_THIRDS,
        None,
        _CELLS + _QUORUM,
    ),
    Setting(
        "attendance.late_after_minutes",
        Group.ATTENDANCE,
        WholeNumber(0, 120),
        15,
        Unit.MINUTES,
        "2-domain, Words: present and late are two states; from when on is the committee's to say.",
    ),
    Setting(
        "attendance.code_tolerance_steps",
        Group.ATTENDANCE,
        WholeNumber(1, 20),
        2,
        Unit.STEPS,
        "7-contract, Attendance: a code stands for a step of 15 seconds; how many of them it may be late.",
    ),
    Setting(
        "vote.resolution_majority",
        Group.VOTES,
        Share((_HALF, Fraction(3, 5), _TWO_THIRDS, _THREE_QUARTERS)),
        _HALF,
        None,
        _VOTES + '"A resolution passes with more than 1/2".',
    ),
    Setting(
        "vote.admission_majority",
        Group.VOTES,
        Share((_HALF, Fraction(3, 5), _TWO_THIRDS, _THREE_QUARTERS, Fraction(4, 5), Fraction(1))),
        _TWO_THIRDS,
        None,
        _VOTES + '"admission of a member or official recognition needs at least 2/3."',
    ),
    Setting(
        "minutes.overdue_days",
        Group.RECORDS,
        WholeNumber(1, 60),
        7,
        Unit.DAYS,
        "7-contract, reports: minutes_overdue; within how many days minutes are done is the committee's to say.",
    ),
    Setting(
        "documents.place",
        Group.RECORDS,
        Words(60),
        "",
        None,
        "The Party's document layout: the place stands before the date. Without words it is read off the names above.",
    ),
    Setting(
        "reminders.before_minutes",
        Group.RECORDS,
        Numbers(15, 14 * _DAY_MINUTES, at_most=5, descending=True, at_least=0),
        (2 * _DAY_MINUTES, _DAY_MINUTES, 120),
        Unit.MINUTES,
        '1-product, the month of a cell: "Reminders go out before the meeting".',
    ),
    *(
        Setting(
            f"reminders.{whom}_before_minutes",
            Group.RECORDS,
            Numbers(15, 14 * _DAY_MINUTES, at_most=5, descending=True, at_least=0),
            (),
            Unit.MINUTES,
            _WHOM,
        )
        for whom in ("unanswered", "officers", "assignees")
    ),
    Setting("reminders.quiet_from", Group.RECORDS, WholeNumber(0, 23), 22, Unit.HOUR_OF_DAY, _QUIET),
    Setting("reminders.quiet_to", Group.RECORDS, WholeNumber(0, 23), 6, Unit.HOUR_OF_DAY, _QUIET),
    Setting(
        "reminders.not_convened_days",
        Group.RECORDS,
        Numbers(1, 20, at_most=3, descending=True, at_least=0),
        (4, 1),
        Unit.DAYS,
        _NOT_CONVENED,
    ),
    Setting(
        "reminders.no_minutes_days",
        Group.RECORDS,
        Numbers(1, 60, at_most=5, at_least=0),
        (3, 7),
        Unit.DAYS,
        _REMINDERS + '"3 and 7 days after a meeting without minutes".',
    ),
    Setting(
        "tasks.remind_before_days",
        Group.RECORDS,
        Numbers(0, 30, at_most=5, descending=True),
        (3, 0),
        Unit.DAYS,
        '1-product, the month of a cell: "Tasks remind": how many days before the day they are due; 0 is that day.',
    ),
    Setting(
        "tasks.remind_overdue_every_days",
        Group.RECORDS,
        WholeNumber(1, 60),
        7,
        Unit.DAYS,
        '1-product, the month of a cell: "Tasks remind": how often after that day, until they are done.',
    ),
    Setting("score.good_from", Group.SCORE, WholeNumber(1, 100), 90, Unit.POINTS, _SCORE),
    Setting(
        "score.fair_from",
        Group.SCORE,
        WholeNumber(1, 100),
        70,
        Unit.POINTS,
        _SCORE,
        not_above="score.good_from",
    ),
    Setting(
        "score.average_from",
        Group.SCORE,
        WholeNumber(1, 100),
        50,
        Unit.POINTS,
        _SCORE,
        not_above="score.fair_from",
    ),
    Setting(
        "cell.committee_from",
        Group.CELL,
        WholeNumber(3, 100),
        9,
        Unit.MEMBERS,
        _CELLS + '"With 9 or more it elects a committee (chi ủy)."',
    ),
    Setting(
        "cell.official_minimum",
        Group.CELL,
        WholeNumber(1, 30),
        3,
        Unit.MEMBERS,
        _CELLS + '"A cell needs at least 3 official members."',
        not_above="cell.committee_from",
    ),
    Setting(
        "proceedings.clock_skew_minutes",
        Group.RECORDS,
        WholeNumber(1, 60),
        10,
        Unit.MINUTES,
        "3-architecture: ten minutes may lie between any two of the clocks of phone, secretary's device and server.",
    ),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}


class Rules(Mapping[str, Any]):
    """The values in force at one organisation: shares are :class:`~fractions.Fraction`, lists are tuples.

    >>> rules["attendance.quorum"]
    Fraction(2, 3)
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {setting.name: values.get(setting.name, setting.default) for setting in SETTINGS}

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


@cache
def default_rules() -> Rules:
    """What holds where nobody has set anything."""
    return Rules({})


def dump_value(setting: Setting, value: Any) -> str:
    """The value as it is stored: JSON, equal values as equal text."""
    return json.dumps(setting.kind.dump(value), separators=(",", ":"))


def load_value(setting: Setting, text: str) -> Any:
    """The value of stored JSON. What an earlier version stored beyond today's bounds raises ``ValueError``."""
    return setting.kind.parse(json.loads(text))


def dump_rules(values: Mapping[str, Any], *, complete: bool = False) -> dict[str, Any]:
    """Values as JSON data, by name; ``complete`` adds the defaults of all the others."""
    return {
        setting.name: setting.kind.dump(values.get(setting.name, setting.default))
        for setting in SETTINGS
        if complete or setting.name in values
    }
