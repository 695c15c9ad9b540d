"""Writing attendance: check-ins, and who read or was handed what belongs to the roll."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from handbook.access.actor import SYSTEM, Actor
from handbook.access.guards import require
from handbook.access.permissions import Permission
from handbook.attendance.check_in import check_in, find_line, own_target
from handbook.attendance.enums import Method
from handbook.attendance.errors import NotSummoned
from handbook.attendance.events import AttendanceCorrected
from handbook.attendance.judging import CheckIn, Scan, opened_offline
from handbook.attendance.keeping import keeper_of
from handbook.attendance.queries import check_in_key, reads_as_supervisor
from handbook.audit.readings import Reading, record_readings
from handbook.audit.service import record
from handbook.kernel.db import db
from handbook.kernel.problems import NotFound
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.meetings.service import open_meeting
from handbook.meetings.sites import Delegate, Site


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
    require(actor, Permission.ATTENDANCE_CHECK_IN, own_target(line, actor))
    scan = Scan(meeting_id, actor.member_id, token, scanned_at, method)
    opened_at = opened_offline(line, scan, now=uow.clock.now(), secrets=secrets)
    if opened_at is not None:
        _open_late(meeting_id, opened_at, uow)
        line = find_line(connection, meeting_id, actor.member_id) or line
    result = check_in(connection, line, scan, actor=actor, clock=uow.clock, secrets=secrets)
    if result.corrected:
        uow.emit(AttendanceCorrected(meeting_id, result.organization_id))
    return result


def _open_late(meeting_id: int, opened_at: datetime, uow: UnitOfWork) -> None:
    """Open a meeting whose opening has not got through; what its secretary's device says later changes nothing."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=SYSTEM, lock=True)
    if meeting.state == MeetingState.CONVENED and meeting.convened_at is not None:
        open_meeting(meeting, max(opened_at, meeting.convened_at), actor=SYSTEM, uow=uow)


def require_own(meeting: Meeting, permission: Permission, *, actor: Actor) -> None:
    """Raise :class:`NotFound` or :class:`Forbidden` unless the actor may do this as one of the meeting's own: a member of its
    cell or committee, or a delegate of the conference."""
    key = (meeting.id, actor.member_id or 0)
    is_delegate = meeting.target.many_sites and db.session.get(Delegate, key) is not None
    require(actor, permission, replace(meeting.target, member_id=actor.member_id if is_delegate else None))


def record_roll_reading(meeting: Meeting, *, actor: Actor) -> None:
    """Record that staff read the roll of a meeting; everybody of its organisation sees it in the own access log."""
    if reads_as_supervisor(meeting, actor=actor):
        reading = Reading(meeting.id, meeting.organization.path)
        record_readings("attendance:roll:read", [reading], actor=actor)


def hand_out_key(
    meeting: Meeting, site_id: int | None = None, *, actor: Actor, uow: UnitOfWork, secrets: Secrets
) -> dict[str, Any]:
    """The key of the check-in codes for a device of who keeps the roll; that it was handed out is recorded.

    The host of a site gets the key of that site, of the first one when several are the host's and none is named; who runs
    the conference that of the whole, or of the site that is named.
    Raises :class:`WrongState` but in convened and open, :class:`NotFound` for a site that is not the actor's.
    """
    keeper = keeper_of(meeting, actor=actor)
    if keeper.sites is not None:
        site_id = keeper.sites[0] if site_id is None else site_id
        if site_id not in keeper.sites:
            raise NotFound
    elif site_id is not None:
        site = uow.session.get(Site, site_id)
        if site is None or site.meeting_id != meeting.id:
            raise NotFound
    key = check_in_key(meeting, site_id=site_id, secrets=secrets)
    record(
        uow,
        "attendance:check_in_key:read",
        actor=actor,
        subject_id=meeting.id,
        path=meeting.organization.path,
        details={} if site_id is None else {"site_id": site_id},
    )
    return key
