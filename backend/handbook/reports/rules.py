"""What the figures mean: pure rules of the attendance report.

**Present and late**: two states of the roll, each counted by itself in rows and in the API. Wherever people read one number
of those who came ("Có mặt", :attr:`Figures.attended`), it is both together, and those who came late are named as a part of
it ("trong đó đến muộn"): on every screen, in the workbook and in resolutions.

**Rate**: (present + late) ÷ (summoned − exempt). A member counts as exempt only when absent: one who is exempt and comes
is recorded as present; and only by record: of somebody else whom the roll calls exempt it is an absence with leave
(ADR 14). Everybody else who was summoned stays in the denominator, whoever was not recorded included.
Where nobody was due the rate is ``None``, not zero.
"""

import re
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from handbook.meetings.enums import MeetingKind

# A fall of the rate that staff should ask about, against the months before, in points of a hundred.
FALL_POINTS = 15
FALL_MONTHS = 3
# How long after its planned end a meeting that is not closed counts as going on: the book of a room without a network, and
# the closing itself, may come the day after.
GOING_ON = timedelta(days=1)

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


class ExceptionKind(StrEnum):
    NO_MEETING = "no_meeting"
    MINUTES_OVERDUE = "minutes_overdue"
    FALLING_ATTENDANCE = "falling_attendance"


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over meetings that have ended.

    ``cells`` counts cells, ``cells_met`` those with a closed regular meeting, ``cells_planned`` those that have not met
    but have convened one; ``meetings`` counts meetings and all the others people.
    """

    cells: int = 0
    cells_met: int = 0
    cells_planned: int = 0
    meetings: int = 0
    summoned: int = 0
    present: int = 0
    late: int = 0
    excused: int = 0
    unexcused: int = 0
    exempt: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def attended(self) -> int:
        """How many came, in time or late: "Có mặt" wherever one number is shown."""
        return self.present + self.late

    @property
    def due(self) -> int:
        """How many were expected to come: the denominator of the rate."""
        return self.summoned - self.exempt

    @property
    def rate(self) -> float | None:
        """Share of those who were due and came, 0 to 1, four places; None when nobody was due."""
        return round(self.attended / self.due, 4) if self.due > 0 else None


def total(figures: Iterable[Figures]) -> Figures:
    """The sum of them all."""
    return sum(figures, Figures())


def is_falling(attended: int, due: int, attended_before: int, due_before: int) -> bool:
    """Whether the rate lies at least :data:`FALL_POINTS` points below the rate of the months before, taken together.

    Whole numbers only, so that 85 % after 100 % is a fall of exactly 15 points on every machine.
    """
    if due <= 0 or due_before <= 0:
        return False
    return 100 * (attended_before * due - attended * due_before) >= FALL_POINTS * due * due_before


def is_month(text: str) -> bool:
    """Whether the text is a month, ``YYYY-MM``."""
    return text.isascii() and _MONTH.fullmatch(text) is not None and text >= "1900"


def month_of(instant: datetime, timezone: str) -> str:
    """The month that the wall calendar in ``timezone`` shows at this instant."""
    return instant.astimezone(ZoneInfo(timezone)).strftime("%Y-%m")


def shift_month(month: str, by: int) -> str:
    """The month ``by`` months later."""
    months = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def month_bounds(month: str, timezone: str) -> tuple[datetime, datetime]:
    """First instant of the month and of the next one in this zone, as UTC."""
    return _first_instant(month, timezone), _first_instant(shift_month(month, 1), timezone)


def must_have_met(month: str, today: date, meeting_days: Iterable[int]) -> bool:
    """Whether a cell without its monthly meeting in this month, neither held nor convened ahead, is an exception today.

    That is so when the month is over, or the last of the days has passed that the committee sets (2-domain, Cells and
    meetings: "A cell meets at least monthly, on a day the committee sets").
    """
    now = today.strftime("%Y-%m")
    return month < now or (month == now and today.day > max(meeting_days))


def minutes_deadline(closed_at: datetime, overdue_days: int) -> datetime:
    """Until when the minutes of a meeting closed at this instant may be open."""
    return closed_at + timedelta(days=overdue_days)


def is_monthly(kind: str, thematic_combines: bool | None) -> bool:
    """Whether a cell that has held this meeting has met in its month: a regular one, or a thematic one convened where "the
    committee allows combining" (2-domain, Cells and meetings).
    """
    return kind == MeetingKind.REGULAR or (kind == MeetingKind.THEMATIC and bool(thematic_combines))


def _first_instant(month: str, timezone: str) -> datetime:
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=ZoneInfo(timezone)).astimezone(UTC)
