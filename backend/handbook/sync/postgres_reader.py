"""Reads by key on psycopg; see :mod:`handbook.sync.readers`."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from handbook.config import Settings
from handbook.sync.readers import Rows

CONNECT_SECONDS = 2


class _Held:
    """A connection that is closed with the thread, or the reader, that holds it."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


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
            self._local.held = None
            return None

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def moment(self, instant: datetime) -> Any:
        return instant

    def data(self, value: Any) -> Any:
        return value

    def _connection(self) -> "psycopg.Connection[Any]":
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or held.connection.closed:
            held = _Held(psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS))
            self._local.held = held
        return held.connection
