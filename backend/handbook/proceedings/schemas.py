import re
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from handbook.ballots.enums import BallotKind
from handbook.ballots.schemas import MAX_COUNT, MAX_OPINION, MAX_RESERVED, PapersSchema
from handbook.kernel.schemas import MAX_ID_DIGITS, Id, Instant, Schema, Text
from handbook.meetings.schemas import MAX_AGENDA_ITEMS
from handbook.meetings.schemas import STATES as MEETING_STATES
from handbook.proceedings.enums import EntryFlag, EntryKind, Outcome
from handbook.resolutions.enums import DocumentType
from handbook.scores.schemas import PaperScoreSchema

MAX_ENTRIES = 500
MAX_NOTE = 10_000
MAX_SEQUENCE = 2**31 - 1
# What each change of the agenda says, and what it may say.
AGENDA_ACTS: dict[str, tuple[set[str], set[str]]] = {
    "add": ({"key", "title"}, {"presenter", "minutes", "before"}),
    "drop": ({"agenda_item_id", "dropped"}, {"reason"}),
    "move": ({"order"}, set()),
}
MARK_STATES = ["present", "late", "excused", "unexcused", "exempt"]

IS_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID = validate.Regexp(rf"^{IS_UUID.pattern}\Z")
_KIND = validate.OneOf([kind.value for kind in EntryKind])


class TextId(fields.String):
    """An id as it stands in the book: decimal text, inside as outside."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS):
            raise ValidationError("invalid_id")
        return text


class ItemName(TextId):
    """An agenda item as the book calls it: its id, or the key (a UUID) of one that was raised from the floor."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and IS_UUID.fullmatch(value):
            return value
        return super()._deserialize(value, attr, data, **kwargs)


class TextInstant(Instant):
    """An instant as it stands in the book: as JavaScript writes it, so that a device compares it with its own."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        instant = super()._deserialize(value, attr, data, **kwargs)
        return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uuid(**kwargs: Any) -> fields.String:
    return fields.String(validate=_UUID, **kwargs)


def _count() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=MAX_COUNT))


class OpenDataSchema(Schema):
    """``present``: who opens the meeting is in the room."""

    present = fields.Boolean(load_default=False)


class CloseDataSchema(Schema):
    """Closing says nothing but its time."""


class UndoDataSchema(Schema):
    """Why the opening or the closing is taken back."""

    reason = Text(required=True, min_length=1, max_length=500)


class AgendaDataSchema(Schema):
    """A change of the running meeting's agenda. ``add``: an item from the floor, which the book calls by its ``key`` from then
    on; the same key again corrects it; it goes ``before`` that item, else to the end. ``drop``: an item is not dealt with (or
    is again, with ``dropped`` false). ``move``: the whole ``order`` of the items by their names in the book."""

    act = fields.String(required=True, validate=validate.OneOf(list(AGENDA_ACTS)))
    key = _uuid()
    title = Text(min_length=1, max_length=300)
    presenter = Text(allow_none=True, max_length=120)
    minutes = fields.Integer(strict=True, allow_none=True, validate=validate.Range(1, 1440))
    before = ItemName(allow_none=True)
    agenda_item_id = ItemName()
    dropped = fields.Boolean()
    reason = Text(allow_none=True, max_length=500)
    order = fields.List(ItemName(), validate=validate.Length(min=1, max=2 * MAX_AGENDA_ITEMS))

    @validates_schema
    def complete(self, data: dict[str, Any], **_kwargs: Any) -> None:
        needed, allowed = AGENDA_ACTS[data["act"]]
        given = data.keys() - {"act"}
        if not needed <= given <= needed | allowed:
            raise ValidationError({"act": ["invalid_entry"]})


class PersonDataSchema(Schema):
    """Chair or minute-taker; null takes the appointment back."""

    member_id = TextId(required=True, allow_none=True)


class MarkDataSchema(Schema):
    """A member's line in the roll, as it was seen in the room; null takes the mark back. ``code``: the member's own, which
    the device scanned. ``sheet``: it was read off the signed sheet of paper. ``together``: everybody else was marked in one go,
    which says nothing against what a member has proved."""

    member_id = TextId(required=True)
    state = fields.String(required=True, allow_none=True, validate=validate.OneOf(MARK_STATES))
    reason = Text(load_default=None, allow_none=True, max_length=500)
    arrived_at = TextInstant(load_default=None, allow_none=True)
    left_at = TextInstant(load_default=None, allow_none=True)
    code = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=64))
    sheet = fields.Boolean(load_default=False)
    together = fields.Boolean(load_default=False)


class GuestDataSchema(Schema):
    """Somebody in the room who was not summoned; the same ``key`` again corrects or removes the line."""

    key = _uuid(required=True)
    name = Text(required=True, min_length=1, max_length=120)
    from_ = Text(data_key="from", attribute="from", load_default=None, allow_none=True, max_length=200)
    removed = fields.Boolean(load_default=False)


class ItemDataSchema(Schema):
    agenda_item_id = ItemName(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["started", "done"]))


class NoteDataSchema(Schema):
    """What somebody said: a summoned member, or a guest by name. The same ``key`` again corrects or removes the note."""

    key = _uuid(required=True)
    agenda_item_id = ItemName(load_default=None, allow_none=True)
    speaker_member_id = TextId(load_default=None, allow_none=True)
    speaker_name = Text(load_default=None, allow_none=True, max_length=120)
    text = Text(required=True, max_length=MAX_NOTE, multiline=True)
    removed = fields.Boolean(load_default=False)


class ConclusionDataSchema(Schema):
    """What the chair concluded on an item; empty text takes it back."""

    agenda_item_id = ItemName(required=True)
    text = Text(required=True, max_length=MAX_NOTE, multiline=True)


class RoomReservationSchema(Schema):
    member_id = TextId(required=True)
    text = Text(required=True, min_length=1, max_length=MAX_OPINION, multiline=True)


class PutFormSchema(Schema):
    """What document was voted on: of which type and term, and in whose place it was to come."""

    type = fields.String(required=True, validate=validate.OneOf([type_.value for type_ in DocumentType]))
    term = fields.String(required=True, validate=validate.Regexp(r"^\d{4}-\d{4}\Z"))
    supersedes_id = TextId(required=True, allow_none=True)


class PutSchema(Schema):
    """What the device's copy of the draft said when it was voted on; ``content_hash`` as the server gave it with the draft.
    ``form``: left out by older apps."""

    symbol = Text(required=True, min_length=1, max_length=40)
    title = Text(required=True, min_length=1, max_length=300)
    content_hash = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    form = fields.Nested(PutFormSchema)


class CountedVoteSchema(Schema):
    """A vote as it was counted in the room; ``denominator`` is the number of votes that the room counted, ``resolution_id``
    the meeting's draft that was put to the vote, ``put`` what it said.
    ``confirmed``: who wrote it down was told that more voted, or were given a
    paper, than the roll has in the room, and said that the numbers are right. ``apart``: the subjects of votes that ask the
    same by their titles, of which somebody said that they are other votes."""

    title = Text(required=True, min_length=1, max_length=300)
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in BallotKind]))
    agenda_item_id = ItemName(load_default=None, allow_none=True)
    resolution_id = TextId(load_default=None, allow_none=True)
    put = fields.Nested(PutSchema)
    agree = _count()
    disagree = _count()
    other = _count()
    denominator = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=MAX_COUNT)
    )
    confirmed = fields.Boolean(load_default=False)
    reserved = fields.List(
        fields.Nested(RoomReservationSchema), load_default=list, validate=validate.Length(max=MAX_RESERVED)
    )
    apart = fields.List(fields.String(validate=validate.Length(1, 400)), validate=validate.Length(max=50))


class CountedVoteDataSchema(Schema):
    """``withdrawn``: the vote was written down by mistake and is taken out, for this reason; the same line without it puts it
    back."""

    withdrawn = Text(min_length=1, max_length=500, allow_none=True)


class HandVoteDataSchema(CountedVoteDataSchema):
    ballot = fields.Nested(CountedVoteSchema, required=True)


class PaperVoteSchema(CountedVoteSchema):
    """A secret vote on paper: also how many papers were given out, came back, and are valid or not."""

    papers = fields.Nested(PapersSchema, required=True)


class PaperVoteDataSchema(CountedVoteDataSchema):
    ballot = fields.Nested(PaperVoteSchema, required=True)


class PaperScoreDataSchema(PaperScoreSchema):
    """The sheets on which the meeting was scored on paper: how many, and the points of all of them together."""


class SettleDataSchema(Schema):
    """Ends a difference on ``subject``: what the ``chosen`` entry says stands, ``instead_of`` the others."""

    subject = fields.String(required=True, validate=validate.Length(min=1, max=400))
    chosen = _uuid(required=True)
    instead_of = fields.List(_uuid(), required=True, validate=validate.Length(min=1, max=50))


DATA_SCHEMAS: dict[EntryKind, type[Schema]] = {
    EntryKind.OPEN: OpenDataSchema,
    EntryKind.CLOSE: CloseDataSchema,
    EntryKind.CHAIR: PersonDataSchema,
    EntryKind.MINUTE_TAKER: PersonDataSchema,
    EntryKind.MARK: MarkDataSchema,
    EntryKind.GUEST: GuestDataSchema,
    EntryKind.ITEM: ItemDataSchema,
    EntryKind.NOTE: NoteDataSchema,
    EntryKind.CONCLUSION: ConclusionDataSchema,
    EntryKind.HAND_VOTE: HandVoteDataSchema,
    EntryKind.PAPER_VOTE: PaperVoteDataSchema,
    EntryKind.PAPER_SCORE: PaperScoreDataSchema,
    EntryKind.SETTLE: SettleDataSchema,
    EntryKind.AGENDA: AgendaDataSchema,
    EntryKind.REOPEN: UndoDataSchema,
    EntryKind.UNOPEN: UndoDataSchema,
}


class EntryInSchema(Schema):
    """One line as the device wrote it; ``data`` depends on ``kind`` (docs/api.md). A line whose data cannot be right is
    refused by itself, so that it does not hold back the others."""

    id = _uuid(required=True)
    kind = fields.String(required=True, validate=_KIND)
    data = fields.Dict(keys=fields.String(), required=True)
    at = Instant(required=True)
    device_id = _uuid(required=True)
    sequence = fields.Integer(required=True, strict=True, validate=validate.Range(1, MAX_SEQUENCE))
    base = _uuid(load_default=None, allow_none=True)


class EntriesInSchema(Schema):
    """``now`` is the device's clock as it sends; the times of its entries are shifted when it is wrong by too much."""

    now = Instant(required=True)
    entries = fields.List(
        fields.Nested(EntryInSchema), required=True, validate=validate.Length(min=1, max=MAX_ENTRIES)
    )


class EntryAnswerSchema(Schema):
    """What became of one entry; ``code`` says why it was refused."""

    id = fields.String(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf([outcome.value for outcome in Outcome]))
    code = fields.String(required=True, allow_none=True)
    at = Instant(required=True)
    flags = fields.List(
        fields.String(validate=validate.OneOf([flag.value for flag in EntryFlag])), required=True
    )


class EntrySchema(EntryAnswerSchema):
    kind = fields.String(required=True, validate=_KIND)
    subject = fields.String(required=True)
    data = fields.Dict(keys=fields.String(), required=True)
    device_id = fields.String(required=True)
    sequence = fields.Integer(required=True)
    base = fields.String(required=True, allow_none=True)
    recorded_by = Id(required=True, allow_none=True)
    received_at = Instant(required=True)


class EntryAnswersSchema(Schema):
    items = fields.List(fields.Nested(EntryAnswerSchema), required=True)


class BookArgs(Schema):
    """``after``: the ``cursor`` of the last answer; entries written or judged since then are given."""

    after = fields.Integer(load_default=0, validate=validate.Range(0, MAX_SEQUENCE))


class BookSchema(Schema):
    """A part of the book, in the order in which it was written down here. ``more``: ask again from ``cursor``.

    ``state`` is the meeting's, so that who follows it sees opening and closing with the same question.
    """

    items = fields.List(fields.Nested(EntrySchema), required=True)
    cursor = fields.Integer(required=True)
    more = fields.Boolean(required=True)
    state = fields.String(required=True, validate=validate.OneOf(MEETING_STATES))
