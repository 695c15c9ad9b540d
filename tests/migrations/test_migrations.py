from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text
from tests.support.factories import World

from handbook.kernel.db import Base, db
from handbook.kernel.migrations import LOCATION, alembic_config, downgrade, head_revision, upgrade


def test_revisions_are_numbered_and_form_one_line() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    revisions = list(scripts.walk_revisions())
    assert len(scripts.get_heads()) == 1
    assert scripts.get_current_head() == head_revision()
    for revision in revisions:
        assert Path(revision.path).name.startswith(f"{revision.revision}_")
    assert len(revisions) == len(list((LOCATION / "versions").glob("*.py")))


def test_the_migrated_schema_is_the_schema_of_the_models(engine_name: str, app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [d for d in compare_metadata(context, Base.metadata) if not _is_expression_index(d)]
    assert differences == []


def _is_expression_index(difference: object) -> bool:
    """SQLite cannot reflect partial indexes; they are compared on PostgreSQL."""
    return db.engine.dialect.name == "sqlite" and "uq_absence_requests_undecided" in str(difference)


def test_a_populated_database_goes_down_and_up_again(engine_name: str, app: Flask, world: World) -> None:
    downgrade(db.engine, "base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(db.engine)
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == head_revision()
        assert connection.scalar(text("SELECT count(*) FROM members")) == 0


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_table_has_a_primary_key(table: str) -> None:
    assert list(Base.metadata.tables[table].primary_key)
