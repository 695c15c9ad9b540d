"""Workers and couriers that are killed in the middle of sending: nothing is lost, only a killed courier repeats something."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import Answer, FakePushService, Subscription
from tests.support.pushing import ServedWorker, WorkerProcess, ledger

from handbook.accounts.models import Account, DeviceSession
from handbook.config import Settings
from handbook.kernel.clock import FixedClock, SystemClock
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import Delivery, PushSubscription

SignIn = Callable[[str], ApiClient]

PHONES = 60
# Some batches, so that a kill comes also between two.
MANY_PHONES, KILLS = 250, 3
PATIENCE_SECONDS = 60.0


@pytest.fixture
def clock() -> FixedClock:
    """The processes go by the machine's time, so the meeting is planned from there."""
    return FixedClock(SystemClock().now())


@pytest.mark.usefixtures("engine_name")
def test_what_a_killed_worker_had_under_way_is_accounted_for_by_its_courier(
    worker: WorkerProcess, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    _give_phones(PHONES, int(world.id_of("member")), push, clock.now())
    push.always_answer(Answer(201, delay=2.0))
    meeting = _convene(sign_in, world, clock)
    worker.start()
    push.wait_for(PHONES, seconds=PATIENCE_SECONDS)
    worker.kill()
    assert _count("queued", meeting) > 0, "some are still under way"
    # Another begins at once; what is under way is under its lease.
    _end_leases_of_jobs(clock.now())
    worker.start()
    _wait_for(PHONES, meeting)
    assert len(push.messages) == PHONES
    worker.wait_for_courier()


def test_who_serves_waits_for_the_courier_of_a_killed_worker(
    settings: Settings, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    _give_phones(PHONES, int(world.id_of("member")), push, clock.now())
    push.always_answer(Answer(201, delay=2.0))
    meeting = _convene(sign_in, world, clock)
    served = ServedWorker(settings, push)
    served.start()
    try:
        push.wait_for(PHONES, seconds=PATIENCE_SECONDS)
        served.kill()
        assert _count("queued", meeting) > 0, "some are still under way"
        assert served.wait() != 0
        assert _count("accepted", meeting) == PHONES
    finally:
        served.end()


@pytest.mark.usefixtures("engine_name")
def test_kills_at_any_moment_lose_nothing_and_repeat_nothing(
    worker: WorkerProcess, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    phones = _give_phones(MANY_PHONES, int(world.id_of("member")), push, clock.now())
    push.always_answer(Answer(201, delay=0.05))
    meeting = _convene(sign_in, world, clock)
    moments = sorted(Random(clock.now().timestamp()).sample(range(MANY_PHONES), KILLS))
    worker.start()
    for moment in moments:
        push.wait_for(moment, seconds=PATIENCE_SECONDS)
        worker.kill()
        worker.wait_for_courier()
        _end_leases(clock.now())
        worker.start()
    _wait_for(MANY_PHONES, meeting)
    told = Counter(message.subscription for message in push.messages)
    assert told == Counter(phone.name for phone in phones), f"killed at {moments}"


@pytest.mark.usefixtures("engine_name")
def test_a_killed_courier_repeats_only_what_was_under_way_and_ends_its_worker(
    worker: WorkerProcess, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    phones = _give_phones(PHONES, int(world.id_of("member")), push, clock.now())
    slow = phones[PHONES // 2]
    push.always_answer(Answer(201, delay=2 * PATIENCE_SECONDS), slow)
    meeting = _convene(sign_in, world, clock)
    worker.start()
    _wait_for(PHONES - 1, meeting)
    assert _count("queued", meeting) == 1, "one is still under way"
    worker.kill_courier()
    assert worker.wait() == 1
    push.always_answer(None, slow)
    _end_leases(clock.now())
    worker.start()
    _wait_for(PHONES, meeting)
    told = Counter((message.subscription, message.plaintext) for message in push.messages)
    assert {subscription for subscription, _ in told} == {phone.name for phone in phones}
    assert len(told) == PHONES, "a phone that was told again can tell that it is the same message"
    assert told.total() == PHONES + 1
    assert [told[name, text] for name, text in told if name == slow.name] == [2]


def _convene(sign_in: SignIn, world: World, clock: FixedClock) -> dict[str, Any]:
    starts_at = clock.now() + timedelta(days=10)
    return convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)


def _pushed(meeting: dict[str, Any]) -> list[Delivery]:
    return [delivery for delivery in ledger(meeting) if delivery.state != "no_device"]


def _count(state: str, meeting: dict[str, Any]) -> int:
    return [delivery.state for delivery in _pushed(meeting)].count(state)


def _wait_for(count: int, meeting: dict[str, Any]) -> None:
    """Until so many messages are recorded as accepted."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _count("accepted", meeting) < count:
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
    """Let the time of what a dead worker and its courier had taken run out, which would be minutes otherwise."""
    _end_leases_of_jobs(now)
    with unit_of_work() as uow:
        leased = update(Delivery).where(Delivery.state == "queued", Delivery.lease_until.is_not(None))
        uow.session.execute(leased.values(lease_until=now - timedelta(days=1)))


def _end_leases_of_jobs(now: datetime) -> None:
    with unit_of_work() as uow:
        running = update(Job).where(Job.state == "running")
        uow.session.execute(running.values(lease_until=now - timedelta(days=1)))
