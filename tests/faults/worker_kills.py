"""``kill -9`` of a worker, or of its courier, at a random moment while reminders go out."""

import random
import time
from pathlib import Path
from typing import Any

from tests.bench.population import MEMBERS_PER_CELL
from tests.faults.evening import Evening
from tests.faults.reminders import PATIENCE_SECONDS, Reminders, Worker, what_is_shown
from tests.support.push_service import Answer, FakePushService

MEETINGS_PER_KILL = 3
# Answers take so long, at least and at most, that messages are under way at most moments.
ANSWER_SECONDS = (0.3, 2.0)
# How many a courier has under way (notifications/push/sender.py).
IN_FLIGHT = 100


def kill_workers(
    evening: Evening, log: Path, *, kills: int, seed: int, courier: bool = False
) -> dict[str, Any]:
    """Kill so many, each with new reminders to send and at another moment of it, and account for all messages in the end."""
    moments = random.Random(seed)
    meetings: list[int] = []
    with FakePushService() as push:
        reminders = Reminders(evening, [push])
        reminders.settle()
        worker = Worker(reminders.environment, log)
        hit = 0
        try:
            for number in range(kills):
                meetings += reminders.convene(MEETINGS_PER_KILL)
                before = len(push.messages)
                push.always_answer(Answer(201, delay=moments.uniform(*ANSWER_SECONDS)))
                worker.start()
                if courier or number % 4:
                    # Some of these are sent by then, the others are not.
                    until = before + moments.randint(1, MEETINGS_PER_KILL * MEMBERS_PER_CELL)
                    push.wait_for(until, seconds=PATIENCE_SECONDS)
                else:
                    # While it starts, plans or claims.
                    time.sleep(moments.uniform(0.0, 1.5))
                hit += reminders.is_under_way(meetings)
                worker.kill(courier=courier)
                reminders.end_leases()
            push.always_answer(None)
            with worker.at_work():
                count = len(meetings) * MEMBERS_PER_CELL
                deliveries = reminders.wait_until_accounted(meetings, count)
        finally:
            worker.end()
            reminders.close()
        of_meetings = {str(meeting) for meeting in meetings}
        messages = [one for one in push.messages if one.json().get("m") in of_meetings]
        shown = what_is_shown(messages, reminders.expected(deliveries))
        refused = list(push.refused)
    accepted = sum(one.state == "accepted" for one in deliveries)
    wrong = [f"the push service refused: {reason}" for _status, reason in refused]
    if shown.missing or accepted != count:
        wrong.append(f"{shown.missing} reminders never came, {accepted} of {count} are recorded as accepted")
    if shown.twice:
        wrong.append(f"{shown.twice} are shown twice")
    if not hit:
        wrong.append("nothing was under way at any kill: this shows nothing")
    allowed = IN_FLIGHT if courier else 1
    if shown.repeated > allowed * kills:
        wrong.append(f"{shown.repeated} were repeated in {kills} kills")
    return {
        "fault": f"{'courier' if courier else 'worker'} killed, {evening.database}",
        "kills": kills,
        "with messages under way": hit,
        "reminders": count,
        "lost": shown.missing,
        "repeated": shown.repeated,
        "allowed to be repeated": allowed * kills,
        "shown twice": shown.twice,
        "wrong": wrong,
    }
