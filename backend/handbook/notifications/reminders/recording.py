"""Writing down what became of messages: in small groups as they end, so that who dies leaves little in doubt."""

import time
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.exc import OperationalError

from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.notifications import rules
from handbook.notifications.enums import DeliveryState
from handbook.notifications.models import Delivery, PushSubscription
from handbook.notifications.push.messages import PushResult, PushState
from handbook.notifications.push.origins import hold_back
from handbook.notifications.reminders.claiming import Claimed

#: How long, in seconds, a database may be away or its disk full before the outcomes of a batch are given up. With the time
#: that sending takes at most it stays below the lease: until then nobody else sends these messages.
PATIENCE_SECONDS = 45.0
RETRY_SECONDS = 1.0

# Made once: it is executed for nearly every message.
_ACCEPT = (
    update(Delivery.__table__)
    .where(
        Delivery.__table__.c.id.in_(bindparam("taken", expanding=True)),
        Delivery.__table__.c.state == DeliveryState.QUEUED.value,
    )
    .values(
        state=DeliveryState.ACCEPTED.value,
        accepted_at=bindparam("now"),
        lease_until=None,
        reason=None,
    )
)


class Outcomes:
    """What became of a batch. What cannot be written now is kept and tried again, because it would be sent again otherwise."""

    def __init__(self) -> None:
        self._kept: list[tuple[Claimed, PushResult]] = []
        self._is_hindered = False

    def note(self, ended: Sequence[tuple[Claimed, PushResult]]) -> None:
        """Write this down, or keep it where that fails: waiting would hold up what is still under way."""
        self._kept += ended
        if not self._is_hindered:
            try:
                self._write()
            except OperationalError as error:
                self._is_hindered = True
                get_logger().warning("outcomes.kept", error=type(error.orig).__name__)

    def settle(self) -> None:
        """Write down what could not be written; raises when that cannot be done in time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._kept:
            try:
                self._write()
            except OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)

    def _write(self) -> None:
        record(self._kept)
        self._kept = []


def record(ended: Sequence[tuple[Claimed, PushResult]]) -> None:
    """What became of these deliveries, in one transaction.

    It does not wait for the disk, or messages would: after a power cut some may go out once more, which a phone shows once.
    """
    with unit_of_work(durable=False) as uow:
        taken = [claimed.delivery_id for claimed, result in ended if result.state is PushState.ACCEPTED]
        if taken:
            uow.session.execute(_ACCEPT, {"taken": taken, "now": uow.clock.now()})
        for claimed, result in ended:
            if result.state is not PushState.ACCEPTED:
                _record_failure(claimed, result, uow)
        _hold_back(ended, uow)


def _hold_back(ended: Sequence[tuple[Claimed, PushResult]], uow: UnitOfWork) -> None:
    """A push service that says when to come back is left alone until then, also with everybody else's messages."""
    asked: dict[str, tuple[int, str]] = {}
    for claimed, result in ended:
        if result.state is PushState.RETRY and result.retry_after is not None:
            wait = result.retry_after, result.reason or ""
            asked[claimed.origin] = max(asked.get(claimed.origin, (0, "")), wait)
    for origin, (seconds, reason) in sorted(asked.items()):
        hold_back(uow, origin, uow.clock.now() + timedelta(seconds=seconds), reason)


def _record_failure(claimed: Claimed, result: PushResult, uow: UnitOfWork) -> None:
    now = uow.clock.now()
    if result.state is PushState.RETRY and claimed.attempts < rules.MAX_ATTEMPTS:
        later = now + rules.retry_delay(claimed.attempts, result.retry_after)
        _set(claimed.delivery_id, uow, next_attempt_at=later, lease_until=None, reason=result.reason)
    else:
        failed = DeliveryState.FAILED.value
        _set(claimed.delivery_id, uow, state=failed, lease_until=None, reason=result.reason)
    subscription = uow.session.get(PushSubscription, claimed.subscription_id)
    if subscription is None:
        return
    if result.state is PushState.GONE:
        uow.session.delete(subscription)
    else:
        subscription.failed_at, subscription.failure = now, result.reason


def _set(delivery_id: int, uow: UnitOfWork, **values: object) -> None:
    """Write these columns, unless the phone has reported the message in the meantime: that is not undone."""
    uow.session.execute(
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.QUEUED.value)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
