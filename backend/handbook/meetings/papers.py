from collections.abc import Sequence
from typing import Any

from marshmallow import fields

from handbook.kernel.schemas import Id, Schema


class PaperSchema(Schema):
    id = Id(required=True)
    meeting_id = Id(required=True)
    agenda_item_id = Id(required=True, allow_none=True)
    title = fields.String(required=True)
    filename = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)


def papers_of_meetings(_meeting_ids: Sequence[int]) -> dict[int, list[Any]]:
    return {}
