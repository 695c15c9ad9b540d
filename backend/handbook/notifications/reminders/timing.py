"""When members are reminded of a meeting and whom each reminder is for; when the secretary is called upon. No I/O.

The rules are settings of organisations, inherited; a meeting may have some of them otherwise (:data:`OVERRIDABLE`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from handbook.notifications.enums import Audience
from handbook.notifications.rules import step_of
from handbook.organizations.settings import Rules
from handbook.organizations.settings.registry import BY_NAME

#: The setting that says how many minutes before a meeting each audience is reminded.
BEFORE: Mapping[Audience, str] = {
    Audience.ALL: "reminders.before_minutes",
    Audience.UNANSWERED: "reminders.unanswered_before_minutes",
    Audience.OFFICERS: "reminders.officers_before_minutes",
    Audience.ASSIGNEES: "reminders.assignees_before_minutes",
}
QUIET_FROM, QUIET_TO = "reminders.quiet_from", "reminders.quiet_to"
#: What a meeting may have otherwise than its organisation.
OVERRIDABLE = (*BEFORE.values(), QUIET_FROM, QUIET_TO)
#: The hour of the day at which the secretary is called upon.
NUDGE_HOUR = 8


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one hour of the day to another on the wall of ``zone``, over midnight where the first is the later one; none where
    both are the same.
    """

    begins: int
    ends: int
    zone: tzinfo

    def around(self, instant: datetime) -> tuple[datetime, datetime] | None:
        """Beginning and end of the quiet hours in which this instant lies; None when it lies in none."""
        if self.begins == self.ends:
            return None
        day = instant.astimezone(self.zone).date()
        length = timedelta(days=1 if self.ends < self.begins else 0)
        for first in (day - timedelta(days=1), day):
            begin = self._at(first, self.begins)
            end = self._at(first + length, self.ends)
            if begin <= instant < end:
                return begin, end
        return None

    def out_of(self, due_at: datetime, before: datetime | None = None) -> datetime:
        """The instant itself or, in quiet hours, their end; their beginning where the end is not ``before`` that instant."""
        quiet = self.around(due_at)
        if quiet is None:
            return due_at
        begin, end = quiet
        return end if before is None or end < before else begin

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """One reminder before a meeting: when, its step as :func:`step_of` names it, and for whom it is."""

    step: str
    due_at: datetime
    audiences: tuple[Audience, ...]


def rules_for(rules: Rules, own: Mapping[str, Any] | None) -> dict[str, Any]:
    """The rules of reminding in force for a meeting: what it has itself (JSON data by name), else its organisation's."""
    return {
        name: BY_NAME[name].kind.parse(own[name]) if own and name in own else rules[name]
        for name in OVERRIDABLE
    }


def quiet_hours(rules: Mapping[str, Any], zone: tzinfo) -> QuietHours:
    return QuietHours(rules[QUIET_FROM], rules[QUIET_TO], zone)


def reminders_before(
    starts_at: datetime, rules: Mapping[str, Any], zone: tzinfo
) -> tuple[PlannedReminder, ...]:
    """All reminders of a meeting, those of the past too, the earliest first; one for each moment.

    What is due in the quiet hours goes at their end or, when the meeting has begun by then, at their beginning. Where several
    fall on one moment the nearest step speaks for all of them, to everybody whom one of them is for.
    """
    quiet = quiet_hours(rules, zone)
    at: dict[datetime, tuple[int, set[Audience]]] = {}
    for audience, name in BEFORE.items():
        for minutes in rules[name]:
            due_at = quiet.out_of(starts_at - timedelta(minutes=minutes), before=starts_at)
            nearest, audiences = at.get(due_at, (minutes, set()))
            at[due_at] = (min(nearest, minutes), audiences | {audience})
    return tuple(
        PlannedReminder(step_of(minutes), due_at, _told(audiences))
        for due_at, (minutes, audiences) in sorted(at.items())
    )


def _told(audiences: set[Audience]) -> tuple[Audience, ...]:
    if Audience.ALL in audiences:
        return (Audience.ALL,)
    return tuple(audience for audience in Audience if audience in audiences)


def convening_nudge_day(
    today: date, seen: date | None, meeting_days: Sequence[int], days_before: Iterable[int]
) -> date | None:
    """The day of which the secretary is called upon today to convene the month's meeting; None when it is no such day.

    Such days are so many days before the last of the days on which the organisation meets, or the first of the month where that
    is earlier. Of those of this month since ``seen``, the last day on which this was asked, the latest is made up for.
    """
    first = today.day if seen is None else min(today.day, seen.day + 1 if _same_month(seen, today) else 1)
    days = {max(max(meeting_days) - days, 1) for days in days_before}
    latest = max((day for day in days if first <= day <= today.day), default=None)
    return today.replace(day=latest) if latest is not None else None


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def minutes_nudges(
    closed_at: datetime, days_after: Iterable[int], quiet: QuietHours
) -> tuple[tuple[int, datetime], ...]:
    """When the secretary of a meeting without minutes is called upon: so many days after its end, in the morning."""
    return tuple((days, nudge_time(closed_at, days, quiet)) for days in sorted(days_after))


def nudge_time(instant: datetime, days: int, quiet: QuietHours) -> datetime:
    """The morning so many days after the day of this instant; after the quiet hours where they last longer."""
    day = instant.astimezone(quiet.zone).date() + timedelta(days=days)
    return quiet.out_of(datetime.combine(day, time(NUDGE_HOUR), quiet.zone).astimezone(UTC))
