"""The subscriptions of devices: one for each device session, which ends with it."""

from collections.abc import Sequence

from sqlalchemy import delete, or_, select

from handbook.access.actor import Actor
from handbook.accounts.models import DeviceSession
from handbook.audit.service import record
from handbook.kernel.db import db
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work
from handbook.notifications.errors import EndpointRefused
from handbook.notifications.models import PushSubscription
from handbook.notifications.push.encryption import InvalidKeysError, SubscriptionKeys
from handbook.notifications.push.endpoints import EndpointNotAllowedError, EndpointPolicy


def save_subscription(
    endpoint: str,
    p256dh: str,
    auth: str,
    *,
    device_name: str | None,
    server_key: str | None,
    server_keys: Sequence[str],
    policy: EndpointPolicy,
    actor: Actor,
    uow: UnitOfWork,
) -> PushSubscription:
    """Subscribe the actor's device, in place of what it or another session had subscribed before.

    Raises :class:`EndpointRefused`, or :class:`ValidationFailed` for keys that are not what RFC 8291 asks
    for or a ``server_key`` that is none of ``server_keys`` (the present one first). Without one the device has renewed what it
    had, with the key of that; without a ``device_name`` the device has the name that it had, because a browser that renews by
    itself does not know it. Connects to nothing.
    """
    try:
        origin = policy.check(endpoint).origin
    except EndpointNotAllowedError as error:
        raise EndpointRefused(error.reason) from error
    try:
        keys = SubscriptionKeys.parse(p256dh, auth)
    except InvalidKeysError as error:
        raise ValidationFailed(FieldError(f"/keys/{error.field}", "invalid")) from error
    if server_key is not None and server_key not in server_keys:
        raise ValidationFailed(FieldError("/server_key", "unknown"))
    former = uow.session.scalar(
        select(PushSubscription).where(PushSubscription.session_id == actor.session_id)
    )
    former_key = former.server_key if former is not None else None
    key = server_key or (former_key if former_key in server_keys else server_keys[0])
    if device_name is None and former is not None:
        device_name = former.device_name
    known = uow.session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
    if known is not None and known.session_id == actor.session_id:
        known.p256dh, known.auth, known.device_name = keys.p256dh, keys.auth, device_name
        known.server_key = key
        known.failed_at = known.failure = None
        return known
    # An endpoint is a device: when another account has signed in on it, the former one hears nothing there
    # any more.
    _delete(uow, or_(PushSubscription.endpoint == endpoint, PushSubscription.session_id == actor.session_id))
    subscription = PushSubscription(
        account_id=actor.account_id,
        session_id=actor.session_id,
        endpoint=endpoint,
        origin=origin,
        p256dh=keys.p256dh,
        auth=keys.auth,
        server_key=key,
        device_name=device_name,
        created_at=uow.clock.now(),
    )
    uow.session.add(subscription)
    uow.session.flush()
    _audit(uow, "saved", actor, subscription.id)
    return subscription


def remove_subscription(*, actor: Actor, uow: UnitOfWork) -> None:
    """End the subscription of the actor's device; without one nothing happens."""
    if _delete(uow, PushSubscription.session_id == actor.session_id):
        _audit(uow, "removed", actor, None)


def is_subscribed(*, actor: Actor) -> bool:
    """Whether the actor's device has a subscription; one that its push service has ended is gone."""
    found = select(PushSubscription.id).where(PushSubscription.session_id == actor.session_id)
    return db.session.scalar(found) is not None


def forget_session(session_id: int, *, uow: UnitOfWork) -> None:
    """The device was signed out: it hears nothing any more."""
    _delete(uow, PushSubscription.session_id == session_id)


def forget_ended_sessions() -> int:
    """Remove subscriptions whose session has expired, or ended without a word of it; returns how many.

    It goes through all devices, so it is for once a day: nobody is told of anything on a device whose session has expired.
    """
    ended = select(DeviceSession.id).where(
        or_(DeviceSession.ended_at.is_not(None), DeviceSession.expires_at <= current_clock().now())
    )
    stale = PushSubscription.session_id.in_(ended)
    if db.session.scalar(select(PushSubscription.id).where(stale).limit(1)) is None:
        return 0
    with unit_of_work() as uow:
        return _delete(uow, stale)


def _delete(uow: UnitOfWork, which: object) -> int:
    found = list(uow.session.scalars(select(PushSubscription).where(which)))  # type: ignore[arg-type]
    if found:
        uow.session.execute(
            delete(PushSubscription).where(PushSubscription.id.in_([row.id for row in found]))
        )
        for row in found:
            uow.session.expunge(row)
    return len(found)


def _audit(uow: UnitOfWork, action: str, actor: Actor, subject_id: int | None) -> None:
    record(
        uow,
        f"notifications:subscription:{action}",
        actor=actor,
        subject_id=subject_id,
        member_id=actor.member_id,
    )
