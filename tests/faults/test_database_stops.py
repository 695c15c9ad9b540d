"""PostgreSQL stopped twice under load; the campaign stops it ten times."""

from pathlib import Path

import pytest
from tests.faults.database_stops import stop_and_start_database
from tests.faults.evening import Evening, assert_held
from tests.support.postgres import PostgresCluster


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_database_that_is_stopped_and_started_refuses_for_now_and_nothing_is_lost(
    evening: Evening, postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    counts = stop_and_start_database(
        evening, postgres_cluster, tmp_path / "serve.log", stops=2, seed=1, pause=0.4
    )
    assert_held(counts)
