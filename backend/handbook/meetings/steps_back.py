"""Taking an opening or a closing back: a slip of the hand, not a new step in a meeting's life."""

from handbook.access.actor import Actor
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.errors import AlreadyBegun, RecordSignedAlready
from handbook.meetings.events import MeetingReopened, MeetingReopening, MeetingUnopened, MeetingUnopening
from handbook.meetings.models import Meeting
from handbook.meetings.service import advance
from handbook.meetings.state import Step, state_after


def reopen_meeting(
    meeting: Meeting, reason: str, *, in_book: bool = False, actor: Actor, uow: UnitOfWork
) -> Meeting:
    """A meeting that was closed by mistake goes on: the roll is as it was before the closing settled it, and check-ins and
    votes count again. ``in_book``: a line of the book of the room says so already.

    Raises :class:`WrongState`, and :class:`RecordSignedAlready` when somebody has signed the minutes.
    """
    following = state_after(MeetingState(meeting.state), Step.REOPEN)
    asking = MeetingReopening(meeting.id)
    uow.emit(asking)
    if asking.signed:
        raise RecordSignedAlready
    closed_at = meeting.closed_at or uow.clock.now()
    meeting.closed_at = None
    advance(meeting, following, "reopened", actor=actor, uow=uow)
    uow.emit(MeetingReopened(meeting.id, meeting.organization_id, closed_at, reason, in_book, actor))
    return meeting


def unopen_meeting(
    meeting: Meeting, reason: str, *, in_book: bool = False, actor: Actor, uow: UnitOfWork
) -> Meeting:
    """A meeting that was opened by mistake is only convened again: it may be moved or cancelled, and its reminders go out.

    Raises :class:`WrongState`, and :class:`AlreadyBegun` when more than the opener's own line has come of it.
    """
    following = state_after(MeetingState(meeting.state), Step.UNOPEN)
    asking = MeetingUnopening(meeting.id)
    uow.emit(asking)
    if asking.begun:
        raise AlreadyBegun
    meeting.opened_at = None
    advance(meeting, following, "unopened", actor=actor, uow=uow)
    uow.emit(MeetingUnopened(meeting.id, meeting.organization_id, reason, in_book, actor))
    return meeting
