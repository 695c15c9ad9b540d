"""What the book of the room tells the features below."""

from handbook.ballots.events import CountEntered
from handbook.ballots.models import Ballot
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import MeetingReopened, MeetingUnopened, MeetingUnopening
from handbook.meetings.models import Meeting
from handbook.proceedings.counted import put_down_count
from handbook.proceedings.enums import EntryKind
from handbook.proceedings.own_lines import write_own_line
from handbook.proceedings.queries import record_of, room_of
from handbook.resolutions.events import ResolutionDrafting


@subscribe(ResolutionDrafting)
def tell_conclusions(event: ResolutionDrafting, uow: UnitOfWork) -> None:
    """A resolution is written from the conclusions of the meeting, in the order of its agenda."""
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    event.material.conclusions.extend(item.conclusion for item in record_of(meeting).items if item.conclusion)


@subscribe(MeetingUnopening)
def tell_of_the_book(event: MeetingUnopening, uow: UnitOfWork) -> None:
    """What was said, counted, begun or changed in the agenda came of the opening."""
    room = room_of(uow.session.get_one(Meeting, event.meeting_id))
    said = (room.items, room.notes, room.conclusions, room.added, room.dropped, room.order)
    event.begun = event.begun or any((*said, room.votes, room.withdrawn))


@subscribe(MeetingReopened)
def put_down_reopening(event: MeetingReopened, uow: UnitOfWork) -> None:
    """Phones in the room learn it from the book, whichever way it was done."""
    if not event.in_book:
        write_own_line(
            event.meeting_id, EntryKind.REOPEN, {"reason": event.reason}, actor=event.actor, uow=uow
        )


@subscribe(MeetingUnopened)
def put_down_unopening(event: MeetingUnopened, uow: UnitOfWork) -> None:
    if not event.in_book:
        write_own_line(
            event.meeting_id, EntryKind.UNOPEN, {"reason": event.reason}, actor=event.actor, uow=uow
        )


@subscribe(CountEntered)
def put_down_what_was_counted(event: CountEntered, uow: UnitOfWork) -> None:
    """A line that another device wrote about this vote is compared with what the chair counted, and never takes its place in
    silence."""
    put_down_count(uow.session.get_one(Ballot, event.ballot_id), actor=event.actor, uow=uow)
