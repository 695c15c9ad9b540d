"""Planning what is to be told: rows with a due time, each with the job that will send it, in the same
transaction.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from handbook.kernel import jobs
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import Audience, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.latest import SUPERSEDED
from handbook.notifications.models import Delivery, Reminder
from handbook.notifications.reminders.anew import plan_each_below
from handbook.notifications.reminders.timing import PlannedReminder, reminders_before, rules_for
from handbook.notifications.rules import AT_ONCE, minutes_of, next_task_step
from handbook.organizations.settings import rules_of
from handbook.resolutions.models import Task

JOB = "notifications.deliver"
PLAN_AGAIN_JOB = "notifications.plan_again"
PENDING = (ReminderState.PLANNED.value, ReminderState.SENDING.value)


def announce(
    uow: UnitOfWork,
    kind: NoticeKind,
    slot: str,
    *,
    meeting: Meeting | None = None,
    resolution_id: int | None = None,
    member_id: int | None = None,
    params: dict[str, Any] | None = None,
    wait: timedelta = timedelta(0),
) -> Reminder:
    """Plan to tell something now, or after ``wait``; planned before under this slot, it stays as it is."""
    return plan_reminder(
        uow,
        kind,
        slot,
        step=AT_ONCE,
        due_at=uow.clock.now() + wait,
        meeting=meeting,
        resolution_id=resolution_id,
        member_id=member_id,
        params=params,
    )


def tell_those_who_came_later(uow: UnitOfWork, slot: str) -> None:
    """Let what was announced under this slot go to those whom it concerns by now and has not gone to."""
    reminder = uow.session.scalar(select(Reminder).where(Reminder.slot == slot))
    if reminder is not None:
        key = f"{reminder.job_key}:later:{int(uow.clock.now().timestamp() * 1_000_000)}"
        jobs.enqueue(uow, JOB, key=key, args={"reminder_id": reminder.id, "later": True})


def waiting_change(uow: UnitOfWork, meeting_id: int) -> Reminder | None:
    """The announcement of changes of this meeting that still gathers, if there is one."""
    return uow.session.scalar(
        select(Reminder)
        .where(
            Reminder.meeting_id == meeting_id,
            Reminder.kind == NoticeKind.MEETING_CHANGED.value,
            Reminder.state == ReminderState.PLANNED.value,
        )
        .order_by(Reminder.id.desc())
        .limit(1)
    )


def plan_steps(uow: UnitOfWork, meeting: Meeting) -> None:
    """Plan the reminders before a meeting as its organisation, or the meeting itself, wants them; those planned for another
    time of it, or of which the rules know no more, are cancelled. What has gone out stays so.
    """
    rules = rules_for(rules_of(meeting.organization), meeting.reminder_rules)
    wanted = reminders_before(meeting.starts_at, rules, ZoneInfo(meeting.organization.timezone))
    steps = {one.step for one in wanted}
    pending = _pending(uow, meeting.id, NoticeKind.MEETING_REMINDER)
    _cancel(uow, (one for one in pending if one.starts_at != meeting.starts_at or one.step not in steps))
    for one in wanted:
        if one.due_at > uow.clock.now():
            _plan_step(uow, meeting, one)


def _plan_step(uow: UnitOfWork, meeting: Meeting, wanted: PlannedReminder) -> None:
    audience = None if wanted.audiences == (Audience.ALL,) else [one.value for one in wanted.audiences]
    starts = int(meeting.starts_at.timestamp())
    reminder = plan_reminder(
        uow,
        NoticeKind.MEETING_REMINDER,
        f"{NoticeKind.MEETING_REMINDER}:{meeting.id}:{wanted.step}:{starts}",
        step=wanted.step,
        due_at=wanted.due_at,
        meeting=meeting,
        params={"step": wanted.step, "starts_at": meeting.starts_at.isoformat()},
    )
    # The meeting was moved away and back, or its rules have changed: the same step of the same time is wanted again.
    move(uow, reminder, wanted.due_at)
    if reminder.state == ReminderState.PLANNED:
        reminder.audience = audience


def plan_again_below(uow: UnitOfWork, organization_id: int, version: int) -> None:
    """Let a job plan the meetings of an organisation and of those below it anew; once for each version of its rules."""
    key = f"{PLAN_AGAIN_JOB}:{organization_id}:{version}"
    jobs.enqueue(uow, PLAN_AGAIN_JOB, key=key, args={"organization_id": organization_id})


def plan_meetings_again(organization_id: int) -> int:
    """Plan the reminders of every convened meeting to come by the rules in force now; how many they were. What has gone out
    stays so and goes out no more.
    """
    return plan_each_below(
        organization_id, MeetingState.CONVENED, lambda uow: Meeting.starts_at > uow.clock.now(), plan_steps
    )


def is_left_to_nearer(uow: UnitOfWork, reminder: Reminder) -> bool:
    """Whether a nearer step of the same meeting is due by now and will speak for this one: no worker was there at its time."""
    return any(
        minutes_of(other.step) < minutes_of(reminder.step)
        for other in _overdue_steps(uow, reminder, lock=False)
    )


def take_over(uow: UnitOfWork, reminder: Reminder) -> None:
    """Let this step of a meeting speak for the farther ones that are overdue, to everybody whom one of them is for; they are
    accounted for as cancelled, with the step that took their place.
    """
    for former in _overdue_steps(uow, reminder, lock=True):
        if minutes_of(former.step) < minutes_of(reminder.step):
            continue
        if reminder.audience is not None:
            both = {*reminder.audience, *(former.audience or ())}
            reminder.audience = None if former.audience is None else sorted(both)
        former.params = {**former.params, "superseded_by": reminder.step}
        _cancel(uow, [former])


def _overdue_steps(uow: UnitOfWork, reminder: Reminder, *, lock: bool) -> list[Reminder]:
    """The other reminders before the same meeting at the same time whose time has come, and that have not begun."""
    statement = select(Reminder).where(
        Reminder.meeting_id == reminder.meeting_id,
        Reminder.kind == NoticeKind.MEETING_REMINDER.value,
        Reminder.state == ReminderState.PLANNED.value,
        Reminder.starts_at == reminder.starts_at,
        Reminder.due_at <= uow.clock.now(),
        Reminder.id != reminder.id,
    )
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return list(uow.session.scalars(statement.order_by(Reminder.id)))


def plan_task(uow: UnitOfWork, task: Task, member_ids: Collection[int] | None = None) -> None:
    """Plan the next reminder of an open task for each who answers for it (or those of ``member_ids``). A task without a day is
    not called to mind.
    """
    if task.due_on is None:
        return
    organization = task.resolution.organization
    rules = rules_of(organization)
    step, due_at = next_task_step(
        task.due_on,
        uow.clock.now(),
        ZoneInfo(organization.timezone),
        rules["tasks.remind_before_days"],
        rules["tasks.remind_overdue_every_days"],
    )
    for row in task.assignees:
        if member_ids is not None and row.member_id not in member_ids:
            continue
        reminder = plan_reminder(
            uow,
            NoticeKind.TASK_DUE,
            f"{NoticeKind.TASK_DUE}:{task.id}:{row.member_id}:{int(due_at.timestamp())}",
            step=step,
            due_at=due_at,
            resolution_id=task.resolution_id,
            member_id=row.member_id,
            task_id=task.id,
            params={"task_id": str(task.id), "step": step, "due_on": task.due_on.isoformat()},
        )
        if reminder.state == ReminderState.CANCELLED:
            # Done, and open again before its time came.
            _want_again(uow, reminder)


def cancel_task(uow: UnitOfWork, task_id: int) -> None:
    """Give up what was to be told of a task that is over."""
    pending = select(Reminder).where(Reminder.task_id == task_id, Reminder.state.in_(PENDING))
    _cancel(uow, list(uow.session.scalars(pending.order_by(Reminder.id))))


def cancel_reminders(uow: UnitOfWork, meeting_id: int) -> None:
    """Give up the reminders before a meeting that have not gone out."""
    cancel_pending(uow, meeting_id, NoticeKind.MEETING_REMINDER)


def cancel_pending(uow: UnitOfWork, meeting_id: int, kind: NoticeKind) -> None:
    """Give up what of this kind has not gone out about a meeting."""
    _cancel(uow, _pending(uow, meeting_id, kind))


def cancel_everything(uow: UnitOfWork, meeting_id: int) -> None:
    """Give up all that was to be told about a meeting, also what is being tried again."""
    _cancel(uow, _pending(uow, meeting_id))


def plan_reminder(
    uow: UnitOfWork,
    kind: NoticeKind,
    slot: str,
    *,
    step: str,
    due_at: datetime,
    meeting: Meeting | None = None,
    resolution_id: int | None = None,
    member_id: int | None = None,
    task_id: int | None = None,
    organization_id: int | None = None,
    params: dict[str, Any] | None = None,
) -> Reminder:
    """The reminder of this slot and the job that will send it, planned now where it was not before."""
    known = uow.session.scalar(select(Reminder).where(Reminder.slot == slot))
    if known is not None:
        return known
    reminder = Reminder(
        slot=slot,
        kind=kind.value,
        step=step,
        meeting_id=meeting.id if meeting else None,
        resolution_id=resolution_id,
        member_id=member_id,
        task_id=task_id,
        organization_id=organization_id,
        params=params or {},
        starts_at=meeting.starts_at if meeting else None,
        due_at=due_at,
        state=ReminderState.PLANNED.value,
        created_at=uow.clock.now(),
    )
    uow.session.add(reminder)
    uow.session.flush()
    jobs.enqueue(uow, JOB, key=reminder.job_key, args={"reminder_id": reminder.id}, due_at=due_at)
    return reminder


def put_off(uow: UnitOfWork, reminder: Reminder, due_at: datetime) -> None:
    """Let a reminder whose job has begun go out later instead."""
    reminder.due_at = due_at
    key = f"{reminder.job_key}:{int(due_at.timestamp())}"
    jobs.enqueue(uow, JOB, key=key, args={"reminder_id": reminder.id}, due_at=due_at)


def _want_again(uow: UnitOfWork, reminder: Reminder) -> None:
    reminder.state = ReminderState.PLANNED.value
    reminder.finished_at = None
    jobs.enqueue(uow, JOB, key=reminder.job_key, args={"reminder_id": reminder.id}, due_at=reminder.due_at)


def cancel_unwanted(uow: UnitOfWork, meeting_id: int, kind: NoticeKind, wanted: Collection[str]) -> None:
    """Give up what of this kind has not gone out about a meeting under another slot than these."""
    _cancel(uow, [one for one in _pending(uow, meeting_id, kind) if one.slot not in wanted])


def move(uow: UnitOfWork, reminder: Reminder, due_at: datetime) -> None:
    """Let a reminder that was planned or cancelled go out at this time; one that has begun stays as it is."""
    if reminder.state == ReminderState.PLANNED and reminder.due_at != due_at:
        jobs.cancel(uow, reminder.job_key)
    elif reminder.state != ReminderState.CANCELLED:
        return
    reminder.due_at = due_at
    _want_again(uow, reminder)


def _pending(uow: UnitOfWork, meeting_id: int, kind: NoticeKind | None = None) -> list[Reminder]:
    statement = select(Reminder).where(Reminder.meeting_id == meeting_id, Reminder.state.in_(PENDING))
    if kind is not None:
        statement = statement.where(Reminder.kind == kind.value)
    return list(uow.session.scalars(statement.order_by(Reminder.id)))


def _cancel(uow: UnitOfWork, reminders: Iterable[Reminder]) -> None:
    for reminder in reminders:
        reminder.state = ReminderState.CANCELLED.value
        reminder.finished_at = uow.clock.now()
        jobs.cancel(uow, reminder.job_key)
        uow.session.execute(
            update(Delivery)
            .where(Delivery.reminder_id == reminder.id, Delivery.state == DeliveryState.QUEUED.value)
            .values(state=DeliveryState.FAILED.value, reason=SUPERSEDED, lease_until=None)
            .execution_options(synchronize_session=False)
        )
    uow.session.flush()
