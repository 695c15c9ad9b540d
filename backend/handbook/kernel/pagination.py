"""Keyset paging: ``{"items": [...], "next": cursor|null}``; a page costs the same however deep it lies."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, validate
from sqlalchemy import Select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from handbook.kernel.db import db
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.schemas import Schema

MAX_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Page[T]:
    items: Sequence[T]
    next: str | None


class PageArgs(Schema):
    """``?limit=`` and ``?cursor=`` of every list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=400))


def paginate[T](
    statement: Select[tuple[T]],
    keys: Sequence[ColumnElement[Any]],
    *,
    limit: int,
    cursor: str | None,
    key_of: Callable[[T], Sequence[int | str]],
    descending: bool = False,
) -> Page[T]:
    """One page of ``statement`` ordered by ``keys`` (integers or text, the last one unique).

    ``key_of`` gives the key values of a row. A cursor that was not made here raises :class:`ValidationFailed`.
    """
    if cursor is not None:
        last = _decode(cursor, len(keys))
        edge = tuple_(*keys) < tuple_(*last) if descending else tuple_(*keys) > tuple_(*last)
        statement = statement.where(edge)
    order = [key.desc() if descending else key.asc() for key in keys]
    rows = list(db.session.scalars(statement.order_by(*order).limit(limit + 1)))
    following = _encode(key_of(rows[limit - 1])) if len(rows) > limit else None
    return Page(rows[:limit], following)


def _encode(values: Sequence[int | str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(list(values)).encode()).decode().rstrip("=")


def _decode(cursor: str, length: int) -> list[int | str]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except ValueError:
        values = None
    if not isinstance(values, list) or len(values) != length or not all(isinstance(v, int | str) for v in values):
        raise ValidationFailed(FieldError("/cursor", "invalid"))
    return values
