"""Kills of a worker and of a courier; the campaign has fifty and ten on each database, tests/jobs/push particular moments."""

from pathlib import Path

import pytest
from tests.faults.evening import Evening, assert_held
from tests.faults.worker_kills import kill_workers


@pytest.mark.parametrize(
    ("engine_name", "courier"), [("sqlite", False), ("postgresql", True)], ids=["worker", "courier"]
)
def test_no_reminder_is_lost_or_shown_twice_when_who_sends_is_killed(
    evening: Evening, courier: bool, tmp_path: Path
) -> None:
    counts = kill_workers(evening, tmp_path / "worker.log", kills=2 - courier, seed=1, courier=courier)
    assert_held(counts)
