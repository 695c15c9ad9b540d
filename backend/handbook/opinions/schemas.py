from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.opinions.enums import OpinionKind
from handbook.opinions.models import MAX_GROUP, MAX_TEXT

KINDS = [kind.value for kind in OpinionKind]
MAX_GROUPED = 200


class OpinionSchema(Schema):
    """An opinion or a question. ``group`` is told to who runs the meeting; ``mine``: the reader has sent it."""

    id = Id(required=True)
    key = fields.String(required=True)
    meeting_id = Id(required=True)
    agenda_item_id = Id(required=True, allow_none=True)
    member_id = Id(required=True)
    full_name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = fields.String(required=True)
    group = fields.String(required=True, allow_none=True)
    answered = fields.Boolean(required=True)
    answer = fields.String(required=True, allow_none=True)
    created_at = Instant(required=True)
    changed_at = Instant(required=True)
    mine = fields.Boolean(required=True)
    etag = fields.String(required=True)


class OpinionsSchema(Schema):
    """All that the reader may see. ``open``: the meeting still takes opinions. ``runs``: the reader sees everybody's."""

    meeting_id = Id(required=True)
    open = fields.Boolean(required=True)
    runs = fields.Boolean(required=True)
    items = fields.List(fields.Nested(OpinionSchema), required=True)


class OpinionInSchema(Schema):
    """What a member sends; without ``agenda_item_id`` to the meeting as a whole."""

    agenda_item_id = Id(load_default=None, allow_none=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    text = Text(required=True, min_length=1, max_length=MAX_TEXT, multiline=True)


class AnswerSchema(Schema):
    """What who runs the meeting keeps of one opinion. Only what is given changes."""

    group = Text(max_length=MAX_GROUP, allow_none=True)
    answered = fields.Boolean()
    answer = Text(max_length=MAX_TEXT, multiline=True, allow_none=True)


class GroupingSchema(Schema):
    """Gather these opinions, all sent to one item, under a title; null: take them out of their groups."""

    ids = fields.List(Id(), required=True, validate=validate.Length(min=1, max=MAX_GROUPED))
    group = Text(required=True, max_length=MAX_GROUP, allow_none=True)

    @validates_schema
    def titled(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("group") == "":
            raise ValidationError({"group": ["required"]})
