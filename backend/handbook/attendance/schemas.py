from marshmallow import fields, validate

from handbook.attendance.enums import ANSWERS, AttendanceState, Decision, Flag, Method
from handbook.kernel.concurrency import etag_of
from handbook.kernel.pagination import MAX_LIMIT, PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.meetings.schemas import CountsSchema

STATES = [state.value for state in AttendanceState]
METHODS = [method.value for method in Method]
FLAGS = [flag.value for flag in Flag]
MAX_MARKS = 1_000
DECISIONS = [decision.value for decision in Decision]


class CheckInSchema(Schema):
    """``token`` is ``STEP.TOKEN`` of the QR code, ``STEP.TOKEN.SITE_ID`` of that of a site of a conference; ``scanned_at`` is
    the phone's time of scanning it."""

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


class FollowedAttendanceSchema(OwnAttendanceSchema):
    """One's own line as the phone keeps it: when one came and left if somebody wrote that down, who recorded it if somebody
    else did, and the own code, which the device of who runs the meeting may scan while the roll is open."""

    arrived_at = Instant(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    recorded_by_name = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)


class QuorumSchema(Schema):
    """How many official members must be there, and whether they are."""

    required = fields.Integer(required=True)
    reached = fields.Boolean(required=True)


class RollItemSchema(Schema):
    """One line of the roll; ``state`` null means not recorded. ``status`` is the member's status when summoned.

    In a conference the delegate belongs to ``home_site_id`` and was recorded at ``site_id``. ``name_mark`` tells those apart
    whose name is in the roll more than once: the year of birth or the end of the card; null for all others, and told with
    the roll alone.
    """

    member_id = Id(required=True)
    full_name = fields.String(required=True)
    name_mark = fields.String(allow_none=True)
    status = fields.String(required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    method = fields.String(required=True, allow_none=True, validate=validate.OneOf(METHODS))
    checked_in_at = Instant(required=True, allow_none=True)
    recorded_at = Instant(required=True, allow_none=True)
    recorded_by = Id(required=True, allow_none=True)
    arrived_at = Instant(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(validate=validate.OneOf(FLAGS)), required=True)
    home_site_id = Id(required=True, allow_none=True)
    site_id = Id(required=True, allow_none=True)


class GuestSchema(Schema):
    """Somebody in the room who is no member of the meeting."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    from_ = fields.String(data_key="from", attribute="origin", required=True, allow_none=True)


class OfficerSchema(Schema):
    """Who chairs or writes the minutes, by name."""

    member_id = Id(required=True)
    full_name = fields.String(required=True)


class RollSchema(Schema):
    """The roll. ``quorum`` asks who is in the room: who left early is in ``counts`` and not in it. It wants
    ``quorum_share`` (such as "2/3") of ``official_due``, the official members who must attend, and ``official_present`` of them
    are there. ``guests`` only for who may read the whole roll. ``officers``: where the roll comes in
    pages, who chairs and who writes the minutes, on whichever page they stand."""

    counts = fields.Nested(CountsSchema, required=True)
    quorum = fields.Nested(QuorumSchema, required=True)
    quorum_share = fields.String(required=True)
    official_due = fields.Integer(required=True)
    official_present = fields.Integer(required=True)
    chair_id = Id(required=True, allow_none=True)
    minute_taker_id = Id(required=True, allow_none=True)
    guests = fields.List(fields.Nested(GuestSchema), required=True)
    officers = fields.List(fields.Nested(OfficerSchema))
    items = fields.List(fields.Nested(RollItemSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class RollArgs(PageArgs):
    """``site`` narrows the roll of a conference. Without ``limit`` every roll comes whole, but the combined one of a
    conference in pages of 200. ``q`` finds parts of names without regard to diacritics and đ."""

    site = Id(load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(max=120))
    limit = fields.Integer(load_default=None, validate=validate.Range(1, MAX_LIMIT))


class CheckInKeyArgs(Schema):
    """``site``: of which site of a conference the codes are to be."""

    site = Id(load_default=None)


class CheckInKeySchema(Schema):
    """``key``: 32 bytes in base64url. A device may show codes from ``valid_from`` to ``valid_until``. ``site_id``: of which
    site of a conference; missing where the key is the meeting's own."""

    key = fields.String(required=True)
    site_id = Id()
    step_seconds = fields.Integer(required=True)
    valid_from = Instant(required=True)
    valid_until = Instant(required=True)


class MarkSchema(Schema):
    """The whole line: a time that is left out is none. ``arrived_at`` and ``left_at`` belong to who attended."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = Text(load_default=None, allow_none=True, max_length=500)
    arrived_at = Instant(load_default=None, allow_none=True)
    left_at = Instant(load_default=None, allow_none=True)
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=100))


class MarkItemSchema(MarkSchema):
    """One line of many; ``state`` null takes a mark by hand back."""

    member_id = Id(required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))


class MarksSchema(Schema):
    """``method`` ``sheet``: read off a signed sheet of paper. ``only_unrecorded``: what stands by now stays."""

    items = fields.List(
        fields.Nested(MarkItemSchema), required=True, validate=validate.Length(min=1, max=MAX_MARKS)
    )
    method = fields.String(
        load_default=Method.SECRETARY.value,
        validate=validate.OneOf([Method.SECRETARY.value, Method.SHEET.value]),
    )
    only_unrecorded = fields.Boolean(load_default=False)


class MarkAnswerSchema(Schema):
    """What became of one line; ``code`` null: written, or as it was asked for already."""

    member_id = Id(required=True)
    code = fields.String(required=True, allow_none=True)


class MarkAnswersSchema(Schema):
    items = fields.List(fields.Nested(MarkAnswerSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)


class RolesSchema(Schema):
    """Who leads the meeting and who writes its minutes; what is left out stays, null clears."""

    chair_id = Id(allow_none=True)
    minute_taker_id = Id(allow_none=True)


class RolesAnswerSchema(Schema):
    """``warnings``: ``chair_no_officer`` when the chair is neither secretary nor deputy."""

    chair_id = Id(required=True, allow_none=True)
    minute_taker_id = Id(required=True, allow_none=True)
    warnings = fields.List(fields.String(validate=validate.OneOf(["chair_no_officer"])), required=True)


class GuestInSchema(Schema):
    name = Text(required=True, min_length=1, max_length=120)
    from_ = Text(data_key="from", load_default=None, allow_none=True, max_length=200)


class LineChangeSchema(Schema):
    """One change of a line: what it said before and after, how and by whom. ``actor_name`` null: the system."""

    at = Instant(required=True)
    before = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(STATES))
    method = fields.String(required=True, allow_none=True, validate=validate.OneOf(METHODS))
    arrived_at = Instant(required=True, allow_none=True)
    left_at = Instant(required=True, allow_none=True)
    actor_id = Id(required=True, allow_none=True)
    actor_name = fields.String(required=True, allow_none=True)


class LineHistorySchema(Schema):
    items = fields.List(fields.Nested(LineChangeSchema), required=True)


class AbsenceRequestInSchema(Schema):
    reason = Text(required=True, min_length=1, max_length=500, multiline=True)


class DecisionSchema(Schema):
    """``note``: a word to the member, who reads it with the answer."""

    decision = fields.String(required=True, validate=validate.OneOf([decision.value for decision in ANSWERS]))
    note = Text(max_length=500, multiline=True, load_default=None, allow_none=True)


class AbsenceRequestSchema(Schema):
    id = Id(required=True)
    meeting_id = Id(required=True)
    member_id = Id(required=True)
    full_name = fields.String(required=True)
    reason = fields.String(required=True)
    decision = fields.String(required=True, allow_none=True, validate=validate.OneOf(DECISIONS))
    note = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    decided_at = Instant(required=True, allow_none=True)
    etag = fields.Function(etag_of, required=True, metadata={"type": "string"})
