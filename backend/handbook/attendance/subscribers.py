"""What attendance does when something happens to a meeting."""

from handbook.attendance.marking import record_opener
from handbook.attendance.summons import close_roll, summon_members
from handbook.attendance.up_to_date import bring_up_to_date
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingClosed, MeetingConvened, MeetingOpened
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
        record_opener(meeting, event.present_member_id, actor=event.actor, uow=uow)


@subscribe(MeetingClosed)
def settle(event: MeetingClosed, uow: UnitOfWork) -> None:
    close_roll(uow.session.get_one(Meeting, event.meeting_id), actor=event.actor, uow=uow)
