"""What minutes do when something happens to their meeting."""

from handbook.access.actor import SYSTEM
from handbook.ballots.events import CountCorrecting
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingClosed
from handbook.meetings.models import Meeting
from handbook.minutes.enums import MinutesState
from handbook.minutes.errors import MinutesSigned
from handbook.minutes.queries import find_minutes
from handbook.minutes.service import compose_minutes


@subscribe(MeetingClosed)
def write_the_end(event: MeetingClosed, uow: UnitOfWork) -> None:
    """Minutes that were read back before the end get its hour."""
    minutes = find_minutes(event.meeting_id, lock=True)
    if minutes is not None and minutes.state != MinutesState.SIGNED:
        meeting = uow.session.get_one(Meeting, event.meeting_id)
        compose_minutes(meeting, minutes, actor=SYSTEM, uow=uow)


@subscribe(CountCorrecting)
def keep_what_was_signed(event: CountCorrecting, _uow: UnitOfWork) -> None:
    """From the first signature on the numbers stand; who corrects them writes an addendum, or edits the minutes first, which
    takes the signature back."""
    minutes = find_minutes(event.meeting_id, lock=True)
    if minutes is not None and minutes.frozen is not None:
        raise MinutesSigned
