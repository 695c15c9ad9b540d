from marshmallow import fields, validate

from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.scores.enums import Grade, ScoreMethod, ScoreState
from handbook.scores.rules import FULL, MOST_CRITERIA

_STATES = validate.OneOf(["none", *(state.value for state in ScoreState)])
_METHODS = validate.OneOf([method.value for method in ScoreMethod])
_GRADES = validate.OneOf([grade.value for grade in Grade])
_UUID = validate.Regexp(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


class CriterionSchema(Schema):
    """What is scored, and with how many points at most."""

    title = Text(required=True, min_length=1, max_length=200)
    points = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=FULL))


class ScoreSheetSchema(Schema):
    """A version of the sheet; without criteria it means: from then on as the organisation above has it."""

    id = Id(required=True)
    valid_from = fields.Date(required=True)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)


class ScoreSheetsSchema(Schema):
    """The sheet in force today, ``set_by`` whom (null: the one that comes with the program), and the organisation's own
    versions, the latest first.
    """

    organization_id = Id(required=True)
    can_write = fields.Boolean(required=True)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)
    set_by = fields.String(required=True, allow_none=True)
    valid_from = fields.Date(required=True, allow_none=True)
    versions = fields.List(fields.Nested(ScoreSheetSchema), required=True)


class ScoreSheetInSchema(Schema):
    """``valid_from`` null: from today on. The points of all criteria are 100 together."""

    criteria = fields.List(
        fields.Nested(CriterionSchema), required=True, validate=validate.Length(max=MOST_CRITERIA)
    )
    valid_from = fields.Date(load_default=None, allow_none=True)


class OwnScoreSchema(Schema):
    scored = fields.Boolean(required=True)
    may_score = fields.Boolean(required=True)


class PaperScoreSchema(Schema):
    """How many sheets of paper there were, and the points of all of them together."""

    sheets = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=100_000))
    points = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=10_000_000))


class PaperCorrectionSchema(PaperScoreSchema):
    """A count of the paper sheets that stood until it was corrected."""

    corrected_at = Instant(required=True)


class MeetingScoreSchema(Schema):
    """The score of a meeting; ``average`` and ``grade`` once it is closed. The average has two decimals, not rounded up; those
    of the criteria add up to it, and there are none where paper was counted, of which only the sum is known.

    ``left_out``: how many sheets by phone it does not rest on, because one or two beside paper would tell what they gave.
    ``paper``, ``corrections`` and ``points`` (of all sheets) are for who runs the meeting.
    """

    meeting_id = Id(required=True)
    state = fields.String(required=True, validate=_STATES)
    method = fields.String(required=True, allow_none=True, validate=_METHODS)
    criteria = fields.List(fields.Nested(CriterionSchema), required=True)
    present = fields.Integer(required=True)
    sheets = fields.Integer(required=True)
    average = fields.String(required=True, allow_none=True, metadata={"example": "92.50"})
    grade = fields.String(required=True, allow_none=True, validate=_GRADES)
    left_out = fields.Integer(required=True)
    points = fields.Integer(required=True, allow_none=True)
    paper = fields.Nested(PaperScoreSchema, required=True, allow_none=True)
    corrections = fields.List(fields.Nested(PaperCorrectionSchema), required=True)
    criterion_averages = fields.List(fields.String(), required=True)
    mine = fields.Nested(OwnScoreSchema, required=True)
    can = fields.List(fields.String(), required=True)
    etag = fields.String(required=True)


class FilledSheetSchema(Schema):
    """``points`` in the order of the criteria; ``key`` is a random UUID of the device, so that it may send the sheet again."""

    key = fields.String(required=True, validate=_UUID)
    points = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=0, max=FULL)),
        required=True,
        validate=validate.Length(min=1, max=MOST_CRITERIA),
    )


class HandedInSchema(Schema):
    scored = fields.Boolean(required=True)
