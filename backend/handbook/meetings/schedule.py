"""When an organisation usually meets: "the 3rd of each month, 19:30", "the first Saturday". Rules without input or output.

It is kept among the settings of the organisation, with their history, but not inherited: a committee's days are its own.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handbook.meetings.enums import MeetingKind
from handbook.organizations.models import Organization
from handbook.organizations.settings.queries import own_values
from handbook.organizations.settings.registry import SCHEDULE, Group, Setting

SATURDAY = 5
LAST = -1
#: How far ahead a free month is looked for.
MONTHS_AHEAD = 24


@dataclass(frozen=True, slots=True)
class Schedule:
    """Either ``day`` of the month (the last one of a month that is too short) or the ``week``-th ``weekday`` of it.

    ``week`` is 1 to 4, or -1 for the last; ``weekday`` 0 for Monday to 6 for Sunday. ``starts`` is a time of day on the wall
    of the organisation's zone, ``minutes`` the length. With ``next_working_day`` a day of the month that falls on a weekend
    moves on to Monday, or back to Friday where Monday would be in the next month. Public holidays are not known.
    """

    kind: MeetingKind
    starts: time
    minutes: int
    place: str
    online_url: str | None = None
    day: int | None = None
    week: int | None = None
    weekday: int | None = None
    next_working_day: bool = False


def day_in(schedule: Schedule, year: int, month: int) -> date:
    """The day of the meeting in this month."""
    last = calendar.monthrange(year, month)[1]
    if schedule.day is None:
        return _weekday_in(schedule, year, month, last)
    found = date(year, month, min(schedule.day, last))
    return moved_to_working_day(found) if schedule.next_working_day else found


def moved_to_working_day(day: date) -> date:
    """The day itself from Monday to Friday; else the Monday after it, or the Friday before when that is another month."""
    if day.weekday() < SATURDAY:
        return day
    monday = day + timedelta(days=7 - day.weekday())
    return monday if monday.month == day.month else day - timedelta(days=day.weekday() - 4)


def start_in(schedule: Schedule, year: int, month: int, timezone: str) -> datetime:
    """When the meeting of this month begins, in UTC."""
    local = datetime.combine(day_in(schedule, year, month), schedule.starts, tzinfo=ZoneInfo(timezone))
    return local.astimezone(UTC)


def months_from(day: date) -> Iterator[tuple[int, int]]:
    """Year and month of this day and of those after it, :data:`MONTHS_AHEAD` of them."""
    for index in range(MONTHS_AHEAD):
        years, month = divmod(day.month - 1 + index, 12)
        yield day.year + years, month + 1


def month_bounds(year: int, month: int, timezone: str) -> tuple[datetime, datetime]:
    """From when (inclusive) to when a month lasts on the wall of this zone, in UTC."""
    zone = ZoneInfo(timezone)
    first = datetime(year, month, 1, tzinfo=zone)
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return first.astimezone(UTC), following.astimezone(UTC)


def _weekday_in(schedule: Schedule, year: int, month: int, last: int) -> date:
    week, weekday = schedule.week or 1, schedule.weekday or 0
    if week == LAST:
        end = date(year, month, last)
        return end - timedelta(days=(end.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (week - 1))


@dataclass(frozen=True, slots=True)
class ScheduleKind:
    """The type of the setting; what comes from outside was checked by the schema before. None: there is no schedule."""

    name: str = "schedule"

    def parse(self, data: Any) -> Schedule | None:
        if data is None:
            return None
        fields = {
            **data,
            "kind": MeetingKind(data["kind"]),
            "starts": time.fromisoformat(data["starts"]),
        }
        return Schedule(**fields)

    def dump(self, value: Any) -> dict[str, Any] | None:
        if value is None:
            return None
        return {
            "kind": value.kind.value,
            "starts": value.starts.strftime("%H:%M"),
            "minutes": value.minutes,
            "place": value.place,
            "online_url": value.online_url,
            "day": value.day,
            "week": value.week,
            "weekday": value.weekday,
            "next_working_day": value.next_working_day,
        }

    def bounds(self) -> dict[str, Any]:
        return {}


SETTING = Setting(
    SCHEDULE,
    Group.MEETINGS,
    ScheduleKind(),
    None,
    None,
    '2-domain, Cells and meetings: "A cell meets at least monthly, on a day the committee sets".',
)


def schedule_of(organization: Organization) -> Schedule | None:
    """The organisation's own schedule, if it has one."""
    found: Schedule | None = (
        own_values([organization.id], {SETTING.name: SETTING}).get(organization.id, {}).get(SETTING.name)
    )
    return found
