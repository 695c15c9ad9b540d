"""Deliveries that were given up: staff see them over their tree, by reason, and have them sent again.

They are told by organisation and reason, without names: whom to telephone is the list of who runs the meeting.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel import jobs
from handbook.kernel.db import db
from handbook.kernel.pagination import paginate
from handbook.kernel.tree import PATH_END
from handbook.kernel.unit_of_work import UnitOfWork, current_clock
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.notifications.enums import NUDGES, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.fallback.addresses import confirmed_addresses
from handbook.notifications.latest import SUPERSEDED, overtaken
from handbook.notifications.models import PUSH, Delivery, PushSubscription, Reminder
from handbook.notifications.push.gateway import current_push
from handbook.notifications.reminders.planning import JOB
from handbook.notifications.reminders.recipients import devices_of
from handbook.notifications.rules import worth_until
from handbook.organizations.models import Organization

#: What was taken back by us, is no failure of a push service.
TAKEN_BACK = (SUPERSEDED,)
#: How far back is looked: what is older nobody sends again, and it would only grow.
SEEN_FOR = timedelta(days=30)
#: How many are sent again at one time; who has more asks again.
AT_ONCE = 500


def list_given_up(
    organization: Organization,
    *,
    reasons: Collection[str],
    kind: str | None,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> dict[str, Any]:
    """The deliveries to members at or below the organisation that were given up in the last weeks, the newest first, those of
    these reasons only where there are any; and how many there are of each reason.
    """
    chosen = _given_up(select(Delivery), organization, now)
    if reasons:
        chosen = chosen.where(Delivery.reason.in_(reasons))
    if kind is not None:
        chosen = chosen.where(Reminder.kind == kind)
    page = paginate(
        chosen,
        [Delivery.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda delivery: [delivery.id],
        descending=True,
    )
    names = _names({delivery.member_id for delivery in page.items})
    again = _worth_again(page.items, now)
    return {
        "items": [
            {
                "id": delivery.id,
                "organization": names[delivery.member_id],
                "kind": delivery.reminder.kind,
                "step": delivery.reminder.step,
                "meeting_id": delivery.reminder.meeting_id,
                "reason": delivery.reason,
                "attempts": delivery.attempts,
                "created_at": delivery.created_at,
                "can_retry": delivery.id in again,
            }
            for delivery in page.items
        ],
        "next": page.next,
        "reasons": _reasons(organization, now),
    }


def retry(
    organization: Organization,
    *,
    reasons: Collection[str],
    kind: str | None,
    actor: Actor,
    uow: UnitOfWork,
) -> int:
    """Send again what was given up and is still worth it, from the newest on, at most :data:`AT_ONCE`; how many those are.

    Doing it twice sends nothing twice: what waits again is not given up any more.
    """
    now = uow.clock.now()
    chosen = _given_up(select(Delivery), organization, now).where(
        or_(Delivery.subscription_id.is_not(None), Delivery.channel != PUSH, _has_another_device())
    )
    if reasons:
        chosen = chosen.where(Delivery.reason.in_(reasons))
    if kind is not None:
        chosen = chosen.where(Reminder.kind == kind)
    found = list(
        uow.session.scalars(
            chosen.order_by(Delivery.id.desc()).limit(AT_ONCE).with_for_update(of=Delivery, skip_locked=True)
        )
    )
    worth = _worth_again(found, now)
    again = [delivery for delivery in found if delivery.id in worth]
    for delivery_id, subscription_id in _other_devices(again).items():
        delivery = uow.session.get_one(Delivery, delivery_id)
        delivery.subscription_id = subscription_id
        delivery.slot = f"{delivery.reminder_id}:{delivery.member_id}:{subscription_id}"
    for delivery in again:
        delivery.state, delivery.attempts, delivery.next_attempt_at = DeliveryState.QUEUED.value, 0, now
        delivery.lease_until = None
    for reminder in {delivery.reminder_id: delivery.reminder for delivery in again}.values():
        reminder.state, reminder.finished_at = ReminderState.SENDING.value, None
        key = f"{reminder.job_key}:again:{int(now.timestamp())}"
        jobs.enqueue(uow, JOB, key=key, args={"reminder_id": reminder.id})
    uow.session.flush()
    if again:
        record(
            uow,
            "notifications:deliveries:retried",
            actor=actor,
            subject_id=organization.id,
            path=organization.path,
            details={"count": len(again), "reasons": sorted(reasons)},
        )
    return len(again)


def _given_up(statement: Select[Any], organization: Organization, now: datetime) -> Select[Any]:
    return (
        statement.join(Reminder, Reminder.id == Delivery.reminder_id)
        .join(Member, Member.id == Delivery.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Delivery.state == DeliveryState.FAILED.value,
            Delivery.reason.not_in(TAKEN_BACK),
            Delivery.created_at >= now - SEEN_FOR,
            *_below(organization),
        )
    )


def _below(organization: Organization) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Organization.path >= organization.path, Organization.path < organization.path + PATH_END


def _reasons(organization: Organization, now: datetime) -> list[dict[str, Any]]:
    counted = _given_up(select(Delivery.reason, func.count().label("count")), organization, now)
    rows = db.session.execute(
        counted.group_by(Delivery.reason).order_by(func.count().desc(), Delivery.reason)
    )
    return [{"reason": row.reason, "count": row.count} for row in rows]


def _names(member_ids: set[int]) -> dict[int, dict[str, Any]]:
    rows = db.session.execute(
        select(Member.id, Organization.id.label("organization_id"), Organization.name)
        .join(Organization, Organization.id == Member.organization_id)
        .where(Member.id.in_(member_ids))
    )
    return {row.id: {"id": row.organization_id, "name": row.name} for row in rows}


def _has_another_device() -> ColumnElement[bool]:
    """Whether the account has a device to which the reminder was never sent."""
    other = aliased(Delivery)
    sent = select(other.id).where(
        other.reminder_id == Delivery.reminder_id, other.subscription_id == PushSubscription.id
    )
    return (
        select(PushSubscription.id)
        .where(PushSubscription.account_id == Delivery.account_id, ~sent.exists())
        .exists()
    )


def _other_devices(deliveries: Sequence[Delivery]) -> dict[int, int]:
    """For deliveries whose device has ended its subscription: the subscription of a device, one for each, that the same member
    has now and the reminder was not sent to. Who subscribes anew has mostly the same phone.
    """
    lost = [row for row in deliveries if row.channel == PUSH and row.subscription_id is None]
    if not lost:
        return {}
    reminder_ids = {row.reminder_id for row in lost}
    used = set(
        db.session.execute(
            select(Delivery.reminder_id, Delivery.subscription_id).where(
                Delivery.reminder_id.in_(reminder_ids), Delivery.subscription_id.is_not(None)
            )
        )
        .tuples()
        .all()
    )
    having: defaultdict[int, list[int]] = defaultdict(list)
    for device in devices_of({row.member_id for row in lost}, db.session(), current_clock()):
        if device.subscription_id is not None:
            having[device.member_id].append(device.subscription_id)
    found: dict[int, int] = {}
    for row in lost:
        free = [id_ for id_ in having[row.member_id] if (row.reminder_id, id_) not in used]
        if free:
            found[row.id] = free[0]
            used.add((row.reminder_id, free[0]))
    return found


def _worth_until(deliveries: Sequence[Delivery]) -> dict[int, datetime]:
    """Until when each of their reminders is worth delivering."""
    reminders = {delivery.reminder_id: delivery.reminder for delivery in deliveries}
    ids = {reminder.meeting_id for reminder in reminders.values() if reminder.meeting_id is not None}
    ends = dict(
        db.session.execute(select(Meeting.id, Meeting.ends_at).where(Meeting.id.in_(ids))).tuples().all()
    )
    return {
        id_: worth_until(
            reminder.kind,
            due_at=max(reminder.created_at, reminder.due_at),
            ends_at=None if _is_apart(reminder) else ends.get(reminder.meeting_id or 0),
        )
        for id_, reminder in reminders.items()
    }


def _is_apart(reminder: Reminder) -> bool:
    """It concerns one person, or a duty after the meeting: the meeting's end is not its own."""
    return reminder.member_id is not None or NoticeKind(reminder.kind) in NUDGES


def _worth_again(deliveries: Sequence[Delivery], now: datetime) -> set[int]:
    """Those whose device or address is known, or whose member has subscribed another device since, and that are worth
    delivering still: in time, and nothing newer was told.
    """
    until = _worth_until(deliveries)
    others = _other_devices(deliveries)
    stale = overtaken(deliveries, db.session())
    fallback = current_push().fallback
    written = {row.account_id for row in deliveries if row.channel != PUSH and row.account_id is not None}
    addresses = confirmed_addresses(written, db.session()) if fallback is not None and written else {}
    return {
        delivery.id
        for delivery in deliveries
        if (
            delivery.subscription_id is not None
            or delivery.id in others
            or (delivery.channel != PUSH and delivery.account_id in addresses)
        )
        and delivery.reminder.state != ReminderState.CANCELLED
        and until[delivery.reminder_id] > now
        and delivery.id not in stale
    }
