from typing import Any

from flask import Response, make_response
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires, signed_in
from handbook.access.permissions import Permission
from handbook.kernel.pagination import PageArgs
from handbook.kernel.problems import FieldError, NotFound, ValidationFailed
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications import preferences, queries, service, subscriptions
from handbook.notifications.enums import DeliveryEvent, NoticeKind
from handbook.notifications.fallback import addresses
from handbook.notifications.push.gateway import current_push
from handbook.notifications.schemas import (
    DeliveryEventIn,
    MailAddressIn,
    NoticeSchema,
    PushKeyOut,
    PushPreferencesIn,
    PushPreferencesOut,
    SubscriptionIn,
)

blp = Blueprint("notifications", __name__, url_prefix="/api", description="Inbox, push and deliveries")


@blp.route("/push/key", methods=["GET"])
@signed_in
@blp.response(200, PushKeyOut)
def get_push_key() -> dict[str, str]:
    """The key with which a browser subscribes."""
    return {"key": current_push().vapid.public_key}


@blp.route("/push/subscription", methods=["PUT"])
@signed_in
@blp.arguments(SubscriptionIn)
@blp.response(204)
def save_subscription(body: dict[str, Any]) -> Response:
    """Subscribe this device; what it had subscribed before is replaced."""
    with unit_of_work() as uow:
        subscriptions.save_subscription(
            body["endpoint"],
            body["keys"]["p256dh"],
            body["keys"]["auth"],
            device_name=body["device_name"],
            server_key=body["server_key"],
            server_keys=current_push().public_keys,
            policy=current_push().policy,
            actor=current_actor(),
            uow=uow,
        )
    return make_response("", 204)


@blp.route("/push/subscription", methods=["DELETE"])
@signed_in
@blp.response(204)
def remove_subscription() -> Response:
    """End this device's subscription."""
    with unit_of_work() as uow:
        subscriptions.remove_subscription(actor=current_actor(), uow=uow)
    return make_response("", 204)


@blp.route("/push/preferences", methods=["GET"])
@signed_in
@blp.response(200, PushPreferencesOut)
def get_preferences() -> dict[str, Any]:
    """Which kinds of notices are not pushed to the own devices."""
    return _preferences()


@blp.route("/push/preferences", methods=["PUT"])
@signed_in
@blp.arguments(PushPreferencesIn)
@blp.response(200, PushPreferencesOut)
def change_preferences(body: dict[str, Any]) -> dict[str, Any]:
    """Choose which kinds of notices are not pushed; the inbox has everything."""
    with unit_of_work() as uow:
        preferences.mute(body["muted"], actor=current_actor(), uow=uow)
    return _preferences()


def _preferences() -> dict[str, Any]:
    muted = preferences.muted_kinds(actor=current_actor())
    mail = addresses.mail_of(current_actor()) if current_push().fallback is not None else None
    return {
        "kinds": [kind.value for kind in NoticeKind],
        "muted": muted,
        "mail": mail,
        "this_device": subscriptions.is_subscribed(actor=current_actor()),
    }


@blp.route("/push/mail", methods=["PUT"])
@signed_in
@blp.arguments(MailAddressIn)
@blp.response(200, PushPreferencesOut)
def change_mail(body: dict[str, Any]) -> dict[str, Any]:
    """Name an address to be written to when no push arrives. A code goes there, and nothing else until it is told here too."""
    if current_push().fallback is None:
        raise NotFound
    actor, code = current_actor(), body.get("code")
    with unit_of_work() as uow:
        if code is None:
            addresses.name_address(body["address"], actor=actor, uow=uow)
            right = True
        else:
            right = addresses.confirm(body["address"], code, actor=actor, uow=uow)
    # The wrong attempt is counted, so it is refused after the commit.
    if not right:
        raise ValidationFailed(FieldError("/code", "invalid"))
    return _preferences()


@blp.route("/push/mail", methods=["DELETE"])
@signed_in
@blp.response(204)
def remove_mail() -> Response:
    """Be written to no more."""
    with unit_of_work() as uow:
        addresses.forget(actor=current_actor(), uow=uow)
    return make_response("", 204)


@blp.route("/notices", methods=["GET"])
@requires(Permission.NOTICES_READ)
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(NoticeSchema))
def list_notices(args: dict[str, Any]) -> dict[str, Any]:
    """The own inbox, the newest first."""
    page = queries.list_notices(actor=current_actor(), **args)
    return {"items": page.items, "next": page.next}


@blp.route("/notices/<id:notice_id>/read", methods=["PUT"])
@requires(Permission.NOTICES_READ)
@blp.doc(operationId="mark_notice_read")
@blp.response(204)
def mark_read(notice_id: int) -> Response:
    """Mark an own notice as read."""
    actor = current_actor()
    with unit_of_work() as uow:
        service.mark_read(queries.get_notice(notice_id, actor=actor), actor=actor, uow=uow)
    return make_response("", 204)


@blp.route("/deliveries/<id:delivery_id>/events", methods=["POST"])
@requires(Permission.DELIVERIES_REPORT)
@blp.arguments(DeliveryEventIn)
@blp.response(204)
def report_delivery(body: dict[str, Any], delivery_id: int) -> Response:
    """Report that an own message was shown or opened; saying it again changes nothing."""
    actor = current_actor()
    with unit_of_work() as uow:
        delivery = queries.get_delivery(delivery_id, actor=actor)
        service.report_event(delivery, DeliveryEvent(body["event"]), body["at"], actor=actor, uow=uow)
    return make_response("", 204)
