"""Putting a data set into a new database: rows by bulk insert on SQLite and by COPY on PostgreSQL, into the migrated schema.

Secondary indexes are dropped before and made again after, by their own definitions. PostgreSQL does not check each
row's references while it copies, nor SQLite; the tests check all of them in a data set that is made the same way.
"""

import sqlite3
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from tests.bench.datasets.content import all_rows
from tests.bench.datasets.rows import Forms, Rows
from tests.bench.datasets.shape import Shape

Tell = Callable[[str], None]
CHUNK = 20_000
SQLITE_FORMS = Forms(null=None, blob=lambda value: value)
POSTGRES_FORMS = Forms(null="\\N", blob=lambda value: "\\\\x" + value.hex())
_NUMBERED = (
    "SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
)
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
JOIN pg_class t ON t.oid = i.indrelid LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
WHERE t.relnamespace = 'public'::regnamespace AND k.oid IS NULL ORDER BY 1
"""


def load_sqlite(file: Path, shape: Shape, tell: Tell) -> None:
    """Fill a migrated, empty SQLite database."""
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        for pragma in (
            "journal_mode=OFF",
            "synchronous=OFF",
            "cache_size=-1000000",
            "locking_mode=EXCLUSIVE",
        ):
            connection.execute(f"PRAGMA {pragma}")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        for rows in all_rows(shape, SQLITE_FORMS):
            with _timed(rows, tell):
                connection.execute("BEGIN")
                connection.executemany(_insert(rows), rows.values)
                connection.execute("COMMIT")
        tell(f"{len(indexes)} indexes")
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def load_postgres(url: str, shape: Shape, tell: Tell) -> None:
    """Fill a migrated, empty PostgreSQL database (a psycopg URL); needs a superuser."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("session_replication_role = replica", "maintenance_work_mem = '512MB'"):
            connection.execute(f"SET {setting}".encode())
        connection.execute("SET timezone = 'UTC'")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        for rows in all_rows(shape, POSTGRES_FORMS):
            with _timed(rows, tell):
                _copy(connection, rows)
        tell(f"{len(indexes)} indexes")
        for _, definition in indexes:
            connection.execute(definition.encode())
        for (table,) in connection.execute(_NUMBERED).fetchall():
            _number_on(connection, table)
        tell("vacuum")
        connection.execute("VACUUM (ANALYZE)")


def _insert(rows: Rows) -> str:
    columns = ", ".join((*rows.columns, *rows.constants))
    places = ["?"] * len(rows.columns) + [_literal(value) for value in rows.constants.values()]
    return f"INSERT INTO {rows.table} ({columns}) VALUES ({', '.join(places)})"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _copy(connection: "psycopg.Connection[Any]", rows: Rows) -> None:
    columns = ", ".join((*rows.columns, *rows.constants))
    constants = (str(value).replace("%", "%%") for value in rows.constants.values())
    line = "\t".join(("%s",) * len(rows.columns) + tuple(constants)) + "\n"
    values = iter(rows.values)
    with connection.cursor().copy(f"COPY {rows.table} ({columns}) FROM STDIN".encode()) as copy:
        while chunk := [line % row for row in islice(values, CHUNK)]:
            copy.write("".join(chunk))


def _number_on(connection: "psycopg.Connection[Any]", table: str) -> None:
    """Let the database's own numbering go on after what was copied."""
    has_id = (
        "SELECT pg_get_serial_sequence(%s, 'id') WHERE EXISTS"
        " (SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id')"
    )
    found = connection.execute(has_id, (table, table)).fetchone()
    if found and found[0]:
        connection.execute(
            f"SELECT setval('{found[0]}', greatest((SELECT max(id) FROM {table}), 1))".encode()
        )


class _timed:  # noqa: N801 - reads as a word of the language
    """Tells how long a table took, where it took long."""

    def __init__(self, rows: Rows, tell: Tell) -> None:
        self._name, self._tell = rows.table, tell

    def __enter__(self) -> None:
        self._began = time.perf_counter()

    def __exit__(self, *_exception: object) -> None:
        seconds = time.perf_counter() - self._began
        if seconds >= 1:
            self._tell(f"{self._name} {seconds:.0f} s")
