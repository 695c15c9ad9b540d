"""A disk that runs full, in each way that this machine allows."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.faults.evening import assert_held
from tests.faults.full_disks import Disk, Limit, fill_disk, make_evening_on, small_disk

CELLS = 4


@pytest.fixture(params=["own", "limit"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """Where no file system may be mounted both are the limit."""
    with ExitStack() as stack:
        if request.param == "own":
            yield stack.enter_context(small_disk())
        else:
            folder = tmp_path / "data"
            folder.mkdir()
            yield Limit(folder)
            shutil.rmtree(folder)


def test_on_a_full_disk_nothing_is_acknowledged_falsely_and_reading_goes_on(
    disk: Disk, sqlite_template: Path, tmp_path: Path
) -> None:
    evening = make_evening_on(disk, cells=CELLS, template=sqlite_template)
    assert_held(fill_disk(disk, evening, tmp_path / "serve.log", times=1, pause=0.1))
