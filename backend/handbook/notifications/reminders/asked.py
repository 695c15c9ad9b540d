"""What calls upon the secretary while members ask to be excused from a meeting, or take an approved request back."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from handbook.attendance.enums import Decision
from handbook.attendance.models import AbsenceRequest
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import NoticeKind, ReminderState
from handbook.notifications.models import Reminder
from handbook.notifications.reminders.called_upon import called_upon
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


def who_answers(reminder: Reminder, meeting: Meeting, session: Session, clock: Clock) -> list[int]:
    """Who runs the meeting and is told of what others ask, never of the own request. A secretary's own is for the deputies;
    the committee above cannot answer it and is not told.
    """
    organization = meeting.organization
    today = today_in(organization.timezone, clock)
    first = called_upon(organization, today, session).member_ids
    asking = _who_asks(reminder, meeting, session)
    told = [one for one in first if asking - {one}]
    if told or not asking:
        return told
    instead = called_upon(organization, today, session, without=first)
    return list(instead.member_ids) if instead.organization_id == organization.id else []


def _who_asks(reminder: Reminder, meeting: Meeting, session: Session) -> set[int]:
    """Whose request waits for its answer or, where one was, has been withdrawn since the reminder was planned."""
    said: ColumnElement[bool] = AbsenceRequest.decision.is_(None)
    if reminder.params["withdrawn"]:
        withdrawn = AbsenceRequest.decision == Decision.WITHDRAWN.value
        said = or_(said, and_(withdrawn, AbsenceRequest.decided_at >= reminder.created_at))
    found = select(AbsenceRequest.member_id).where(AbsenceRequest.meeting_id == meeting.id, said)
    return set(session.scalars(found))
