from marshmallow import fields, validate

from handbook.documents.enums import MediaType
from handbook.documents.layout.drawing import MAX_LENGTH
from handbook.kernel.schemas import Id, Instant, Schema, Text
from handbook.minutes.enums import MinutesState, SignerRole
from handbook.minutes.text import MAX_PARAGRAPHS

MAX_TEXT = 20_000
# A page that somebody signed is a picture or a PDF.
_PICTURES = [str(kind) for kind in MediaType if kind != MediaType.DOCX]
_ROLES = validate.OneOf([role.value for role in SignerRole])


class MinutesParagraphSchema(Schema):
    """``facts``: what the facts of the meeting say here; null for words of one's own. ``differs``: the facts changed after
    somebody had edited this paragraph, or after it was read to the meeting. ``by_hand``: a person wrote it."""

    id = fields.String(required=True)
    text = fields.String(required=True)
    is_heading = fields.Boolean(required=True)
    facts = fields.String(required=True, allow_none=True)
    removed = fields.Boolean(required=True)
    differs = fields.Boolean(required=True)
    by_hand = fields.Boolean(required=True)


class MinutesSectionSchema(Schema):
    key = fields.String(required=True)
    title = fields.String(required=True)
    paragraphs = fields.List(fields.Nested(MinutesParagraphSchema), required=True)


class SignerSchema(Schema):
    member_id = Id(required=True)
    full_name = fields.String(required=True)


class PaperSignatureSchema(Schema):
    """A signature on the printed page: who put it on record, and the SHA-256 under which its scan is read."""

    recorded_by = fields.String(required=True)
    scan = fields.String(required=True)
    media_type = fields.String(required=True, validate=validate.OneOf(_PICTURES))


class MinutesSignatureSchema(Schema):
    """``drawing``: SVG path data on a pad of 1000 by 400, of M and L with whole numbers; null when the name was typed.
    ``paper``: null unless the signature was given on the printed page; then ``signed_at`` is when it was put on record."""

    role = fields.String(required=True, validate=_ROLES)
    full_name = fields.String(required=True)
    drawing = fields.String(required=True, allow_none=True)
    signed_at = Instant(required=True)
    paper = fields.Nested(PaperSignatureSchema, required=True, allow_none=True)


class AddendumSchema(Schema):
    number = fields.Integer(required=True)
    text = fields.String(required=True)
    written_at = Instant(required=True)
    signatures = fields.List(fields.Nested(MinutesSignatureSchema), required=True)


class MinutesSchema(Schema):
    """The minutes of a meeting. ``intact`` false: what is stored is not what was signed."""

    id = Id(required=True)
    meeting_id = Id(required=True)
    organization_id = Id(required=True)
    state = fields.String(required=True, validate=validate.OneOf([state.value for state in MinutesState]))
    issuer = fields.String(required=True)
    superior = fields.String(required=True, allow_none=True)
    place = fields.String(required=True)
    day = fields.String(required=True, metadata={"format": "date"})
    symbol = fields.String(required=True)
    title = fields.String(required=True)
    subtitle = fields.String(required=True)
    sections = fields.List(fields.Nested(MinutesSectionSchema), required=True)
    chair = fields.Nested(SignerSchema, required=True, allow_none=True)
    minute_taker = fields.Nested(SignerSchema, required=True, allow_none=True)
    signatures = fields.List(fields.Nested(MinutesSignatureSchema), required=True)
    addenda = fields.List(fields.Nested(AddendumSchema), required=True)
    intact = fields.Boolean(required=True)
    read_back_at = Instant(required=True, allow_none=True)
    signed_at = Instant(required=True, allow_none=True)
    changed_at = Instant(required=True)
    etag = fields.String(required=True)


class ParagraphInSchema(Schema):
    """A paragraph of the facts keeps its id; one of one's own has an id of the device's making. ``differs`` false: it is to
    stand though the facts say otherwise."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._-]{1,80}$"))
    text = Text(required=True, min_length=1, max_length=MAX_TEXT, multiline=True)
    removed = fields.Boolean(load_default=False)
    differs = fields.Boolean(load_default=True)


class SectionInSchema(Schema):
    key = fields.String(required=True, validate=validate.Length(min=1, max=40))
    paragraphs = fields.List(
        fields.Nested(ParagraphInSchema), required=True, validate=validate.Length(max=MAX_PARAGRAPHS)
    )


class MinutesPatchSchema(Schema):
    """Only the sections that are given change, each as a whole; a paragraph of the facts that is not named is left out."""

    sections = fields.List(fields.Nested(SectionInSchema), validate=validate.Length(max=12))
    chair_id = Id()
    minute_taker_id = Id()


class RoomParagraphSchema(ParagraphInSchema):
    """``facts``: what the facts on the phone said here. ``by_hand``: a person wrote it; when left out, whether it says
    something else."""

    is_heading = fields.Boolean(load_default=False)
    facts = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=2 * MAX_TEXT))
    differs = fields.Boolean(load_default=False)
    by_hand = fields.Boolean(load_default=None, allow_none=True)


class RoomSectionSchema(SectionInSchema):
    paragraphs = fields.List(
        fields.Nested(RoomParagraphSchema), required=True, validate=validate.Length(max=MAX_PARAGRAPHS)
    )


class RoomMinutesSchema(Schema):
    """The whole text as the phone has it. ``read_back_at``: when it was read to the meeting, which agreed."""

    sections = fields.List(
        fields.Nested(RoomSectionSchema), required=True, validate=validate.Length(min=1, max=12)
    )
    read_back_at = Instant(load_default=None, allow_none=True)


class SignatureInSchema(Schema):
    """``login``: who signs on somebody else's device; without it the caller does. ``addendum``: its number."""

    role = fields.String(required=True, validate=_ROLES)
    login = Text(load_default=None, allow_none=True, min_length=1, max_length=60)
    password = fields.String(required=True, validate=validate.Length(min=1, max=200), load_only=True)
    drawing = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=MAX_LENGTH))
    addendum = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=1000))


class SignedPageSchema(Schema):
    """Beside the scan of the signed page: who has signed on it. ``addendum``: its number, 0 for the minutes."""

    role = fields.String(required=True, validate=_ROLES)
    addendum = fields.Integer(load_default=0, validate=validate.Range(min=0, max=1000))


class AddendumInSchema(Schema):
    text = Text(required=True, min_length=1, max_length=MAX_TEXT, multiline=True)


class NumbersSchema(Schema):
    """What the documents of a meeting bear, or will bear as long as nobody takes the number before."""

    minutes = fields.String(required=True)
    resolution = fields.String(required=True)
