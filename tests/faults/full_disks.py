"""A disk that runs full under SQLite while members check in and read: nothing is acknowledged falsely, and reading goes on.

Where the data lie on a small file system in memory, which takes the right to mount one, it is filled by another file, so that
every write that needs room meets ENOSPC. Elsewhere the processes of the service are forbidden to write to any file, which they
meet as EFBIG at every write, also at one that would need no more room.
"""

import os
import resource
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.faults.evening import Evening, account_for, make_evening
from tests.faults.phones import GOOD, READING, WRITING, Phones, Tally
from tests.faults.service import Service
from tests.support.peopled import FILES

SIZE_MIB = 24
FULL_SECONDS = 1.5
# More than any phone of the evening waits for.
PATIENCE_SECONDS = 30.0


class Disk(ABC):
    """Where the data lie. ``name`` says in the counts how it runs full."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def fill(self, service: Service) -> None: ...

    @abstractmethod
    def free(self, service: Service) -> None: ...


class SmallDisk(Disk):
    """A file system of its own that another file fills."""

    name = "file system of 24 MiB"

    def fill(self, service: Service) -> None:
        with (self.folder / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(4096))

    def free(self, service: Service) -> None:
        (self.folder / "ballast").unlink()


class Limit(Disk):
    """Any file system, with processes that may not write."""

    name = "RLIMIT_FSIZE"

    def fill(self, service: Service) -> None:
        self._allow(service, 0)

    def free(self, service: Service) -> None:
        self._allow(service, resource.RLIM_INFINITY)

    def _allow(self, service: Service, size: int) -> None:
        for pid in service.web:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def small_disk() -> Iterator[Disk]:
    """A disk that can run full; by its own file system where one may be mounted."""
    with tempfile.TemporaryDirectory(prefix="handbook-disk-") as place:
        options = f"size={SIZE_MIB}m,mode=700,uid={os.getuid()},gid={os.getgid()}"
        command = ["mount", "-t", "tmpfs", "-o", options, "handbook", place]
        try:
            mounted = subprocess.run(command, capture_output=True, check=False, timeout=30).returncode == 0
        except OSError:
            mounted = False
        if not mounted:
            yield Limit(Path(place))
            return
        try:
            yield SmallDisk(Path(place))
        finally:
            subprocess.run(["umount", place], check=True, timeout=30)


def make_evening_on(disk: Disk, *, cells: int, template: Path | None = None) -> Evening:
    """An evening whose devices were all seen an hour ago, so that each reading wants to write that it was seen."""
    if template is not None:
        for name in FILES:
            (disk.folder / name).write_bytes((template / name).read_bytes())
    evening = make_evening(disk.folder, cells=cells)
    engine = evening.engine()
    seen = (datetime.now(UTC) - timedelta(hours=1)).replace(tzinfo=None).isoformat(" ", "microseconds")
    with engine.begin() as connection:
        connection.execute(text("UPDATE device_sessions SET last_seen_at = :seen"), {"seen": seen})
    engine.dispose()
    return evening


def fill_disk(disk: Disk, evening: Evening, log: Path, *, times: int, pause: float = 0.0) -> dict[str, Any]:
    """Fill the disk so often under load, and give the room back; ``log`` must lie elsewhere."""
    read, refused, acknowledged, wrong = 0, 0, 0, []
    with Service(evening, log) as service:
        phones = Phones(service.port, evening.devices, pause=pause)
        with phones.under_way() as tally:
            for _time in range(times):
                phones.wait_for(len(tally.acknowledged) + 10)
                disk.fill(service)
                full = time.monotonic()
                time.sleep(FULL_SECONDS)
                # A reading that has succeeded after the first refusal of a check-in was on a full disk.
                _wait_for_both(tally, full)
                over = time.monotonic()
                disk.free(service)
                read += tally.count(READING, *GOOD, since=full, until=over)
                refused += tally.count(WRITING, 503, since=full, until=over)
                acknowledged += tally.count(WRITING, *GOOD, since=full, until=over)
                unread = tally.count(READING, since=full, until=over) - tally.count(
                    READING, *GOOD, since=full, until=over
                )
                if unread:
                    wrong.append(f"{unread} readings were refused on a full disk")
            phones.hurry()
            phones.wait_for(len(evening.devices))
    account = account_for(evening, tally.acknowledged)
    lost = tally.count(WRITING, 0) + tally.count(READING, 0)
    if lost:
        wrong.append(f"{lost} connections were lost")
    if tally.created_twice():
        wrong.append(f"{tally.created_twice()} check-ins were acknowledged as new twice")
    return {
        "fault": f"disk full ({disk.name}), sqlite",
        "times": times,
        "acknowledged": account.acknowledged,
        "lost": account.lost,
        "doubled": account.doubled + tally.created_twice(),
        "readings on a full disk": read,
        "check-ins refused (503)": refused,
        "check-ins that still had room": acknowledged,
        "wrong": [*tally.wrong, *account.wrong, *wrong],
    }


def _wait_for_both(tally: Tally, full: float) -> None:
    deadline = full + PATIENCE_SECONDS
    while not (tally.count(WRITING, 503, since=full) and tally.count(READING, since=full) > 10):
        assert time.monotonic() < deadline, "no check-in was refused: the disk was not full"
        time.sleep(0.05)
