"""Clocks that are ten minutes off: those of phones that check in, and those of workers that share the reminders."""

import http.client
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.population import MEMBERS_PER_CELL
from tests.faults.evening import Evening, account_for
from tests.faults.reminders import Reminders, what_is_shown
from tests.faults.service import Service
from tests.support.push_service import FakePushService
from tests.support.pushing import run_jobs

from handbook.kernel.clock import FixedClock, SystemClock
from handbook.kernel.db import db

# How far clocks may differ (AttendanceRules.clock_skew), less the seconds that the test takes.
SKEWS = {
    "ten minutes fast": timedelta(minutes=9, seconds=45),
    "ten minutes slow": -timedelta(minutes=9, seconds=45),
}
TOO_FAR = {"half an hour fast": timedelta(minutes=30), "half an hour slow": -timedelta(minutes=30)}
TICKS = 6


def check_in_by_wrong_clocks(evening: Evening, log: Path) -> dict[str, Any]:
    """Check in by phones whose clocks are right, or off as much as may be, or more; each twice, as an outbox does."""
    ways = {"right": timedelta(0), **SKEWS, **TOO_FAR}
    wrong, said = [], Counter[str]()
    acknowledged = []
    with Service(evening, log) as service:
        for place, device in enumerate(evening.devices):
            way = list(ways)[place % len(ways)]
            scanned_at = datetime.now(UTC) + ways[way]
            for turn in (1, 2):
                status, flags = _check_in(
                    service.port, device.meeting_id, device.token, device.check_in, scanned_at
                )
                said[f"{way}: {status}"] += 1
                expected = 422 if way in TOO_FAR else (201, 200)[turn - 1]
                if status != expected:
                    wrong.append(f"{way}: {status} instead of {expected}")
                if status == 201:
                    acknowledged.append(device)
                if status < 400 and ("clock_skew" in flags) != (way in SKEWS):
                    wrong.append(f"{way}: flags {flags}")
    account = account_for(evening, acknowledged)
    if account.written != account.acknowledged:
        wrong.append(f"{account.written} are written and {account.acknowledged} acknowledged")
    return {
        "fault": f"clocks of phones, {evening.database}",
        "phones": len(evening.devices),
        "acknowledged": account.acknowledged,
        "refused (half an hour off)": sum(count for what, count in said.items() if what.endswith("422")) // 2,
        "lost": account.lost,
        "doubled": account.doubled,
        "wrong": sorted({*wrong, *account.wrong}),
    }


def send_by_wrong_clocks(evening: Evening, *, meetings: int) -> dict[str, Any]:
    """Let three workers share the reminders in turn: one goes right, one is ten minutes fast and one ten minutes slow."""
    now = SystemClock().now()
    clock = FixedClock(now)
    with FakePushService() as push:
        reminders = Reminders(evening, [push], clock=clock)
        clocks = [FixedClock(now + skew) for skew in (*SKEWS.values(), timedelta(0))]
        workers = [reminders.application(one) for one in clocks]
        made: list[int] = []
        for tick in range(TICKS):
            if tick * meetings // TICKS >= len(made):
                made += reminders.convene(max(1, meetings // TICKS))
            for worker in workers[tick % 3 :] + workers[: tick % 3]:
                with worker.app_context():
                    run_jobs()
                    db.session.remove()
            for one in (clock, *clocks):
                one.advance(minutes=3)
        deliveries = reminders.wait_until_accounted(made, len(made) * MEMBERS_PER_CELL)
        about = {str(meeting) for meeting in made}
        messages = [one for one in push.messages if one.json().get("m") in about]
        shown = what_is_shown(messages, reminders.expected(deliveries))
        for app in workers:
            with app.app_context():
                app.extensions["handbook.push"].close()
                db.engine.dispose()
        reminders.close()
    states = Counter(one.state for one in deliveries)
    wrong = []
    if states != {"accepted": len(deliveries)}:
        wrong.append(f"the ledger says {dict(states)}")
    if shown.missing or shown.repeated or shown.twice:
        wrong.append(f"{shown.missing} missing, {shown.repeated} repeated, {shown.twice} shown twice")
    return {
        "fault": f"clocks of workers, {evening.database}",
        "reminders": len(deliveries),
        "lost": shown.missing,
        "repeated": shown.repeated,
        "shown twice": shown.twice,
        "wrong": wrong,
    }


def _check_in(
    port: int, meeting_id: int, token: str, code: str, scanned_at: datetime
) -> tuple[int, list[str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"token": code, "scanned_at": scanned_at.isoformat()})
    headers = {"Cookie": f"handbook_session={token}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/meetings/{meeting_id}/check-ins", body, headers)
    answer = connection.getresponse()
    said = json.loads(answer.read())
    connection.close()
    return answer.status, said.get("flags", [])
