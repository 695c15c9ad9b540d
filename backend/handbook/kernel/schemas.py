"""The base of every schema and the field types that all features share. Unknown fields are refused."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import marshmallow
from marshmallow import RAISE, ValidationError, fields, pre_load, validate

from handbook.kernel.text import clean

MAX_ID_DIGITS = 18


class Schema(marshmallow.Schema):
    """In, Out and Patch schemas derive from this one."""

    class Meta:
        unknown = RAISE
        ordered = True

    @pre_load
    def refuse_unstorable(self, data: Any, **_kwargs: Any) -> Any:
        """Refuse what is text in JSON but nowhere else: zero characters and halves of surrogate pairs."""
        texts = data.items() if isinstance(data, Mapping) else ()
        wrong = {
            name: ["not_text"] for name, value in texts if isinstance(value, str) and not _is_text(value)
        }
        if wrong:
            raise ValidationError(wrong)
        return data


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


class Id(fields.String):
    """An opaque id: decimal text outside, an integer inside."""

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"example": "17", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS):
            raise ValidationError("invalid_id")
        return int(text)


class Instant(fields.AwareDateTime):
    """An instant, RFC 3339 with offset; UTC inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        instant = super()._deserialize(value, attr, data, **kwargs)
        try:
            return instant.astimezone(UTC)
        except (OverflowError, ValueError):
            raise ValidationError("invalid_instant") from None


class Text(fields.String):
    """Text for people: NFC, trimmed, without control characters; ``multiline`` keeps line breaks."""

    def __init__(
        self, *, max_length: int, min_length: int = 0, multiline: bool = False, **kwargs: Any
    ) -> None:
        self._multiline = multiline
        kwargs["validate"] = validate.Length(min=min_length, max=max_length)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if self._multiline:
            return "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n")).strip()
        return clean(text)


class RowProblemSchema(Schema):
    """Why a row of a workbook was refused; ``row`` is the number Excel shows, ``message`` says in Vietnamese how to mend it."""

    sheet = fields.String(required=True)
    row = fields.Integer(required=True)
    field = fields.String(required=True)
    code = fields.String(required=True)
    message = fields.String(required=True)


class ProblemFieldSchema(Schema):
    pointer = fields.String(required=True)
    code = fields.String(required=True)
    params = fields.Dict()


class ProblemSchema(Schema):
    """RFC 9457 problem document."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(ProblemFieldSchema))
    request_id = fields.String(required=True)


def page_of(item: type[marshmallow.Schema]) -> marshmallow.Schema:
    """The list answer of this item's schema: ``{"items": [...], "next": cursor|null}``."""
    name = item.__name__.removesuffix("Schema") + "Page"
    page = Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
        name=name,
    )
    return page()
