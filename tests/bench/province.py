"""`make bench-province`: the evening of a province in real time, on a server as it is deployed.

:mod:`tests.bench.evening` says what is played and how dense it is, :mod:`tests.bench.load` plays it from a process of
its own. Here each phase gets a fresh copy of the data set of 150,000 members and 5,600 cells, `handbook serve --no-
worker` with its two processes of four threads, `handbook worker`, and the project's fake push service (one that
answers 201 without looking), to which the worker sends reminders at the phase's rate. CPU is read from the kernel for
each of them: with the generator all of them share the machine's cores, so what they take together is told too. After
the multiples asked for, the density is raised by half until the 99th percentile leaves the target or something fails,
and the limit between is narrowed; what was at its end then is named.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import sql
from tests.bench.datasets.store import CACHE, copy_set, postgres_sets
from tests.bench.evening import MEMBERS, rates_at
from tests.bench.options import positive
from tests.bench.preparing import Prepared, delivered, prepare
from tests.bench.province_report import is_within, province_markdown
from tests.bench.records import ROOT, keep, now_and_here, write
from tests.bench.servers import Server, handbook, worker
from tests.support.postgres import PostgresCluster

MULTIPLES = (1.0, 4.0, 10.0)
SECONDS = 60
SEARCH_SECONDS = 15
WARM_SECONDS = 4
RAISE = 1.5
NARROWINGS = 2
MOST = 60.0
# How long the worker may take to send what is still due when the phase is over.
SENDING_SECONDS = 20
# From this share on of the machine's cores there is nothing left to give.
FULL = 0.9


@dataclass(frozen=True, slots=True)
class Stage:
    """What a phase runs on. ``pids`` are processes by what they are, beside server and worker."""

    server: Server
    worker: Server
    others: dict[str, Server]
    prepared: Prepared


def play(engine: str, multiple: float, seconds: float, cluster: PostgresCluster | None) -> dict[str, Any]:
    """One phase; what the generator saw, with CPU (cores), memory (MiB), sizes (MiB) and what became of the reminders."""
    messages = rates_at(multiple).messages
    with _stage(engine, cluster, seconds + WARM_SECONDS + 4, messages) as stage:
        _load(stage.server.url, WARM_SECONDS, 1.0, seed=7)
        parts = {"web": stage.server, "worker": stage.worker, **stage.others}
        before = {name: part.cpu_seconds() for name, part in parts.items()}
        began = time.perf_counter()
        seen = _load(stage.server.url, seconds, multiple, seed=round(multiple * 100))
        took = time.perf_counter() - began
        cores = {name: round((part.cpu_seconds() - before[name]) / took, 3) for name, part in parts.items()}
        cores["generator"] = round(seen["cpu_seconds"] / took, 3)
        memory = {
            name: {"largest": round(part.worker_memory_mib(), 1), "whole": round(part.whole_memory_mib(), 1)}
            for name, part in parts.items()
            if name in ("web", "worker")
        }
        return {
            **seen,
            "multiple": multiple,
            "offered": round(rates_at(multiple).requests, 1),
            "cores": cores,
            "memory": memory,
            "database": stage.prepared.size_mib(),
            "reminders": delivered(stage.prepared, SENDING_SECONDS),
        }


def find_limit(engine: str, start: float, seconds: float, cluster: PostgresCluster | None) -> dict[str, Any]:
    """The greatest multiple within the target and the least beyond it, as far as it was narrowed, and what was at its end."""
    good, bad, last = 0.0, 0.0, None
    multiple = start
    for _ in range(12):
        phase = play(engine, multiple, seconds, cluster)
        _tell(engine, phase)
        if is_within(phase):
            good = max(good, multiple)
        else:
            bad, last = multiple, phase
        if good and bad and bad / good <= RAISE ** (1 / 2**NARROWINGS) + 0.01:
            break
        multiple = (good * bad) ** 0.5 if good and bad else (multiple * RAISE if good else multiple / RAISE)
        if multiple > MOST or multiple < 0.2:
            break
    return {"within": round(good, 2), "beyond": round(bad, 2), "named": name_limit(last)}


def name_limit(phase: dict[str, Any] | None) -> str:
    """What was at its end in a phase that was beyond the target."""
    if phase is None:
        return "not reached"
    cores = phase["cores"]
    together = sum(cores.values())
    machine = os.cpu_count() or 1
    if together >= FULL * machine:
        most = max(cores, key=lambda name: cores[name])
        return f"the {machine} cores: {together:.2f} used, most of it by {most} ({cores[most]:.2f})"
    if cores["generator"] >= FULL:
        return "the generator, which has one core"
    slowest = max(phase["kinds"], key=lambda kind: phase["kinds"][kind].get("p99", 0.0))
    return f"waiting, not CPU ({together:.2f} of {machine} cores used by us): slowest is {slowest}"


def _load(url: str, seconds: float, multiple: float, *, seed: int) -> dict[str, Any]:
    plan = {"url": url, "seconds": seconds, "multiple": multiple, "seed": seed}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", json.dumps(plan)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


@contextmanager
def _stage(engine: str, cluster: PostgresCluster | None, seconds: float, messages: float) -> Iterator[Stage]:
    CACHE.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=CACHE)))
        push, facts = stack.enter_context(_push_service(folder))
        data = folder / "data"
        if cluster is None:
            environment = copy_set(MEMBERS, data)
        else:
            environment = {"HANDBOOK_DATA_DIR": str(data)}
            data.mkdir()
            shutil.copy(CACHE / f"postgresql-{MEMBERS}" / "secrets.json", data)
            url = cluster.create_database(template=f"bench_{MEMBERS}")
            stack.callback(cluster.drop_database, url)
            environment["HANDBOOK_DATABASE_URL"] = url
        environment |= {
            "HANDBOOK_PUSH_EXTRA_HOSTS": facts["extra_host"],
            "HANDBOOK_PUSH_CA_FILE": facts["ca_file"],
        }
        prepared = prepare(environment, facts["origin"], seconds=seconds, messages=messages)
        # What was just copied is not written to the disk in the middle of the evening.
        if cluster is not None:
            cluster.execute(sql.SQL("CHECKPOINT"))
        os.sync()
        server = stack.enter_context(handbook(environment))
        sender = stack.enter_context(worker(environment))
        others = {"push service": push}
        if cluster is not None:
            others["database"] = Server("", cluster.process.pid)
        yield Stage(server, sender, others, prepared)


@contextmanager
def _push_service(folder: Path) -> Iterator[tuple[Server, dict[str, str]]]:
    process = subprocess.Popen(
        [sys.executable, "tests/support/push_service.py", "--sink", "--directory", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Server("", process.pid), json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _tell(engine: str, phase: dict[str, Any]) -> None:
    found = phase["all"]
    print(
        f"   {engine} ×{phase['multiple']:.1f}: {phase['offered']:.0f}/s,"
        f" p50 {found['p50']} p95 {found['p95']} p99 {found['p99']} ms, errors {phase['errors']}, repeats {phase['repeats']},"
        f" cores {phase['cores']}, reminders {phase['reminders']}",
        flush=True,
    )


def _measure(engine: str, chosen: argparse.Namespace, cluster: PostgresCluster | None) -> dict[str, Any]:
    phases = []
    for multiple in chosen.multiples:
        phases.append(play(engine, multiple, chosen.seconds, cluster))
        _tell(engine, phases[-1])
    within = [phase["multiple"] for phase in phases if is_within(phase)]
    beyond = [phase["multiple"] for phase in phases if not is_within(phase)]
    limit = None
    if not chosen.no_search:
        start = max(within) * RAISE if within and not beyond else min(beyond or [1.0]) / RAISE
        limit = find_limit(engine, start, chosen.search_seconds, cluster)
    return {**now_and_here(), "seconds": chosen.seconds, "phases": phases, "limit": limit}


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench-province", description="The evening of a province, in real time"
    )
    parser.add_argument(
        "--engines", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"]
    )
    parser.add_argument(
        "--multiples", type=positive(1000), nargs="+", default=list(MULTIPLES), help="of the average rate"
    )
    parser.add_argument("--seconds", type=positive(86_400), default=SECONDS, help="of each multiple")
    parser.add_argument(
        "--search-seconds", type=positive(86_400), default=SEARCH_SECONDS, help="of each step to the limit"
    )
    parser.add_argument("--no-search", action="store_true", help="leave the limit unknown")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    for engine in dict.fromkeys(chosen.engines):
        if engine == "sqlite":
            found = _measure(engine, chosen, None)
        else:
            with postgres_sets([MEMBERS]) as (cluster, _sets):
                found = _measure(engine, chosen, cluster)
        document = keep("province", {engine: found})
        write("province.md", province_markdown(document))
    print(province_markdown(document))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
