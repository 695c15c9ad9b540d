"""Dates as rosters write them: real dates, serial numbers, and text in the forms people type."""

import datetime as dt
import re

from handbook.kernel.text import clean
from handbook.members.roster.reader import CellValue

# No living member was born, and nobody was admitted, before this year.
EARLIEST_YEAR = 1900
LATEST_YEAR = 2199
_EXCEL_EPOCH = dt.date(1899, 12, 30)
# Serial numbers from 1910 to 2173; smaller numbers are years or nonsense.
_SERIALS = range(3_654, 100_000)

_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.\-,\s\\]\s*(\d{1,2})\s*[/.\-,\s\\]\s*(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.\-]\s*(\d{1,2})\s*[/.\-]\s*(\d{1,2})")
_WORDS = re.compile(
    r"(?:ngày\s*)?(\d{1,2})\s*[,/\-]?\s*tháng\s*(\d{1,2})\s*[,/\-]?\s*(?:năm\s*)?(\d{4})", re.IGNORECASE
)
_TIME = re.compile(r"[T\s]\s*\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(am|pm|sa|ch)?\s*Z?$", re.IGNORECASE)


def parse_date(value: CellValue, *, today: dt.date) -> dt.date | None:
    """The day a cell means, or None when it means none that can be known.

    Day comes before month in text, as everywhere in Viet Nam. A year of two digits is the latest such year that is not
    in the future. A year alone, a month alone and a day that does not exist are no dates: nothing is guessed.
    """
    if isinstance(value, dt.datetime):
        return _in_range(value.date())
    if isinstance(value, dt.date):
        return _in_range(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_number(value)
    if isinstance(value, str):
        return _from_text(clean(value), today)
    return None


def _from_number(value: float) -> dt.date | None:
    if not -(10**9) < value < 10**9:
        return None
    whole = int(value)
    if whole in _SERIALS:
        return _in_range(_EXCEL_EPOCH + dt.timedelta(days=whole))
    # 7051969: the day lost its zero; 19690507: the year first.
    return _from_digits(f"{whole:08d}") if value == whole and whole >= 1_000_000 else None


def _from_text(text: str, today: dt.date) -> dt.date | None:
    text = _TIME.sub("", text).strip().rstrip(".").lstrip("'`")
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        year = match[3]
        if len(year) == 2:
            century = today.year // 100 * 100
            year = str(
                century + int(year) if century + int(year) <= today.year else century - 100 + int(year)
            )
        return _day(year, match[2], match[1])
    if match := _WORDS.fullmatch(text):
        return _day(match[3], match[2], match[1])
    if re.fullmatch(r"\d{8}", text):
        return _from_digits(text)
    return None


def _from_digits(digits: str) -> dt.date | None:
    return _day(digits[4:], digits[2:4], digits[:2]) or _day(digits[:4], digits[4:6], digits[6:])


def _day(year: str, month: str, day: str) -> dt.date | None:
    try:
        return _in_range(dt.date(int(year), int(month), int(day)))
    except ValueError:
        return None


def _in_range(day: dt.date) -> dt.date | None:
    return day if EARLIEST_YEAR <= day.year <= LATEST_YEAR else None
