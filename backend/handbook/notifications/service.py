"""Changes of the inbox and what phones report."""

from datetime import datetime

from handbook.access.actor import Actor
from handbook.accounts.versions import bump_account_version
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.notifications.enums import DeliveryEvent, DeliveryState
from handbook.notifications.models import Delivery, Notice


def mark_read(notice: Notice, *, actor: Actor, uow: UnitOfWork) -> None:
    """The notice was read; the first time counts."""
    if notice.read_at is None:
        notice.read_at = uow.clock.now()
        if actor.member_id is not None:
            notice.account_version = bump_account_version(uow, actor.member_id)


def report_event(delivery: Delivery, event: DeliveryEvent, at: datetime, *, uow: UnitOfWork) -> None:
    """A phone showed the message, or its owner opened it. The first report of each counts, and none is
    undone.

    The phone's clock may be wrong: a time before the message was made or in the future is put in its bounds.
    """
    moment = min(max(at, delivery.created_at), uow.clock.now())
    if delivery.shown_at is None:
        delivery.shown_at = moment
    if event is DeliveryEvent.OPENED and delivery.opened_at is None:
        delivery.opened_at = moment
    state = DeliveryState.OPENED if delivery.opened_at is not None else DeliveryState.SHOWN
    delivery.state, delivery.reason, delivery.lease_until = state.value, None, None
