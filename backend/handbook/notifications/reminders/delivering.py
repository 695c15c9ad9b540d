"""Sending one reminder: a row for each device, claimed in batches, outcomes recorded as they come.

Nothing is sent inside a transaction. Who dies between sending and recording leaves what was under way under a lease; it is
sent again after the lease, under the same delivery id, which the phone shows once.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, update

from handbook.kernel import jobs
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.notifications.enums import DeliveryState, ReminderState
from handbook.notifications.fallback.channel import FallbackChannel
from handbook.notifications.fallback.sending import next_to_write, write_to_nobody, write_to_unreached
from handbook.notifications.models import Delivery, Reminder
from handbook.notifications.push.gateway import Sender
from handbook.notifications.reminders.beginning import JOB_FAILED, add_who_came_later, begin
from handbook.notifications.reminders.claiming import claim, worth_until_of
from handbook.notifications.reminders.planning import JOB
from handbook.notifications.reminders.recording import Outcomes

# Deliveries to be tried again wait a little for one another.
GATHER = timedelta(seconds=3)


class Sent(NamedTuple):
    """What became of a batch: how many messages it had, and whether nothing else was due behind it."""

    messages: int
    was_last: bool


def deliver_reminder(
    reminder_id: int,
    send_batch: Callable[[int], Sent],
    *,
    later: bool = False,
    fallback: FallbackChannel | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, int]:
    """Send what of this reminder is due, and by ``fallback`` to those for whom every push has failed; returns how many
    deliveries are in each state.

    ``send_batch`` sends the next batch of a reminder. When some are to be tried again, a job for them is planned. Doing it
    again sends nothing twice. ``later``: somebody is concerned who was not when it began.
    """
    if later:
        add_who_came_later(reminder_id)
    if not begin(reminder_id):
        return {}
    count = 0
    while not (sent := send_batch(reminder_id)).was_last:
        count += sent.messages
        if on_progress is not None:
            on_progress(count, count)
    if fallback is not None:
        write_to_unreached(reminder_id, fallback)
    return _finish(reminder_id, writes=fallback is not None)


def give_up(reminder_id: int, uow: UnitOfWork) -> None:
    """The job of a reminder was given up: what it had not sent is not on its way any more, and is seen as failed. Should a job
    of it run again, :func:`~handbook.notifications.reminders.beginning.begin` takes it up again.
    """
    reminder = uow.session.get(Reminder, reminder_id, with_for_update=True, populate_existing=True)
    if reminder is None:
        return
    uow.session.execute(
        update(Delivery)
        .where(Delivery.reminder_id == reminder_id, Delivery.state == DeliveryState.QUEUED.value)
        .values(state=DeliveryState.FAILED.value, reason=JOB_FAILED, lease_until=None)
        .execution_options(synchronize_session=False)
    )
    if reminder.state == ReminderState.SENDING:
        reminder.state = ReminderState.DONE.value
        reminder.finished_at = uow.clock.now()


def send_next(reminder_id: int, sender: Sender) -> Sent:
    """Claim the next batch of a reminder, send it and record what became of it."""
    batch = claim(reminder_id)
    if batch.messages:
        outcomes = Outcomes()
        sender.send(
            [claimed.message for claimed in batch.messages],
            lambda ended: outcomes.note([(batch.messages[index], result) for index, result in ended]),
        )
        outcomes.settle()
    return Sent(len(batch.messages), batch.is_last)


def _finish(reminder_id: int, *, writes: bool) -> dict[str, int]:
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if not writes:
            write_to_nobody(reminder_id, uow)
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
                due_at = _look_again_at(reminder, wait, uow, writes=writes) + GATHER
                key = f"{reminder.job_key}:{int(due_at.timestamp())}"
                jobs.enqueue(uow, JOB, key=key, args={"reminder_id": reminder_id}, due_at=due_at)
        counts = uow.session.execute(
            select(Delivery.state, func.count())
            .where(Delivery.reminder_id == reminder_id)
            .group_by(Delivery.state)
        )
        return {str(state): int(count) for state, count in counts}


def _look_again_at(reminder: Reminder, wait: datetime, uow: UnitOfWork, *, writes: bool) -> datetime:
    """When the next message is due; earlier, when who waits is to be written to by then, or the message is of no use."""
    now = uow.clock.now()
    others = [worth_until_of(reminder, uow), next_to_write(reminder, uow) if writes else None]
    return max(now, min([wait, *(other for other in others if other is not None and other > now)]))
