"""What is unusual about a meeting that is being prepared: warnings for who prepares it, never refusals (2-domain, Cells and
meetings). Without input or output; times are aware UTC.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handbook.kernel.text import fold
from handbook.meetings.enums import MeetingKind
from handbook.meetings.rules import ORDINARY_KINDS, least_minutes
from handbook.meetings.schedule import SATURDAY
from handbook.organizations.settings import Rules

CODES = (
    *("notice_below_least", "notice_short", "duration_short", "day_unusual", "month_taken"),
    *("thematic_missing", "clash", "place_taken", "notice_urgent"),
)
#: More of one kind would only hide the others.
MOST_OF_ONE_KIND = 3


@dataclass(frozen=True, slots=True)
class MeetingWarning:
    """``params`` are for the sentence: numbers, titles, and instants as RFC 3339."""

    code: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting as these rules look at it. ``of_cell``: it is one of a cell, to which the monthly rules apply.
    ``thematic_part``: a subject is on its agenda as well (:func:`~handbook.meetings.rules.names_a_subject`)."""

    id: int
    organization_id: int
    kind: MeetingKind
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    timezone: str
    organization_name: str = ""
    of_cell: bool = False
    thematic_part: bool = False

    @property
    def day(self) -> date:
        """Its day on the wall of the organisation's zone."""
        return self.starts_at.astimezone(ZoneInfo(self.timezone)).date()


def warnings_of(
    meeting: Planned,
    *,
    notified_at: datetime,
    rules: Rules,
    line: Collection[Planned] = (),
    nearby: Collection[Planned] = (),
) -> list[MeetingWarning]:
    """Everything unusual about a meeting announced at ``notified_at``, the most pressing first.

    ``line`` are meetings of its organisation and of those above, that were not cancelled: its members may be expected there.
    ``nearby`` are meetings of neighbouring organisations, which may want the same room; nothing but their time is told.
    """
    others = [one for one in line if one.id != meeting.id]
    own = [one for one in others if one.organization_id == meeting.organization_id]
    return [
        *_of_time(meeting, notified_at, rules),
        *_of_day(meeting, rules),
        *_of_month(meeting, own),
        *_of_quarter(meeting, own, rules),
        *_of_clashes(meeting, others),
        *_of_place(meeting, nearby),
    ]


def _of_time(meeting: Planned, notified_at: datetime, rules: Rules) -> Iterator[MeetingWarning]:
    """ "Convene ahead: default 3 days, at least 1 (config). Duration at least 90 minutes, 120 combined (config)."

    The rule names no exception. A meeting outside the monthly order is called because something does not wait, so it is not
    told to move its day, as an ordinary one is: below the least notice somebody has to see to it that everybody hears of it.
    """
    notice = meeting.starts_at - notified_at
    usual, least = rules["meeting.notice_days"], rules["meeting.notice_days_minimum"]
    if meeting.kind not in ORDINARY_KINDS:
        if notice < timedelta(days=least):
            yield MeetingWarning("notice_urgent", {"days": least})
        return
    if notice < timedelta(days=least):
        yield MeetingWarning("notice_below_least", {"days": least})
    elif notice < timedelta(days=usual):
        yield MeetingWarning("notice_short", {"days": usual})
    minutes = least_minutes(meeting.kind, rules, thematic_part=meeting.thematic_part)
    if meeting.ends_at - meeting.starts_at < timedelta(minutes=minutes):
        yield MeetingWarning("duration_short", {"minutes": minutes})


def _of_day(meeting: Planned, rules: Rules) -> Iterator[MeetingWarning]:
    """ "A cell meets at least monthly, on a day the committee sets (config, default day 3 to 5)." A Monday after a weekend on
    which such a day fell is as good."""
    days = rules["meeting.days"]
    if meeting.kind != MeetingKind.REGULAR or not meeting.of_cell or not days:
        return
    day = meeting.day
    moved = [day - timedelta(days=back) for back in (1, 2)] if day.weekday() == 0 else []
    stands_for = [day, *(one for one in moved if one.month == day.month and one.weekday() >= SATURDAY)]
    if not any(one.day in days for one in stands_for):
        yield MeetingWarning("day_unusual", {"days": list(days)})


def _of_month(meeting: Planned, own: Collection[Planned]) -> Iterator[MeetingWarning]:
    """One regular meeting a month is the rule; a second is better called by what it is."""
    if meeting.kind != MeetingKind.REGULAR:
        return
    month = (meeting.day.year, meeting.day.month)
    for one in own:
        if one.kind == MeetingKind.REGULAR and (one.day.year, one.day.month) == month:
            yield MeetingWarning("month_taken", {"title": one.title, "starts_at": one.starts_at.isoformat()})
            return


def _of_quarter(meeting: Planned, own: Collection[Planned], rules: Rules) -> Iterator[MeetingWarning]:
    """ "A thematic meeting at least once a quarter; it does not replace the monthly one unless the committee allows combining
    (config)." Said with the monthly meeting as soon as what is missing takes a thematic one in every month that comes after:
    with one a quarter from its middle month on, while there is time to prepare the subject.

    Where combining is allowed a thematic meeting is a monthly one too, and a regular one with a subject on its agenda is
    thematic.
    """
    wanted, combines = rules["meeting.thematic_per_quarter"], rules["meeting.thematic_combines"]
    monthly = {MeetingKind.REGULAR, MeetingKind.THEMATIC} if combines else {MeetingKind.REGULAR}
    if meeting.kind not in monthly or not meeting.of_cell:
        return
    year, number = quarter_of(meeting.day)
    planned = sum(
        _is_thematic(one, combines=combines)
        for one in (meeting, *own)
        if quarter_of(one.day) == (year, number)
    )
    months_after = 3 * number - meeting.day.month
    if wanted - planned >= max(months_after, 1):
        yield MeetingWarning(
            "thematic_missing",
            {"year": year, "quarter": number, "wanted": wanted, "planned": planned, "combines": combines},
        )


def _is_thematic(meeting: Planned, *, combines: bool) -> bool:
    combined = combines and meeting.kind == MeetingKind.REGULAR and meeting.thematic_part
    return meeting.kind == MeetingKind.THEMATIC or combined


def _of_clashes(meeting: Planned, others: Collection[Planned]) -> Iterator[MeetingWarning]:
    overlapping = [one for one in others if overlap(meeting, one)]
    for one in sorted(overlapping, key=lambda one: one.starts_at)[:MOST_OF_ONE_KIND]:
        yield MeetingWarning(
            "clash", {"title": one.title, "organization_name": one.organization_name, **_times(one)}
        )


def _of_place(meeting: Planned, nearby: Collection[Planned]) -> Iterator[MeetingWarning]:
    taken = [one for one in nearby if overlap(meeting, one) and fold(one.place) == fold(meeting.place)]
    for one in sorted(taken, key=lambda one: one.starts_at)[:1]:
        yield MeetingWarning("place_taken", {"place": meeting.place, **_times(one)})


def overlap(one: Planned, other: Planned) -> bool:
    """Whether both last at some moment; one that begins as the other ends does not."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def quarter_of(day: date) -> tuple[int, int]:
    """Year and quarter, 1 to 4."""
    return day.year, (day.month - 1) // 3 + 1


def _times(one: Planned) -> dict[str, str]:
    return {"starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat()}
