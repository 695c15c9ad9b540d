"""The database: declarative base, column types, and how each engine is set up.

SQLite runs in WAL mode with ``synchronous=FULL`` (NORMAL loses acknowledged rows at a power cut). Write transactions begin
with ``BEGIN IMMEDIATE``: a deferred one that reads and then writes fails with SQLITE_BUSY under load.
"""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Dialect, Engine, Integer, MetaData, String, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry

from handbook.kernel.clock import as_utc
from handbook.kernel.logging import get_logger

WRITE_OPTION = "handbook_write"
#: Whether a commit waits until it is on the disk; one that does not survives the end of the process, not a power cut.
DURABLE_OPTION = "handbook_durable"
BUSY_TIMEOUT_SECONDS = 15


class Base(DeclarativeBase):
    """Declarative base of every model; constraint names are fixed so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": True},
)

# BIGINT autoincrement on both engines: SQLite only autoincrements a column declared INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")
# Text compared byte by byte on both engines, which the prefix ranges of the tree need.
BinaryText = String().with_variant(String(collation="C"), "postgresql")


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Aware UTC in Python; naive values raise. Stored with microseconds, sortable, on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = as_utc(value)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def set_up_sqlite(connection: sqlite3.Connection) -> None:
    """What every connection that writes must be told, so that what it commits is on the disk and names only rows that exist."""
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_SECONDS * 1000}",
        "cache_size=-16000",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(Engine, "connect")
def _set_up_connection(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        set_up_sqlite(connection)


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    durable = options.get(DURABLE_OPTION, True)
    if connection.dialect.name == "sqlite":
        # The next transaction of this connection sets it again; inside one it cannot be changed.
        if connection.info.get(DURABLE_OPTION, True) != durable:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            connection.info[DURABLE_OPTION] = durable
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITE_OPTION, False) else "BEGIN")
    elif not durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


def engine_options(database_url: str, threads: int) -> dict[str, Any]:
    """Keyword arguments of ``create_engine`` for this URL and this many threads of one process."""
    if database_url.startswith("sqlite"):
        return {
            "pool_size": threads + 2,
            "max_overflow": 4,
            # Each connection keeps pages of its own: the one used last is used again, not all of them in turn.
            "pool_use_lifo": True,
            "connect_args": {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
        }
    return {"pool_size": threads + 2, "max_overflow": 4, "pool_pre_ping": True, "pool_recycle": 1800}


def roll_back(session: Session) -> None:
    """Take back, or end, what the session has under way, also when the database went away meanwhile and has done so itself."""
    try:
        session.rollback()
    except DBAPIError as error:
        get_logger().warning("database.lost", error=type(error).__name__)
        session.invalidate()


def end_readings(app: Flask) -> None:
    """End what a request has read, also when the database has gone away meanwhile: its answer is made by then, and stands.

    To be registered after the extension's own end of the session, and so carried out before it, which finds nothing to end.
    """

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        if db.session.registry.has():
            roll_back(db.session())


def insert_into(session: Session, table: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """The engine's own INSERT, which knows what to do about a key that is taken."""
    postgres = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if postgres else sqlite.insert(table)
