"""Push services that asked us to come back later: everything for them waits, not only the message that was refused."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from handbook.kernel.db import insert_into
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications import rules
from handbook.notifications.enums import DeliveryState
from handbook.notifications.models import Delivery, PushOrigin, PushSubscription


def hold_back(uow: UnitOfWork, origin: str, until: datetime, reason: str) -> None:
    """Send nothing to this push service before ``until``; a longer wait that it asked for stands."""
    row = {"origin": origin, "waits_until": until, "reason": reason}
    uow.session.execute(insert_into(uow.session, PushOrigin).values([row]).on_conflict_do_nothing())
    uow.session.execute(
        update(PushOrigin)
        .where(PushOrigin.origin == origin, PushOrigin.waits_until < until)
        .values(waits_until=until, reason=reason)
        .execution_options(synchronize_session=False)
    )


def put_off(reminder_id: int, uow: UnitOfWork) -> None:
    """Let the deliveries of a reminder to push services that are to be left alone wait with them; no attempt is counted."""
    now = uow.clock.now()
    for waiting in _waiting(uow.session, now):
        to_it = select(PushSubscription.id).where(PushSubscription.origin == waiting.origin)
        uow.session.execute(
            update(Delivery)
            .where(
                Delivery.reminder_id == reminder_id,
                Delivery.state == DeliveryState.QUEUED.value,
                Delivery.next_attempt_at < waiting.waits_until,
                or_(Delivery.lease_until.is_(None), Delivery.lease_until <= now),
                Delivery.subscription_id.in_(to_it),
            )
            .values(next_attempt_at=rules.after_wait(waiting.waits_until), reason=waiting.reason)
            .execution_options(synchronize_session=False)
        )


def _waiting(session: Session, now: datetime) -> list[PushOrigin]:
    statement = select(PushOrigin).where(PushOrigin.waits_until > now).order_by(PushOrigin.origin)
    return list(session.scalars(statement.execution_options(populate_existing=True)))
