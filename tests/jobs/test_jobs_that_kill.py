"""A job that ends its worker each time is given up like one that fails; who only waited behind it, or gets further, is not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.kernel import jobs
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.jobs import LEASE, MAX_ATTEMPTS, WORKER_LOST, Job, JobRun
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work

SignIn = Callable[[str], ApiClient]
NAME = "tests.deadly"
AFTER_LEASE = LEASE + timedelta(seconds=1)


class KilledError(BaseException):
    """What a worker comes to that is killed: nothing after it is run, nothing is recorded."""


def add(*keys: str, name: str = NAME) -> None:
    with unit_of_work() as uow:
        for key in keys:
            jobs.enqueue(uow, name, key=key, args={"key": key})


def job_of(key: str) -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.key == key)).one()


def work_until_killed() -> None:
    with pytest.raises(KilledError):
        jobs.run_due()
    db.session.rollback()


@pytest.fixture
def deadly(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which jobs kill whoever runs them."""
    keys: list[str] = []

    def run(run: JobRun) -> None:
        if run.args["key"] in keys:
            raise KilledError

    monkeypatch.setitem(jobs._handlers, NAME, run)
    return keys


def test_a_job_that_kills_its_workers_is_given_up_seen_by_staff_and_tried_again(
    engine_name: str,
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    deadly: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_up: list[str] = []

    def note(args: dict[str, str], _uow: UnitOfWork) -> None:
        given_up.append(args["key"])

    monkeypatch.setitem(jobs._given_up, NAME, note)
    deadly.append("poison")
    add("poison", "behind it")
    for number in range(MAX_ATTEMPTS):
        work_until_killed()
        assert job_of("poison").attempts == number + 1
        if number == 0:
            assert (job_of("behind it").state, job_of("behind it").attempts) == ("queued", 0)
            assert jobs.run_due() == 1, "another worker need not wait for what the dead one had"
        assert jobs.run_due() == 0, "nobody takes it before its lease is over"
        clock.advance(seconds=AFTER_LEASE.total_seconds())
    assert (job_of("poison").state, given_up) == ("running", [])
    assert jobs.run_due() == 0, "it ends no further worker"
    assert given_up == ["poison"]
    assert (job_of("behind it").state, job_of("behind it").attempts) == ("done", 1)

    administrator = sign_in("administrator")
    path = f"/api/organizations/{world.id_of('root')}/failed-jobs"
    (line,) = administrator.get(path, expect=200).json["items"]
    assert (line["name"], line["reason"], line["attempts"]) == (NAME, WORKER_LOST, MAX_ATTEMPTS)
    deadly.clear()
    assert administrator.post(f"{path}/retries", {"ids": [line["id"]]}, expect=200).json == {"retried": 1}
    assert jobs.run_due() == 1
    assert (job_of("poison").state, job_of("poison").attempts) == ("done", 1)


@pytest.mark.usefixtures("engine_name", "app")
def test_a_long_job_that_gets_further_outlives_any_number_of_workers(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[int] = []

    def one_more(run: JobRun) -> None:
        done.append(len(done))
        run.report_progress(len(done), 40)
        if len(done) < 3 * MAX_ATTEMPTS:
            raise KilledError

    monkeypatch.setitem(jobs._handlers, NAME, one_more)
    add("long")
    for _ in range(3 * MAX_ATTEMPTS - 1):
        work_until_killed()
        clock.advance(seconds=AFTER_LEASE.total_seconds())
    assert jobs.run_due() == 1
    assert job_of("long").state == "done"


@pytest.mark.usefixtures("engine_name", "app")
def test_progress_that_comes_to_nothing_is_none(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(run: JobRun) -> None:
        run.report_progress(0, 40)
        raise KilledError

    monkeypatch.setitem(jobs._handlers, NAME, read_only)
    add("reads")
    for _ in range(MAX_ATTEMPTS):
        work_until_killed()
        clock.advance(seconds=AFTER_LEASE.total_seconds())
    assert jobs.run_due() == 0
    assert (job_of("reads").state, job_of("reads").last_error) == ("dead", WORKER_LOST)


@pytest.mark.usefixtures("engine_name", "app")
def test_what_was_lost_goes_before_what_waits_and_what_waits_in_its_order(
    clock: FixedClock, deadly: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    plain = jobs._handlers[NAME]

    def note(run: JobRun) -> None:
        ran.append(run.args["key"])
        plain(run)

    monkeypatch.setitem(jobs._handlers, NAME, note)
    deadly.append("lost")
    add("lost")
    work_until_killed()
    clock.advance(seconds=AFTER_LEASE.total_seconds())
    deadly.clear()
    add("second", "third")
    with unit_of_work() as uow:
        jobs.enqueue(uow, NAME, key="first", args={"key": "first"}, due_at=clock.now() - timedelta(hours=1))
    assert jobs.run_due() == 4
    assert ran == ["lost", "lost", "first", "second", "third"]


def test_a_worker_without_work_takes_no_lock_and_one_that_cannot_look_goes_and_claims(
    engine_name: str, app: Flask, world: World, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Any] = []
    original = jobs._next
    monkeypatch.setattr(jobs, "_next", lambda *asked: taken.append(asked) or original(*asked))
    monkeypatch.setitem(jobs._handlers, NAME, lambda _run: None)
    with unit_of_work() as uow:
        jobs.enqueue(uow, NAME, key="later", args={}, due_at=clock.now() + timedelta(minutes=1))
    assert jobs.run_due() == 0
    assert taken == []
    # Due, then left behind by a worker under its lease, then free again.
    clock.advance(minutes=1)
    monkeypatch.setitem(jobs._handlers, NAME, _die)
    work_until_killed()
    assert job_of("later").state == "running"
    taken.clear()
    assert jobs.run_due() == 0
    assert taken == []
    clock.advance(seconds=AFTER_LEASE.total_seconds())
    monkeypatch.setitem(jobs._handlers, NAME, lambda _run: None)
    monkeypatch.setattr(app.extensions["handbook.driver"], "find", lambda *_asked: None)
    assert jobs.run_due() == 1
    assert job_of("later").state == "done"


def _die(_run: JobRun) -> None:
    raise KilledError
