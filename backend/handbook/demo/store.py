"""Rows on their way to the database: collected with their ids, written in bulk."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Table, func, insert, select
from sqlalchemy.orm import Session

from handbook.kernel.db import db

CHUNK = 2000


class Store:
    """Gives out ids from 1 and keeps rows until :meth:`flush`; for an empty database only."""

    def __init__(self) -> None:
        self._next: dict[str, int] = defaultdict(int)
        self._rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)

    def add(self, model: type[Any], **values: Any) -> int:
        """Keep a row that has an ``id`` of its own; returns it. Every row of a model names the same columns."""
        self._next[model.__tablename__] += 1
        id_ = self._next[model.__tablename__]
        self._rows[model.__table__].append({"id": id_, **values})
        return id_

    def add_keyed(self, model: type[Any], **values: Any) -> None:
        """Keep a row whose key is among its values."""
        self._rows[model.__table__].append(values)

    def rows(self, model: type[Any]) -> list[dict[str, Any]]:
        """What is kept of this model and not written yet."""
        return self._rows[model.__table__]

    def flush(self, session: Session) -> None:
        """Write everything, parents before children, and let the database's own numbering go on after it."""
        for table in db.metadata.sorted_tables:
            rows = self._rows.pop(table, [])
            for start in range(0, len(rows), CHUNK):
                session.execute(insert(table), rows[start : start + CHUNK])
            if rows and "id" in table.c and session.get_bind().dialect.name == "postgresql":
                highest = select(func.max(table.c.id)).scalar_subquery()
                sequence = func.pg_get_serial_sequence(table.name, "id")
                session.execute(select(func.setval(sequence, highest)))
