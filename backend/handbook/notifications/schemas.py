from marshmallow import fields, validate

from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.notifications.enums import Audience, DeliveryEvent, DeliveryState, NoticeKind, ReminderState
from handbook.notifications.models import PUSH
from handbook.notifications.push.endpoints import MAX_ENDPOINT_LENGTH
from handbook.notifications.reminders.timing import OVERRIDABLE
from handbook.organizations.settings.registry import Unit
from handbook.organizations.settings.schemas import SettingBoundsSchema, value_field
from handbook.organizations.settings.values import TYPES

REASON = validate.Regexp(r"^[a-z0-9_]{1,60}\Z")
#: Ways of a message; SMS would be another.
CHANNELS = (PUSH, "email")
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
    server_key = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 90),
        metadata={"description": "the public VAPID key that the browser subscribed with"},
    )
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
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    device_name = fields.String(required=True, allow_none=True)
    accepted_at = Instant(required=True, allow_none=True)
    shown_at = Instant(required=True, allow_none=True)
    opened_at = Instant(required=True, allow_none=True)


class CountedByStateSchema(Schema):
    """How many of them are in each state."""

    queued = fields.Integer(required=True)
    accepted = fields.Integer(required=True)
    shown = fields.Integer(required=True)
    opened = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    no_device = fields.Integer(required=True)


class MemberDeliveriesSchema(CountedByStateSchema):
    """What became of the messages to one member, counted by state, and each of them."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    read_at = Instant(required=True, allow_none=True, metadata={"description": "read in the inbox"})
    deliveries = fields.List(fields.Nested(DeliveryOut), required=True)


class UnreachedSchema(Schema):
    """Somebody to telephone, because the latest news of the meeting has not reached them. ``not_sent``: their phone is known,
    and no worker has sent it so far; ``waiting``: it has waited too long to be tried again, or the meeting is near.
    """

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    reason = fields.String(
        required=True,
        validate=validate.OneOf(
            ["not_activated", "no_device", "muted", "not_sent", "waiting", "failed", "not_shown"]
        ),
    )


class ReminderSchema(Schema):
    """Something that was told about the meeting, or is to be told at ``due_at``. ``members``: how many, by the state of that
    of their messages which came farthest.
    """

    kind = fields.String(required=True, validate=KIND)
    step = fields.String(required=True)
    due_at = Instant(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in ReminderState]))
    members = fields.Nested(CountedByStateSchema, required=True)


class DeliveriesOut(Schema):
    items = fields.List(fields.Nested(MemberDeliveriesSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    reminders = fields.List(fields.Nested(ReminderSchema), required=True)
    unreached = fields.List(fields.Nested(UnreachedSchema), required=True)


class DeliveriesArgs(PageArgs):
    """``limit`` and ``cursor`` page through ``items``; the other two lists are always whole."""


class PushPreferencesIn(Schema):
    """Kinds of notices that are not to be pushed to the own devices; the inbox has them all the same."""

    muted = fields.List(
        fields.String(validate=KIND), required=True, validate=validate.Length(max=len(NoticeKind))
    )


class MailSchema(Schema):
    address = fields.String(required=True, allow_none=True)
    confirmed = fields.Boolean(required=True)


class MailAddressIn(Schema):
    """``code``: the six digits that were written to the address."""

    # Addresses beyond ASCII need a mail server that says it takes them.
    address = fields.Email(
        required=True, validate=[validate.Length(max=200), validate.Regexp(r"^[\x21-\x7e]+\Z")]
    )
    code = fields.String(validate=validate.Regexp(r"^[0-9]{6}\Z"))


class PushPreferencesOut(Schema):
    """``kinds`` are all there are, in the order in which they are shown. ``mail``: where the account is written to when no push
    reaches it; null where this installation writes no mail. ``this_device``: whether the session that asks has a subscription.
    """

    kinds = fields.List(fields.String(validate=KIND), required=True)
    muted = fields.List(fields.String(validate=KIND), required=True)
    mail = fields.Nested(MailSchema, required=True, allow_none=True)
    this_device = fields.Boolean(required=True)


class MeetingRuleSchema(Schema):
    """A rule of reminding as it is in force for a meeting; ``own``: the meeting has it otherwise than its organisation."""

    name = fields.String(required=True)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    unit = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([unit.value for unit in Unit])
    )
    value = value_field()
    own = fields.Boolean(required=True)
    inherited_value = value_field()
    bounds = fields.Nested(SettingBoundsSchema, required=True)


class PlannedReminderSchema(Schema):
    """A reminder as the rules have it, also one of the past. ``audiences``: whom of those who are summoned it is for."""

    step = fields.String(required=True)
    due_at = Instant(required=True)
    audiences = fields.List(
        fields.String(validate=validate.OneOf([audience.value for audience in Audience])), required=True
    )


class MeetingRulesOut(Schema):
    items = fields.List(fields.Nested(MeetingRuleSchema), required=True)
    reminders = fields.List(fields.Nested(PlannedReminderSchema), required=True)
    etag = fields.String(required=True, metadata={"description": "the meeting's"})


class MeetingRulesIn(Schema):
    """New values by the name of the rule; null follows the organisation again, what is not named stays."""

    values = fields.Dict(
        keys=fields.String(validate=validate.OneOf(OVERRIDABLE)),
        values=value_field(allow_none=True),
        required=True,
    )


class GivenUpOrganizationSchema(Schema):
    id = Id(required=True)
    name = fields.String(required=True)


class GivenUpSchema(Schema):
    """A message to one device that was given up. ``reason`` is the last answer, such as ``http_500`` or ``timeout``;
    ``can_retry``: the device, or another that its member has subscribed since, is known and the message is still worth
    delivering.
    """

    id = Id(required=True)
    organization = fields.Nested(GivenUpOrganizationSchema, required=True)
    kind = fields.String(required=True, validate=KIND)
    step = fields.String(required=True)
    meeting_id = Id(required=True, allow_none=True)
    reason = fields.String(required=True)
    attempts = fields.Integer(required=True)
    created_at = Instant(required=True)
    can_retry = fields.Boolean(required=True)


class ReasonCountSchema(Schema):
    reason = fields.String(required=True)
    count = fields.Integer(required=True)


class GivenUpOut(Schema):
    """``reasons`` counts all of them, whatever is asked for."""

    items = fields.List(fields.Nested(GivenUpSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonCountSchema), required=True)


class GivenUpArgs(PageArgs):
    """Only those of these reasons, of one kind."""

    reasons = fields.List(
        fields.String(validate=REASON), data_key="reason", load_default=(), validate=validate.Length(max=50)
    )
    kind = fields.String(load_default=None, validate=KIND)


class RetryIn(Schema):
    """Which of them are sent again, those of one reason or of any of several; without a reason or kind all of them."""

    reason = fields.String(load_default=None, allow_none=True, validate=REASON)
    reasons = fields.List(fields.String(validate=REASON), load_default=(), validate=validate.Length(max=50))
    kind = fields.String(load_default=None, allow_none=True, validate=KIND)


class RetryOut(Schema):
    retried = fields.Integer(required=True)
