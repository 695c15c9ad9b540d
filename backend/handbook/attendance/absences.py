"""Requests to be excused from a meeting: made, answered, withdrawn."""

from collections.abc import Sequence

from sqlalchemy import or_, select

from handbook.access.actor import Actor
from handbook.accounts.versions import bump_account_version
from handbook.attendance.enums import AttendanceState, Decision, Method
from handbook.attendance.errors import AlreadyDecided, NotSummoned
from handbook.attendance.events import AbsenceDecided, AbsenceRequested, AbsenceWithdrawn
from handbook.attendance.marking import locked_line, write_line
from handbook.attendance.models import AbsenceRequest
from handbook.attendance.queries import reads_as_supervisor
from handbook.attendance.rules import ATTENDING, state_when_summoned
from handbook.audit.readings import Reading, record_readings
from handbook.audit.service import record
from handbook.kernel.problems import WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import WITH_OPEN_ROLL, require_state
from handbook.members.enums import MemberStatus
from handbook.organizations.versions import bump_content_version

REQUESTABLE = frozenset({MeetingState.CONVENED, MeetingState.OPEN})


def request(meeting: Meeting, reason: str, *, actor: Actor, uow: UnitOfWork) -> tuple[AbsenceRequest, bool]:
    """Ask to be excused; true when the request is new. A second one before the answer only replaces the reason.

    Raises :class:`NotSummoned`, and :class:`WrongState` when the meeting is over or the member is there already.
    """
    require_state(MeetingState(meeting.state), REQUESTABLE)
    line = None if actor.member_id is None else locked_line(meeting.id, actor.member_id, uow)
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


def decide(
    request: AbsenceRequest,
    meeting: Meeting,
    decision: Decision,
    note: str | None = None,
    *,
    actor: Actor,
    uow: UnitOfWork,
) -> AbsenceRequest:
    """Answer a request, with a word to the member if there is one; approved, it excuses the member unless the member came.
    The meeting is locked by the caller.

    Raises :class:`AlreadyDecided`, and :class:`WrongState` when the roll is settled.
    """
    if request.decision is not None:
        raise AlreadyDecided
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    request.note = note
    _settle(request, meeting, decision, actor=actor, uow=uow)
    if decision == Decision.APPROVED:
        line = locked_line(meeting.id, request.member_id, uow)
        if line is not None and line.state not in (*ATTENDING, AttendanceState.EXCUSED):
            before = line.state
            write_line(
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
                "attendance:line:excused",
                meeting,
                line.member_id,
                actor,
                before=before,
                state=line.state,
                method=line.method,
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
    uow.emit(AbsenceDecided(request.id, meeting.id, request.member_id, meeting.organization_id, actor))
    return request


def withdraw(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """Take the actor's request back, waiting or approved: who was excused by it is expected again. Without one nothing happens.

    Raises :class:`WrongState` when the meeting is over.
    """
    require_state(MeetingState(meeting.state), REQUESTABLE)
    request = uow.session.scalar(
        select(AbsenceRequest)
        .where(
            AbsenceRequest.meeting_id == meeting.id,
            AbsenceRequest.member_id == actor.member_id,
            or_(AbsenceRequest.decision.is_(None), AbsenceRequest.decision == Decision.APPROVED.value),
        )
        .order_by(AbsenceRequest.id.desc())
        .limit(1)
    )
    if request is None:
        return
    was_approved = request.decision == Decision.APPROVED
    _settle(request, meeting, Decision.WITHDRAWN, actor=actor, uow=uow)
    line = locked_line(meeting.id, request.member_id, uow)
    if line is not None and (line.state, line.method) == (AttendanceState.EXCUSED, Method.REQUEST):
        state = state_when_summoned(MemberStatus(line.member_status))
        write_line(meeting, line, state, Method.SYSTEM if state else None, None, by=None, uow=uow)
        _record(
            uow,
            "attendance:line:expected",
            meeting,
            line.member_id,
            actor,
            before=AttendanceState.EXCUSED.value,
            state=line.state,
            method=line.method,
        )
    _record(
        uow, "attendance:absence_request:withdrawn", meeting, request.member_id, actor, request_id=request.id
    )
    if was_approved:
        uow.emit(AbsenceWithdrawn(meeting.id))


def _settle(
    request: AbsenceRequest, meeting: Meeting, decision: Decision, *, actor: Actor, uow: UnitOfWork
) -> None:
    request.decision = decision.value
    request.decided_at = uow.clock.now()
    request.decided_by = actor.member_id
    request.content_version = bump_content_version(uow, meeting.organization_id)
    request.account_version = bump_account_version(uow, request.member_id)
    uow.session.flush()


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
