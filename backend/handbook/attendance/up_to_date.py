"""At the opening the roll follows the members' records: a status may have changed since the convening, or somebody has left."""

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.attendance.enums import Flag, Method
from handbook.attendance.marking import write_line
from handbook.attendance.models import Attendance
from handbook.attendance.rules import state_when_summoned
from handbook.attendance.summons import members_of
from handbook.audit.service import record
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus
from handbook.members.models import Member


def bring_up_to_date(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """Who has left must not come, is missed by nobody and has no vote; who has another status now is counted by it. What
    somebody recorded about who still belongs stays as it is. The caller counts the roll anew.

    The delegates of a conference were summoned by name, so of them only the record itself is asked.
    """
    known = uow.session.execute(
        select(Attendance.member_id, Attendance.member_status, Member.status)
        .join(Member, Member.id == Attendance.member_id)
        .where(Attendance.meeting_id == meeting.id)
        .order_by(Attendance.member_id)
    ).all()
    belonging = {member.id for member in members_of(meeting, uow)}
    by_name = meeting.kind == MeetingKind.CONFERENCE
    for member_id, was, text in known:
        status = MemberStatus(text)
        active = status in ACTIVE_STATUSES
        belongs = active and (by_name or member_id in belonging)
        # Who belongs to another organisation by now is an active member there.
        now = MemberStatus.TRANSFERRED if active and not belongs else status
        if now != was:
            _take_status(meeting, member_id, now, actor=actor, uow=uow)


def _take_status(
    meeting: Meeting, member_id: int, status: MemberStatus, *, actor: Actor, uow: UnitOfWork
) -> None:
    line = uow.session.get_one(Attendance, (meeting.id, member_id), populate_existing=True)
    line.member_status = status.value
    line.flags = [flag for flag in line.flags if flag != Flag.TEMPORARY_OUT]
    if status == MemberStatus.TEMPORARY_OUT:
        line.flags = [*line.flags, Flag.TEMPORARY_OUT.value]
    if status in ACTIVE_STATUSES and line.method not in (None, Method.SYSTEM):
        uow.session.flush()
        return
    before, state = line.state, state_when_summoned(status)
    write_line(meeting, line, state, Method.SYSTEM if state else None, None, by=None, uow=uow)
    record(
        uow,
        "attendance:line:settled",
        actor=actor,
        subject_id=meeting.id,
        member_id=member_id,
        path=meeting.organization.path,
        details={"before": before, "state": line.state, "method": Method.SYSTEM.value},
    )
