from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.notifications.enums import DeliveryEvent, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.push.endpoints import MAX_ENDPOINT_LENGTH

KIND = validate.OneOf([kind.value for kind in NoticeKind])


class NoticeSchema(Schema):
    """A line of the inbox; ``params`` holds codes and dates, the words are the phone's."""

    id = Id(required=True)
    kind = fields.String(required=True, validate=KIND)
    meeting_id = Id(required=True, allow_none=True)
    resolution_id = Id(required=True, allow_none=True)
    created_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)
    params = fields.Dict(required=True)


class PushKeyOut(Schema):
    key = fields.String(required=True, metadata={"description": "the public VAPID key, base64url"})


class SubscriptionKeysIn(Schema):
    p256dh = fields.String(required=True, validate=validate.Length(1, 200))
    auth = fields.String(required=True, validate=validate.Length(1, 200))


class SubscriptionIn(Schema):
    """What ``PushSubscription.toJSON()`` gives; the expiry is understood and not needed."""

    # Longer ones are refused with the code of all that are not allowed.
    endpoint = fields.String(required=True, validate=validate.Length(1, 8 * MAX_ENDPOINT_LENGTH))
    keys = fields.Nested(SubscriptionKeysIn, required=True)
    device_name = Text(max_length=120, load_default=None, allow_none=True)
    expiration_time = fields.Float(data_key="expirationTime", load_default=None, allow_none=True)


class DeliveryEventIn(Schema):
    event = fields.String(required=True, validate=validate.OneOf([event.value for event in DeliveryEvent]))
    at = Instant(required=True)


class DeliveryOut(Schema):
    """One message to one device, or the record that there is none."""

    kind = fields.String(required=True, validate=KIND)
    step = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in DeliveryState]))
    reason = fields.String(required=True, allow_none=True)
    device_name = fields.String(required=True, allow_none=True)
    accepted_at = Instant(required=True, allow_none=True)
    shown_at = Instant(required=True, allow_none=True)
    opened_at = Instant(required=True, allow_none=True)


class MemberDeliveriesSchema(Schema):
    """What became of the messages to one member, counted by state, and each of them."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    queued = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    shown = fields.Integer(required=True)
    opened = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    no_device = fields.Integer(required=True)
    read_at = Instant(required=True, allow_none=True, metadata={"description": "read in the inbox"})
    deliveries = fields.List(fields.Nested(DeliveryOut), required=True)


class UnreachedSchema(Schema):
    """Somebody to telephone."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    reason = fields.String(
        required=True, validate=validate.OneOf(["not_activated", "no_device", "failed", "not_shown"])
    )


class ReminderSchema(Schema):
    kind = fields.String(required=True, validate=KIND)
    step = fields.String(required=True)
    due_at = Instant(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in ReminderState]))


class DeliveriesOut(Schema):
    items = fields.List(fields.Nested(MemberDeliveriesSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    reminders = fields.List(fields.Nested(ReminderSchema), required=True)
    unreached = fields.List(fields.Nested(UnreachedSchema), required=True)


class DeliveriesArgs(PageArgs):
    """``limit`` and ``cursor`` page through ``items``; the other two lists are always whole."""
