"""What every test would pay for and none is about: files written to a disk, and searches for garbage among what stays for good.

Databases, uploads and browser profiles of a run live for minutes. Where the machine has a file system in memory with room for
them, they lie there; elsewhere where temporary files always lie. ``TMPDIR`` chooses another place.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

IN_MEMORY = Path("/dev/shm")
ROOM_NEEDED = 4 * 1024**3
# Young objects are looked through less often than usual, and old ones by the size of what a test leaves behind.
THRESHOLDS = (10_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    # Before the first temporary file; what a test starts takes it over with the environment.
    if "TMPDIR" not in os.environ and has_room(IN_MEMORY):
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None


def has_room(folder: Path) -> bool:
    """Whether the files of a whole run may lie here, and programs too may be started from here."""
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return False
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        return False
    return min(shutil.disk_usage(folder).free, _memory_available()) >= ROOM_NEEDED


def _memory_available() -> int:
    """Bytes that programs can still have; what lies in memory takes from the same."""
    for line in Path("/proc/meminfo").read_text("ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What was imported and collected stays: it is not searched again and again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
