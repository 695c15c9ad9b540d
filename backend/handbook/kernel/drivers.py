"""Reads and writes on the bare drivers, beside every session of the application, for the calls of a whole province at once.

Statements are the application's own, compiled once, or plain text written with ``?``. An answer of None means that the database
did not answer: whoever asked goes the long way.
"""

import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import orjson
from sqlalchemy import Dialect, Insert, Select, Update
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url

from handbook.config import Settings
from handbook.kernel.group_commit import GroupCommit
from handbook.kernel.locks import MachineLock

Rows = list[tuple[Any, ...]]
Values = dict[str, Any]
Statement = Select[Any] | Insert | Update
# A statement and its values. It must find a row, or change one: a step that does not ends the writing.
Step = tuple[Statement, Values]
SQLITE_WAIT_SECONDS = 1
# A file of a nation's size is read where the kernel has it: copying the pages that a small cache cannot hold would nearly
# double a reading by key. A province's file stays below; what is mapped counts as memory of every process that reads it.
MAP_FROM_BYTES = 256 * 1024 * 1024
_MOST_BYTES = 2**40
# SQLite maps 2 GiB of a file at most. Of one that is larger the upper pages of every index are kept instead: 16 MB, as the
# application's own connections have.
_CACHE_OF_THE_UNMAPPED = -16_000


class Driver(Protocol):
    """What both engines offer. ``instant`` and ``data`` read what the engine gives for a time and for JSON; ``moment`` is a
    time as the engine compares it."""

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None: ...

    def find(self, statement: Select[Any], values: Values) -> Rows | None:
        """The rows of a statement of the application, in the types that it would give."""
        ...

    def write(self, steps: Sequence[Step], also: Sequence[Step] = (), *, durable: bool = True) -> bool:
        """Carry out all the steps in one transaction; true when that is committed, false when nothing was written.

        The first steps say what must be so, and what they find stays so until the end. ``also`` is what may be lost: it is
        carried out when the steps were. What is not ``durable`` may be lost with the machine's power, and waits for no disk.
        """
        ...

    def instant(self, value: Any) -> datetime | None: ...

    def moment(self, instant: datetime) -> Any: ...

    def data(self, value: Any) -> Any: ...

    def close(self) -> None:
        """Let go of the database, as who ends or replaces it must: what this thread reads with, and what all write with."""
        ...


def driver_of(settings: Settings) -> Driver:
    """The driver of the settings' database; PostgreSQL's is loaded (9 MiB) only where it is used."""
    if settings.is_sqlite:
        return SqliteDriver(settings)
    from handbook.kernel.postgres_driver import PostgresDriver

    return PostgresDriver(settings)


def current_driver() -> Driver:
    """The application's driver."""
    from flask import current_app

    driver: Driver = current_app.extensions["handbook.driver"]
    return driver


class Prepared:
    """A statement of the application as text for a bare driver; SQLAlchemy's types say how values go in and come out."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._places = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            into = bind.type.dialect_impl(dialect).bind_processor(dialect)
            self._places.append((bind.key, None if bind.required else {bind.key: bind.effective_value}, into))
        self._results = []
        if isinstance(statement, Select):
            for place, column in enumerate(statement.selected_columns):
                out_of = column.type.dialect_impl(dialect).result_processor(dialect, None)
                if out_of is not None:
                    self._results.append((place, out_of))

    def values(self, given: Values) -> list[Any]:
        """The values in the order of the text, as the driver takes them."""
        found = []
        for key, constant, into in self._places:
            value = (given if constant is None else constant)[key]
            found.append(value if into is None else into(value))
        return found

    def results(self, rows: Rows) -> Rows:
        """What the driver gave, as the application would see it."""
        if not self._results:
            return rows
        found = []
        for row in rows:
            values = list(row)
            for place, out_of in self._results:
                values[place] = out_of(values[place])
            found.append(tuple(values))
        return found


class SqliteDriver:
    """Reads on a connection of each thread, writes on one of the process (:mod:`handbook.kernel.group_commit`)."""

    def __init__(self, settings: Settings) -> None:
        self._file = make_url(settings.database_url).database or ""
        self._dialect = SQLiteDialect_pysqlite(paramstyle="qmark", json_deserializer=orjson.loads)
        self._prepared: dict[Statement, Prepared] = {}
        self._local = threading.local()
        self._writer = GroupCommit(self._file, MachineLock(settings.data_dir / "check-ins.lock"))

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None:
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.Error:
            self._local.connection = None
            return None

    def find(self, statement: Select[Any], values: Values) -> Rows | None:
        prepared = self._prepare(statement)
        rows = self.rows(prepared.text, prepared.values(values))
        return rows and prepared.results(rows)

    def write(self, steps: Sequence[Step], also: Sequence[Step] = (), *, durable: bool = True) -> bool:
        return self._writer.write(self._ready(steps), self._ready(also), durable=durable)

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)

    def moment(self, instant: datetime) -> Any:
        return instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def data(self, value: Any) -> Any:
        return orjson.loads(value)

    def close(self) -> None:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
        self._writer.close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"file:{self._file}?mode=ro", uri=True, isolation_level=None, timeout=SQLITE_WAIT_SECONDS
            )
            size = Path(self._file).stat().st_size
            if size >= MAP_FROM_BYTES:
                # SQLite maps as much of it as it was built to, and says how much that is.
                mapped = connection.execute(f"PRAGMA mmap_size={_MOST_BYTES}").fetchone()
                if mapped is None or size > mapped[0]:
                    connection.execute(f"PRAGMA cache_size={_CACHE_OF_THE_UNMAPPED}").close()
            self._local.connection = connection
        return connection

    def _prepare(self, statement: Statement) -> Prepared:
        found = self._prepared.get(statement)
        if found is None:
            found = self._prepared[statement] = Prepared(statement, self._dialect)
        return found

    def _ready(self, steps: Sequence[Step]) -> list[tuple[str, Sequence[Any]]]:
        return [
            (prepared.text, prepared.values(values))
            for prepared, values in ((self._prepare(statement), values) for statement, values in steps)
        ]
