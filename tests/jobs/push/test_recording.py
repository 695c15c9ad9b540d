"""What became of messages is not forgotten while the database is away or its disk full: nobody hears twice for that."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.exc import OperationalError
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import BUSY_TIMEOUT_SECONDS
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.push.messages import PushResult
from handbook.notifications.push.sender import TIMEOUT_SECONDS
from handbook.notifications.reminders import recording
from handbook.notifications.reminders.claiming import LEASE, Claimed

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def refusals(monkeypatch: pytest.MonkeyPatch) -> list[Exception]:
    """The database refuses to write outcomes once for each of these."""
    waiting: list[Exception] = []
    record = recording.record

    def refuse(ended: Sequence[tuple[Claimed, PushResult]]) -> None:
        if waiting:
            with unit_of_work():
                raise waiting.pop()
        record(ended)

    monkeypatch.setattr(recording, "record", refuse)
    monkeypatch.setattr(recording, "RETRY_SECONDS", 0.01)
    return waiting


@pytest.mark.usefixtures("engine_name")
def test_outcomes_that_cannot_be_written_are_written_later(
    sign_in: SignIn, world: World, push: FakePushService, refusals: list[Exception]
) -> None:
    roles = ("member", "second_member", "secretary")
    devices = [subscribe(sign_in(role), push) for role in roles]
    push.answer(Answer(410), subscription=devices[1])
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    refusals += [_is_full() for _ in range(4)]
    run_jobs()
    assert refusals == []
    assert [len(push.messages_of(device)) for device in devices] == [1, 1, 1]
    states = sorted(d.state for d in ledger(meeting) if d.state != "no_device")
    assert states == ["accepted", "accepted", "failed"]


@pytest.mark.usefixtures("engine_name")
def test_what_cannot_be_written_at_all_is_sent_again_and_not_lost(
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    clock: FixedClock,
    refusals: list[Exception],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = subscribe(sign_in("member"), push)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    monkeypatch.setattr(recording, "PATIENCE_SECONDS", 0.0)
    refusals += [_is_full() for _ in range(3)]
    run_jobs()
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["queued"]
    refusals.clear()
    clock.advance(minutes=5)
    run_jobs()
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["accepted"]
    names = [message.json()["d"] for message in push.messages_of(device)]
    assert len(names) == 2, "it is told again"
    assert len(set(names)) == 1, "under the same name, so that the phone shows it once"


def test_nobody_else_sends_while_outcomes_are_kept() -> None:
    # The first and the last time a locked database may be waited for as well.
    longest = TIMEOUT_SECONDS + recording.PATIENCE_SECONDS + 2 * BUSY_TIMEOUT_SECONDS
    assert LEASE.total_seconds() > longest


def _is_full() -> OperationalError:
    return OperationalError("UPDATE deliveries", {}, Exception("database or disk is full"))
