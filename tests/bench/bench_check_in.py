"""``checkin-sqlite`` and ``checkin-postgres``: check-ins over HTTP at 64 clients, against raw commits of the same engine.

Every member of 200 cells checks in once, one cell after the other, so that those who come at the same moment belong to the same
few meetings and wait for these; then the members of 200 others in any order, as on an evening on which all cells meet
(``…-mixed``, told beside it). Only first check-ins (201) count, from the first request to the last of them: a repetition writes
nothing, and the load ends before there is one. The references are commits of one small row by one connection, the durability
being that of production: ``synchronous=FULL``, ``fsync`` and ``synchronous_commit`` on.
"""

import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from tests.bench.population import Device, populate
from tests.bench.servers import Server, handbook, wrk
from tests.support.postgres import start_cluster

# For each of the two orders.
CELLS = 200
CLIENTS = 64
SECONDS = 4
REFERENCE_SECONDS = 2.0
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
TARGETS = {"checkin-sqlite": 1400, "checkin-postgres": 1500}


def run() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        commits = _sqlite_commits(Path(folder) / "reference.sqlite3")
        rows += _measure("checkin-sqlite", Path(folder), None, commits)
    cluster = start_cluster(DURABLE)
    try:
        with tempfile.TemporaryDirectory() as folder:
            commits = _postgres_commits(cluster.create_database().replace("+psycopg", ""))
            rows += _measure("checkin-postgres", Path(folder), cluster.create_database(), commits)
    finally:
        cluster.stop()
    return rows


def _measure(id_: str, data: Path, url: str | None, commits: float) -> list[dict[str, Any]]:
    devices = populate(data, cells=2 * CELLS, database_url=url, opened=True)
    half = len(devices) // 2
    mixed = random.Random(half).sample(devices[half:], half)
    environment = {"HANDBOOK_DATA_DIR": str(data), **({"HANDBOOK_DATABASE_URL": url} if url else {})}
    with handbook(environment) as server:
        return [
            _row(id_, server, data, devices[:half], commits, TARGETS[id_]),
            _row(f"{id_}-mixed", server, data, mixed, commits, None),
        ]


def _row(
    id_: str, server: Server, data: Path, devices: list[Device], commits: float, target: int | None
) -> dict[str, Any]:
    script = _script(data / "check-in.lua", devices)
    load = wrk(server, "/", script, seconds=SECONDS, connections=CLIENTS)
    if load.wrong:
        raise RuntimeError(f"{id_}: {load.wrong} answers were not 201")
    print(
        f"   {id_}: {load.per_second:.0f}/s, {load.cpu_us:.0f} CPU µs of the server each; {commits:.0f} raw commits/s"
    )
    return {
        "id": id_,
        "value": round(load.per_second, 1),
        "unit": "check-ins/s",
        "reference": f"{commits:.0f} raw commits/s of one connection",
        "ratio": round(load.per_second / commits, 3),
        "target": None if target is None else f">= {target}",
        "met": None if target is None else load.per_second >= target,
    }


def _script(path: Path, devices: list[Device]) -> Path:
    scanned_at = datetime.now(UTC).isoformat()
    rows = ",\n".join(
        "{"
        + ", ".join(
            (
                json.dumps(f"/api/meetings/{device.meeting_id}/check-ins"),
                json.dumps(f"handbook_session={device.token}"),
                json.dumps(json.dumps({"token": device.check_in, "scanned_at": scanned_at})),
            )
        )
        + "}"
        for device in devices
    )
    path.write_text(
        f"""
local rows = {{ {rows} }}
local threads = {{}}
local turn = 0
local ffi = require("ffi")
ffi.cdef[[ typedef struct {{ long seconds; long microseconds; }} moment; int gettimeofday(moment *at, void *zone); ]]
local moment = ffi.new("moment")
local function now()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.seconds) * 1000000 + tonumber(moment.microseconds)
end
wrong, created, started, ended = 0, 0, 0, 0
function setup(thread) table.insert(threads, thread) end
function request()
  if started == 0 then started = now() end
  turn = turn % #rows + 1
  local row = rows[turn]
  return wrk.format("POST", row[1], {{ ["Cookie"]=row[2], ["Content-Type"]="application/json" }}, row[3])
end
function response(status)
  if status == 201 then
    created, ended = created + 1, now()
    if created >= #rows - {CLIENTS} then wrk.thread:stop() end
  else
    wrong = wrong + 1
  end
end
function done(summary)
  -- One thread: wrk() asks for no more.
  local one = threads[1]
  io.write(string.format("RESULT %d %d %d\\n", one:get("created"), one:get("ended") - one:get("started"), one:get("wrong")))
end
"""
    )
    return path


def _sqlite_commits(file: Path) -> float:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE reference (id INTEGER PRIMARY KEY, at TEXT)")
    rate = _rate(lambda number: connection.execute("INSERT INTO reference VALUES (?, 'now')", (number,)))
    connection.close()
    return rate


def _postgres_commits(url: str) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE reference (id bigint PRIMARY KEY, at text)")
        return _rate(
            lambda number: connection.execute(
                "INSERT INTO reference VALUES (%s, 'now')", (number,), prepare=True
            )
        )


def _rate(commit: Callable[[int], object]) -> float:
    started, done = time.perf_counter(), 0
    while time.perf_counter() - started < REFERENCE_SECONDS:
        done += 1
        commit(done)
    return done / (time.perf_counter() - started)
