"""Who is told of a reminder, and on which devices."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, bindparam, exists, or_, select, union
from sqlalchemy.orm import Session

from handbook.accounts.models import Account, DeviceSession
from handbook.attendance.models import AbsenceRequest
from handbook.attendance.queries import member_ids_to_tell
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.tree import PATH_END
from handbook.meetings.models import Meeting
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member, Office
from handbook.notifications.enums import Audience, NoticeKind
from handbook.notifications.latest import latest_news
from handbook.notifications.models import Delivery, Notice, PushSubscription, Reminder
from handbook.notifications.reminders.asked import who_answers
from handbook.notifications.reminders.called_upon import called_upon
from handbook.organizations.models import Organization
from handbook.resolutions.enums import ResolutionState, TaskState
from handbook.resolutions.models import Resolution, Task, TaskAssignee


@dataclass(frozen=True, slots=True)
class Device:
    """A subscription of a member whose session is alive; ``subscription_id`` is None for a member without a
    device.
    """

    member_id: int
    account_id: int | None
    subscription_id: int | None


def member_ids_of(reminder: Reminder, session: Session, clock: Clock) -> list[int]:
    """The members whom the reminder concerns."""
    if reminder.member_id is not None:
        return [reminder.member_id]
    if reminder.kind == NoticeKind.ABSENCE_ASKED and reminder.meeting_id is not None:
        return who_answers(reminder, session.get_one(Meeting, reminder.meeting_id), session, clock)
    if reminder.organization_id is not None:
        organization = session.get_one(Organization, reminder.organization_id)
        return list(called_upon(organization, today_in(organization.timezone, clock), session).member_ids)
    if reminder.meeting_id is not None:
        return _of_meeting(reminder, session.get_one(Meeting, reminder.meeting_id), session, clock)
    return _members_below(reminder, session)


def _of_meeting(reminder: Reminder, meeting: Meeting, session: Session, clock: Clock) -> list[int]:
    """Who was summoned and belongs to the reminder's audience, if it has one."""
    summoned = member_ids_to_tell(meeting.id)
    if reminder.audience is None:
        return summoned
    wanted: set[int] = set()
    if Audience.UNANSWERED in reminder.audience:
        wanted |= set(summoned) - answered_member_ids(meeting.id, session)
    if Audience.OFFICERS in reminder.audience:
        wanted |= _officers(meeting, today_in(meeting.organization.timezone, clock), session)
    if Audience.ASSIGNEES in reminder.audience:
        wanted |= _assignees(meeting, session)
    return [member_id for member_id in summoned if member_id in wanted]


def answered_member_ids(meeting_id: int, session: Session) -> set[int]:
    """Who has let us know of having heard how the meeting stands: asked for leave, or opened a message or read a line of the
    inbox of its latest news.
    """
    news = latest_news(session.get_one(Meeting, meeting_id), session)
    asked = select(AbsenceRequest.member_id).where(AbsenceRequest.meeting_id == meeting_id)
    opened = select(Delivery.member_id).where(
        Delivery.reminder_id.in_([one.id for one in news]), Delivery.opened_at.is_not(None)
    )
    read = (
        select(Account.member_id)
        .join(Notice, Notice.account_id == Account.id)
        .where(
            Notice.meeting_id == meeting_id,
            Notice.slot.in_([one.slot for one in news]),
            Notice.read_at.is_not(None),
            Account.member_id.is_not(None),
        )
    )
    return set(session.scalars(union(asked, opened, read)))


def _officers(meeting: Meeting, today: date, session: Session) -> set[int]:
    return set(
        session.scalars(
            select(Office.member_id).where(
                Office.organization_id == meeting.organization_id,
                Office.member_id.is_not(None),
                Office.from_date <= today,
                or_(Office.to_date.is_(None), Office.to_date >= today),
            )
        )
    )


def _assignees(meeting: Meeting, session: Session) -> set[int]:
    return set(
        session.scalars(
            select(TaskAssignee.member_id)
            .join(Task, Task.id == TaskAssignee.task_id)
            .join(Resolution, Resolution.id == Task.resolution_id)
            .where(
                Resolution.organization_id == meeting.organization_id,
                Resolution.state == ResolutionState.ISSUED.value,
                Task.state == TaskState.OPEN.value,
            )
        )
    )


# Whether a device is signed in is asked of the one session by its key, and not of all sessions.
_DEVICES = (
    select(Member.id, Account.id, PushSubscription.id)
    .select_from(Member)
    .outerjoin(Account, and_(Account.member_id == Member.id, Account.disabled_at.is_(None)))
    .outerjoin(
        PushSubscription,
        and_(
            PushSubscription.account_id == Account.id,
            exists().where(
                DeviceSession.id == PushSubscription.session_id,
                DeviceSession.ended_at.is_(None),
                DeviceSession.expires_at > bindparam("now"),
            ),
        ),
    )
    .where(Member.id.in_(bindparam("member_ids", expanding=True)))
    .order_by(Member.id, PushSubscription.id)
)


def devices_of(member_ids: Collection[int], session: Session, clock: Clock) -> list[Device]:
    """Every live device of these members, and one line for each member who has none."""
    rows = session.execute(_DEVICES, {"member_ids": list(member_ids), "now": clock.now()})
    return [Device(member_id, account_id, subscription_id) for member_id, account_id, subscription_id in rows]


def _members_below(reminder: Reminder, session: Session) -> list[int]:
    path = session.scalar(
        select(Organization.path)
        .join(Resolution, Resolution.organization_id == Organization.id)
        .where(Resolution.id == reminder.resolution_id)
    )
    if path is None:
        return []
    statement = (
        select(Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Organization.path >= path,
            Organization.path < path + PATH_END,
            Member.status.in_(sorted(ACTIVE_STATUSES)),
        )
        .order_by(Member.id)
    )
    return list(session.scalars(statement))
