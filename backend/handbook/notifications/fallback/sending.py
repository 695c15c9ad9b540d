"""Writing to those whom no push has reached: rows of the same ledger, claimed under a lease and recorded as those are."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import aliased

from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.notifications import rules
from handbook.notifications.enums import MEETING_KINDS, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.fallback.addresses import confirmed_addresses
from handbook.notifications.fallback.channel import FallbackChannel, FallbackMessage
from handbook.notifications.models import PUSH, Delivery, Reminder
from handbook.notifications.push.messages import PushResult, PushState
from handbook.notifications.reminders.claiming import take_due

BATCH = 50
LEASE = timedelta(minutes=5)
_HOPELESS = (DeliveryState.FAILED.value, DeliveryState.NO_DEVICE.value)


def write_to_unreached(reminder_id: int, channel: FallbackChannel) -> None:
    """Write to every member of the reminder all of whose pushes are over and failed, and who has confirmed an address.

    News of a meeting only; not to who does not want the kind pushed. Doing it again writes nothing twice.
    """
    if not _add(reminder_id, channel.name):
        return
    while batch := _claim(reminder_id, channel.name):
        results = channel.send([message for _, _, message in batch])
        _record([(id_, attempts) for id_, attempts, _ in batch], results)


def write_to_nobody(reminder_id: int) -> None:
    """This installation writes no more: what still waits to be written is given up."""
    with unit_of_work() as uow:
        uow.session.execute(
            update(Delivery)
            .where(
                Delivery.reminder_id == reminder_id,
                Delivery.channel != PUSH,
                Delivery.state == DeliveryState.QUEUED.value,
            )
            .values(state=DeliveryState.FAILED.value, reason="no_channel", lease_until=None)
            .execution_options(synchronize_session=False)
        )


def _add(reminder_id: int, channel: str) -> bool:
    """Make the rows that are wanted; whether the reminder has any."""
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING or reminder.kind not in MEETING_KINDS:
            return False
        other = aliased(Delivery)
        hopeful = select(other.id).where(
            other.reminder_id == reminder_id,
            other.member_id == Delivery.member_id,
            or_(other.channel == channel, other.state.not_in(_HOPELESS)),
        )
        lost = uow.session.execute(
            select(Delivery.member_id, Delivery.account_id)
            .where(
                Delivery.reminder_id == reminder_id,
                Delivery.channel == PUSH,
                Delivery.state.in_(_HOPELESS),
                Delivery.account_id.is_not(None),
                or_(Delivery.reason.is_(None), Delivery.reason.not_in(("muted", "superseded"))),
                ~hopeful.exists(),
            )
            .distinct()
        ).all()
        addresses = confirmed_addresses({account_id for _, account_id in lost}, uow.session)
        now = uow.clock.now()
        rows = [
            {
                "slot": f"{reminder_id}:{member_id}:{channel}",
                "reminder_id": reminder_id,
                "member_id": member_id,
                "account_id": account_id,
                "channel": channel,
                "state": DeliveryState.QUEUED.value,
                "attempts": 0,
                "next_attempt_at": now,
                "created_at": now,
            }
            for member_id, account_id in lost
            if account_id in addresses
        ]
        if rows:
            uow.session.execute(insert(Delivery), rows)
        return True


def _claim(reminder_id: int, channel: str) -> list[tuple[int, int, FallbackMessage]]:
    """The next messages that are due, under a lease: delivery, attempts and message."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING:
            return []
        rows = take_due(reminder_id, channel, BATCH, uow)
        addresses = confirmed_addresses({row.account_id for row in rows if row.account_id}, uow.session)
        meeting = uow.session.get_one(Meeting, reminder.meeting_id)
        over = (
            rules.worth_until(
                reminder.kind,
                due_at=max(reminder.created_at, reminder.due_at),
                ends_at=meeting.ends_at,
            )
            <= now
        )
        batch = []
        for row in rows:
            address = addresses.get(row.account_id or 0)
            if address is None or over or row.attempts >= rules.MAX_ATTEMPTS:
                row.state = DeliveryState.FAILED.value
                row.reason = row.reason or ("expired" if over else "no_address")
                continue
            row.attempts += 1
            row.lease_until = now + LEASE
            message = FallbackMessage(
                address, NoticeKind(reminder.kind), f"/meetings/{reminder.meeting_id}", f"delivery-{row.id}"
            )
            batch.append((row.id, row.attempts, message))
        return batch


def _record(batch: Sequence[tuple[int, int]], results: Sequence[PushResult]) -> None:
    with unit_of_work() as uow:
        now = uow.clock.now()
        for (delivery_id, attempts), result in zip(batch, results, strict=True):
            if result.state is PushState.ACCEPTED:
                _set(delivery_id, uow, state=DeliveryState.ACCEPTED.value, accepted_at=now, reason=None)
            elif result.state is PushState.RETRY and attempts < rules.MAX_ATTEMPTS:
                later = now + rules.retry_delay(attempts, result.retry_after)
                _set(delivery_id, uow, next_attempt_at=later, reason=result.reason)
            else:
                _set(delivery_id, uow, state=DeliveryState.FAILED.value, reason=result.reason)


def _set(delivery_id: int, uow: UnitOfWork, **values: object) -> None:
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.QUEUED.value)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
