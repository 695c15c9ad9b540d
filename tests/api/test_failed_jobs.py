"""Jobs that were given up are seen at the top of the tree, with their reason, and tried again there or by a command."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.audit.models import AuditEntry
from handbook.cli import cli
from handbook.config import Settings
from handbook.kernel import jobs
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.jobs import MAX_ATTEMPTS, Job, JobRun
from handbook.kernel.unit_of_work import unit_of_work

SignIn = Callable[[str], ApiClient]
NAME = "tests.stubborn"


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A kind of job that fails until something is put into this list; then it adds who was run."""
    done: list[int] = []

    def run(run: JobRun) -> None:
        if not done:
            raise RuntimeError("a detail that nobody is shown")
        done.append(run.job_id)

    monkeypatch.setitem(jobs._handlers, NAME, run)
    return done


def give_up(clock: FixedClock, *keys: str) -> list[str]:
    """Let jobs of these keys fail as often as they may; their ids."""
    with unit_of_work() as uow:
        made = [jobs.enqueue(uow, NAME, key=key, args={"member_id": 17}) for key in keys]
        ids = [str(job.id) for job in made]
    for _ in range(MAX_ATTEMPTS):
        jobs.run_due()
        clock.advance(hours=1)
    return ids


def path_of(world: World, organization: str, rest: str = "") -> str:
    return f"/api/organizations/{world.id_of(organization)}/failed-jobs{rest}"


def test_what_was_given_up_is_told_at_the_top_with_its_reason_and_tried_again(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, stubborn: list[int]
) -> None:
    administrator = sign_in("administrator")
    first, second = give_up(clock, "first", "second")
    (newest, oldest) = administrator.get(path_of(world, "root"), expect=200).json["items"]
    assert (newest["id"], oldest["id"]) == (second, first)
    assert newest.keys() == {"id", "name", "reason", "attempts", "created_at", "failed_at"}
    assert (newest["name"], newest["reason"], newest["attempts"]) == (NAME, "RuntimeError", MAX_ATTEMPTS)
    page = administrator.get(path_of(world, "root", "?limit=1"), expect=200).json
    following = administrator.get(path_of(world, "root", f"?limit=1&cursor={page['next']}"), expect=200).json
    assert ([page["items"][0]["id"], following["items"][0]["id"]], following["next"]) == (
        [second, first],
        None,
    )

    stubborn.append(0)
    retried = administrator.post(path_of(world, "root", "/retries"), {"ids": [first]}, expect=200)
    assert retried.json == {"retried": 1}
    assert administrator.post(path_of(world, "root", "/retries"), {"ids": [first]}).json == {"retried": 0}
    jobs.run_due()
    assert stubborn == [0, int(first)]
    assert administrator.post(path_of(world, "root", "/retries"), {}, expect=200).json == {"retried": 1}
    jobs.run_due()
    assert stubborn == [0, int(first), int(second)]
    assert administrator.get(path_of(world, "root"), expect=200).json == {"items": [], "next": None}
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "operations:jobs:retried")).all()
    assert [entry.details for entry in entries] == [{"count": 1, "names": [NAME]}] * 2


def test_below_the_top_there_is_nothing_to_tell_or_to_try(
    sign_in: SignIn, world: World, clock: FixedClock, stubborn: list[int]
) -> None:
    staff = sign_in("staff")
    (job,) = give_up(clock, "one")
    assert staff.get(path_of(world, "committee"), expect=200).json == {"items": [], "next": None}
    body = {"ids": [job]}
    assert staff.post(path_of(world, "committee", "/retries"), body, expect=200).json == {"retried": 0}
    staff.post(path_of(world, "root", "/retries"), body, expect=403)
    assert db.session.get_one(Job, int(job), populate_existing=True).state == "dead"


def test_what_runs_or_waits_is_not_begun_anew(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    with unit_of_work() as uow:
        later = uow.clock.now() + timedelta(hours=3)
        waiting = jobs.enqueue(uow, NAME, key="waiting", args={}, due_at=later).id
    answer = sign_in("administrator").post(path_of(world, "root", "/retries"), {"ids": [str(waiting)]})
    assert answer.json == {"retried": 0}
    assert db.session.get_one(Job, waiting, populate_existing=True).due_at == later


def test_the_command_lists_them_and_tries_them_again(
    app: Flask,
    settings: Settings,
    clock: FixedClock,
    stubborn: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = give_up(clock, "first", "second")
    monkeypatch.setattr("handbook.app.create_app", lambda: app)

    def run(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(cli, ["jobs", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    listed = run().splitlines()
    assert [line.split()[0] for line in listed[:2]] == [second, first]
    assert f"{NAME}  10 attempts  RuntimeError" in listed[0]
    assert listed[2] == "2 jobs were given up"
    assert "name the ids" in run("retry", code=2)
    assert "1 jobs wait for the worker again" in run("retry", first)
    assert f"not among those that were given up: {first}" in run("retry", first, second, code=1)
    assert run().splitlines() == ["0 jobs were given up"]
