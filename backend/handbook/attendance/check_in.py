"""A check-in on a bare connection: five prepared statements, for the evening on which a whole province does it at once.

The transaction is the caller's (``BEGIN IMMEDIATE`` on SQLite). On PostgreSQL the meeting's row is locked first, as everybody
does who changes its roll; the line of the roll is then written on the condition that it still is as it was read.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from handbook.access.actor import Actor
from handbook.access.predicates import Target
from handbook.attendance.counters import MEETINGS, ROLL, move_counts
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
from handbook.attendance.site_counters import SITES, Standing, move_site_counts
from handbook.attendance.tokens import Code, is_genuine, parse_code
from handbook.audit.service import record_on
from handbook.kernel.clock import Clock
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState
from handbook.meetings.keys import unseal
from handbook.meetings.sites import site_key
from handbook.organizations.models import Organization

ORGANIZATIONS = Organization.__table__
TAKING = frozenset({MeetingState.OPEN, MeetingState.CLOSED})
ATTEMPTS = 5

_LINE = (
    select(
        MEETINGS.c.state.label("meeting_state"),
        MEETINGS.c.organization_id,
        MEETINGS.c.starts_at,
        MEETINGS.c.ends_at,
        MEETINGS.c.opened_at,
        MEETINGS.c.closed_at,
        MEETINGS.c.check_in_key_sealed,
        MEETINGS.c.step_seconds,
        MEETINGS.c.tolerance_steps,
        MEETINGS.c.late_after_minutes,
        ORGANIZATIONS.c.path,
        ROLL.c.member_status,
        ROLL.c.state,
        ROLL.c.method,
        ROLL.c.checked_in_at,
        ROLL.c.recorded_at,
        ROLL.c.recorded_by,
        ROLL.c.flags,
        ROLL.c.home_site_id,
        ROLL.c.site_id,
    )
    .select_from(
        MEETINGS.join(ORGANIZATIONS, ORGANIZATIONS.c.id == MEETINGS.c.organization_id).join(
            ROLL, and_(ROLL.c.meeting_id == MEETINGS.c.id, ROLL.c.member_id == bindparam("member_id"))
        )
    )
    .where(MEETINGS.c.id == bindparam("meeting_id"))
)
_LOCKED = _LINE.with_for_update(of=MEETINGS, key_share=True)
# Check-ins at the sites of a conference write no row in common: they only keep others from closing it meanwhile.
_SHARED = _LINE.with_for_update(of=MEETINGS, read=True)

_ARRIVE = (
    update(ROLL)
    .where(
        ROLL.c.meeting_id == bindparam("of_meeting"),
        ROLL.c.member_id == bindparam("of_member"),
        ROLL.c.checked_in_at.is_(None),
        ROLL.c.state.is_not_distinct_from(bindparam("before")),
    )
    .values(
        state=bindparam("new_state"),
        method=bindparam("new_method"),
        checked_in_at=bindparam("checked_at"),
        recorded_at=bindparam("written_at"),
        recorded_by=bindparam("written_by"),
        flags=bindparam("new_flags"),
        site_id=bindparam("at_site"),
    )
)
_SITE = select(SITES.c.id).where(
    SITES.c.id == bindparam("site_id"), SITES.c.meeting_id == bindparam("meeting_id")
)


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


def find_line(
    connection: Connection, meeting_id: int, member_id: int, *, at_site: bool = False
) -> Row[Any] | None:
    """The member's line with what is needed of the meeting; None when there is no such line.

    ``at_site``: for the code of a site, while the conference is open.
    """
    statement = _SHARED if at_site else _LOCKED
    return connection.execute(statement, {"meeting_id": meeting_id, "member_id": member_id}).first()


def own_target(line: Row[Any], actor: Actor) -> Target:
    """The line as the policy sees it: a delegate's line in a conference is about the delegate, wherever the own cell is."""
    return Target(path=line.path, member_id=None if line.home_site_id is None else actor.member_id)


def check_in(
    connection: Connection,
    line: Row[Any],
    *,
    meeting_id: int,
    member_id: int,
    token: str,
    scanned_at: datetime,
    method: Method,
    actor: Actor,
    clock: Clock,
    secrets: Secrets,
    request_id: str | None = None,
    rules: AttendanceRules = DEFAULT_RULES,
) -> CheckIn:
    """Record that the member was there, and the act itself. The first arrival is kept, whatever comes later.

    ``line`` comes from :func:`find_line` in the same transaction; whether the member may check in at all is decided between
    the two. Raises :class:`InvalidCheckInToken` and :class:`CheckInClosed`.
    """
    code = _genuine_code(line, meeting_id, token, secrets)
    _require_site(connection, line, meeting_id, code)
    now = clock.now()
    for _ in range(ATTEMPTS):
        if line.checked_in_at is not None:
            return _unchanged(line, meeting_id)
        arrival = _arrival(line, code, scanned_at, now, rules)
        result = _after(
            line,
            arrival,
            meeting_id=meeting_id,
            member_id=member_id,
            site_id=code.site_id,
            method=method,
            now=now,
        )
        if _write(connection, line, member_id, result):
            _count(connection, line, result, clock)
            record_on(
                connection,
                "attendance:line:checked_in",
                actor=actor,
                subject_id=meeting_id,
                member_id=member_id,
                path=line.path,
                details={"before": line.state, "state": result.state, "method": method.value},
                clock=clock,
                request_id=request_id,
            )
            return result
        # Somebody else wrote this line between reading and writing: judge it again as it is now.
        again = _SHARED if code.site_id is not None and line.meeting_state == MeetingState.OPEN else _LOCKED
        line = connection.execute(again, {"meeting_id": meeting_id, "member_id": member_id}).one()
    raise RuntimeError("the line of the roll never stood still")


def opened_offline(
    line: Row[Any],
    *,
    meeting_id: int,
    token: str,
    now: datetime,
    secrets: Secrets,
    rules: AttendanceRules = DEFAULT_RULES,
) -> datetime | None:
    """When this code shows that the meeting, still convened here, was opened without a network; None when it does not."""
    if line.meeting_state != MeetingState.CONVENED:
        return None
    code = _genuine_code(line, meeting_id, token, secrets)
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


def _genuine_code(line: Row[Any], meeting_id: int, token: str, secrets: Secrets) -> Code:
    code = parse_code(token)
    if code is None or line.check_in_key_sealed is None:
        raise InvalidCheckInToken
    key = unseal(secrets, line.check_in_key_sealed, meeting_id)
    if code.site_id is not None:
        if line.home_site_id is None:
            raise InvalidCheckInToken
        key = site_key(key, meeting_id, code.site_id)
    if not is_genuine(key, meeting_id, code):
        raise InvalidCheckInToken
    return code


def _require_site(connection: Connection, line: Row[Any], meeting_id: int, code: Code) -> None:
    """A site may have been taken out since its code was shown."""
    if code.site_id in (None, line.home_site_id):
        return
    if connection.scalar(_SITE, {"site_id": code.site_id, "meeting_id": meeting_id}) is None:
        raise InvalidCheckInToken


def _count(connection: Connection, line: Row[Any], result: CheckIn, clock: Clock) -> None:
    """Move the counters: of a conference those of the sites and, once it is closed, those of the meeting as well."""
    if line.home_site_id is not None:
        before = Standing(line.state, line.site_id)
        after = Standing(result.state, result.site_id or line.site_id)
        move_site_counts(connection, line.home_site_id, before, after, line.member_status, clock=clock)
        if line.meeting_state == MeetingState.OPEN:
            return
    move_counts(connection, result.meeting_id, line.state, result.state, line.member_status)


def _arrival(
    line: Row[Any], code: Code, scanned_at: datetime, now: datetime, rules: AttendanceRules
) -> Arrival:
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


def _after(
    line: Row[Any],
    arrival: Arrival,
    *,
    meeting_id: int,
    member_id: int,
    site_id: int | None,
    method: Method,
    now: datetime,
) -> CheckIn:
    where = site_id or line.home_site_id
    elsewhere = [Flag.OTHER_SITE.value] if where != line.home_site_id else []
    arrived = CheckIn(
        meeting_id=meeting_id,
        organization_id=line.organization_id,
        state=state_on_arrival(arrival.at, line.starts_at, timedelta(minutes=line.late_after_minutes)).value,
        method=method.value,
        checked_in_at=arrival.at,
        recorded_at=now,
        recorded_by=member_id,
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


def _write(connection: Connection, line: Row[Any], member_id: int, result: CheckIn) -> bool:
    written = connection.execute(
        _ARRIVE,
        {
            "of_meeting": result.meeting_id,
            "of_member": member_id,
            "before": line.state,
            "new_state": result.state,
            "new_method": result.method,
            "checked_at": result.checked_in_at,
            "written_at": result.recorded_at,
            "written_by": result.recorded_by,
            "new_flags": result.flags,
            "at_site": result.site_id,
        },
    )
    return written.rowcount == 1


def _unchanged(line: Row[Any], meeting_id: int) -> CheckIn:
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
