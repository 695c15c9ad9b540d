"""What minutes do when something happens to their meeting."""

from handbook.access.actor import SYSTEM
from handbook.ballots.events import ReservationsChanging
from handbook.kernel.clock import as_utc
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingClosed, MeetingReopened, MeetingReopening, MeetingUnopening
from handbook.meetings.models import Meeting
from handbook.minutes.enums import MinutesState
from handbook.minutes.queries import find_minutes
from handbook.minutes.service import compose_minutes, forget_agreement
from handbook.proceedings.events import LineArriving
from handbook.resolutions.models import Resolution
from handbook.resolutions.standing import Hold, tells_what_holds_back
from handbook.scores.events import PaperScoreChanging


@subscribe(MeetingClosed)
def write_the_end(event: MeetingClosed, uow: UnitOfWork) -> None:
    """Minutes that were read back before the end get its hour."""
    minutes = find_minutes(event.meeting_id, lock=True)
    if minutes is not None and minutes.state != MinutesState.SIGNED:
        meeting = uow.session.get_one(Meeting, event.meeting_id)
        compose_minutes(meeting, minutes, actor=SYSTEM, uow=uow, keep_heard=True)


@subscribe(MeetingReopening)
def keep_the_signed_end(event: MeetingReopening, _uow: UnitOfWork) -> None:
    """Signed minutes say when the meeting ended."""
    event.signed = event.signed or _is_signed(event.meeting_id)


@subscribe(MeetingReopened)
def take_the_end_back(event: MeetingReopened, uow: UnitOfWork) -> None:
    """The draft tells no end any more; who agreed to its words after that end did not agree in the meeting."""
    minutes = find_minutes(event.meeting_id, lock=True)
    if minutes is None or minutes.state == MinutesState.SIGNED:
        return
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    if minutes.read_back_at is not None and as_utc(minutes.read_back_at) >= as_utc(event.closed_at):
        forget_agreement(minutes, actor=event.actor, uow=uow)
    compose_minutes(meeting, minutes, actor=SYSTEM, uow=uow, keep_heard=True)


@subscribe(MeetingUnopening)
def tell_of_minutes(event: MeetingUnopening, _uow: UnitOfWork) -> None:
    """Minutes are kept of a meeting that was held."""
    event.begun = event.begun or find_minutes(event.meeting_id, lock=True) is not None


@subscribe(LineArriving)
def keep_what_was_signed(event: LineArriving, _uow: UnitOfWork) -> None:
    """From the first signature on no line of the book changes what it was given for. Who wants it otherwise writes an
    addendum, or edits the minutes first, which takes the signature back."""
    event.signed = _is_signed(event.meeting_id)


@tells_what_holds_back
def tell_what_was_signed(resolution: Resolution, hold: Hold) -> None:
    """What was signed over two counts, before that was refused, can be settled no more. Nobody waits here for who signs."""
    if resolution.meeting_id is not None:
        minutes = find_minutes(resolution.meeting_id)
        hold.recorded = hold.recorded or (minutes is not None and minutes.frozen is not None)


@subscribe(ReservationsChanging)
def keep_the_reserved_opinions(event: ReservationsChanging, _uow: UnitOfWork) -> None:
    """Reserved opinions stand in the minutes with their vote."""
    event.signed = _is_signed(event.meeting_id)


@subscribe(PaperScoreChanging)
def keep_the_score(event: PaperScoreChanging, _uow: UnitOfWork) -> None:
    """The score stands in the minutes as it was signed."""
    event.signed = _is_signed(event.meeting_id)


def _is_signed(meeting_id: int) -> bool:
    minutes = find_minutes(meeting_id, lock=True)
    return minutes is not None and minutes.frozen is not None
