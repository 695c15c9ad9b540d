"""Reads and writes on psycopg; see :mod:`handbook.kernel.drivers`."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import psycopg
from sqlalchemy import Dialect, Exists, Insert, Select, Update, func, insert, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import make_url

from handbook.config import Settings
from handbook.kernel.drivers import Prepared, Rows, Statement, Step, Values

CONNECT_SECONDS = 2
# The first step of what may be lost with the machine's power: the commit of its transaction waits for no disk and no standby.
_WAIT_FOR_NOTHING: Step = (select(func.set_config("synchronous_commit", "off", True).label("waits")), {})


class _Held:
    """A connection that is closed with the thread, or the driver, that holds it."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class PostgresDriver:
    """One connection of each thread, without transactions that outlive a statement: what is written together is one statement
    and costs one exchange."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        self._dialect: Dialect = cast(Any, PGDialect_psycopg)(paramstyle="format")
        self._prepared: dict[tuple[Statement, ...], Prepared] = {}
        self._local = threading.local()

    def rows(self, statement: str, values: Sequence[Any]) -> Rows | None:
        try:
            return self._ask(statement.replace("?", "%s"), values).fetchall()
        except psycopg.Error:
            self._local.held = None
            return None

    def find(self, statement: Select[Any], values: Values) -> Rows | None:
        prepared = self._prepare((statement,))
        try:
            return prepared.results(self._ask(prepared.text, prepared.values(values)).fetchall())
        except psycopg.Error:
            self._local.held = None
            return None

    def write(self, steps: Sequence[Step], also: Sequence[Step] = (), *, durable: bool = True) -> bool:
        try:
            if not self._write(steps if durable else [_WAIT_FOR_NOTHING, *steps]):
                return False
        except psycopg.Error:
            self._local.held = None
            return False
        with suppress(psycopg.Error):
            for step in also:
                self._write([_WAIT_FOR_NOTHING, step])
        return True

    def instant(self, value: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def moment(self, instant: datetime) -> Any:
        return instant

    def data(self, value: Any) -> Any:
        return value

    def close(self) -> None:
        self._local.held = None

    def _write(self, steps: Sequence[Step]) -> bool:
        prepared = self._prepare(tuple(statement for statement, _ in steps))
        given = {name: value for _, values in steps for name, value in values.items()}
        return self._ask(prepared.text, prepared.values(given)).rowcount == 1

    def _ask(self, text: str, values: Sequence[Any]) -> "psycopg.Cursor[Any]":
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or held.connection.closed:
            held = _Held(psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS))
            self._local.held = held
        return held.connection.execute(text.encode(), values, prepare=True)

    def _prepare(self, statements: tuple[Statement, ...]) -> Prepared:
        found = self._prepared.get(statements)
        if found is None:
            found = self._prepared[statements] = Prepared(in_one(statements), self._dialect)
        return found


def in_one(statements: Sequence[Statement]) -> Statement:
    """One statement that carries these out in their order, each only if the one before has found or changed a row.

    A row that one of them locks stays locked for the following. Where a name stands for a value in several, it is the same
    value.
    """
    condition: Exists | None = None
    for place, statement in enumerate(statements[:-1]):
        conditional = _when(statement, condition)
        if isinstance(conditional, Update):
            conditional = conditional.returning(next(iter(conditional.table.primary_key)))
        done = cast(Select[Any], conditional).cte(f"step_{place}")
        condition = select(next(iter(done.c))).exists()
    return _when(statements[-1], condition)


def _when(statement: Statement, condition: Exists | None) -> Statement:
    if condition is None:
        return statement
    if isinstance(statement, Insert):
        values = cast(Select[Any], statement.select)
        return insert(statement.table).from_select(
            list(values.selected_columns.keys()), values.where(condition)
        )
    return statement.where(condition)
