"""`make bench-reminders`: 100,000 reminders through a push service that fails one message in ten, while workers are killed.

The cells of the province's data set meet in an hour and all their reminders are due now; each of the members has one
device. The worker is killed with SIGKILL eight times, at moments drawn beforehand over the time that sending takes,
and started again. When nothing is due any more, the push service says what it took: a reminder that it never took is
lost; one that it took twice is a duplicate, and one whose two messages name different deliveries would be shown
twice, because a phone shows a delivery once.
"""

import argparse
import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import text
from tests.bench.datasets.store import CACHE, copy_set
from tests.bench.evening import MEMBERS
from tests.bench.faulty_push import SEEN
from tests.bench.options import whole
from tests.bench.preparing import Keys, Prepared, prepare_reminders
from tests.bench.records import ROOT, keep, now_and_here
from tests.bench.servers import Server, worker
from tests.bench.table import text_table, write_results

COUNT, KILLS, FAULTS = 100_000, 8, 0.1
# Between two looks at what is still due.
LOOK_SECONDS = 0.5
# The lease of the job that a killed worker had, a few retries, and room.
STALLED_SECONDS = 900
_LEFT = text("SELECT count(*) FROM reminders WHERE state IN ('planned', 'sending')")
_ACCEPTED = text("SELECT count(*) FROM deliveries WHERE state = 'accepted'")


def send_all(count: int, kills: int) -> dict[str, Any]:
    """Send them; what came of it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        folder = Path(name)
        with _push_service(folder) as facts:
            environment = copy_set(MEMBERS, folder / "data")
            environment["HANDBOOK_PUSH_EXTRA_HOSTS"] = facts["extra_host"]
            environment["HANDBOOK_PUSH_CA_FILE"] = facts["ca_file"]
            keys = Keys(ec.generate_private_key(ec.SECP256R1()), os.urandom(16))
            prepared = prepare_reminders(environment, facts["origin"], count, keys)
            found = _drive(environment, prepared, kills)
        seen = json.loads((folder / SEEN).read_text())
        return {**now_and_here(), **found, **judge(seen, prepared.messages, keys)}


def judge(seen: dict[str, Any], planned: int, keys: Keys) -> dict[str, Any]:
    """What the push service saw: how many were lost, how often one came again, and how many a phone would have shown twice."""
    bodies = seen["twice"].values()
    shown_twice = sum(len({_delivery(body, keys) for body in again}) > 1 for again in bodies)
    return {
        "planned": planned,
        "lost": planned - seen["taken"],
        "duplicates": sum(len(again) - 1 for again in bodies),
        "shown_twice": shown_twice,
        "faults": seen["faults"],
    }


def _delivery(body: str, keys: Keys) -> str:
    plain = http_ece.decrypt(
        base64.b64decode(body), private_key=keys.private, auth_secret=keys.auth, version="aes128gcm"
    )
    return str(json.loads(plain)["d"])


def _drive(environment: dict[str, str], prepared: Prepared, kills: int) -> dict[str, Any]:
    """Run workers until nothing is due, and kill them when so many messages have gone out as was drawn."""
    random = Random(8)
    moments = sorted(random.uniform(0.03, 0.9) * prepared.messages for _ in range(kills))
    engine = prepared.engine()
    began, memory, last, moved = time.monotonic(), 0.0, -1, time.monotonic()
    try:
        while True:
            with worker(environment) as running:
                while True:
                    time.sleep(LOOK_SECONDS)
                    memory = max(memory, _memory(running))
                    with engine.connect() as connection:
                        accepted = connection.execute(_ACCEPTED).scalar_one()
                        left = connection.execute(_LEFT).scalar_one()
                    if accepted != last:
                        last, moved = accepted, time.monotonic()
                    if moments and accepted >= moments[0]:
                        moments.pop(0)
                        os.kill(running.pid, signal.SIGKILL)
                        print(f"   killed at {accepted:,} of {prepared.messages:,}", flush=True)
                        break
                    if not left or time.monotonic() - moved > STALLED_SECONDS:
                        took = round(time.monotonic() - began, 1)
                        killed = kills - len(moments)
                        return {
                            "seconds": took,
                            "kills": killed,
                            "accepted": accepted,
                            "memory": round(memory, 1),
                        }
    finally:
        engine.dispose()


def _memory(running: Server) -> float:
    try:
        return running.worker_memory_mib()
    except (OSError, StopIteration):
        # It has just begun or ended.
        return 0.0


@contextmanager
def _push_service(folder: Path) -> Iterator[dict[str, str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.faulty_push", str(folder), str(FAULTS)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-reminders", description="Reminders through faults and kills")
    parser.add_argument("--count", type=whole(1, 5_600_000), default=COUNT, help="reminders")
    parser.add_argument(
        "--kills", type=whole(0, 1000), default=KILLS, help="of the worker, while they go out"
    )
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    keep("reminders", {"sqlite": send_all(chosen.count, chosen.kills)})
    print(text_table(write_results([])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
