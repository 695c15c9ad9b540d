"""Writing attendance: check-ins, marks by hand, absence requests and their answers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from handbook.access.actor import SYSTEM, Actor
from handbook.access.guards import require
from handbook.access.permissions import Permission
from handbook.access.predicates import Target
from handbook.accounts.versions import bump_account_version
from handbook.attendance.check_in import CheckIn, check_in, find_line, opened_offline
from handbook.attendance.counters import move_counts, touch_roll
from handbook.attendance.enums import AttendanceState, Decision, Flag, Method
from handbook.attendance.errors import AlreadyDecided, NotSummoned
from handbook.attendance.events import AbsenceDecided, AbsenceRequested, AttendanceCorrected
from handbook.attendance.models import AbsenceRequest, Attendance
from handbook.attendance.queries import check_in_key, reads_as_supervisor
from handbook.attendance.rules import ATTENDING
from handbook.attendance.summons import COUNTERS
from handbook.audit.readings import Reading, record_readings
from handbook.audit.service import record
from handbook.kernel.problems import NotFound, WrongState
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.meetings.service import open_meeting
from handbook.meetings.state import WITH_OPEN_ROLL, require_state
from handbook.organizations.versions import bump_content_version

REQUESTABLE = frozenset({MeetingState.CONVENED, MeetingState.OPEN})
# What a new mark by hand makes void.
OF_THE_LAST_MARK = frozenset({Flag.CONTRADICTS_MARK, Flag.OPENED_MEETING, Flag.LEFT_CELL})
BEFORE_EVERYTHING = datetime.min.replace(tzinfo=UTC)


def record_check_in(
    meeting_id: int,
    *,
    token: str,
    scanned_at: datetime,
    method: Method,
    actor: Actor,
    uow: UnitOfWork,
    secrets: Secrets,
) -> CheckIn:
    """The actor was there and shows the code that proves it.

    Raises :class:`NotFound` or :class:`Forbidden` as the policy says, :class:`NotSummoned`, and what
    :func:`~handbook.attendance.check_in.check_in` raises.
    """
    connection = uow.session.connection()
    line = None if actor.member_id is None else find_line(connection, meeting_id, actor.member_id)
    if line is None or actor.member_id is None:
        get_meeting(meeting_id, Permission.ATTENDANCE_CHECK_IN, actor=actor)
        raise NotSummoned
    require(actor, Permission.ATTENDANCE_CHECK_IN, Target(path=line.path))
    opened_at = opened_offline(line, meeting_id=meeting_id, token=token, now=uow.clock.now(), secrets=secrets)
    if opened_at is not None:
        _open_late(meeting_id, opened_at, uow)
        line = find_line(connection, meeting_id, actor.member_id) or line
    result = check_in(
        connection,
        line,
        meeting_id=meeting_id,
        member_id=actor.member_id,
        token=token,
        scanned_at=scanned_at,
        method=method,
        actor=actor,
        clock=uow.clock,
        secrets=secrets,
    )
    if result.corrected:
        uow.emit(AttendanceCorrected(meeting_id, result.organization_id))
    return result


def _open_late(meeting_id: int, opened_at: datetime, uow: UnitOfWork) -> None:
    """Open a meeting whose opening has not got through; what its secretary's device says later changes nothing."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=SYSTEM, lock=True)
    if meeting.state == MeetingState.CONVENED and meeting.convened_at is not None:
        open_meeting(meeting, max(opened_at, meeting.convened_at), actor=SYSTEM, uow=uow)


def mark_attendance(
    meeting: Meeting,
    member_id: int,
    state: AttendanceState,
    *,
    actor: Actor,
    uow: UnitOfWork,
    reason: str | None = None,
    at: datetime | None = None,
    flag: Flag | None = None,
) -> Attendance:
    """Write a member's line by hand; it stands above what check-ins said before. The meeting is locked by the caller.

    ``at``: when it was seen in a room without a network; what was recorded after that time stands.
    Raises :class:`WrongState` when the roll is settled or nobody can be there yet, :class:`NotFound` for somebody who was
    not summoned. The same mark again changes nothing.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    if meeting.state == MeetingState.CONVENED and state not in (
        AttendanceState.EXCUSED,
        AttendanceState.EXEMPT,
    ):
        raise WrongState
    line = _locked_line(meeting.id, member_id, uow)
    if line is None:
        raise NotFound
    if (line.state, line.method, line.reason) == (state, Method.SECRETARY, reason):
        return line
    if at is not None and _stands_since(line) > at:
        return line
    before = line.state
    _write_line(
        meeting, line, state, Method.SECRETARY, reason, by=actor.member_id, uow=uow, flag=flag, at=at
    )
    _record(uow, "attendance:line:marked", meeting, line.member_id, actor, before=before, state=state.value)
    return line


def record_opener(meeting: Meeting, member_id: int, *, uow: UnitOfWork) -> None:
    """Who opens the meeting and says to be in the room is present, whatever was foreseen; who was not summoned is no part
    of the roll. The line says how and by whom, the entry of the opening who opened: no audit entry of its own.
    """
    line = _locked_line(meeting.id, member_id, uow)
    if line is None or line.state in ATTENDING:
        return
    _write_line(
        meeting,
        line,
        AttendanceState.PRESENT,
        Method.SECRETARY,
        None,
        by=member_id,
        uow=uow,
        flag=Flag.OPENED_MEETING,
    )


def request_absence(
    meeting: Meeting, reason: str, *, actor: Actor, uow: UnitOfWork
) -> tuple[AbsenceRequest, bool]:
    """Ask to be excused; true when the request is new. A second one before the answer only replaces the reason.

    Raises :class:`NotSummoned`, and :class:`WrongState` when the meeting is over or the member is there already.
    """
    require_state(MeetingState(meeting.state), REQUESTABLE)
    line = None if actor.member_id is None else _locked_line(meeting.id, actor.member_id, uow)
    if line is None or actor.member_id is None:
        raise NotSummoned
    if line.state in ATTENDING:
        raise WrongState
    request = uow.session.scalar(
        select(AbsenceRequest).where(
            AbsenceRequest.meeting_id == meeting.id,
            AbsenceRequest.member_id == actor.member_id,
            AbsenceRequest.decision.is_(None),
        )
    )
    if request is not None and request.reason == reason:
        return request, False
    created = request is None
    content_version = bump_content_version(uow, meeting.organization_id)
    account_version = bump_account_version(uow, actor.member_id)
    if request is None:
        request = AbsenceRequest(
            meeting_id=meeting.id,
            member_id=actor.member_id,
            reason=reason,
            created_at=uow.clock.now(),
            content_version=content_version,
            account_version=account_version,
        )
        uow.session.add(request)
    else:
        request.reason = reason
        request.content_version = content_version
        request.account_version = account_version
    uow.session.flush()
    _record(uow, "attendance:absence_request:made", meeting, request.member_id, actor, request_id=request.id)
    if created:
        uow.emit(AbsenceRequested(request.id, meeting.id, request.member_id, meeting.organization_id))
    return request, created


def decide_absence(
    request: AbsenceRequest, meeting: Meeting, decision: Decision, *, actor: Actor, uow: UnitOfWork
) -> AbsenceRequest:
    """Answer a request; approved, it excuses the member unless the member came. The meeting is locked by the caller.

    Raises :class:`AlreadyDecided`, and :class:`WrongState` when the roll is settled.
    """
    if request.decision is not None:
        raise AlreadyDecided
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    request.decision = decision.value
    request.decided_at = uow.clock.now()
    request.decided_by = actor.member_id
    request.content_version = bump_content_version(uow, meeting.organization_id)
    request.account_version = bump_account_version(uow, request.member_id)
    uow.session.flush()
    if decision == Decision.APPROVED:
        line = _locked_line(meeting.id, request.member_id, uow)
        if line is not None and line.state not in (*ATTENDING, AttendanceState.EXCUSED):
            _write_line(
                meeting,
                line,
                AttendanceState.EXCUSED,
                Method.REQUEST,
                request.reason,
                by=actor.member_id,
                uow=uow,
            )
    _record(
        uow,
        "attendance:absence_request:decided",
        meeting,
        request.member_id,
        actor,
        request_id=request.id,
        decision=decision.value,
    )
    uow.emit(AbsenceDecided(request.id, meeting.id, request.member_id, meeting.organization_id))
    return request


def _locked_line(meeting_id: int, member_id: int, uow: UnitOfWork) -> Attendance | None:
    return uow.session.get(Attendance, (meeting_id, member_id), populate_existing=True, with_for_update=True)


def _stands_since(line: Attendance) -> datetime:
    """When what the line says was true in the room: a scanned code tells it, whenever it arrived. What the system wrote
    stands for no time."""
    if line.state is None or line.method == Method.SYSTEM:
        return BEFORE_EVERYTHING
    told = line.checked_in_at if line.method in (Method.QR, Method.LINK) else line.recorded_at
    return told or BEFORE_EVERYTHING


def _write_line(
    meeting: Meeting,
    line: Attendance,
    state: AttendanceState,
    method: Method,
    reason: str | None,
    *,
    by: int | None,
    uow: UnitOfWork,
    flag: Flag | None = None,
    at: datetime | None = None,
) -> None:
    """Write the line, the counts and the member's version; say so when the meeting was counted already."""
    before = line.state
    line.state = state.value
    line.method = method.value
    line.reason = reason
    line.recorded_at = at or uow.clock.now()
    line.recorded_by = by
    line.flags = [known for known in line.flags if known not in OF_THE_LAST_MARK]
    if flag is not None:
        line.flags = [*line.flags, flag.value]
    line.account_version = bump_account_version(uow, line.member_id)
    uow.session.flush()
    connection = uow.session.connection()
    if before == state:
        touch_roll(connection, meeting.id)
    else:
        move_counts(connection, meeting.id, before, state.value, line.member_status)
    uow.session.expire(meeting, COUNTERS)
    if meeting.state == MeetingState.CLOSED:
        uow.emit(AttendanceCorrected(meeting.id, meeting.organization_id))


def _record(
    uow: UnitOfWork, tag: str, meeting: Meeting, member_id: int, actor: Actor, **details: str | int | None
) -> None:
    record(
        uow,
        tag,
        actor=actor,
        subject_id=meeting.id,
        member_id=member_id,
        path=meeting.organization.path,
        details=details,
    )


def record_reading(meeting: Meeting, requests: Sequence[AbsenceRequest], *, actor: Actor) -> None:
    """Record that staff read why members ask to be excused; each of them sees it in the own access log."""
    if requests and reads_as_supervisor(meeting, actor=actor):
        path = meeting.organization.path
        readings = [Reading(request.id, path, request.member_id) for request in requests]
        record_readings("attendance:absence_request:read", readings, actor=actor)


def record_roll_reading(meeting: Meeting, *, actor: Actor) -> None:
    """Record that staff read the roll of a meeting; everybody of its organisation sees it in the own access log."""
    if reads_as_supervisor(meeting, actor=actor):
        reading = Reading(meeting.id, meeting.organization.path)
        record_readings("attendance:roll:read", [reading], actor=actor)


def hand_out_key(meeting: Meeting, *, actor: Actor, uow: UnitOfWork, secrets: Secrets) -> dict[str, Any]:
    """The key of the check-in codes for a device of who runs the meeting; that it was handed out is recorded.

    Raises :class:`WrongState` but in convened and open.
    """
    key = check_in_key(meeting, secrets=secrets)
    path = meeting.organization.path
    record(uow, "attendance:check_in_key:read", actor=actor, subject_id=meeting.id, path=path)
    return key
