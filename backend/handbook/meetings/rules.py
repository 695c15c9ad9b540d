"""Rules of meetings (2-domain, Cells and meetings), without input or output. Times are aware UTC unless said otherwise."""

import calendar
import json
import re
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from handbook.kernel.text import fold
from handbook.meetings.enums import MeetingKind
from handbook.organizations.settings import Rules

LONGEST = timedelta(days=7)
EARLIEST_OPENING = timedelta(hours=1)
CLOCK_SKEW = timedelta(minutes=10)


# Kinds whose length and notice the rules speak of.
ORDINARY_KINDS = frozenset({MeetingKind.REGULAR, MeetingKind.THEMATIC})


def least_minutes(kind: MeetingKind, rules: Rules, *, thematic_part: bool = False) -> int:
    """How long a meeting of this kind lasts at least: longer where a thematic meeting stands for the monthly one as well, or
    a regular one has a ``thematic_part`` ("Duration at least 90 minutes, 120 combined")."""
    both = kind == MeetingKind.THEMATIC or (kind == MeetingKind.REGULAR and thematic_part)
    combined = both and rules["meeting.thematic_combines"]
    return int(rules["meeting.minutes_minimum_combined" if combined else "meeting.minutes_minimum"])


_SUBJECT = re.compile(
    r"^chuyen de\b|\b(sinh hoat|bao cao|ket hop|trinh bay|thao luan|noi dung)( \w+){0,3} chuyen de\b"
)
_OF_ANOTHER_TIME = re.compile(r"\b(chuan bi|phan cong|ke hoach|dang ky|lan sau|thang sau|quy sau)\b")


def names_a_subject(title: str) -> bool:
    """Whether the title of a meeting or of an item of its agenda says that a subject is treated in it, as in "Sinh hoạt thường
    kỳ kết hợp chuyên đề"; the preparation of a later one is none."""
    words = fold(title)
    return bool(_SUBJECT.search(words)) and not _OF_ANOTHER_TIME.search(words)


def frozen_rules(rules: Rules) -> dict[str, Any]:
    """What a meeting keeps of the rules at its convening, by column."""
    quorum = rules["attendance.quorum"]
    return {
        "quorum_share": f"{quorum.numerator}/{quorum.denominator}",
        "late_after_minutes": rules["attendance.late_after_minutes"],
        "tolerance_steps": rules["attendance.code_tolerance_steps"],
        "thematic_combines": rules["meeting.thematic_combines"],
    }


def duration_error(starts_at: datetime, ends_at: datetime) -> str | None:
    """Why this cannot be the time of a meeting, as a code; None when it can."""
    if ends_at <= starts_at:
        return "before_start"
    return "too_long" if ends_at - starts_at > LONGEST else None


def opening_error(
    opened_at: datetime, *, convened_at: datetime, starts_at: datetime, now: datetime
) -> str | None:
    """Why a device without a network cannot have opened the meeting then, as a code; None when it can."""
    if opened_at > now + CLOCK_SKEW:
        return "in_the_future"
    return "too_early" if opened_at < max(convened_at, starts_at - EARLIEST_OPENING) else None


def same_time_next_month(starts_at: datetime, timezone: str, now: datetime) -> datetime:
    """The same day of the month and time of day, by the wall clock of ``timezone``, in the first month after which it is
    in the future; the last day of a month that is too short."""
    zone = ZoneInfo(timezone)
    local = starts_at.astimezone(zone)
    year, month = local.year, local.month
    while True:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        day = min(local.day, calendar.monthrange(year, month)[1])
        moved = datetime.combine(
            local.date().replace(year=year, month=month, day=day), local.time(), tzinfo=zone
        )
        if moved.astimezone(UTC) > now:
            return moved.astimezone(UTC)


_MONTH_IN_TITLE = re.compile(
    r"(?P<word>[Tt]háng\s+)(?P<month>\d{1,2})(?P<gap>\s*[/-]\s*|\s+năm\s+)(?P<year>\d{4})"
)


def same_day_in(starts_at: datetime, timezone: str, year: int, month: int) -> datetime:
    """The same day of the month and time of day, by the wall clock of ``timezone``, in this month; its last day where it is
    too short."""
    day = starts_at.astimezone(ZoneInfo(timezone)).day
    return _same_time_on(starts_at, timezone, year, month, min(day, calendar.monthrange(year, month)[1]))


def start_on_usual_day(
    starts_at: datetime, days: Collection[int], timezone: str, month: tuple[int, int], now: datetime
) -> datetime:
    """ "A cell meets at least monthly, on a day the committee sets": the time of day of ``starts_at`` on the first of the
    committee's ``days`` in this month that is still ahead. The day of ``starts_at`` is kept where it is one of them.

    Where all of them have passed it is the first; where the month has none of them, the day of ``starts_at``.
    """
    local = starts_at.astimezone(ZoneInfo(timezone))
    there = [day for day in sorted(days) if day <= calendar.monthrange(*month)[1]]
    if local.day in there or not there:
        return same_day_in(starts_at, timezone, *month)
    starts = [_same_time_on(starts_at, timezone, *month, day) for day in there]
    return next((start for start in starts if start > now), starts[0])


def _same_time_on(starts_at: datetime, timezone: str, year: int, month: int, day: int) -> datetime:
    local = starts_at.astimezone(ZoneInfo(timezone))
    return datetime.combine(date(year, month, day), local.time(), tzinfo=ZoneInfo(timezone)).astimezone(UTC)


@cache
def kind_words() -> dict[str, dict[str, str]]:
    """What each kind of meeting is called within a sentence, ``in_a_cell`` and ``elsewhere``: content, so it is Vietnamese.

    Titles and the web app's build take it from here; how minutes begin is their script's.
    """
    text = (files(__package__) / "kind_words.json").read_text(encoding="utf-8")
    read: dict[str, dict[str, str]] = json.loads(text)
    return read


def title_of_month(
    last: str | None, kind: MeetingKind, starts_at: datetime, timezone: str, *, in_a_cell: bool
) -> str:
    """The title of a month's meeting: that of the last one with its month moved on, else the usual one."""
    if last is not None and _MONTH_IN_TITLE.search(last):
        return retitle(last, starts_at, timezone)
    local = starts_at.astimezone(ZoneInfo(timezone))
    word = kind_words()["in_a_cell" if in_a_cell else "elsewhere"][kind]
    return f"{word[0].upper()}{word[1:]} tháng {local.month}/{local.year}"


def retitle(title: str, starts_at: datetime, timezone: str) -> str:
    """The title with the month it names, such as ``tháng 11/2026``, replaced by the month of ``starts_at``."""
    local = starts_at.astimezone(ZoneInfo(timezone))

    def month(found: re.Match[str]) -> str:
        width = len(found["month"])
        return f"{found['word']}{local.month:0{width}d}{found['gap']}{local.year}"

    return _MONTH_IN_TITLE.sub(month, title)
