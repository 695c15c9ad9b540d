from marshmallow import fields, validate

from handbook.calendars.enums import Titles
from handbook.calendars.models import MAX_NAME
from handbook.kernel.schemas import Id, Instant, Schema, Text

TITLES = [titles.value for titles in Titles]


class CalendarFeedSchema(Schema):
    """A feed in force. ``read_on``: the last day on which a calendar fetched it."""

    id = Id(required=True)
    name = fields.String(required=True)
    titles = fields.String(required=True, validate=validate.OneOf(TITLES))
    created_at = Instant(required=True)
    read_on = fields.Date(required=True, allow_none=True)


class NewCalendarFeedSchema(CalendarFeedSchema):
    """A feed that was just made. ``url`` is told this once: who has it reads the calendar."""

    url = fields.String(required=True)


class CalendarFeedsSchema(Schema):
    items = fields.List(fields.Nested(CalendarFeedSchema), required=True)


class CalendarFeedInSchema(Schema):
    """``name`` is for the owner to tell feeds apart; ``titles`` says what a calendar shows of a meeting."""

    name = Text(load_default="", max_length=MAX_NAME)
    titles = fields.String(required=True, validate=validate.OneOf(TITLES))


class CalendarArgs(Schema):
    titles = fields.String(load_default=Titles.FULL.value, validate=validate.OneOf(TITLES))
