"""`make bench-growth`: each call of a phone and of staff over the sizes of the nation, on both databases.

In process and single-threaded: a WSGI request is handed to the application of each size in turn, so that what
disturbs the machine disturbs all sizes alike; the server's own share (parsing HTTP, processes) does not depend on the
nation and is left out, which makes the ratios severer. The clock stands at the evening of the data sets. Each request
is of another cell and member, drawn from the whole nation, among cells right below their commune, which follow the
same number of organisations everywhere; reports are asked about the first commune and the first province, whose parts
are as many at every size. Every request has been made once before, so none waits for the disk.

``report-nation`` is told without a target: its answer has a line for each province, and there are more of them in a
greater nation. A first check-in is taken back after each measurement.
"""

import argparse
import gc
import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import orjson
from sqlalchemy import text
from tests.bench.datasets.rows import EVENING, LAST_MONTH
from tests.bench.datasets.shape import OWN, SIZES, Cell, Shape
from tests.bench.datasets.store import DataSet, postgres_sets, sqlite_set
from tests.bench.growth_report import growth_table
from tests.bench.options import LEAST_MEMBERS, MOST_MEMBERS, whole
from tests.bench.phones import code_at, cookie_of, cursor_of, plain_members
from tests.bench.records import keep, now_and_here, write

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

ENGINES = ("sqlite", "postgresql")
ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Ask:
    """A request and the status that it must get."""

    path: str
    member_id: int
    status: int = 200
    tag: str | None = None
    body: dict[str, Any] | None = None


@dataclass(slots=True)
class Nation:
    """The application on one data set."""

    members: int
    shape: Shape
    app: Any
    cells: list[Cell]
    random: Random
    times: dict[str, list[int]] = field(default_factory=dict)

    def draw(self) -> tuple[Cell, list[int]]:
        """A cell right below its commune, and its plain members in any order."""
        cell = self.random.choice(self.cells)
        members = plain_members(cell)
        self.random.shuffle(members)
        return cell, members

    def send(self, ask: Ask) -> tuple[int, dict[str, str], bytes]:
        """Nanoseconds, headers and body; raises for another status."""
        environ = _environ(ask)
        answered: list[Any] = []
        began = time.perf_counter_ns()
        parts = self.app(environ, lambda status, headers, _info=None: answered.extend((status, headers)))
        body = b"".join(parts)
        took = time.perf_counter_ns() - began
        if hasattr(parts, "close"):
            parts.close()
        if not answered[0].startswith(str(ask.status)):
            raise RuntimeError(f"{ask.path} at {self.members}: {answered[0]} {body[:300]!r}")
        return took, dict(answered[1]), body


Call = Callable[[Nation], Ask]


def _sync_304(nation: Nation) -> Ask:
    cell, (member, *_) = nation.draw()
    return Ask("/api/sync", member, 304, tag=f'"{cursor_of(cell, member, EVENING)}"')


def _sync_200(nation: Nation) -> Ask:
    """Tonight's meeting, which another phone of the cell has fetched before."""
    cell, (first, member, *_) = nation.draw()
    nation.send(Ask("/api/sync", first, tag=f'"{cursor_of(cell, first, EVENING, behind=1)}"'))
    return Ask("/api/sync", member, tag=f'"{cursor_of(cell, member, EVENING, behind=1)}"')


def _sync_first(nation: Nation) -> Ask:
    _, (member, *_) = nation.draw()
    return Ask("/api/sync", member)


def _profile(nation: Nation) -> Ask:
    _, (member, *_) = nation.draw()
    return Ask("/api/members/me", member)


def _roster(nation: Nation) -> Ask:
    cell, _ = nation.draw()
    return Ask(f"/api/organizations/{cell.id}/members", cell.first_member)


def _roll(nation: Nation) -> Ask:
    cell, _ = nation.draw()
    return Ask(f"/api/meetings/{cell.meeting_id}/attendance", cell.first_member)


def _board(nation: Nation) -> Ask:
    """The board of the room, when nobody has come or written since."""
    cell, _ = nation.draw()
    path = f"/api/meetings/{cell.meeting_id}/proceedings?after=0"
    _, headers, _ = nation.send(Ask(path, cell.first_member))
    return Ask(path, cell.first_member, 304, tag=headers["ETag"])


def _counts(nation: Nation) -> Ask:
    cell, (member, *_) = nation.draw()
    return Ask(f"/api/meetings/{cell.meeting_id}/attendance", member)


def _inbox(nation: Nation) -> Ask:
    _, (member, *_) = nation.draw()
    return Ask("/api/notices", member)


def _meetings(nation: Nation) -> Ask:
    cell, (member, *_) = nation.draw()
    return Ask(f"/api/organizations/{cell.id}/meetings", member)


def _check_in(nation: Nation) -> Ask:
    cell, (member, *_) = nation.draw()
    body = {"token": code_at(cell, EVENING), "scanned_at": EVENING.isoformat()}
    return Ask(f"/api/meetings/{cell.meeting_id}/check-ins", member, 201, body=body)


def _report(kind: str, place: int) -> Call:
    def ask(nation: Nation) -> Ask:
        unit = nation.shape.units_of(kind)[0]
        staff = nation.shape.cells[unit.first_cell].first_member + place
        return Ask(f"/api/organizations/{unit.id}/reports/attendance?month={LAST_MONTH}", staff)

    return ask


CALLS: dict[str, Call] = {
    "sync-304": _sync_304,
    "sync-200": _sync_200,
    "sync-first": _sync_first,
    "check-in": _check_in,
    "board-304": _board,
    "roll": _roll,
    "counts": _counts,
    "profile": _profile,
    "roster": _roster,
    "inbox": _inbox,
    "meetings": _meetings,
    "report-commune": _report("commune", 2),
    "report-province": _report("province", 3),
    "report-nation": _report("central", 4),
}
# What one asks seldom, because it takes long.
SELDOM = {"report-commune": 4, "report-province": 8, "report-nation": 16}


def measure(engine: str, sizes: list[int], rounds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Median and 95th percentile in µs: by call, then by number of members."""
    with ExitStack() as stack:
        if engine == "sqlite":
            sets = [sqlite_set(members) for members in sizes]
        else:
            _, sets = stack.enter_context(postgres_sets(sizes))
        nations = [stack.enter_context(_served(found)) for found in sets]
        with _silence():
            for name, call in CALLS.items():
                count = max(rounds // SELDOM.get(name, 1), 10)
                print(f"   {engine} {name}", flush=True)
                _measure_call(name, call, nations, count)
    return {
        name: {str(nation.members): summarize(nation.times[name]) for nation in nations} for name in CALLS
    }


def summarize(nanoseconds: list[int]) -> dict[str, float]:
    """Median and 95th percentile in µs."""
    ordered = sorted(nanoseconds)
    return {
        "median": round(statistics.median(ordered) / 1000, 1),
        "p95": round(ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)] / 1000, 1),
    }


def _measure_call(name: str, call: Call, nations: list[Nation], rounds: int) -> None:
    asks: dict[int, list[Ask]] = {}
    for nation in nations:
        nation.times[name] = []
        asks[nation.members] = [call(nation) for _ in range(rounds)]
        for ask in asks[nation.members]:
            nation.send(ask)
            _take_back(nation, ask)
    gc.collect()
    gc.freeze()
    order = list(nations)
    for number in range(rounds):
        Random(number).shuffle(order)
        for nation in order:
            ask = asks[nation.members][number]
            took, _, _ = nation.send(ask)
            nation.times[name].append(took)
            _take_back(nation, ask)


_BACK = [
    text(
        "UPDATE attendances SET state = NULL, method = NULL, checked_in_at = NULL, recorded_at = NULL,"
        " recorded_by = NULL WHERE meeting_id = :meeting_id AND member_id = :member_id"
    ),
    text(
        "UPDATE meetings SET present_count = 0, late_count = 0, official_present = 0 WHERE id = :meeting_id"
    ),
    text("DELETE FROM audit_entries WHERE member_id = :member_id OR subject_id = :meeting_id"),
]


def _take_back(nation: Nation, ask: Ask) -> None:
    """Let the member who has just checked in not have come."""
    if ask.body is None:
        return
    values = {"meeting_id": int(ask.path.split("/")[3]), "member_id": ask.member_id}
    with nation.app.app_context(), db.engine.begin() as connection:
        for statement in _BACK:
            connection.execute(statement, values)


@contextmanager
def _served(found: DataSet) -> Iterator[Nation]:
    app = create_app(Settings.from_environment(found.environment), clock=FixedClock(EVENING))
    cells = [cell for cell in found.shape.cells if 2 <= cell.place < OWN and len(plain_members(cell)) > 2]
    try:
        yield Nation(found.shape.members, found.shape, app, cells, Random(found.shape.members))
    finally:
        with app.app_context():
            with db.engine.begin() as connection:
                # What readings left; the set is used again.
                connection.execute(text("DELETE FROM audit_entries"))
            db.engine.dispose()
        app.extensions["handbook.driver"].close()


def _environ(ask: Ask) -> dict[str, Any]:
    path, _, query = ask.path.partition("?")
    body = b"" if ask.body is None else orjson.dumps(ask.body)
    environ = {
        "REQUEST_METHOD": "GET" if ask.body is None else "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost:8000",
        "HTTP_COOKIE": cookie_of(ask.member_id),
        "HTTP_ACCEPT_ENCODING": "gzip",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if ask.tag is not None:
        environ["HTTP_IF_NONE_MATCH"] = ask.tag
    if ask.body is not None:
        environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
    return environ


@contextmanager
def _silence() -> Iterator[None]:
    """The log of requests is written, and nobody reads it."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench-growth", description="Each hot call over the sizes of the nation"
    )
    members = whole(LEAST_MEMBERS, MOST_MEMBERS)
    parser.add_argument("--sizes", type=members, nargs="+", default=list(SIZES), help="members")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument(
        "--rounds", type=whole(1, 100_000), default=ROUNDS, help="requests of each call and size"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    for engine in dict.fromkeys(chosen.engines):
        figures = measure(engine, sorted(set(chosen.sizes)), chosen.rounds)
        document = keep("growth", {engine: {**now_and_here(), "rounds": chosen.rounds, "calls": figures}})
        write("growth.md", growth_table(document))
    print(growth_table(document))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
