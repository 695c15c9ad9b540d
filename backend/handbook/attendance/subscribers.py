"""What attendance does when something happens to a meeting."""

from sqlalchemy import or_, select

from handbook.attendance.enums import AttendanceState, Flag
from handbook.attendance.marking import forget_opener, record_opener
from handbook.attendance.models import Attendance
from handbook.attendance.summons import close_roll, open_roll_again, summon_members
from handbook.attendance.up_to_date import bring_up_to_date
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import (
    MeetingClosed,
    MeetingConvened,
    MeetingOpened,
    MeetingReopened,
    MeetingUnopened,
    MeetingUnopening,
)
from handbook.meetings.models import Meeting


@subscribe(MeetingConvened)
def summon(event: MeetingConvened, uow: UnitOfWork) -> None:
    summon_members(uow.session.get_one(Meeting, event.meeting_id), uow=uow)


@subscribe(MeetingOpened)
def summon_newcomers(event: MeetingOpened, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    bring_up_to_date(meeting, actor=event.actor, uow=uow)
    summon_members(meeting, uow=uow)
    if event.present_member_id is not None:
        record_opener(meeting, event.present_member_id, at=meeting.opened_at, actor=event.actor, uow=uow)


@subscribe(MeetingClosed)
def settle(event: MeetingClosed, uow: UnitOfWork) -> None:
    close_roll(uow.session.get_one(Meeting, event.meeting_id), actor=event.actor, uow=uow)


@subscribe(MeetingReopened)
def unsettle(event: MeetingReopened, uow: UnitOfWork) -> None:
    open_roll_again(uow.session.get_one(Meeting, event.meeting_id), actor=event.actor, uow=uow)


@subscribe(MeetingUnopening)
def tell_who_came(event: MeetingUnopening, uow: UnitOfWork) -> None:
    """Somebody else than who opened has checked in or was marked as seen or missed in the room; absences that were foreseen are
    no part of the meeting."""
    recorded = uow.session.scalars(
        select(Attendance).where(
            Attendance.meeting_id == event.meeting_id,
            or_(
                Attendance.state.in_(
                    (AttendanceState.PRESENT, AttendanceState.LATE, AttendanceState.UNEXCUSED)
                ),
                Attendance.checked_in_at.is_not(None),
            ),
        )
    )
    event.begun = event.begun or any(
        line.checked_in_at is not None or Flag.OPENED_MEETING not in line.flags for line in recorded
    )


@subscribe(MeetingUnopened)
def forget_the_opener(event: MeetingUnopened, uow: UnitOfWork) -> None:
    forget_opener(uow.session.get_one(Meeting, event.meeting_id), actor=event.actor, uow=uow)
