"""Clocks of phones and of workers that are ten minutes off, on both databases."""

from pathlib import Path

from tests.faults.clocks import check_in_by_wrong_clocks, send_by_wrong_clocks
from tests.faults.evening import Evening, assert_held


def test_phones_whose_clocks_are_off_check_in_once_and_are_flagged(evening: Evening, tmp_path: Path) -> None:
    assert_held(check_in_by_wrong_clocks(evening, tmp_path / "serve.log"))


def test_workers_whose_clocks_are_off_tell_everybody_once(evening: Evening) -> None:
    assert_held(send_by_wrong_clocks(evening, meetings=3))
