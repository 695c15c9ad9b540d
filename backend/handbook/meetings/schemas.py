from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields, post_load, pre_load, validate, validates_schema

from handbook.documents.schemas import PaperSchema
from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.state import TAKE_MINUTES
from handbook.meetings.templates import SOURCES, AgendaEntry
from handbook.meetings.warnings import CODES as WARNINGS

MAX_AGENDA_ITEMS = 100
KINDS = [kind.value for kind in MeetingKind]
STATES = [state.value for state in MeetingState]
ACTS = [
    *("answer_absence", "cancel", "close", "convene", "edit", "finalize", "mark", "open", "reopen"),
    *("show_qr", "unopen"),
    TAKE_MINUTES,
]


def _https(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValidationError("not_url") from None
    if parts.scheme != "https" or not parts.hostname:
        raise ValidationError("not_url")


class OnlineUrl(fields.String):
    """An https address where people meet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(max=500), _https], **kwargs)


class AgendaItemInSchema(Schema):
    """One item as it is written; ``id`` keeps an existing item.

    ``READ_ONLY`` is understood, so that an agenda may be sent back as it was read, and changes nothing: the order of the list
    counts, and what the running meeting does with an item is said in its book.
    With ``source`` the program writes the body: ``open_tasks`` lists the open tasks until the meeting is over.
    """

    READ_ONLY = ("position", "key", "dropped", "drop_reason")

    id = Id(load_default=None, allow_none=True)
    position = fields.Integer(allow_none=True)
    key = fields.String(allow_none=True)
    dropped = fields.Boolean()
    drop_reason = fields.String(allow_none=True)
    title = Text(required=True, min_length=1, max_length=300)
    presenter = Text(load_default=None, allow_none=True, max_length=120)
    minutes = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 1440))
    body = Text(load_default=None, allow_none=True, max_length=10_000, multiline=True)
    source = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(SOURCES))

    @post_load
    def entry(self, data: dict[str, Any], **_kwargs: Any) -> AgendaEntry:
        written = {name: value for name, value in data.items() if name not in self.READ_ONLY}
        return AgendaEntry(
            **{**written, "presenter": written["presenter"] or None, "body": written["body"] or None}
        )


class NewAgendaItemSchema(AgendaItemInSchema):
    """One item of a new meeting."""

    class Meta(AgendaItemInSchema.Meta):
        exclude = ("id", *AgendaItemInSchema.READ_ONLY)


class AgendaItemSchema(Schema):
    id = Id(required=True)
    position = fields.Integer(required=True)
    title = fields.String(required=True)
    presenter = fields.String(required=True, allow_none=True)
    minutes = fields.Integer(required=True, allow_none=True)
    body = fields.String(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True, validate=validate.OneOf([*SOURCES, None]))
    key = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "of an item that was raised from the floor: what the book of the room calls it"
        },
    )
    dropped = fields.Boolean(
        required=True, metadata={"description": "the running meeting took it off its agenda"}
    )
    drop_reason = fields.String(required=True, allow_none=True)


class AgendaInSchema(Schema):
    """The whole ordered agenda; the bare list is understood as well."""

    agenda = fields.List(
        fields.Nested(AgendaItemInSchema), required=True, validate=validate.Length(max=MAX_AGENDA_ITEMS)
    )

    @pre_load
    def wrap_list(self, data: Any, **_kwargs: Any) -> Any:
        return {"agenda": data} if isinstance(data, list) else data


class MeetingInSchema(Schema):
    """A new meeting. With ``from_meeting_id`` everything left out is taken from that earlier meeting, a month on."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    title = Text(min_length=1, max_length=200)
    starts_at = Instant()
    ends_at = Instant()
    place = Text(min_length=1, max_length=300)
    online_url = OnlineUrl(allow_none=True)
    agenda = fields.List(fields.Nested(NewAgendaItemSchema), validate=validate.Length(max=MAX_AGENDA_ITEMS))
    from_meeting_id = Id(load_default=None, allow_none=True)

    @validates_schema
    def complete(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("from_meeting_id") is None:
            missing = [
                name for name in ("kind", "title", "starts_at", "ends_at", "place") if name not in data
            ]
            if missing:
                raise ValidationError({name: ["required"] for name in missing})


class MeetingPatchSchema(Schema):
    """What may change of a draft or convened meeting."""

    kind = fields.String(validate=validate.OneOf(KINDS))
    title = Text(min_length=1, max_length=200)
    starts_at = Instant()
    ends_at = Instant()
    place = Text(min_length=1, max_length=300)
    online_url = OnlineUrl(allow_none=True)


class CancelSchema(Schema):
    reason = Text(required=True, min_length=1, max_length=500)


class StepBackSchema(Schema):
    """Why an opening or a closing is taken back."""

    reason = Text(required=True, min_length=1, max_length=500)


class OpenSchema(Schema):
    """``opened_at``: when a device without a network opened the meeting; now when it is left out.

    ``opener_present``: who opens it is in the room, and is recorded as present when summoned.
    """

    opened_at = Instant(load_default=None, allow_none=True)
    opener_present = fields.Boolean(load_default=False)


class CountsSchema(Schema):
    """Head-counts; the five states and ``not_recorded`` add up to ``summoned``."""

    summoned = fields.Integer(required=True)
    present = fields.Integer(required=True)
    late = fields.Integer(required=True)
    excused = fields.Integer(required=True)
    unexcused = fields.Integer(required=True)
    exempt = fields.Integer(required=True)
    not_recorded = fields.Integer(required=True)


class NextMeetingSchema(Schema):
    """``month`` is asked for in so many words; else it is the first that has no convened meeting and is still ahead."""

    month = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"^(20[2-9]\d)-(0[1-9]|1[0-2])\Z")
    )


class WarningSchema(Schema):
    """Something unusual; ``params`` are for the sentence: numbers, titles, instants."""

    code = fields.String(required=True, validate=validate.OneOf(WARNINGS))
    params = fields.Dict(keys=fields.String(), required=True)


class OwnSiteSchema(Schema):
    """The site of a conference to which a delegate belongs."""

    id = Id(required=True)
    name = fields.String(required=True)
    address = fields.String(required=True, allow_none=True)
    online_url = fields.String(required=True, allow_none=True)


class MeetingSchema(Schema):
    """A meeting. ``can`` names what the reader may do now; ``warnings`` what is unusual about it, for who runs it.

    Of a conference ``my_site`` is the reader's own site as a delegate, ``my_sites_as_host`` those the reader looks after.
    """

    id = Id(required=True)
    organization_id = Id(required=True)
    organization_name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    place = fields.String(required=True)
    online_url = fields.String(required=True, allow_none=True)
    agenda = fields.List(fields.Nested(AgendaItemSchema), required=True)
    papers = fields.List(fields.Nested(PaperSchema), required=True)
    cancel_reason = fields.String(required=True, allow_none=True)
    convened_at = Instant(required=True, allow_none=True)
    opened_at = Instant(required=True, allow_none=True)
    closed_at = Instant(required=True, allow_none=True)
    timezone = fields.String(required=True)
    can = fields.List(fields.String(validate=validate.OneOf(ACTS)), required=True)
    warnings = fields.List(fields.Nested(WarningSchema), required=True)
    counts = fields.Nested(CountsSchema, required=True)
    my_site = fields.Nested(OwnSiteSchema, required=True, allow_none=True)
    my_sites_as_host = fields.List(Id(), required=True)
    etag = fields.String(required=True)


class Moment(fields.String):
    """An instant (RFC 3339 with offset) or a date, which means its beginning at the organisation's place."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            if len(text) == len("2026-01-31"):
                return date.fromisoformat(text)
            # A plus sign that was not escaped arrives as a blank.
            instant = datetime.fromisoformat(text.replace(" ", "+"))
            if instant.tzinfo is None:
                raise ValidationError("not_instant")
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("not_instant") from None


def beginning(moment: date | datetime, timezone: Any) -> datetime:
    """The instant that a :class:`Moment` means in this zone."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), tzinfo=timezone).astimezone(UTC)


class MeetingListArgs(PageArgs):
    """Meetings that start from ``from`` (inclusive) and before ``to``; a date as ``to`` includes that day."""

    from_ = Moment(data_key="from", load_default=None)
    to = Moment(load_default=None)
    below = fields.Boolean(load_default=False, metadata={"description": "with the organisations below"})
    state = fields.String(
        load_default=None, metadata={"description": "one state or several, separated by commas"}
    )

    @validates_schema
    def known_states(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data.get("state") is not None and not set(data["state"].split(",")) <= set(STATES):
            raise ValidationError({"state": ["unknown"]})
