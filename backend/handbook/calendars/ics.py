"""Meetings as iCalendar (RFC 5545, RFC 7986), without a database.

The text depends on the meetings alone and not on when it was asked for, so the same meetings are the same bytes: DTSTAMP and
LAST-MODIFIED are the last change of the meeting. Words in a calendar are content: Vietnamese.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from handbook.calendars.enums import Titles

if TYPE_CHECKING:
    from icalendar import Alarm, Event, Timezone

PRODUCT = "-//So tay//So tay dang vien//VI"
CALENDAR_NAME = "Lịch họp"
NEUTRAL_TITLE = "Cuộc họp"
#: How often a calendar is asked to look for news.
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """A meeting as a calendar shows it. ``sequence`` counts its changes since the convening, ``changed_at`` is the last one;
    ``alarms`` are minutes before the beginning; ``url`` opens it in the app."""

    meeting_id: int
    created_at: datetime
    changed_at: datetime
    sequence: int
    starts_at: datetime
    ends_at: datetime
    timezone: str
    title: str
    organization_name: str
    place: str
    url: str
    online_url: str | None = None
    cancelled: bool = False
    cancel_reason: str | None = None
    alarms: Sequence[int] = ()


def make_calendar(events: Iterable[CalendarEvent], titles: Titles) -> bytes:
    """A whole calendar. With neutral titles it tells when and where, but not what, of whom, nor why it was called off."""
    from icalendar import Calendar

    ordered = sorted(events, key=lambda event: (event.starts_at, event.meeting_id))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", CALENDAR_NAME)
    calendar.add("x-wr-calname", CALENDAR_NAME)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for timezone in sorted({event.timezone for event in ordered}):
        calendar.add_component(_timezone(timezone))
    for event in ordered:
        calendar.add_component(_event(event, titles))
    return bytes(calendar.to_ical())


def uid_of(event: CalendarEvent) -> str:
    """The same for ever, whatever else changes, and of no other meeting anywhere."""
    return str(
        uuid5(
            NAMESPACE_URL, f"sotay:meeting:{event.meeting_id}:{event.created_at.astimezone(UTC).isoformat()}"
        )
    )


def _event(event: CalendarEvent, titles: Titles) -> "Event":
    from icalendar import Event

    zone = ZoneInfo(event.timezone)
    full = titles is Titles.FULL
    component = Event()
    component.add("uid", uid_of(event))
    component.add("sequence", event.sequence)
    for name in ("dtstamp", "last-modified"):
        component.add(name, event.changed_at.astimezone(UTC))
    component.add("created", event.created_at.astimezone(UTC))
    component.add("dtstart", event.starts_at.astimezone(zone))
    component.add("dtend", event.ends_at.astimezone(zone))
    component.add("summary", event.title if full else NEUTRAL_TITLE)
    component.add("location", event.place)
    component.add("url", event.url)
    component.add("class", "PRIVATE")
    component.add("status", "CANCELLED" if event.cancelled else "CONFIRMED")
    if full:
        component.add("description", _description(event))
    if not event.cancelled:
        for minutes in event.alarms:
            component.add_component(_alarm(minutes, event, full=full))
    return component


def _description(event: CalendarEvent) -> str:
    lines = [event.organization_name]
    if event.cancelled and event.cancel_reason:
        lines.append(f"Đã hủy: {event.cancel_reason}")
    if event.online_url:
        lines.append(event.online_url)
    return "\n".join(lines)


def _alarm(minutes: int, event: CalendarEvent, *, full: bool) -> "Alarm":
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-minutes))
    alarm.add("description", event.title if full else NEUTRAL_TITLE)
    return alarm


@lru_cache(maxsize=32)
def _timezone(name: str) -> "Timezone":
    """The rules of a zone from this century on."""
    from icalendar import Timezone

    first, last = datetime(2020, 1, 1), datetime(2038, 1, 1)  # noqa: DTZ001 — the library wants wall time
    return Timezone.from_tzid(name, first_date=first.date(), last_date=last.date())
