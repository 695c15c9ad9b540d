"""Twenty-five power cuts on SQLite; the campaign has three hundred."""

from pathlib import Path

import pytest
from tests.faults.evening import Evening, assert_held
from tests.faults.power_cuts import cut_power


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_nothing_that_was_acknowledged_is_lost_by_a_power_cut(evening: Evening, tmp_path: Path) -> None:
    assert_held(cut_power(evening, tmp_path, cuts=25, seed=1, members=100))
