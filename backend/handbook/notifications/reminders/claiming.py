"""Taking what is due under a lease, so that of several workers one sends it; a dead one's is free again after the lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.notifications import rules
from handbook.notifications.enums import NUDGES, DeliveryState, ReminderState
from handbook.notifications.latest import SUPERSEDED, overtaken
from handbook.notifications.models import PUSH, Delivery, PushSubscription, Reminder
from handbook.notifications.push.encryption import SubscriptionKeys
from handbook.notifications.push.messages import PushMessage
from handbook.notifications.push.origins import put_off

BATCH = 100
LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this worker sends now."""

    delivery_id: int
    subscription_id: int
    attempts: int
    origin: str
    message: PushMessage


@dataclass(frozen=True, slots=True)
class Batch:
    """What this worker sends now. ``is_last``: nothing else of the reminder is due and free."""

    messages: Sequence[Claimed]
    is_last: bool


NOTHING = Batch((), is_last=True)


def take_due(reminder_id: int, channel: str, limit: int, uow: UnitOfWork) -> list[Delivery]:
    """The next deliveries of a channel that are due and under nobody's lease, locked; what other workers hold is left out."""
    now = uow.clock.now()
    due = (
        select(Delivery)
        .where(
            Delivery.reminder_id == reminder_id,
            Delivery.channel == channel,
            Delivery.state == DeliveryState.QUEUED.value,
            Delivery.next_attempt_at <= now,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
        )
        .order_by(Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Delivery)
        .execution_options(populate_existing=True)
    )
    return list(uow.session.scalars(due))


def claim(reminder_id: int) -> Batch:
    """Take the next due deliveries under a lease. Those whose device or time is gone fail here, and what is out of date by now
    is taken back: the meeting may have been moved, or something newer told, since they were made.
    """
    with unit_of_work() as uow:
        now = uow.clock.now()
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING:
            return NOTHING
        lifetime = worth_until_of(reminder, uow) - now
        if lifetime <= timedelta(0):
            _expire(reminder_id, uow)
            return NOTHING
        put_off(reminder_id, uow)
        rows = take_due(reminder_id, PUSH, BATCH, uow)
        stale = overtaken(rows, uow.session)
        subscriptions = {
            found.id: found
            for found in uow.session.scalars(
                select(PushSubscription).where(PushSubscription.id.in_([row.subscription_id for row in rows]))
            )
        }
        batch = []
        for row in rows:
            subscription = subscriptions.get(row.subscription_id or 0)
            if row.id in stale:
                row.state, row.reason = DeliveryState.FAILED.value, SUPERSEDED
                continue
            if subscription is None or row.attempts >= rules.MAX_ATTEMPTS:
                row.state = DeliveryState.FAILED.value
                row.reason = "no_subscription" if subscription is None else row.reason or "expired"
                continue
            row.attempts += 1
            row.lease_until = now + LEASE
            batch.append(_claimed(row, reminder, subscription, lifetime))
        is_last = len(rows) < BATCH
        if not batch and not is_last:
            uow.session.flush()
            return claim(reminder_id)
        return Batch(batch, is_last)


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
            payload=rules.payload_of(
                reminder.kind, row.id, reminder.meeting_id, reminder.resolution_id, reminder.task_id
            ),
            ttl=int(lifetime.total_seconds()),
            server_key=subscription.server_key,
            urgency=rules.urgency_of(reminder.kind, reminder.step),
            topic=rules.topic_of(reminder.kind, reminder.meeting_id, reminder.resolution_id),
        ),
    )


def worth_until_of(reminder: Reminder, uow: UnitOfWork) -> datetime:
    """Until when this reminder is worth delivering."""
    meeting = uow.session.get(Meeting, reminder.meeting_id) if reminder.meeting_id else None
    ends = meeting is not None and reminder.member_id is None and reminder.kind not in NUDGES
    return rules.worth_until(
        reminder.kind,
        due_at=max(reminder.created_at, reminder.due_at),
        ends_at=meeting.ends_at if meeting is not None and ends else None,
    )


def _expire(reminder_id: int, uow: UnitOfWork) -> None:
    """Nothing of this reminder is of use any more, also what waits to be tried later; what is under way ends by itself."""
    uow.session.execute(
        update(Delivery)
        .where(
            Delivery.reminder_id == reminder_id,
            Delivery.channel == PUSH,
            Delivery.state == DeliveryState.QUEUED.value,
            or_(Delivery.lease_until.is_(None), Delivery.lease_until <= uow.clock.now()),
        )
        .values(
            state=DeliveryState.FAILED.value,
            reason=func.coalesce(Delivery.reason, "expired"),
            lease_until=None,
        )
        .execution_options(synchronize_session=False)
    )
