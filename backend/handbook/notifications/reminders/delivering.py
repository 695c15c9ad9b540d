"""Sending one reminder: a row for each device, claimed in batches, each outcome committed.

Nothing is sent inside a transaction. A worker that dies between sending and recording leaves its batch
under a lease; it is sent again after the lease, under the same delivery id, which the phone shows once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, or_, select, update

from handbook.kernel import jobs
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications import rules
from handbook.notifications.enums import MEETING_KINDS, NUDGES, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.fallback.channel import FallbackChannel
from handbook.notifications.fallback.sending import write_to_nobody, write_to_unreached
from handbook.notifications.inbox import tell_members
from handbook.notifications.models import PUSH, Delivery, PushSubscription, Reminder
from handbook.notifications.preferences import accounts_without
from handbook.notifications.push.encryption import SubscriptionKeys
from handbook.notifications.push.gateway import Sender
from handbook.notifications.push.messages import PushMessage, PushResult, PushState
from handbook.notifications.push.origins import hold_back, put_off
from handbook.notifications.reminders.nudges import nudge_is_wanted
from handbook.notifications.reminders.planning import JOB, plan_task
from handbook.notifications.reminders.recipients import devices_of, member_ids_of
from handbook.resolutions.enums import ResolutionState, TaskState
from handbook.resolutions.models import Task

BATCH = 100
LEASE = timedelta(minutes=2)
MEMBERS_AT_ONCE = 300
# Deliveries to be tried again wait a little for one another.
GATHER = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker sends now."""

    delivery_id: int
    subscription_id: int
    attempts: int
    origin: str
    message: PushMessage


def deliver_reminder(
    reminder_id: int,
    sender: Sender,
    *,
    fallback: FallbackChannel | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Send what of this reminder is due, and by ``fallback`` to those for whom every push has failed; returns how many
    deliveries are in each state.

    When some are to be tried again, a job for them is planned. Doing it again sends nothing twice.
    """
    if not _begin(reminder_id):
        return {}
    sent = 0
    while batch := _claim(reminder_id):
        results = sender.send([claimed.message for claimed in batch])
        _record(batch, results)
        sent += len(batch)
        if on_progress is not None:
            on_progress(sent, sent)
    if fallback is not None:
        write_to_unreached(reminder_id, fallback)
    else:
        write_to_nobody(reminder_id)
    return _finish(reminder_id)


def _begin(reminder_id: int) -> bool:
    """Make the delivery rows; False when there is nothing to send any more."""
    with unit_of_work() as uow:
        reminder = uow.session.get(Reminder, reminder_id, with_for_update=True, populate_existing=True)
        if reminder is None or reminder.state in (ReminderState.DONE, ReminderState.CANCELLED):
            return False
        if reminder.state == ReminderState.SENDING:
            return True
        meeting = uow.session.get(Meeting, reminder.meeting_id) if reminder.meeting_id else None
        task = uow.session.get(Task, reminder.task_id) if reminder.task_id else None
        if not _wanted(reminder, meeting, task, uow):
            reminder.state = ReminderState.CANCELLED.value
            reminder.finished_at = uow.clock.now()
            return False
    # A big audience is written in several transactions, so that nobody waits for this one.
    for member_ids in _audience(reminder_id):
        with unit_of_work() as uow:
            reminder = uow.session.get_one(Reminder, reminder_id)
            # The line in the inbox, for whom it was not written when it happened.
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
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, with_for_update=True, populate_existing=True)
        if reminder.state != ReminderState.PLANNED:
            return False
        reminder.state = ReminderState.SENDING.value
        if reminder.task_id is not None and reminder.member_id is not None:
            # Until the task is over the next time is planned when the last one is told.
            plan_task(uow, uow.session.get_one(Task, reminder.task_id), [reminder.member_id])
        return True


def _wanted(reminder: Reminder, meeting: Meeting | None, task: Task | None, uow: UnitOfWork) -> bool:
    if reminder.kind == NoticeKind.TASK_DUE:
        return _task_still_wanted(reminder, task)
    if reminder.kind in NUDGES:
        return nudge_is_wanted(reminder, meeting, uow.session, uow.clock)
    return _still_wanted(reminder, meeting, uow.clock.now())


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


def _audience(reminder_id: int) -> Iterator[Sequence[int]]:
    with unit_of_work() as uow:
        member_ids = member_ids_of(uow.session.get_one(Reminder, reminder_id), uow.session, uow.clock)
    for start in range(0, len(member_ids), MEMBERS_AT_ONCE):
        yield member_ids[start : start + MEMBERS_AT_ONCE]


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
        if not reachable and reminder.kind not in MEETING_KINDS:
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


def _claim(reminder_id: int) -> list[Claimed]:
    """Take the next due deliveries under a lease; those whose device or time is gone fail here."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING:
            return []
        lifetime = _lifetime(reminder, uow, now)
        put_off(reminder_id, uow)
        due = (
            select(Delivery)
            .where(
                Delivery.reminder_id == reminder_id,
                Delivery.channel == PUSH,
                Delivery.state == DeliveryState.QUEUED.value,
                Delivery.next_attempt_at <= now,
                or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
            )
            .order_by(Delivery.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True, of=Delivery)
            .execution_options(populate_existing=True)
        )
        rows = list(uow.session.scalars(due))
        subscriptions = {
            found.id: found
            for found in uow.session.scalars(
                select(PushSubscription).where(PushSubscription.id.in_([row.subscription_id for row in rows]))
            )
        }
        batch = []
        for row in rows:
            subscription = subscriptions.get(row.subscription_id or 0)
            if subscription is None or lifetime <= timedelta(0) or row.attempts >= rules.MAX_ATTEMPTS:
                row.state = DeliveryState.FAILED.value
                row.reason = "no_subscription" if subscription is None else row.reason or "expired"
                continue
            row.attempts += 1
            row.lease_until = now + LEASE
            batch.append(_claimed(row, reminder, subscription, lifetime))
        if rows and not batch:
            uow.session.flush()
            return _claim(reminder_id)
        return batch


def _claimed(
    row: Delivery, reminder: Reminder, subscription: PushSubscription, lifetime: timedelta
) -> Claimed:
    return Claimed(
        row.id,
        subscription.id,
        row.attempts,
        subscription.origin,
        PushMessage(
            endpoint=subscription.endpoint,
            keys=SubscriptionKeys(subscription.p256dh, subscription.auth),
            payload=rules.payload_of(reminder.kind, row.id, reminder.meeting_id, reminder.resolution_id),
            ttl=int(lifetime.total_seconds()),
            server_key=subscription.server_key,
            urgency=rules.urgency_of(reminder.kind, reminder.step),
            topic=rules.topic_of(reminder.kind, reminder.meeting_id, reminder.resolution_id),
        ),
    )


def _lifetime(reminder: Reminder, uow: UnitOfWork, now: datetime) -> timedelta:
    meeting = uow.session.get(Meeting, reminder.meeting_id) if reminder.meeting_id else None
    ends = meeting is not None and reminder.member_id is None and reminder.kind not in NUDGES
    until = rules.worth_until(
        reminder.kind,
        due_at=max(reminder.created_at, reminder.due_at),
        ends_at=meeting.ends_at if meeting is not None and ends else None,
    )
    return until - now


def _record(batch: Sequence[Claimed], results: Sequence[PushResult]) -> None:
    with unit_of_work() as uow:
        now = uow.clock.now()
        taken = [
            claimed.delivery_id
            for claimed, result in zip(batch, results, strict=True)
            if result.state is PushState.ACCEPTED
        ]
        if taken:
            _set(
                taken, uow, state=DeliveryState.ACCEPTED.value, accepted_at=now, lease_until=None, reason=None
            )
        for claimed, result in zip(batch, results, strict=True):
            if result.state is not PushState.ACCEPTED:
                _record_failure(claimed, result, uow)
        _hold_back(batch, results, uow)


def _hold_back(batch: Sequence[Claimed], results: Sequence[PushResult], uow: UnitOfWork) -> None:
    """A push service that says when to come back is left alone until then, also with everybody else's messages."""
    asked: dict[str, tuple[int, str]] = {}
    for claimed, result in zip(batch, results, strict=True):
        if result.state is PushState.RETRY and result.retry_after is not None:
            asked[claimed.origin] = max(
                asked.get(claimed.origin, (0, "")), (result.retry_after, result.reason or "")
            )
    for origin, (seconds, reason) in sorted(asked.items()):
        hold_back(uow, origin, uow.clock.now() + timedelta(seconds=seconds), reason)


def _record_failure(claimed: Claimed, result: PushResult, uow: UnitOfWork) -> None:
    now = uow.clock.now()
    if result.state is PushState.RETRY and claimed.attempts < rules.MAX_ATTEMPTS:
        later = now + rules.retry_delay(claimed.attempts, result.retry_after)
        _set([claimed.delivery_id], uow, next_attempt_at=later, lease_until=None, reason=result.reason)
    else:
        failed = DeliveryState.FAILED.value
        _set([claimed.delivery_id], uow, state=failed, lease_until=None, reason=result.reason)
    subscription = uow.session.get(PushSubscription, claimed.subscription_id)
    if subscription is None:
        return
    if result.state is PushState.GONE:
        uow.session.delete(subscription)
    else:
        subscription.failed_at, subscription.failure = now, result.reason


def _set(delivery_ids: Sequence[int], uow: UnitOfWork, **values: object) -> None:
    """Write these columns, unless the phone has reported the message in the meantime: that is not undone."""
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids), Delivery.state == DeliveryState.QUEUED.value)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _finish(reminder_id: int) -> dict[str, int]:
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        wait = uow.session.scalar(
            select(func.min(func.coalesce(Delivery.lease_until, Delivery.next_attempt_at))).where(
                Delivery.reminder_id == reminder_id, Delivery.state == DeliveryState.QUEUED.value
            )
        )
        if reminder.state == ReminderState.SENDING:
            if wait is None:
                reminder.state = ReminderState.DONE.value
                reminder.finished_at = uow.clock.now()
            else:
                due_at = max(wait, uow.clock.now()) + GATHER
                key = f"{reminder.job_key}:{int(due_at.timestamp())}"
                jobs.enqueue(uow, JOB, key=key, args={"reminder_id": reminder_id}, due_at=due_at)
        counts = uow.session.execute(
            select(Delivery.state, func.count())
            .where(Delivery.reminder_id == reminder_id)
            .group_by(Delivery.state)
        )
        return {str(state): int(count) for state, count in counts}
