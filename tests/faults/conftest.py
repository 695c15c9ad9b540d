"""An evening on each database, small enough to be made for a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql
from tests.faults.evening import Evening, make_evening
from tests.support.peopled import FILES, migrate
from tests.support.postgres import PostgresCluster

CELLS = 6


@pytest.fixture
def evening(
    engine_name: str, tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest
) -> Iterator[Evening]:
    """132 members in 6 cells, on both databases."""
    data = tmp_path / "data"
    data.mkdir()
    if engine_name == "sqlite":
        for name in FILES:
            (data / name).write_bytes((sqlite_template / name).read_bytes())
        yield make_evening(data, cells=CELLS)
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    url = cluster.create_database(template=cluster.template("migrated", migrate))
    # What was acknowledged must outlive the server, as it does where nobody turned that off.
    name = sql.Identifier(url.rsplit("/", 1)[1])
    cluster.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = on").format(name))
    yield make_evening(data, cells=CELLS, database_url=url)
    cluster.drop_database(url)
