"""The worker as it really runs: a process of its own, told to stop by a signal."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import FakePushService
from tests.support.pushing import ledger, subscribe

from handbook.config import Settings
from handbook.kernel.clock import FixedClock, SystemClock

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def clock() -> FixedClock:
    """The process goes by the machine's time, so the meeting is planned from there."""
    return FixedClock(SystemClock().now())


@pytest.fixture
def worker(settings: Settings, push: FakePushService) -> Iterator[subprocess.Popen[bytes]]:
    settings_of_process = {
        "HANDBOOK_DATA_DIR": str(settings.data_dir),
        "HANDBOOK_DATABASE_URL": settings.database_url,
        "HANDBOOK_PUSH_EXTRA_HOSTS": push.extra_host,
        "HANDBOOK_PUSH_CA_FILE": str(push.ca_file),
        "HANDBOOK_REMINDER_TICK_SECONDS": "0.2",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDBOOK_")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from handbook.cli import main; main(['worker'])"],
        env={**kept, **settings_of_process, "PYTHONPATH": str(Path("backend").resolve())},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait(10)


def test_a_worker_process_pushes_what_was_convened_and_stops_when_told(
    worker: subprocess.Popen[bytes], sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    starts_at = clock.now() + timedelta(days=10)
    meeting = convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)
    push.wait_for(1, seconds=30)
    assert [message.json()["m"] for message in push.messages_of(device)] == [meeting["id"]]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(15) == 0
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["accepted"]
    assert push.refused == []
