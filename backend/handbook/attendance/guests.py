"""Guests of a meeting (khách mời): named with where they come from, no members of it, never counted."""

from handbook.access.actor import Actor
from handbook.attendance.counters import touch_roll
from handbook.attendance.models import Guest
from handbook.attendance.summons import COUNTERS
from handbook.audit.service import record
from handbook.kernel.problems import WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import WITH_OPEN_ROLL, require_state

MAX_GUESTS = 300


def put_guest(
    meeting: Meeting,
    key: str,
    *,
    name: str,
    from_: str | None = None,
    removed: bool = False,
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Write a guest down, correct the entry under the same ``key`` (a UUID), or take it out. The meeting is locked by the
    caller. The same again changes nothing. Raises :class:`WrongState` when the roll is settled or full of guests.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    session = uow.session
    guest = session.get(Guest, (meeting.id, key))
    if removed:
        if guest is None:
            return
        session.delete(guest)
        action = "removed"
    elif guest is None:
        if len(session.query(Guest.key).filter(Guest.meeting_id == meeting.id).all()) >= MAX_GUESTS:
            raise WrongState
        session.add(
            Guest(
                meeting_id=meeting.id,
                key=key,
                name=name,
                origin=from_,
                recorded_at=uow.clock.now(),
                recorded_by=actor.member_id,
            )
        )
        action = "added"
    elif (guest.name, guest.origin) == (name, from_):
        return
    else:
        guest.name, guest.origin = name, from_
        action = "corrected"
    session.flush()
    touch_roll(session.connection(), meeting.id)
    session.expire(meeting, COUNTERS)
    record(
        uow,
        f"attendance:guest:{action}",
        actor=actor,
        subject_id=meeting.id,
        path=meeting.organization.path,
        details={"key": key},
    )
