"""Keyset paging: ``{"items": [...], "next": cursor|null}``; a page costs the same however deep it lies."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from marshmallow import fields, pre_load, validate
from sqlalchemy import Row, Select, tuple_

from handbook.kernel.clock import as_utc
from handbook.kernel.db import UTCDateTime, db
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.schemas import Schema

MAX_LIMIT = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    items: Sequence[T]
    next: str | None


class PageArgs(Schema):
    """``?limit=`` and ``?cursor=`` of every list. A filter that is left blank, as in ``?q=&status=``, is none."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))

    @pre_load
    def drop_blanks(self, data: Mapping[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {name: value for name, value in data.items() if value != ""}


def paginate(
    statement: Select[tuple[T]],
    keys: Sequence[Any],
    *,
    limit: int,
    cursor: str | None,
    key_of: Callable[[T], Sequence[int | str]],
    descending: bool = False,
) -> Page[T]:
    """One page of ``statement`` ordered by ``keys`` (integers, text, days or instants, the last one unique).

    ``key_of`` gives the key values of a row, days and instants in ISO form. A cursor that was not made here raises
    :class:`ValidationFailed`.
    """
    if cursor is not None:
        last = _decode(cursor, keys)
        edge = tuple_(*keys) < tuple(last) if descending else tuple_(*keys) > tuple(last)
        statement = statement.where(edge)
    order = [key.desc() if descending else key.asc() for key in keys]
    rows = list(db.session.scalars(statement.order_by(*order).limit(limit + 1)))
    following = _encode(key_of(rows[limit - 1])) if len(rows) > limit else None
    return Page(rows[:limit], following)


def paginate_rows(
    statement: Select[Any],
    keys: Sequence[Any],
    *,
    limit: int,
    cursor: str | None,
    key_of: Callable[[Row[Any]], Sequence[int | str]],
) -> Page[Row[Any]]:
    """The same for a statement of several columns."""
    if cursor is not None:
        statement = statement.where(tuple_(*keys) > tuple(_decode(cursor, keys)))
    rows = list(db.session.execute(statement.order_by(*keys).limit(limit + 1)))
    following = _encode(key_of(rows[limit - 1])) if len(rows) > limit else None
    return Page(rows[:limit], following)


def _encode(values: Sequence[int | str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[Any]) -> list[Any]:
    """The key values of a cursor, as the types of their columns; days and instants travel in ISO form."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list):
            raise TypeError("not a list")
        return [_typed(_python_type(key), value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError):
        raise ValidationFailed(FieldError("/cursor", "invalid")) from None


def _python_type(key: Any) -> type[Any]:
    wanted: type[Any] = datetime if isinstance(key.type, UTCDateTime) else key.type.python_type
    return wanted


def _typed(wanted: type[Any], value: Any) -> Any:
    if wanted is datetime and isinstance(value, str):
        return as_utc(datetime.fromisoformat(value))
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is not wanted or (wanted is int and abs(value) >= 2**63):
        raise TypeError("a cursor of another list")
    return value
