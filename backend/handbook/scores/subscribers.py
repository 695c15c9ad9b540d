"""What a scoring does when its meeting is settled."""

from handbook.access.actor import SYSTEM
from handbook.kernel.events import subscribe
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingFinalized, MeetingUnopening
from handbook.meetings.models import Meeting
from handbook.scores.models import MeetingScore
from handbook.scores.service import end_unfinished


@subscribe(MeetingFinalized)
def end_with_the_meeting(event: MeetingFinalized, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    end_unfinished(meeting, actor=SYSTEM, uow=uow, secrets=current_secrets())


@subscribe(MeetingUnopening)
def tell_of_scoring(event: MeetingUnopening, uow: UnitOfWork) -> None:
    """A meeting that is being scored was held."""
    event.begun = event.begun or uow.session.get(MeetingScore, event.meeting_id) is not None
