"""Chair and minute-taker of a meeting (2-domain: "Chair: secretary or deputy. A minute-taker is appointed at the opening")."""

from collections.abc import Mapping

from sqlalchemy import select, update

from handbook.access.actor import Actor
from handbook.access.predicates import RUNNERS
from handbook.attendance.counters import MEETINGS, touch_roll
from handbook.attendance.models import Attendance
from handbook.audit.service import record
from handbook.kernel.db import db
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import WITH_OPEN_ROLL, require_state
from handbook.members.models import Office
from handbook.organizations.versions import bump_content_version

KEEP = -1
SAME_AS_CHAIR = "same_as_chair"


def set_roles(
    meeting: Meeting,
    *,
    chair_id: int | None = KEEP,
    minute_taker_id: int | None = KEEP,
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Say who leads the meeting and who writes its minutes; None clears, :data:`KEEP` leaves. The meeting is locked by the
    caller. Both must have been summoned and be two people; that the chair is neither secretary nor deputy is a warning, not a
    refusal.

    Raises :class:`WrongState` when the roll is settled or nobody is summoned yet, :class:`ValidationFailed`.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    asked = {"chair_id": chair_id, "minute_taker_id": minute_taker_id}
    changes = {name: value for name, value in asked.items() if value not in (KEEP, getattr(meeting, name))}
    for name, member_id in changes.items():
        if member_id is not None and uow.session.get(Attendance, (meeting.id, member_id)) is None:
            raise ValidationFailed(FieldError(f"/{name}", "not_summoned"))
    if not changes:
        return
    _require_two({**{name: getattr(meeting, name) for name in asked}, **changes}, changes)
    # Who is appointed may do more with this meeting: the phones hear of it with the next sync.
    moved = {"content_version": bump_content_version(uow, meeting.organization_id)}
    connection = uow.session.connection()
    connection.execute(update(MEETINGS).where(MEETINGS.c.id == meeting.id).values(changes | moved))
    touch_roll(connection, meeting.id)
    uow.session.expire(meeting, [*asked, "roll_version", "content_version"])
    for name, member_id in changes.items():
        record(
            uow,
            f"attendance:{name.removesuffix('_id')}:{'cleared' if member_id is None else 'appointed'}",
            actor=actor,
            subject_id=meeting.id,
            member_id=member_id,
            path=meeting.organization.path,
        )


def _require_two(heads: Mapping[str, int | None], changes: Mapping[str, int | None]) -> None:
    """ "Signed by chair and minute-taker": one signs for what the other wrote, so nobody is both."""
    if heads["chair_id"] is not None and heads["chair_id"] == heads["minute_taker_id"]:
        name = "minute_taker_id" if "minute_taker_id" in changes else "chair_id"
        raise ValidationFailed(FieldError(f"/{name}", SAME_AS_CHAIR))


def chair_warning(meeting: Meeting) -> str | None:
    """``chair_no_officer`` when who leads the meeting was neither secretary nor deputy on its day."""
    if meeting.chair_id is None:
        return None
    day = meeting.day
    office = db.session.scalar(
        select(Office.id).where(
            Office.organization_id == meeting.organization_id,
            Office.member_id == meeting.chair_id,
            Office.title.in_([title.value for title in RUNNERS]),
            Office.from_date <= day,
            (Office.to_date.is_(None)) | (Office.to_date >= day),
        )
    )
    return None if office is not None else "chair_no_officer"
