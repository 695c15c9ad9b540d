"""``make faults``: the whole fault campaign, on loopback, in about half an hour.

Prints the counts of each fault as it ends and writes them to build/faults/results.json and results.md, and what they come to
into figures.json. Names on the command line choose some: ``python -m tests.faults power``. The exit status is 1 when anything
that must hold did not. The tests have a short version of each kind (``tests/faults/test_*.py``).
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.options import one_of
from tests.faults.clocks import check_in_by_wrong_clocks, send_by_wrong_clocks
from tests.faults.database_stops import stop_and_start_database
from tests.faults.evening import Evening, make_evening
from tests.faults.full_disks import fill_disk, make_evening_on, small_disk
from tests.faults.power_cuts import cut_power
from tests.faults.push_faults import let_push_services_fail
from tests.faults.report import write_report
from tests.faults.web_kills import kill_web_processes
from tests.faults.worker_kills import kill_workers
from tests.support.light import IN_MEMORY, has_room
from tests.support.postgres import PostgresCluster, start_cluster

BUILD = Path(__file__).resolve().parents[2] / "build" / "faults"
Row = dict[str, Any]

WEB_KILLS, WEB_CELLS, WEB_PAUSE = 50, 300, 0.2
WORKER_KILLS, COURIER_KILLS, WORKER_CELLS = 50, 10, 30
STOPS, STOP_CELLS, STOP_PAUSE = 10, 60, 0.15
FILLS, DISK_CELLS, DISK_PAUSE = 10, 60, 0.1
CUTS, CUT_CELLS = 300, 60
PUSH_MEETINGS, CLOCK_CELLS, CLOCK_MEETINGS = 6, 12, 12
SEED = 2026

# Durable as in production: what is acknowledged must outlive the server.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Campaign:
    """What the faults are played on: a folder for each, and one PostgreSQL server for all."""

    def __init__(self, folder: Path, cluster: PostgresCluster) -> None:
        self._folder, self.cluster = folder, cluster

    @contextmanager
    def place(self) -> Iterator[Path]:
        """A folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self._folder) as place:
            yield Path(place)

    @contextmanager
    def evening(self, database: str, cells: int) -> Iterator[tuple[Evening, Path]]:
        """A new evening on this database, and a folder beside its data."""
        with self.place() as place:
            data = place / "data"
            data.mkdir()
            url = self.cluster.create_database() if database == "postgresql" else None
            yield make_evening(data, cells=cells, database_url=url), place
            if url is not None:
                self.cluster.drop_database(url)

    def on_both(self, cells: int, act: Callable[[Evening, Path], Row]) -> Iterator[Row]:
        for database in ("sqlite", "postgresql"):
            with self.evening(database, cells) as (evening, place):
                yield act(evening, place)


def kill_web(campaign: Campaign) -> Iterator[Row]:
    def act(evening: Evening, place: Path) -> Row:
        return kill_web_processes(evening, place / "serve.log", kills=WEB_KILLS, seed=SEED, pause=WEB_PAUSE)

    yield from campaign.on_both(WEB_CELLS, act)


def kill_worker(campaign: Campaign) -> Iterator[Row]:
    for courier, kills in ((False, WORKER_KILLS), (True, COURIER_KILLS)):

        def act(evening: Evening, place: Path, courier: bool = courier, kills: int = kills) -> Row:
            return kill_workers(evening, place / "worker.log", kills=kills, seed=SEED, courier=courier)

        yield from campaign.on_both(WORKER_CELLS, act)


def stop_database(campaign: Campaign) -> Iterator[Row]:
    with campaign.evening("postgresql", STOP_CELLS) as (evening, place):
        yield stop_and_start_database(
            evening, campaign.cluster, place / "serve.log", stops=STOPS, seed=SEED, pause=STOP_PAUSE
        )


def fill(campaign: Campaign) -> Iterator[Row]:
    with campaign.place() as place, small_disk() as disk:
        evening = make_evening_on(disk, cells=DISK_CELLS)
        yield fill_disk(disk, evening, place / "serve.log", times=FILLS, pause=DISK_PAUSE)


def power(campaign: Campaign) -> Iterator[Row]:
    with campaign.evening("sqlite", CUT_CELLS) as (evening, place):
        yield cut_power(evening, place, cuts=CUTS, seed=SEED, members=len(evening.devices))


def push(campaign: Campaign) -> Iterator[Row]:
    yield from campaign.on_both(
        PUSH_MEETINGS, lambda evening, _place: let_push_services_fail(evening, meetings=PUSH_MEETINGS)
    )


def clocks(campaign: Campaign) -> Iterator[Row]:
    yield from campaign.on_both(
        CLOCK_CELLS, lambda evening, place: check_in_by_wrong_clocks(evening, place / "serve.log")
    )
    yield from campaign.on_both(
        CLOCK_CELLS, lambda evening, _place: send_by_wrong_clocks(evening, meetings=CLOCK_MEETINGS)
    )


FAULTS: dict[str, Callable[[Campaign], Iterator[Row]]] = {
    "web": kill_web,
    "worker": kill_worker,
    "database": stop_database,
    "disk": fill,
    "power": power,
    "push": push,
    "clocks": clocks,
}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description="The fault campaign, half an hour in all")
    parser.add_argument(
        "faults",
        nargs="*",
        type=one_of(list(FAULTS), "fault"),
        default=list(FAULTS),
        help=f"which of {', '.join(FAULTS)}; without one all of them",
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = list(dict.fromkeys(parse(arguments).faults))
    rows: list[Row] = []
    cluster = start_cluster(DURABLE)
    try:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY if has_room(IN_MEMORY) else None) as folder:
            campaign = Campaign(Path(folder), cluster)
            for name in chosen:
                began = time.monotonic()
                for row in FAULTS[name](campaign):
                    rows.append({**row, "seconds": round(time.monotonic() - began)})
                    print(", ".join(f"{what}: {value}" for what, value in rows[-1].items()), flush=True)
                    write_report(BUILD, rows)
                    began = time.monotonic()
    finally:
        cluster.stop()
    return int(any(row["wrong"] for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
