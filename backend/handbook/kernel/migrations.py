"""Running Alembic on the settings' database; ``handbook migrate`` and the tests use the same road."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config

LOCATION = Path(__file__).parent.parent / "migrations"


def alembic_config() -> "Config":
    """Alembic's configuration without a file. Alembic is loaded only here: web processes need nothing of it."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(LOCATION).replace("%", "%%"))
    return config


@lru_cache(maxsize=1)
def head_revision() -> str:
    """The revision this code expects: revisions are numbered, so it is the last file's number."""
    return max(file.name.partition("_")[0] for file in (LOCATION / "versions").glob("[0-9]*_*.py"))


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to ``revision``; a database that is there already is left alone."""
    from alembic import command

    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back down to ``revision`` (``base`` for nothing at all)."""
    from alembic import command

    _run(engine, lambda config: command.downgrade(config, revision))


def _run(engine: Engine, act: Callable[["Config"], None]) -> None:
    config = alembic_config()
    with engine.connect() as connection, _tables_may_be_replaced(connection):
        config.attributes["connection"] = connection
        act(config)
        connection.commit()


@contextmanager
def _tables_may_be_replaced(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making a new one and dropping the old: were foreign keys enforced meanwhile, dropping it would
    delete what refers to it, or be refused. They are looked at again afterwards, before anything else may write.
    """
    raw = connection.connection.dbapi_connection
    if not isinstance(raw, sqlite3.Connection):
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
        broken = raw.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise RuntimeError(f"a migration left rows of {broken[0]} that refer to nothing in {broken[2]}")
    finally:
        # The pragma says nothing inside a transaction.
        raw.rollback()
        raw.execute("PRAGMA foreign_keys=ON").close()
