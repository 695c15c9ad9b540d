"""Rules of the book (ADR 11), without input or output: whose clock counts, and who may write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handbook.meetings.enums import MeetingState as S
from handbook.proceedings.enums import BEFORE_OPENING, EntryKind, RefusalCode

# Entries of a book that nobody may write in any more, by the state of the meeting.
SETTLED = {
    S.DRAFT: RefusalCode.NOT_CONVENED,
    S.FINALIZED: RefusalCode.MEETING_SETTLED,
    S.CANCELLED: RefusalCode.MEETING_CANCELLED,
}


def shift_of(device_now: datetime, now: datetime, tolerance: timedelta) -> timedelta:
    """What has to be added to a device's times: nothing while its clock is right within the tolerance."""
    difference = now - device_now
    return difference if abs(difference) > tolerance else timedelta(0)


def corrected(device_at: datetime, shift: timedelta, now: datetime) -> datetime:
    """The instant by the server's clock, in whole milliseconds; nothing was written down after it arrived."""
    try:
        at = min(device_at + shift, now)
    except OverflowError:
        at = now
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def refusal_by_state(state: S, kind: EntryKind) -> RefusalCode | None:
    """Why an entry of this kind is refused in this state; None when the state does not refuse it."""
    if state in SETTLED:
        return SETTLED[state]
    if state == S.CONVENED and kind not in BEFORE_OPENING:
        return RefusalCode.NOT_OPEN
    return None


@dataclass(frozen=True, slots=True)
class Term:
    """From when to when (both days included) somebody held an office that runs meetings."""

    first: date
    last: date | None

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def held_office(terms: Sequence[Term], at: datetime, timezone: str) -> bool:
    """Whether the author of an entry held the office when it was written, by the calendar of the organisation."""
    day = at.astimezone(ZoneInfo(timezone)).date()
    return any(term.holds_on(day) for term in terms)
