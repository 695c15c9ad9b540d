"""What a check-in comes to: the member's line and the code that was scanned, judged without a word to the database."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from handbook.attendance.enums import BY_HAND, PROVED, Flag, Method
from handbook.attendance.errors import CheckInClosed, InvalidCheckInToken, NotOpenYet
from handbook.attendance.rules import (
    ATTENDING,
    DEFAULT_RULES,
    Arrival,
    AttendanceRules,
    OpenHours,
    judge_check_in,
    opening_by_code,
    state_on_arrival,
)
from handbook.attendance.tokens import Code, is_genuine, parse_code
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState
from handbook.meetings.keys import unseal
from handbook.meetings.sites import site_key

TAKING = frozenset({MeetingState.OPEN, MeetingState.CLOSED})

# A line of the roll with what is needed of the meeting: a row of ``check_in.LINE_COLUMNS``, whoever has read it.
Line = Any


@dataclass(frozen=True, slots=True)
class Scan:
    """Whose phone scanned what and when, for which meeting. ``method``: scanned, or opened as a link."""

    meeting_id: int
    member_id: int
    token: str
    scanned_at: datetime
    method: Method


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A member's line after the check-in. ``created`` is false for a repetition, which changes nothing.

    ``corrected``: the meeting was closed already, so that what is counted from it has to be counted anew.
    """

    meeting_id: int
    organization_id: int
    state: str | None
    method: str | None
    checked_in_at: datetime | None
    recorded_at: datetime | None
    recorded_by: int | None
    flags: list[str]
    created: bool
    corrected: bool = False
    site_id: int | None = None


def judge(
    line: Line, scan: Scan, code: Code, now: datetime, rules: AttendanceRules = DEFAULT_RULES
) -> CheckIn:
    """What the member's line will be; as it is when the member is there already. Raises as :func:`check_in` does."""
    if line.checked_in_at is not None:
        return _unchanged(line, scan.meeting_id)
    return _after(line, scan, _arrival(line, code, scan.scanned_at, now, rules), code.site_id, now)


def genuine_code(line: Line, scan: Scan, secrets: Secrets) -> Code:
    """The code, shown to have been made with the key of this meeting or of a site of it; else :class:`InvalidCheckInToken`."""
    code = parse_code(scan.token)
    if code is None or line.check_in_key_sealed is None:
        raise InvalidCheckInToken
    key = unseal(secrets, line.check_in_key_sealed, scan.meeting_id)
    if code.site_id is not None:
        if line.home_site_id is None:
            raise InvalidCheckInToken
        key = site_key(key, scan.meeting_id, code.site_id)
    if not is_genuine(key, scan.meeting_id, code):
        raise InvalidCheckInToken
    return code


def opened_offline(
    line: Line, scan: Scan, *, now: datetime, secrets: Secrets, rules: AttendanceRules = DEFAULT_RULES
) -> datetime | None:
    """When this code shows that the meeting, still convened here, was opened without a network; None when it does not."""
    if line.meeting_state != MeetingState.CONVENED:
        return None
    code = genuine_code(line, scan, secrets)
    if code.site_id is not None:
        # A host shows codes without having opened anything.
        return None
    return opening_by_code(
        code,
        step_seconds=line.step_seconds,
        tolerance=timedelta(seconds=line.step_seconds * line.tolerance_steps),
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        now=now,
        rules=rules,
    )


def _arrival(line: Line, code: Code, scanned_at: datetime, now: datetime, rules: AttendanceRules) -> Arrival:
    if line.meeting_state == MeetingState.CONVENED:
        raise NotOpenYet
    if line.meeting_state not in TAKING or line.opened_at is None:
        raise CheckInClosed
    return judge_check_in(
        code,
        step_seconds=line.step_seconds,
        tolerance=timedelta(seconds=line.step_seconds * line.tolerance_steps),
        scanned_at=scanned_at,
        now=now,
        hours=OpenHours(line.opened_at, line.closed_at),
        rules=rules,
    )


def _after(line: Line, scan: Scan, arrival: Arrival, site_id: int | None, now: datetime) -> CheckIn:
    where = site_id or line.home_site_id
    elsewhere = [Flag.OTHER_SITE.value] if where != line.home_site_id else []
    arrived = CheckIn(
        meeting_id=scan.meeting_id,
        organization_id=line.organization_id,
        state=state_on_arrival(arrival.at, line.starts_at, timedelta(minutes=line.late_after_minutes)).value,
        method=scan.method.value,
        checked_in_at=arrival.at,
        recorded_at=now,
        recorded_by=scan.member_id,
        flags=[*line.flags, *(flag.value for flag in arrival.flags), *elsewhere],
        created=True,
        corrected=line.meeting_state == MeetingState.CLOSED,
        site_id=where,
    )
    if line.method not in BY_HAND:
        return arrived
    # What the secretary saw in the room stands, unless the member came after it was written.
    kept = replace(
        arrived,
        state=line.state,
        method=line.method,
        recorded_at=line.recorded_at,
        recorded_by=line.recorded_by,
        flags=[flag for flag in arrived.flags if flag not in elsewhere],
        corrected=False,
        site_id=line.site_id,
    )
    if line.state == arrived.state and line.method not in PROVED and arrival.at <= line.recorded_at:
        # Both say the same, and the member had proved it first: that is how, when and by whom.
        return arrived
    if line.state in ATTENDING:
        return kept
    if line.recorded_at >= arrival.at:
        return replace(kept, flags=[*kept.flags, Flag.CONTRADICTS_MARK.value])
    return arrived


def _unchanged(line: Line, meeting_id: int) -> CheckIn:
    return CheckIn(
        meeting_id=meeting_id,
        organization_id=line.organization_id,
        state=line.state,
        method=line.method,
        checked_in_at=line.checked_in_at,
        recorded_at=line.recorded_at,
        recorded_by=line.recorded_by,
        flags=list(line.flags),
        created=False,
        site_id=line.site_id,
    )
