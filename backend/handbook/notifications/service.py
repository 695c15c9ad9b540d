"""Changes of the inbox and what phones report."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from handbook.access.actor import Actor
from handbook.accounts.versions import bump_account_version
from handbook.audit.readings import Reading, record_readings
from handbook.audit.service import record
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.notifications.enums import DeliveryEvent, DeliveryState
from handbook.notifications.models import Delivery, Notice


def mark_read(notice: Notice, *, actor: Actor, uow: UnitOfWork) -> None:
    """The notice was read; the first time counts."""
    if notice.read_at is None:
        notice.read_at = uow.clock.now()
        record(uow, "notifications:notice:read", actor=actor, subject_id=notice.id, member_id=actor.member_id)
        if actor.member_id is not None:
            notice.account_version = bump_account_version(uow, actor.member_id)


def record_deliveries_reading(
    meeting: Meeting, unreached: Sequence[Mapping[str, Any]], *, actor: Actor
) -> None:
    """Record that the ledger of a meeting was read, and whose phone number it gave to be telephoned."""
    path = meeting.organization.path
    record_readings("notifications:deliveries:read", [Reading(meeting.id, path)], actor=actor)
    phones = [line["member_id"] for line in unreached if line["phone"] is not None]
    record_readings("members:phone:read", [Reading(id_, path, id_) for id_ in phones], actor=actor)


def report_event(
    delivery: Delivery, event: DeliveryEvent, at: datetime, *, actor: Actor, uow: UnitOfWork
) -> None:
    """A phone showed the message, or its owner opened it. The first report of each counts, and none is
    undone.

    The phone's clock may be wrong: a time before the message was made or in the future is put in its bounds.
    """
    if delivery.opened_at is not None or (event is DeliveryEvent.SHOWN and delivery.shown_at is not None):
        return
    moment = min(max(at, delivery.created_at), uow.clock.now())
    if delivery.shown_at is None:
        delivery.shown_at = moment
    if event is DeliveryEvent.OPENED:
        delivery.opened_at = moment
    state = DeliveryState.OPENED if delivery.opened_at is not None else DeliveryState.SHOWN
    delivery.state, delivery.reason, delivery.lease_until = state.value, None, None
    record(
        uow,
        f"notifications:delivery:{event.value}",
        actor=actor,
        subject_id=delivery.id,
        member_id=delivery.member_id,
    )
