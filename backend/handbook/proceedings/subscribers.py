"""What the book of the room tells the features below."""

from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.proceedings.queries import record_of
from handbook.resolutions.events import ResolutionDrafting


@subscribe(ResolutionDrafting)
def tell_conclusions(event: ResolutionDrafting, uow: UnitOfWork) -> None:
    """A resolution is written from the conclusions of the meeting, in the order of its agenda."""
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    event.material.conclusions.extend(item.conclusion for item in record_of(meeting).items if item.conclusion)
