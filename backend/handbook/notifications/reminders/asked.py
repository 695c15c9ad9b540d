"""What calls upon the secretary while members ask to be excused from a meeting, or take an approved request back."""

from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handbook.attendance.models import AbsenceRequest
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import NoticeKind, ReminderState
from handbook.notifications.models import Reminder
from handbook.notifications.reminders.planning import plan_reminder
from handbook.notifications.reminders.timing import quiet_hours
from handbook.notifications.rules import AT_ONCE, GATHER_REQUESTS
from handbook.organizations.settings import rules_of

ANSWERED = (MeetingState.CONVENED.value, MeetingState.OPEN.value)


def call_for_answers(uow: UnitOfWork, meeting: Meeting, *, withdrawn: bool) -> None:
    """Plan to tell that somebody asks, or that an approved request was withdrawn; those that come within
    :data:`~handbook.notifications.rules.GATHER_REQUESTS` of the first are told with it. Nobody is woken for it."""
    gathering = uow.session.scalar(
        select(Reminder)
        .where(
            Reminder.meeting_id == meeting.id,
            Reminder.kind == NoticeKind.ABSENCE_ASKED.value,
            Reminder.state == ReminderState.PLANNED.value,
        )
        .order_by(Reminder.id.desc())
        .limit(1)
    )
    if gathering is not None:
        gathering.params = {**gathering.params, ("withdrawn" if withdrawn else "asked"): True}
        return
    now, organization = uow.clock.now(), meeting.organization
    quiet = quiet_hours(rules_of(organization), ZoneInfo(organization.timezone))
    plan_reminder(
        uow,
        NoticeKind.ABSENCE_ASKED,
        f"{NoticeKind.ABSENCE_ASKED}:{meeting.id}:{int(now.timestamp() * 1_000_000)}",
        step=AT_ONCE,
        due_at=quiet.out_of(now + GATHER_REQUESTS),
        meeting=meeting,
        organization_id=meeting.organization_id,
        params={"asked": not withdrawn, "withdrawn": withdrawn},
    )


def is_to_be_told(reminder: Reminder, meeting: Meeting | None, session: Session) -> bool:
    """Whether a request still waits for its answer, or one that was approved has been withdrawn."""
    if meeting is None or meeting.state not in ANSWERED:
        return False
    waits = session.scalar(
        select(AbsenceRequest.id)
        .where(AbsenceRequest.meeting_id == meeting.id, AbsenceRequest.decision.is_(None))
        .limit(1)
    )
    return waits is not None or bool(reminder.params["withdrawn"])
