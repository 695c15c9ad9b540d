"""A reminder whose time has come: whether it is still wanted, the line in each inbox, and a row for each device."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import MEETING_KINDS, NUDGES, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.inbox import tell_members
from handbook.notifications.models import Delivery, Reminder
from handbook.notifications.preferences import accounts_without
from handbook.notifications.reminders.called_upon import say_for_whom
from handbook.notifications.reminders.nudges import nudge_is_wanted
from handbook.notifications.reminders.planning import is_left_to_nearer, plan_task, put_off, take_over
from handbook.notifications.reminders.recipients import devices_of, member_ids_of
from handbook.notifications.reminders.timing import quiet_hours, rules_for
from handbook.organizations.models import Organization
from handbook.organizations.settings import rules_of
from handbook.resolutions.enums import ResolutionState, TaskState
from handbook.resolutions.models import Task

MEMBERS_AT_ONCE = 300
#: The reason of a message that was not sent because the job that was to send it was given up.
JOB_FAILED = "job_failed"
#: What has a time of its own, other than news, which are told at once.
PLANNED_KINDS = (*NUDGES, NoticeKind.MEETING_REMINDER, NoticeKind.TASK_DUE)
#: What has a line in the ledger also for who has no device: what goes to all who were summoned, and what calls upon a duty.
ACCOUNTED_KINDS = (*MEETING_KINDS, *NUDGES)
#: From when on a reminder is late, because no worker was there: one that was due a minute before the quiet hours is not.
LATE = timedelta(minutes=15)
_BEGUN = (ReminderState.SENDING, ReminderState.DONE)
#: Who is summoned to such a meeting is told that there is one.
_STILL_TO_COME = (MeetingState.CONVENED, MeetingState.OPEN)


def begin(reminder_id: int) -> bool:
    """Make the delivery rows; False when there is nothing to send, now or at all."""
    with unit_of_work() as uow:
        reminder = uow.session.get(Reminder, reminder_id, with_for_update=True, populate_existing=True)
        if reminder is None or reminder.state == ReminderState.CANCELLED:
            return False
        if _take_up_again(reminder, uow) and reminder.state == ReminderState.DONE:
            reminder.state, reminder.finished_at = ReminderState.SENDING.value, None
        if reminder.state == ReminderState.DONE:
            return False
        if reminder.state == ReminderState.SENDING:
            return True
        meeting = uow.session.get(Meeting, reminder.meeting_id) if reminder.meeting_id else None
        task = uow.session.get(Task, reminder.task_id) if reminder.task_id else None
        if reminder.kind == NoticeKind.MEETING_REMINDER:
            if is_left_to_nearer(uow, reminder):
                return False
            take_over(uow, reminder)
        if not _wanted(reminder, meeting, task, uow):
            reminder.state = ReminderState.CANCELLED.value
            reminder.finished_at = uow.clock.now()
            return False
        later = _after_quiet_hours(reminder, meeting, task, uow)
        if later is not None:
            put_off(uow, reminder, later)
            return False
        say_for_whom(reminder, uow.session, uow.clock)
    first, rest = _audience(reminder_id)
    _write_lines(reminder_id, rest)
    with unit_of_work() as uow:
        # Accounts are locked before the reminder, as by whoever changes the meeting.
        _add_lines(uow.session.get_one(Reminder, reminder_id), first, uow)
        reminder = uow.session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
        if reminder.state != ReminderState.PLANNED:
            return False
        reminder.state = ReminderState.SENDING.value
        if reminder.task_id is not None and reminder.member_id is not None:
            # Until the task is over the next time is planned when the last one is told.
            plan_task(uow, uow.session.get_one(Task, reminder.task_id), [reminder.member_id])
        return True


def _audience(reminder_id: int) -> tuple[Sequence[int], Sequence[int]]:
    """The members whom it concerns: as many as one transaction may write to, and the rest."""
    reminder = db.session.get_one(Reminder, reminder_id)
    member_ids = member_ids_of(reminder, db.session(), current_clock())
    return member_ids[:MEMBERS_AT_ONCE], member_ids[MEMBERS_AT_ONCE:]


def add_who_came_later(reminder_id: int) -> None:
    """Make the delivery rows of those who have none because the reminder, which has begun, concerns them only since. Of a
    meeting that is over or cancelled nobody is told any more.
    """
    with unit_of_work() as uow:
        reminder = uow.session.get(Reminder, reminder_id)
        if reminder is None or reminder.state not in _BEGUN:
            return
        meeting = uow.session.get(Meeting, reminder.meeting_id) if reminder.meeting_id else None
        if meeting is not None and meeting.state not in _STILL_TO_COME:
            return
        told = set(uow.session.scalars(select(Delivery.member_id).where(Delivery.reminder_id == reminder_id)))
        concerned = member_ids_of(reminder, uow.session, uow.clock)
    _write_lines(reminder_id, [member_id for member_id in concerned if member_id not in told])
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
        if reminder.state == ReminderState.DONE:
            reminder.state, reminder.finished_at = ReminderState.SENDING.value, None


def _write_lines(reminder_id: int, member_ids: Sequence[int]) -> None:
    """The lines of a big audience are written in several transactions, so that nobody waits for this one."""
    for start in range(0, len(member_ids), MEMBERS_AT_ONCE):
        with unit_of_work() as uow:
            reminder = uow.session.get_one(Reminder, reminder_id)
            _add_lines(reminder, member_ids[start : start + MEMBERS_AT_ONCE], uow)


def _add_lines(reminder: Reminder, member_ids: Sequence[int], uow: UnitOfWork) -> None:
    """A line in the inbox, for whom it was not written when it happened, and a row for each device."""
    tell_members(
        uow,
        member_ids,
        NoticeKind(reminder.kind),
        reminder.slot,
        meeting_id=reminder.meeting_id,
        resolution_id=reminder.resolution_id,
        params=reminder.params,
    )
    _add_deliveries(reminder, member_ids, uow)


def _take_up_again(reminder: Reminder, uow: UnitOfWork) -> bool:
    """Whether something of this reminder had failed only because its job was given up: one runs again, so it waits again."""
    failed = uow.session.scalars(
        select(Delivery).where(
            Delivery.reminder_id == reminder.id,
            Delivery.state == DeliveryState.FAILED.value,
            Delivery.reason == JOB_FAILED,
        )
    ).all()
    for delivery in failed:
        delivery.state, delivery.reason = DeliveryState.QUEUED.value, None
        delivery.attempts, delivery.next_attempt_at = 0, uow.clock.now()
    return bool(failed)


def _wanted(reminder: Reminder, meeting: Meeting | None, task: Task | None, uow: UnitOfWork) -> bool:
    if reminder.kind == NoticeKind.TASK_DUE:
        return _task_still_wanted(reminder, task)
    if reminder.kind in NUDGES:
        return nudge_is_wanted(reminder, meeting, uow.session, uow.clock)
    return _still_wanted(reminder, meeting, uow.clock.now())


def _after_quiet_hours(
    reminder: Reminder, meeting: Meeting | None, task: Task | None, uow: UnitOfWork
) -> datetime | None:
    """When to tell what no worker was there to tell at its time, if these are quiet hours now: nobody is woken for it."""
    now = uow.clock.now()
    if reminder.kind not in PLANNED_KINDS or now - reminder.due_at < LATE:
        return None
    if task is not None:
        organization = task.resolution.organization
    elif reminder.organization_id is not None:
        organization = uow.session.get_one(Organization, reminder.organization_id)
    elif meeting is not None:
        organization = meeting.organization
    else:
        return None
    ahead = meeting if reminder.kind == NoticeKind.MEETING_REMINDER else None
    rules = rules_for(rules_of(organization), ahead.reminder_rules if ahead else None)
    quiet = quiet_hours(rules, ZoneInfo(organization.timezone))
    later = quiet.out_of(now, before=ahead.starts_at if ahead else None)
    return later if later > now else None


def _task_still_wanted(reminder: Reminder, task: Task | None) -> bool:
    return (
        task is not None
        and task.state == TaskState.OPEN
        and task.resolution.state == ResolutionState.ISSUED
        and any(row.member_id == reminder.member_id for row in task.assignees)
    )


def _still_wanted(reminder: Reminder, meeting: Meeting | None, now: datetime) -> bool:
    if reminder.kind != NoticeKind.MEETING_REMINDER:
        return True
    return (
        meeting is not None
        and meeting.state == MeetingState.CONVENED
        and meeting.starts_at == reminder.starts_at
        and meeting.starts_at > now
    )


def _add_deliveries(reminder: Reminder, member_ids: Sequence[int], uow: UnitOfWork) -> None:
    known = set(
        uow.session.scalars(
            select(Delivery.slot).where(
                Delivery.reminder_id == reminder.id, Delivery.member_id.in_(member_ids)
            )
        )
    )
    now = uow.clock.now()
    rows = []
    devices = devices_of(member_ids, uow.session, uow.clock)
    accounts = {device.account_id for device in devices if device.account_id is not None}
    muted = accounts_without(reminder.kind, accounts, uow.session)
    for device in devices:
        is_muted = device.account_id in muted
        reachable = device.subscription_id is not None and not is_muted
        if not reachable and reminder.kind not in ACCOUNTED_KINDS:
            continue
        slot = f"{reminder.id}:{device.member_id}:{(device.subscription_id if reachable else 0) or 0}"
        if slot in known:
            continue
        known.add(slot)
        rows.append(
            {
                "slot": slot,
                "reminder_id": reminder.id,
                "member_id": device.member_id,
                "account_id": device.account_id,
                "subscription_id": device.subscription_id if reachable else None,
                "state": (DeliveryState.QUEUED if reachable else DeliveryState.NO_DEVICE).value,
                "reason": "muted" if is_muted else None,
                "attempts": 0,
                "next_attempt_at": now if reachable else None,
                "created_at": now,
            }
        )
    if rows:
        uow.session.execute(insert(Delivery), rows)
