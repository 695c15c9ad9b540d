"""The agenda of a running meeting: what the floor added, dropped or moved, as the book of the room tells it."""

from collections.abc import Mapping, Sequence
from typing import Any

from handbook.access.actor import Actor
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.service import record_act
from handbook.meetings.state import WITH_HOURS, require_state
from handbook.organizations.versions import bump_content_version


def carry_out_floor(
    meeting: Meeting,
    *,
    added: Sequence[Mapping[str, Any]],
    dropped: Mapping[str, str],
    order: Sequence[str],
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Bring the agenda to what the book says: ``added`` items (``key``, ``title``, ``presenter``, ``minutes``), the reasons of
    those that were ``dropped`` by their name in the book, and all of them in this ``order``.

    What was convened stays in the row: a dropped item keeps its papers and opinions. Nobody is summoned anew by it, so the
    reminders and the number of the change are left alone. Raises :class:`WrongState` unless the meeting is open or closed.
    """
    require_state(MeetingState(meeting.state), WITH_HOURS)
    before = [_told(item) for item in meeting.agenda]
    known = {item.name_in_book: item for item in meeting.agenda}
    for line in added:
        item = known.get(line["key"])
        if item is None:
            item = AgendaItem(key=line["key"], position=len(meeting.agenda) + 1, dropped=False)
            known[line["key"]] = item
            meeting.agenda.append(item)
        item.title, item.presenter, item.minutes = (
            line["title"],
            line.get("presenter") or None,
            line.get("minutes"),
        )
    for name, item in known.items():
        item.dropped, item.drop_reason = name in dropped, dropped.get(name) or None
    places = {name: place for place, name in enumerate(order, 1)}
    for item in meeting.agenda:
        item.position = places.get(item.name_in_book, item.position)
    meeting.agenda.sort(key=lambda item: item.position)
    if [_told(item) for item in meeting.agenda] == before:
        return
    meeting.content_version = bump_content_version(uow, meeting.organization_id)
    meeting.changed_at = uow.clock.now()
    uow.session.flush()
    record_act(uow, "agenda_on_the_floor", meeting, actor)


def _told(item: AgendaItem) -> tuple[object, ...]:
    line = (item.title, item.presenter, item.minutes, item.dropped, item.drop_reason)
    return item.name_in_book, item.position, *line
