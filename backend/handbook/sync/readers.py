"""Reads by key on the bare drivers, one connection per thread, outside any transaction of the application.

Statements are written with ``?``. An answer of None means that the database did not answer: whoever asked goes the long way.
"""

import json
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

from handbook.config import Settings

Rows = list[tuple[Any, ...]]
SQLITE_WAIT_SECONDS = 1
POSTGRES_CONNECT_SECONDS = 2


class Reader(Protocol):
    """What both engines offer; ``instant`` and ``data`` read what the engine gives for a time and for JSON."""

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None: ...

    def instant(self, value: Any) -> datetime | None: ...

    def data(self, value: Any) -> Any: ...


def reader_of(settings: Settings) -> Reader:
    """The reader of the settings' database."""
    return SqliteReader(settings) if settings.is_sqlite else PostgresReader(settings)


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


class PostgresReader:
    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        self._local = threading.local()

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None:
        try:
            text = statement.replace("?", "%s").encode()
            return self._connection().execute(text, values, prepare=True).fetchall()
        except psycopg.Error:
            self._local.connection = None
            return None

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def data(self, value: Any) -> Any:
        return value

    def _connection(self) -> "psycopg.Connection[Any]":
        connection: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=POSTGRES_CONNECT_SECONDS)
            self._local.connection = connection
        return connection
