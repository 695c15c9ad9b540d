"""``kill -9`` of a web process at a random moment while members check in."""

import random
import time
from pathlib import Path
from typing import Any

from tests.faults.evening import Evening, account_for
from tests.faults.phones import READING, WRITING, Phones
from tests.faults.service import Service

from handbook.operations.serving import LOOP_SECONDS

REPLACED_SECONDS = 30.0


def kill_web_processes(
    evening: Evening, log: Path, *, kills: int, seed: int, pause: float = 0.0
) -> dict[str, Any]:
    """Kill so many, one after the other, each when the one before has been replaced; what became of the check-ins.

    ``pause``: how long, in seconds, a phone waits between two members. Who is left after the last kill checks in then.
    """
    moments = random.Random(seed)
    ended = 0
    with Service(evening, log) as service:
        phones = Phones(service.port, evening.devices, pause=pause)
        with phones.under_way() as tally:
            for _kill in range(kills):
                # Whoever has only just begun has nothing under way.
                time.sleep(LOOP_SECONDS + moments.uniform(0.05, 0.5))
                victim = moments.choice(service.web)
                service.kill_web(victim)
                ended += _wait_until_replaced(service, victim)
            left = phones.left
            phones.hurry()
            phones.wait_for(len(evening.devices))
    account = account_for(evening, tally.acknowledged)
    wrong = [*tally.wrong, *account.wrong]
    if tally.created_twice():
        wrong.append(f"{tally.created_twice()} check-ins were acknowledged as new twice")
    if ended:
        wrong.append(f"the service ended {ended} times")
    if left == 0:
        wrong.append("nobody was left to check in at the last kill: this was no load")
    return {
        "fault": f"web process killed, {evening.database}",
        "kills": kills,
        "acknowledged": account.acknowledged,
        "lost": account.lost,
        "doubled": account.doubled + tally.created_twice(),
        "requests": len(tally.answers),
        "cut off": tally.count(WRITING, 0) + tally.count(READING, 0),
        "503": tally.count(WRITING, 503) + tally.count(READING, 503),
        "wrong": wrong,
    }


def _wait_until_replaced(service: Service, victim: int) -> int:
    """Until there are two without this one; 1 when the service has ended instead, and was started anew.

    Who was killed is among the children until granian has seen it; what takes its place has only then begun.
    """
    deadline = time.monotonic() + REPLACED_SECONDS
    while len(set(service.web) - {victim}) < 2 and not service.has_ended:
        if time.monotonic() > deadline:
            raise AssertionError("a web process that was killed is not replaced")
        time.sleep(0.02)
    if not service.has_ended:
        return 0
    service.start()
    return 1
