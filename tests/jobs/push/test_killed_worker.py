"""Workers that are killed in the middle of sending: nothing is lost, and almost nothing is sent again."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import Answer, FakePushService, Subscription
from tests.support.pushing import WorkerProcess, ledger

from handbook.accounts.models import Account, DeviceSession
from handbook.kernel.clock import FixedClock, SystemClock
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Delivery, PushSubscription

SignIn = Callable[[str], ApiClient]

PHONES = 60
PATIENCE_SECONDS = 60.0


@pytest.fixture
def clock() -> FixedClock:
    """The processes go by the machine's time, so the meeting is planned from there."""
    return FixedClock(SystemClock().now())


@pytest.mark.usefixtures("engine_name")
def test_a_killed_worker_loses_nothing_and_repeats_only_what_was_under_way(
    worker: WorkerProcess, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    phones = _give_phones(PHONES, int(world.id_of("member")), push, clock.now())
    slow = phones[PHONES // 2]
    push.always_answer(Answer(201, delay=2 * PATIENCE_SECONDS), slow)
    starts_at = clock.now() + timedelta(days=10)
    meeting = convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)
    worker.start()
    _wait_for(PHONES - 1, meeting)
    assert [delivery.state for delivery in _pushed(meeting)].count("queued") == 1, "one is still under way"
    worker.kill()
    push.always_answer(None, slow)
    _end_leases(clock.now())
    worker.start()
    _wait_for(PHONES, meeting)
    told = Counter((message.subscription, message.plaintext) for message in push.messages)
    assert {subscription for subscription, _ in told} == {phone.name for phone in phones}
    assert len(told) == PHONES, "a phone that was told again can tell that it is the same message"
    assert told.total() == PHONES + 1
    assert [told[name, text] for name, text in told if name == slow.name] == [2]


def _pushed(meeting: dict[str, Any]) -> list[Delivery]:
    return [delivery for delivery in ledger(meeting) if delivery.state != "no_device"]


def _wait_for(count: int, meeting: dict[str, Any]) -> None:
    """Until so many messages are recorded as accepted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while [delivery.state for delivery in _pushed(meeting)].count("accepted") < count:
        assert time.monotonic() < deadline, Counter(delivery.state for delivery in _pushed(meeting))
        time.sleep(0.05)


def _give_phones(count: int, member_id: int, push: FakePushService, now: datetime) -> list[Subscription]:
    phones = [push.subscribe() for _ in range(count)]
    with unit_of_work() as uow:
        account_id = uow.session.scalars(select(Account.id).where(Account.member_id == member_id)).one()
        for number, phone in enumerate(phones):
            session = DeviceSession(
                token_hash=f"{number:064d}",
                account_id=account_id,
                device_name="Máy thử",
                created_at=now,
                last_seen_at=now,
                expires_at=now + timedelta(days=30),
            )
            uow.session.add(session)
            uow.session.flush()
            uow.session.add(
                PushSubscription(
                    account_id=account_id,
                    session_id=session.id,
                    endpoint=phone.endpoint,
                    origin=push.origin,
                    created_at=now,
                    **phone.keys,
                )
            )
    return phones


def _end_leases(now: datetime) -> None:
    """Let the time of what a dead worker had taken run out, which would be minutes otherwise."""
    with unit_of_work() as uow:
        past = now - timedelta(days=1)
        uow.session.execute(update(Job).where(Job.state == "running").values(lease_until=past))
        leased = update(Delivery).where(Delivery.state == "queued", Delivery.lease_until.is_not(None))
        uow.session.execute(leased.values(lease_until=past))
