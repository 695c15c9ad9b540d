"""The one clock: aware UTC, replaceable in tests, and the only place that asks the machine for the time."""

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

DEFAULT_TIMEZONE = "Asia/Ho_Chi_Minh"


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is moved; for tests and deterministic demo data."""

    def __init__(self, instant: datetime) -> None:
        self._instant = as_utc(instant)

    def now(self) -> datetime:
        return self._instant

    def set(self, instant: datetime) -> None:
        self._instant = as_utc(instant)

    def advance(self, **units: float) -> None:
        """Move on by a timedelta's keywords, such as ``advance(minutes=5)``."""
        self._instant += timedelta(**units)


def as_utc(value: datetime) -> datetime:
    """The same instant in UTC; a naive value raises ``ValueError`` because nobody can know what it meant."""
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place here")
    return value.astimezone(UTC)


def day_in(timezone: str, instant: datetime) -> date:
    """The date of an instant as the wall calendar in ``timezone`` (an IANA name) shows it."""
    return as_utc(instant).astimezone(ZoneInfo(timezone)).date()


def today_in(timezone: str, clock: Clock) -> date:
    """Today's date as the wall calendar in ``timezone`` shows it."""
    return day_in(timezone, clock.now())
