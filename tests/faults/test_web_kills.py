"""A few kills of web processes, on both databases; the campaign has fifty each."""

from pathlib import Path

from tests.faults.evening import Evening, assert_held
from tests.faults.web_kills import kill_web_processes

KILLS, PAUSE = 2, 0.5


def test_no_check_in_is_lost_or_doubled_when_web_processes_are_killed(
    evening: Evening, tmp_path: Path
) -> None:
    assert_held(kill_web_processes(evening, tmp_path / "serve.log", kills=KILLS, seed=1, pause=PAUSE))
