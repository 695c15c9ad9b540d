"""PostgreSQL stopped and started again while members check in: refused for now meanwhile, and nothing else."""

import math
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from tests.faults.evening import Evening, account_for
from tests.faults.phones import GOOD, READING, WRITING, Phones, Tally
from tests.faults.service import Service
from tests.support.postgres import STOP_SECONDS, PostgresCluster

RECOVERY_SECONDS = 5.0
# How PostgreSQL is stopped: everybody's transactions are ended; or as if it had been killed, with a recovery at the next start.
FAST, IMMEDIATE = signal.SIGINT, signal.SIGQUIT
READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Stop:
    """From the signal until the server answered again, in monotonic seconds."""

    began: float
    ready: float


def stop_and_start_database(
    evening: Evening, cluster: PostgresCluster, log: Path, *, stops: int, seed: int, pause: float = 0.0
) -> dict[str, Any]:
    """Stop the server so often, in both ways in turn, for a moment each time; what the phones were told."""
    moments = random.Random(seed)
    past: list[Stop] = []
    with Service(evening, log) as service:
        phones = Phones(service.port, evening.devices, pause=pause)
        with phones.under_way() as tally:
            for number in range(stops):
                time.sleep(moments.uniform(0.5, 1.0))
                past.append(
                    _stop_and_start(cluster, (FAST, IMMEDIATE)[number % 2], moments.uniform(0.3, 1.5))
                )
                _wait_for_recovery(tally, past[-1])
            phones.hurry()
            phones.wait_for(len(evening.devices))
    account = account_for(evening, tally.acknowledged)
    nexts = [*(stop.began for stop in past[1:]), float("inf")]
    slowest = [max(_recoveries(tally, *both)) for both in zip(past, nexts, strict=True)]
    refused = tally.count(WRITING, 503) + tally.count(READING, 503)
    wrong = [*tally.wrong, *account.wrong]
    wrong += [f"{seconds:.1f} s until it answered again" for seconds in slowest if seconds > RECOVERY_SECONDS]
    if tally.created_twice():
        wrong.append(f"{tally.created_twice()} check-ins were acknowledged as new twice")
    if refused < stops:
        wrong.append(f"{refused} answers in {stops} stops were refused: this was no load")
    if tally.count(WRITING, 0) + tally.count(READING, 0):
        wrong.append("connections to the service were lost, which only the database's should be")
    return {
        "fault": "PostgreSQL stopped and started",
        "stops": stops,
        "acknowledged": account.acknowledged,
        "lost": account.lost,
        "doubled": account.doubled + tally.created_twice(),
        "requests": len(tally.answers),
        "503 with Retry-After": refused,
        "other refusals": len(tally.wrong),
        "slowest recovery, s": round(max(slowest), 2),
        "recovery p95, s": round(sorted(slowest)[math.ceil(0.95 * len(slowest)) - 1], 2),
        "wrong": wrong,
    }


def _stop_and_start(cluster: PostgresCluster, how: signal.Signals, away: float) -> Stop:
    began = time.monotonic()
    cluster.process.send_signal(how)
    cluster.process.wait(STOP_SECONDS)
    time.sleep(away)
    cluster.process = subprocess.Popen(
        cluster.process.args,
        cwd=cluster.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            cluster.execute(sql.SQL("SELECT 1"))
        except psycopg.OperationalError:
            assert time.monotonic() < deadline, "PostgreSQL does not start again"
            time.sleep(0.01)
        else:
            return Stop(began, time.monotonic())


def _wait_for_recovery(tally: Tally, stop: Stop) -> None:
    deadline = stop.ready + 2 * RECOVERY_SECONDS
    while time.monotonic() < deadline:
        if tally.first(WRITING, stop.ready) and tally.first(READING, stop.ready):
            # Long enough that refusals after the first success are seen.
            time.sleep(0.5)
            return
        time.sleep(0.02)


def _recoveries(tally: Tally, stop: Stop, next_stop: float) -> list[float]:
    """Seconds from the server's return to each refusal after it, and to the first success of each kind."""
    refusals = [
        one.at for one in tally.answers if stop.ready <= one.at < next_stop and one.status not in GOOD
    ]
    successes = [tally.first(what, stop.ready) or next_stop for what in (WRITING, READING)]
    return [at - stop.ready for at in (*refusals, *successes)]
