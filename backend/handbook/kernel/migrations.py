"""Running Alembic on the settings' database; ``handbook migrate`` and the tests use the same road."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.engine import Engine

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
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        act(config)
        connection.commit()
