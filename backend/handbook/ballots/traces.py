"""What a database remembers besides its rows: the order of the last writes, and the bytes of rows that are gone.

None of it may tell in which order the votes of a secret ballot came in, or what a withdrawn one held (ADR 10). The rows
themselves are written so that they say nothing; this sweeps up behind them, as far as the database can.
"""

import sqlite3
from functools import partial

from sqlalchemy.exc import OperationalError

from handbook.kernel.db import db
from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import UnitOfWork

# So long the sweeping may wait for others who read; a chair stands in front of the room meanwhile.
PATIENCE_MS = 2_000
TABLES = "ballot_box, ballot_papers"


def overwrite_deleted(uow: UnitOfWork) -> None:
    """From here on SQLite fills with zeros what this transaction deletes, pages that become free included."""
    if uow.session.get_bind().dialect.name == "sqlite":
        uow.session.connection().exec_driver_sql("PRAGMA secure_delete = ON")


def sweep_traces(uow: UnitOfWork) -> None:
    """Once this transaction is committed, leave no log of the order of writes behind."""
    if not uow.memo.setdefault(_sweep, False):
        uow.memo[_sweep] = True
        uow.after_commit(partial(_sweep, uow.session.get_bind().dialect.name))


def _sweep(dialect: str) -> None:
    try:
        swept = _truncate_wal() if dialect == "sqlite" else _vacuum()
    except (sqlite3.OperationalError, OperationalError):
        swept = False
    if not swept:
        # Somebody was reading for long. Nothing is lost but the tidiness; the next sweep takes it along.
        get_logger().warning("ballots.not_swept")


def _truncate_wal() -> bool:
    """Empty SQLite's write-ahead log: it holds every page as it was after every commit, in their order."""
    connection = db.engine.raw_connection()
    try:
        cursor = connection.cursor()
        (before,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {before}")
        return not busy
    finally:
        connection.close()


def _vacuum() -> bool:
    """Clear PostgreSQL's dead rows: each still knows its place and the transactions that wrote and removed it."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"SET lock_timeout = {PATIENCE_MS}")
        try:
            connection.exec_driver_sql(f"VACUUM {TABLES}")
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True
