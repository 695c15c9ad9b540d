"""The worker as it really runs: a process of its own, told to stop by a signal."""

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import FakePushService
from tests.support.pushing import WorkerProcess, ledger, subscribe

from handbook.kernel.clock import FixedClock, SystemClock

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def clock() -> FixedClock:
    """The process goes by the machine's time, so the meeting is planned from there."""
    return FixedClock(SystemClock().now())


def test_a_worker_process_pushes_what_was_convened_and_stops_when_told(
    worker: WorkerProcess, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    starts_at = clock.now() + timedelta(days=10)
    meeting = convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)
    worker.start()
    push.wait_for(1, seconds=30)
    assert [message.json()["m"] for message in push.messages_of(device)] == [meeting["id"]]
    assert worker.stop(signal.SIGTERM) == 0
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["accepted"]
    assert push.refused == []
