"""A check-in as a few statements, for the evening on which a whole province does it at once.

Read, judge, write: what is judged is the member's line with what is needed of the meeting, and it is written on the condition
that both still are as they were read. On PostgreSQL the meeting's row is locked first, as everybody does who changes its roll.
:func:`check_in` does all of it in the caller's transaction; the short path reads and judges before it has its turn to write.
"""

from collections.abc import Iterable
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from handbook.access.actor import Actor
from handbook.access.predicates import Target
from handbook.accounts.models import Account
from handbook.accounts.sessions import SESSION_ROW
from handbook.attendance.counters import MEETINGS, ROLL, move_of
from handbook.attendance.errors import InvalidCheckInToken
from handbook.attendance.judging import CheckIn, Line, Scan, genuine_code, judge
from handbook.attendance.rules import DEFAULT_RULES, AttendanceRules
from handbook.attendance.site_counters import SITES, Standing, site_moves
from handbook.attendance.tokens import Code
from handbook.audit.service import entry_of
from handbook.kernel.clock import Clock
from handbook.kernel.drivers import Step
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState
from handbook.organizations.models import Organization

HELD_BY = Organization.__table__.alias("held_by")
ATTEMPTS = 5

# Of the meeting ``row_version`` stands for all that people say about it; the counters do not move it.
LINE_COLUMNS = (
    MEETINGS.c.row_version,
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
    HELD_BY.c.path,
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
_LINE = (
    select(*LINE_COLUMNS)
    .select_from(
        MEETINGS.join(HELD_BY, HELD_BY.c.id == MEETINGS.c.organization_id).join(
            ROLL, and_(ROLL.c.meeting_id == MEETINGS.c.id, ROLL.c.member_id == bindparam("member_id"))
        )
    )
    .where(MEETINGS.c.id == bindparam("meeting_id"))
)
_LOCKED = _LINE.with_for_update(of=MEETINGS, key_share=True)
_NAMES = tuple(column.key for column in LINE_COLUMNS)
# A live session with the line of its member, in one reading.
SESSION_AND_LINE = (
    SESSION_ROW.add_columns(*LINE_COLUMNS)
    .outerjoin(
        ROLL, and_(ROLL.c.member_id == Account.member_id, ROLL.c.meeting_id == bindparam("meeting_id"))
    )
    .outerjoin(MEETINGS, MEETINGS.c.id == ROLL.c.meeting_id)
    .outerjoin(HELD_BY, HELD_BY.c.id == MEETINGS.c.organization_id)
)
_AS_READ = select(MEETINGS.c.id).where(
    MEETINGS.c.id == bindparam("of_meeting"), MEETINGS.c.row_version == bindparam("meeting_version")
)
# The same lock as above, for what was read without one.
_HELD = _AS_READ.with_for_update(key_share=True)
# Check-ins at the sites of a conference write no row in common: they only keep others from closing it meanwhile.
_HELD_SHARED = _AS_READ.with_for_update(read=True)
_ARRIVE = (
    update(ROLL)
    .where(
        ROLL.c.meeting_id == bindparam("of_meeting"),
        ROLL.c.member_id == bindparam("of_member"),
        ROLL.c.checked_in_at.is_(None),
        ROLL.c.member_status == bindparam("read_status"),
        *(
            column.is_not_distinct_from(bindparam(f"read_{column.name}"))
            for column in (
                ROLL.c.state,
                ROLL.c.method,
                ROLL.c.recorded_at,
                ROLL.c.home_site_id,
                ROLL.c.site_id,
            )
        ),
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
    SITES.c.id == bindparam("site_id"), SITES.c.meeting_id == bindparam("at_meeting")
)


def line_of(values: Iterable[Any]) -> Line:
    """A line from the values of ``LINE_COLUMNS`` in their order."""
    return SimpleNamespace(**dict(zip(_NAMES, values, strict=True)))


def find_line(connection: Connection, meeting_id: int, member_id: int) -> Row[Any] | None:
    """The member's line with what is needed of the meeting, which is locked; None when there is no such line."""
    return connection.execute(_LOCKED, {"meeting_id": meeting_id, "member_id": member_id}).first()


def own_target(line: Line, actor: Actor) -> Target:
    """The line as the policy sees it: a delegate's line in a conference is about the delegate, wherever the own cell is."""
    return Target(path=line.path, member_id=None if line.home_site_id is None else actor.member_id)


def check_in(
    connection: Connection,
    line: Row[Any],
    scan: Scan,
    *,
    actor: Actor,
    clock: Clock,
    secrets: Secrets,
    rules: AttendanceRules = DEFAULT_RULES,
) -> CheckIn:
    """Record that the member was there, and the act itself. The first arrival is kept, whatever comes later.

    ``line`` comes from :func:`find_line` in the same transaction; whether the member may check in at all is decided between
    the two. Raises :class:`InvalidCheckInToken` and :class:`CheckInClosed`.
    """
    code = genuine_code(line, scan, secrets)
    _require_site(connection, line, scan, code)
    now = clock.now()
    for _ in range(ATTEMPTS):
        result = judge(line, scan, code, now, rules)
        if not result.created:
            return result
        arrive, *following = writes_of(line, scan, result, actor=actor, now=now)
        if connection.execute(*arrive).rowcount == 1:
            for statement, values in following:
                connection.execute(statement, values)
            return result
        # Somebody else wrote this line between reading and writing: judge it again as it is now.
        line = connection.execute(_LOCKED, {"meeting_id": scan.meeting_id, "member_id": scan.member_id}).one()
    raise RuntimeError("the line of the roll never stood still")


def still_as_read(line: Line, scan: Scan, code: Code) -> list[Step]:
    """The first steps of a writing that was judged without a lock: they find the meeting only as it was read, and lock it, and
    the site only where it still is."""
    statement = _HELD if code.site_id is None else _HELD_SHARED
    held: Step = (statement, {"of_meeting": scan.meeting_id, "meeting_version": line.row_version})
    site = _site_to_find(line, scan, code)
    return [held] if site is None else [held, site]


def writes_of(
    line: Line, scan: Scan, result: CheckIn, *, actor: Actor, now: datetime, request_id: str | None = None
) -> list[Step]:
    """The line, the counters and the record of the act. The first changes nothing when the line is not as it was read."""
    entry = entry_of(
        "attendance:line:checked_in",
        actor=actor,
        subject_id=scan.meeting_id,
        member_id=scan.member_id,
        path=line.path,
        details={"before": line.state, "state": result.state, "method": scan.method.value},
        at=now,
        request_id=request_id,
    )
    return [_arrive(line, scan, result), *_counts(line, result, now), entry]


def _site_to_find(line: Line, scan: Scan, code: Code) -> Step | None:
    """What must be found when the code is of another site than the delegate's own: it may have been taken out since."""
    if code.site_id in (None, line.home_site_id):
        return None
    return _SITE, {"site_id": code.site_id, "at_meeting": scan.meeting_id}


def _require_site(connection: Connection, line: Line, scan: Scan, code: Code) -> None:
    wanted = _site_to_find(line, scan, code)
    if wanted is not None and connection.execute(*wanted).first() is None:
        raise InvalidCheckInToken


def _counts(line: Line, result: CheckIn, now: datetime) -> list[Step]:
    """Move the counters: of a conference those of the sites and, once it is closed, those of the meeting as well."""
    steps: list[Step] = []
    if line.home_site_id is not None:
        before = Standing(line.state, line.site_id)
        after = Standing(result.state, result.site_id or line.site_id)
        steps += site_moves(line.home_site_id, before, after, line.member_status, at=now)
        if line.meeting_state == MeetingState.OPEN:
            return steps
    move = move_of(line.state, result.state, line.member_status)
    return [*steps, (move, {"of_meeting": result.meeting_id})]


def _arrive(line: Line, scan: Scan, result: CheckIn) -> Step:
    return _ARRIVE, {
        "of_meeting": scan.meeting_id,
        "of_member": scan.member_id,
        "read_status": line.member_status,
        "read_state": line.state,
        "read_method": line.method,
        "read_recorded_at": line.recorded_at,
        "read_home_site_id": line.home_site_id,
        "read_site_id": line.site_id,
        "new_state": result.state,
        "new_method": result.method,
        "checked_at": result.checked_in_at,
        "written_at": result.recorded_at,
        "written_by": result.recorded_by,
        "new_flags": result.flags,
        "at_site": result.site_id,
    }
