"""Reads by key on the bare drivers, one connection per thread, outside any transaction of the application.

Statements are written with ``?``. An answer of None means that the database did not answer: whoever asked goes the long way.
"""

import json
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from sqlalchemy import Select
from sqlalchemy.engine import make_url
from sqlalchemy.engine.default import DefaultDialect

from handbook.config import Settings

Rows = list[tuple[Any, ...]]
SQLITE_WAIT_SECONDS = 1


class Reader(Protocol):
    """What both engines offer. ``instant`` and ``data`` read what the engine gives for a time and for JSON; ``moment`` is a
    time as the engine compares it."""

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None: ...

    def instant(self, value: Any) -> datetime | None: ...

    def moment(self, instant: datetime) -> Any: ...

    def data(self, value: Any) -> Any: ...


def reader_of(settings: Settings) -> Reader:
    """The reader of the settings' database; PostgreSQL's driver is loaded (9 MiB) only where it is used."""
    if settings.is_sqlite:
        return SqliteReader(settings)
    from handbook.sync.postgres_reader import PostgresReader

    return PostgresReader(settings)


def in_words(statement: Select[Any]) -> str:
    """A statement of the application as text for these readers; its parameters stand in the order of the text."""
    return str(statement.compile(dialect=DefaultDialect(paramstyle="qmark")))


class SqliteReader:
    def __init__(self, settings: Settings) -> None:
        self._file = make_url(settings.database_url).database
        self._local = threading.local()

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None:
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.Error:
            self._local.connection = None
            return None

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)

    def moment(self, instant: datetime) -> Any:
        return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def data(self, value: Any) -> Any:
        return json.loads(value)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"file:{self._file}?mode=ro", uri=True, isolation_level=None, timeout=SQLITE_WAIT_SECONDS
            )
            self._local.connection = connection
        return connection
