"""Writing to those whom no push has reached: rows of the same ledger, claimed under a lease and recorded as those are."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, insert, not_, or_, select, true, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.util import AliasedClass

from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.notifications import rules
from handbook.notifications.enums import MEETING_KINDS, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.fallback.addresses import confirmed_addresses
from handbook.notifications.fallback.channel import FallbackChannel, FallbackMessage
from handbook.notifications.latest import SUPERSEDED, overtaken
from handbook.notifications.models import PUSH, Delivery, Reminder
from handbook.notifications.push.messages import PushResult, PushState
from handbook.notifications.reminders.claiming import take_due, worth_until_of

#: So few that a slow server does not make their lease run out.
BATCH = 10
LEASE = timedelta(minutes=5)
#: The reason of a message that the channel itself could not deal with; its log says why.
BROKEN = "mail_error"
_HOPELESS = (DeliveryState.FAILED.value, DeliveryState.NO_DEVICE.value)


_GIVE_UP = (
    update(Delivery.__table__)
    .where(
        Delivery.__table__.c.reminder_id == bindparam("of_reminder"),
        Delivery.__table__.c.channel != PUSH,
        Delivery.__table__.c.state == DeliveryState.QUEUED.value,
    )
    .values(state=DeliveryState.FAILED.value, reason="no_channel", lease_until=None)
)


def write_to_unreached(reminder_id: int, channel: FallbackChannel) -> None:
    """Write to every member of the reminder all of whose pushes are over and failed, or wait longer than
    :func:`~handbook.notifications.rules.waited_until`, and who has confirmed an address.

    News of a meeting only; not to who does not want the kind pushed. Doing it again writes nothing twice. What the channel
    cannot deal with is recorded and tried again like what its server put off; the others are written all the same.
    """
    if not _add(reminder_id, channel.name):
        return
    while batch := _claim(reminder_id, channel.name):
        _hand_over(deque(batch), channel)


def _hand_over(waiting: "deque[_Claimed]", channel: FallbackChannel) -> None:
    """Send them and write down what became of each before the next is sent: whatever happens, one message at most is in doubt
    and may be sent again, under the same id. The one that the channel fails at takes no other along.
    """
    while waiting:
        messages = [claimed.message for claimed in waiting]
        for result, _ in zip(_until_it_fails(channel, messages), messages, strict=False):
            _record(waiting.popleft(), result)


def _until_it_fails(channel: FallbackChannel, messages: Sequence[FallbackMessage]) -> Iterator[PushResult]:
    """The results as far as the channel comes; the last is that of the message that it failed at, if it did."""
    try:
        yield from channel.send(messages)
    except Exception:  # noqa: BLE001 — whatever a channel fails at is one message's
        get_logger().exception("fallback.failed", channel=channel.name)
        yield PushResult(PushState.RETRY, BROKEN)


def write_to_nobody(reminder_id: int, uow: UnitOfWork) -> None:
    """This installation writes no more: what still waits to be written is given up."""
    uow.session.execute(_GIVE_UP, {"of_reminder": reminder_id})


def _add(reminder_id: int, channel: str) -> bool:
    """Make the rows that are wanted; whether the reminder has any."""
    with unit_of_work() as uow:
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING or reminder.kind not in MEETING_KINDS:
            return False
        now = uow.clock.now()
        too_late = _too_late(reminder, uow)
        other = aliased(Delivery)
        hopeful = select(other.id).where(
            other.reminder_id == reminder_id,
            other.member_id == Delivery.member_id,
            or_(
                other.channel == channel,
                and_(other.state.not_in(_HOPELESS), not_(_waits_too_long(other, too_late, now))),
            ),
        )
        lost = uow.session.execute(
            select(Delivery.member_id, Delivery.account_id)
            .where(
                Delivery.reminder_id == reminder_id,
                Delivery.channel == PUSH,
                or_(Delivery.state.in_(_HOPELESS), _waits_too_long(Delivery, too_late, now)),
                Delivery.account_id.is_not(None),
                or_(Delivery.reason.is_(None), Delivery.reason.not_in(("muted", SUPERSEDED))),
                ~hopeful.exists(),
            )
            .distinct()
        ).all()
        addresses = confirmed_addresses({account_id for _, account_id in lost}, uow.session)
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


def next_to_write(reminder: Reminder, uow: UnitOfWork) -> datetime | None:
    """When who still waits for a push of this reminder may be written to; None when that is not to come."""
    if reminder.kind not in MEETING_KINDS:
        return None
    too_late = _too_late(reminder, uow)
    return too_late if too_late > uow.clock.now() else None


def _too_late(reminder: Reminder, uow: UnitOfWork) -> datetime:
    meeting = uow.session.get_one(Meeting, reminder.meeting_id)
    return rules.waited_until(max(reminder.created_at, reminder.due_at), meeting.starts_at)


def _waits_too_long(
    delivery: type[Delivery] | AliasedClass[Delivery], too_late: datetime, now: datetime
) -> ColumnElement[bool]:
    """It still waits when it should be there, or will be tried again only after that; nobody has it in hand."""
    return and_(
        delivery.state == DeliveryState.QUEUED.value,
        or_(delivery.lease_until.is_(None), delivery.lease_until <= now),
        true() if now >= too_late else delivery.next_attempt_at >= too_late,
    )


@dataclass(frozen=True, slots=True)
class _Claimed:
    delivery_id: int
    attempts: int
    message: FallbackMessage


def _claim(reminder_id: int, channel: str) -> list[_Claimed]:
    """The next messages that are due, under a lease."""
    with unit_of_work() as uow:
        now = uow.clock.now()
        reminder = uow.session.get_one(Reminder, reminder_id, populate_existing=True)
        if reminder.state != ReminderState.SENDING:
            return []
        rows = take_due(reminder_id, channel, BATCH, uow)
        addresses = confirmed_addresses({row.account_id for row in rows if row.account_id}, uow.session)
        over = worth_until_of(reminder, uow) <= now
        stale = overtaken(rows, uow.session)
        batch = []
        for row in rows:
            address = addresses.get(row.account_id or 0)
            if row.id in stale:
                row.state, row.reason = DeliveryState.FAILED.value, SUPERSEDED
                continue
            if address is None or over or row.attempts >= rules.MAX_ATTEMPTS:
                row.state = DeliveryState.FAILED.value
                row.reason = row.reason or ("expired" if over else "no_address")
                continue
            row.attempts += 1
            row.lease_until = now + LEASE
            message = FallbackMessage(
                address, NoticeKind(reminder.kind), f"/meetings/{reminder.meeting_id}", f"delivery-{row.id}"
            )
            batch.append(_Claimed(row.id, row.attempts, message))
        if rows and not batch:
            uow.session.flush()
            return _claim(reminder_id, channel)
        return batch


def _record(claimed: _Claimed, result: PushResult) -> None:
    with unit_of_work() as uow:
        now = uow.clock.now()
        if result.state is PushState.ACCEPTED:
            _set(claimed.delivery_id, uow, state=DeliveryState.ACCEPTED.value, accepted_at=now, reason=None)
        elif result.state is PushState.RETRY and claimed.attempts < rules.MAX_ATTEMPTS:
            later = now + rules.retry_delay(claimed.attempts, result.retry_after)
            _set(claimed.delivery_id, uow, next_attempt_at=later, reason=result.reason)
        else:
            _set(claimed.delivery_id, uow, state=DeliveryState.FAILED.value, reason=result.reason)


def _set(delivery_id: int, uow: UnitOfWork, **values: object) -> None:
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.QUEUED.value)
        .values(lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
