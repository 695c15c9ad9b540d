"""Rules of attendance (2-domain), without input or output: quorum, lateness, and which check-ins count."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from handbook.attendance.enums import AttendanceState, Flag
from handbook.attendance.errors import CheckInClosed, InvalidCheckInToken
from handbook.attendance.tokens import Code, step_window
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus

ATTENDING = frozenset({AttendanceState.PRESENT, AttendanceState.LATE})


@dataclass(frozen=True, slots=True)
class AttendanceRules:
    """How far check-ins are believed (3-architecture); what committees may set differently is kept on the meeting.

    ``grace``: how long before the opening a code may have been shown (the clock of the secretary's device may be slow).
    ``clock_skew``: how far the clocks of phone, secretary's device and server may differ. ``before_start`` and
    ``after_end``: the hours for which a device may show codes on its own.
    """

    grace: timedelta = timedelta(minutes=30)
    clock_skew: timedelta = timedelta(minutes=10)
    before_start: timedelta = timedelta(hours=1)
    after_end: timedelta = timedelta(hours=6)


DEFAULT_RULES = AttendanceRules()


def quorum_required(official_due: int, share: Fraction) -> int:
    """How many of the official members who must attend have to be there: the share, rounded up."""
    return -(-official_due * share.numerator // share.denominator)


def is_quorum_reached(official_due: int, official_present: int, share: Fraction) -> bool:
    """Whether the meeting has its quorum; a meeting to which nobody must come has none."""
    return official_due > 0 and official_present >= quorum_required(official_due, share)


def state_on_arrival(arrived_at: datetime, starts_at: datetime, late_after: timedelta) -> AttendanceState:
    """Present, or late when more than ``late_after`` has passed since the start."""
    return AttendanceState.LATE if arrived_at > starts_at + late_after else AttendanceState.PRESENT


def state_when_summoned(status: MemberStatus) -> AttendanceState | None:
    """How a line of the roll begins: exempt members (miễn công tác và sinh hoạt) and those who live the party life elsewhere
    for now need not come, nor does who has left; of the others nothing is known yet."""
    return AttendanceState.EXEMPT if is_free(status) else None


def is_free(status: MemberStatus) -> bool:
    """Whether the record says that the member need not come. Nobody is freed by a mark in the roll (ADR 14): somebody else of
    whom it says ``exempt`` is an absentee with leave, due in the quorum and in the denominator of a vote."""
    return status in (MemberStatus.EXEMPT, MemberStatus.TEMPORARY_OUT) or status not in ACTIVE_STATUSES


@dataclass(frozen=True, slots=True)
class Stay:
    """When a member came late and left early, as far as somebody wrote it down."""

    arrived_at: datetime | None = None
    left_at: datetime | None = None


def stay_error(
    stay: Stay,
    *,
    attending: bool,
    earliest: datetime,
    latest: datetime,
    rules: AttendanceRules = DEFAULT_RULES,
) -> tuple[str, str] | None:
    """Which of the two times cannot be right and why, as field and code; None when both can.

    ``earliest``: the opening or the planned start; ``latest``: the closing or now. People are there up to ``before_start``
    before the meeting; clocks differ by ``clock_skew``.
    """
    for field_name, instant in (("arrived_at", stay.arrived_at), ("left_at", stay.left_at)):
        if instant is None:
            continue
        if not attending:
            return field_name, "only_when_attending"
        if instant < earliest - rules.before_start:
            return field_name, "too_early"
        if instant > latest + rules.clock_skew:
            return field_name, "too_late"
    if stay.arrived_at and stay.left_at and stay.left_at <= stay.arrived_at:
        return "left_at", "before_arrival"
    return None


@dataclass(frozen=True, slots=True)
class OpenHours:
    """When the meeting was open for check-ins; ``closed_at`` None while it is."""

    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A check-in that counts: the time it stands for, and what is remarkable about it."""

    at: datetime
    flags: list[Flag] = field(default_factory=list)


def judge_check_in(
    code: Code,
    *,
    step_seconds: int,
    tolerance: timedelta,
    scanned_at: datetime,
    now: datetime,
    hours: OpenHours,
    rules: AttendanceRules = DEFAULT_RULES,
) -> Arrival:
    """Decide about a genuine code. ``scanned_at`` is what the phone says, ``now`` what the server knows.

    Three clocks take part (the device that shows the code, the phone, the server) and each may be wrong by ``clock_skew``.
    The code must have been shown while the meeting was open, and scanned when it was shown. Raises
    :class:`InvalidCheckInToken` for a code of another time, :class:`CheckInClosed` outside the open hours.
    """
    shown_from, shown_until = step_window(code.step, step_seconds)
    if shown_from > now + rules.clock_skew:
        # From a future that no clock explains.
        raise InvalidCheckInToken
    if _apart(scanned_at, shown_from, shown_until) > rules.clock_skew + tolerance:
        # Scanned at another time than it was shown.
        raise InvalidCheckInToken
    if shown_until <= hours.opened_at - rules.grace:
        raise CheckInClosed
    if hours.closed_at is not None and shown_from > hours.closed_at + tolerance:
        raise CheckInClosed
    fresh = _apart(now, shown_from, shown_until) <= tolerance
    sent_at_once = abs(now - scanned_at) <= tolerance
    matches_clock = _apart(scanned_at, shown_from, shown_until) <= tolerance
    if hours.closed_at is not None and scanned_at > hours.closed_at and sent_at_once:
        # Scanned after the closing, by a phone whose clock agrees with the server's: too late, or passed on.
        raise CheckInClosed
    if fresh:
        return Arrival(now, [] if matches_clock else [Flag.CLOCK_SKEW])
    if shown_from > now:
        return Arrival(now, [Flag.CLOCK_SKEW])
    if sent_at_once:
        return Arrival(now, [Flag.OUTSIDE_WINDOW])
    if matches_clock:
        return Arrival(min(scanned_at, now), [Flag.SYNCED_LATE])
    return Arrival(shown_from, [Flag.SYNCED_LATE, Flag.CLOCK_SKEW])


def opening_by_code(
    code: Code,
    *,
    step_seconds: int,
    tolerance: timedelta,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    rules: AttendanceRules = DEFAULT_RULES,
) -> datetime | None:
    """When a meeting, convened only as far as the server knows, must have been opened in a room without a network.

    Only the device of who runs the meeting can make a genuine code. One that arrives some time after it was shown, in the
    hours in which the device may show codes, tells that the opening has not got through; one that arrives at once tells
    nothing. None in that case.
    """
    shown_from, shown_until = step_window(code.step, step_seconds)
    shown_in_time = starts_at - rules.before_start <= shown_from <= ends_at + rules.after_end
    if not shown_in_time or now - shown_until <= tolerance:
        return None
    return min(shown_from, starts_at)


def _apart(instant: datetime, start: datetime, end: datetime) -> timedelta:
    """How far an instant lies outside a window; zero inside it."""
    return max(start - instant, instant - end, timedelta(0))
