"""What tests of notifications share: devices that subscribe, and the worker's jobs run here and now."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.limits import STOP_SECONDS, stop
from tests.support.postgres import find_free_port
from tests.support.push_service import FakePushService, Subscription

from handbook.config import Settings
from handbook.kernel import jobs
from handbook.kernel.db import db
from handbook.notifications.models import Delivery, Reminder


def subscribe(
    client: ApiClient, service: FakePushService, device_name: str | None = "Máy thử"
) -> Subscription:
    """Make a subscription as this device's browser would, with the server's key, and tell the server."""
    key = client.get("/api/push/key", expect=200).json["key"]
    subscription = service.subscribe(key)
    client.put("/api/push/subscription", {**subscription.as_json(), "device_name": device_name}, expect=204)
    return subscription


def run_jobs() -> int:
    """Run all that is due now, as a worker's tick does; how many jobs that were."""
    total = 0
    while ran := jobs.run_due():
        total += ran
    db.session.rollback()
    return total


def told(service: FakePushService, subscription: Subscription) -> list[str]:
    """The types of the messages that reached this device, in order."""
    return [message.json()["t"] for message in service.accepted_of(subscription)]


def ledger(meeting: dict[str, Any], kind: str | None = None) -> list[Delivery]:
    """The deliveries of a meeting as they stand in the database, by id."""
    db.session.rollback()
    statement = (
        select(Delivery)
        .join(Reminder, Reminder.id == Delivery.reminder_id)
        .where(Reminder.meeting_id == int(meeting["id"]))
        .order_by(Delivery.id)
        .execution_options(populate_existing=True)
    )
    if kind is not None:
        statement = statement.where(Reminder.kind == kind)
    return list(db.session.scalars(statement))


def plan(meeting: dict[str, Any], kind: str = "meeting_reminder") -> dict[str, tuple[str, str]]:
    """The reminders of a meeting by step: state, and hours before the meeting they were planned for."""
    db.session.rollback()
    rows = db.session.scalars(
        select(Reminder)
        .where(Reminder.meeting_id == int(meeting["id"]), Reminder.kind == kind)
        .order_by(Reminder.id)
        .execution_options(populate_existing=True)
    )
    return {
        row.step: (row.state, f"{(row.starts_at - row.due_at).total_seconds() / 3600:g} h") for row in rows
    }


class WorkerProcess:
    """The worker as it really runs: a process of its own, with its courier. It goes by the machine's time."""

    command = "worker"

    def __init__(self, settings: Settings, push: FakePushService) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDBOOK_")}
        self._environment = {
            **kept,
            "HANDBOOK_DATA_DIR": str(settings.data_dir),
            "HANDBOOK_DATABASE_URL": settings.database_url,
            "HANDBOOK_PUSH_EXTRA_HOSTS": push.extra_host,
            "HANDBOOK_PUSH_CA_FILE": str(push.ca_file),
            "HANDBOOK_PORT": str(find_free_port()),
            "HANDBOOK_REMINDER_TICK_SECONDS": "0.2",
            "PYTHONPATH": str(Path("backend").resolve()),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._courier = 0

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from handbook.cli import main; main([{self.command!r}])"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self, number: int) -> int:
        """Tell it to stop with this signal; what it says at the end."""
        assert self._process is not None
        self._process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """What it says when it has ended."""
        assert self._process is not None
        return self._process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End it as the kernel would, without a word, and leave its courier alone; nothing when it does not run."""
        if self._process is not None and self._process.poll() is None:
            self._courier = self._find_courier()
            self._process.kill()
            self._process.wait(10)

    def kill_courier(self) -> None:
        """End its courier, or the one of the worker that was killed last, without a word; nothing when there is none."""
        courier = (
            self._courier
            if self._process is None or self._process.poll() is not None
            else self._find_courier()
        )
        if courier:
            with suppress(ProcessLookupError):
                os.kill(courier, signal.SIGKILL)

    def end(self) -> None:
        """Leave nobody behind."""
        self.kill()
        self.kill_courier()

    def wait_for_courier(self, seconds: float = 60.0) -> None:
        """Until the courier of the worker that was killed last has ended."""
        deadline = time.monotonic() + seconds
        while is_alive(self._courier):
            assert time.monotonic() < deadline, "the courier does not end"
            time.sleep(0.02)

    def _find_courier(self) -> int:
        """Its only child; 0 when it has not come so far."""
        assert self._process is not None
        return next(iter(children_of(self._process.pid)), 0)


class ServedWorker(WorkerProcess):
    """The worker of a running ``handbook serve``."""

    command = "serve"

    def kill(self) -> None:
        """End the worker alone: the youngest child."""
        assert self._process is not None
        if self._process.poll() is None:
            os.kill(max(children_of(self._process.pid)), signal.SIGKILL)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            stop(self._process)


def children_of(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
