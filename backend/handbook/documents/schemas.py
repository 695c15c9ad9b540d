from marshmallow import fields, validate

from handbook.documents.enums import MediaType
from handbook.kernel.schemas import Id, Schema, Text

MAX_TITLE_LENGTH = 200


class PaperFormSchema(Schema):
    """The fields beside the file of a multipart upload; the title defaults to the document's own, then to the name."""

    title = Text(load_default="", max_length=MAX_TITLE_LENGTH)
    agenda_item_id = Id(load_default=None)


class PaperFileSchema(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class PaperSchema(Schema):
    """A paper; its bytes are at ``/api/papers/{id}/content``, with ``sha256`` as their entity tag."""

    id = Id(required=True)
    meeting_id = Id(required=True)
    agenda_item_id = Id(required=True, allow_none=True)
    title = fields.String(required=True)
    filename = fields.String(required=True)
    media_type = fields.String(required=True, validate=validate.OneOf([str(kind) for kind in MediaType]))
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
