from marshmallow import fields, validate

from handbook.attendance.enums import AttendanceState, Decision, Flag, Method
from handbook.kernel.concurrency import etag_of
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.meetings.schemas import CountsSchema

STATES = [state.value for state in AttendanceState]
METHODS = [method.value for method in Method]
FLAGS = [flag.value for flag in Flag]
DECISIONS = [decision.value for decision in Decision]


class CheckInSchema(Schema):
    """``token`` is ``STEP.TOKEN`` of the QR code, ``scanned_at`` the phone's time of scanning it."""

    token = fields.String(required=True, validate=validate.Length(min=1, max=100))
    scanned_at = Instant(required=True)
    method = fields.String(
        load_default=Method.QR.value, validate=validate.OneOf([Method.QR.value, Method.LINK.value])
    )


class OwnAttendanceSchema(Schema):
    """One's own line in the roll of a meeting."""

    meeting_id = Id(required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    method = fields.String(required=True, allow_none=True, validate=validate.OneOf(METHODS))
    checked_in_at = Instant(required=True, allow_none=True)
    recorded_at = Instant(required=True, allow_none=True)
    flags = fields.List(fields.String(validate=validate.OneOf(FLAGS)), required=True)


class QuorumSchema(Schema):
    """How many official members must be there, and whether they are."""

    required = fields.Integer(required=True)
    reached = fields.Boolean(required=True)


class RollItemSchema(Schema):
    """One line of the roll; ``state`` null means not recorded. ``status`` is the member's status when summoned."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    status = fields.String(required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    method = fields.String(required=True, allow_none=True, validate=validate.OneOf(METHODS))
    checked_in_at = Instant(required=True, allow_none=True)
    recorded_at = Instant(required=True, allow_none=True)
    recorded_by = Id(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(validate=validate.OneOf(FLAGS)), required=True)


class RollSchema(Schema):
    counts = fields.Nested(CountsSchema, required=True)
    quorum = fields.Nested(QuorumSchema, required=True)
    items = fields.List(fields.Nested(RollItemSchema), required=True)


class CheckInKeySchema(Schema):
    """``key``: 32 bytes in base64url. A device may show codes from ``valid_from`` to ``valid_until``."""

    key = fields.String(required=True)
    step_seconds = fields.Integer(required=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True)


class MarkSchema(Schema):
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = Text(load_default=None, allow_none=True, max_length=500)


class AbsenceRequestInSchema(Schema):
    reason = Text(required=True, min_length=1, max_length=500, multiline=True)


class DecisionSchema(Schema):
    decision = fields.String(required=True, validate=validate.OneOf(DECISIONS))


class AbsenceRequestSchema(Schema):
    id = Id(required=True)
    meeting_id = Id(required=True)
    member_id = Id(required=True)
    full_name = fields.String(required=True)
    reason = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True, validate=validate.OneOf(DECISIONS))
    created_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    etag = fields.Function(etag_of, required=True, metadata={"type": "string"})
