"""What has outlived its use is forgotten, and nothing else."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from tests.support.clients import ApiClient
from tests.support.factories import PASSWORD, World

from handbook import worker
from handbook.accounts.models import ActivationCode, DeviceSession
from handbook.config import Settings
from handbook.kernel import jobs
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.idempotency import IdempotencyRecord
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications.models import PushSubscription

SignIn = Callable[[str], ApiClient]


@pytest.fixture(autouse=True)
def both_databases(engine_name: str) -> str:
    return engine_name


@pytest.fixture
def settings_of(app: Flask) -> Settings:
    settings: Settings = app.extensions["handbook.settings"]
    return settings


def add_job(key: str, state: str, finished_at: datetime | None) -> None:
    with unit_of_work() as uow:
        row = jobs.enqueue(uow, "tests.nothing", key=key, args={}, due_at=datetime(2099, 1, 1, tzinfo=UTC))
        row.state, row.finished_at = state, finished_at


def keys() -> set[str]:
    found = set(db.session.scalars(select(Job.key).where(Job.name == "tests.nothing")))
    db.session.rollback()
    return found


def test_finished_jobs_are_forgotten_after_their_days_and_others_never(
    app: Flask, world: World, clock: FixedClock, settings_of: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PORTION", 2)
    kept = timedelta(days=settings_of.keep_jobs_days)
    for number in range(5):
        add_job(f"old {number}", "done", clock.now() - kept - timedelta(minutes=1))
    add_job("old and given up", "dead", clock.now() - kept - timedelta(minutes=1))
    add_job("young", "done", clock.now() - kept + timedelta(minutes=1))
    add_job("waiting", "queued", None)
    add_job("under way", "running", None)

    worker.housekeeping(app)

    assert keys() == {"young", "waiting", "under way"}
    clock.advance(minutes=2)
    worker.housekeeping(app)
    assert keys() == {"waiting", "under way"}


def test_devices_are_forgotten_long_after_they_were_signed_out_or_expired(
    app: Flask, world: World, client: ApiClient, sign_in: SignIn, clock: FixedClock, settings_of: Settings
) -> None:
    def sessions() -> set[str]:
        found = set(db.session.scalars(select(DeviceSession.device_name)))
        db.session.rollback()
        return found

    def log_in(name: str) -> ApiClient:
        body = {"login": "99.000001", "password": PASSWORD, "device_name": name}
        answer = client.post("/api/session", body, expect=201)
        return ApiClient(app, token=answer.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])

    log_in("signed out").delete("/api/session", expect=204)
    subscribe(log_in("left lying"), world.accounts["member"].id, clock)
    kept, lives = settings_of.keep_sessions_days, settings_of.session_days

    clock.advance(days=kept, minutes=-1)
    worker.housekeeping(app)
    assert {"signed out", "left lying"} <= sessions()

    clock.advance(minutes=2)
    log_in("in use")
    worker.housekeeping(app)
    assert "signed out" not in sessions()
    assert {"left lying", "in use"} <= sessions()

    clock.advance(days=lives - 1)
    worker.housekeeping(app)
    assert {"left lying", "in use"} == sessions() & {"signed out", "left lying", "in use"}
    assert db.session.scalar(select(func.count()).select_from(PushSubscription)) == 0
    db.session.rollback()
    clock.advance(days=kept + 2)
    worker.housekeeping(app)
    assert sessions() == set()


def subscribe(device: ApiClient, account_id: int, clock: FixedClock) -> None:
    """A subscription of this device, which names its session."""
    id_ = next(
        item["id"] for item in device.get("/api/sessions", expect=200).json["items"] if item["current"]
    )
    with unit_of_work() as uow:
        uow.session.add(
            PushSubscription(
                account_id=account_id,
                session_id=int(id_),
                endpoint="https://push.example/1",
                origin="https://push.example",
                p256dh="p" * 87,
                auth="a" * 22,
                created_at=clock.now(),
            )
        )


def test_answers_kept_for_a_repeated_request_are_forgotten_after_their_days(
    app: Flask, world: World, sign_in: SignIn, clock: FixedClock, settings_of: Settings
) -> None:
    def kept() -> int:
        found = db.session.scalar(select(func.count()).select_from(IdempotencyRecord)) or 0
        db.session.rollback()
        return found

    body = {"version": "2026-1"}
    sign_in("member").post("/api/purpose-acceptances", body, headers={"Idempotency-Key": "a"}, expect=201)
    clock.advance(days=settings_of.keep_answers_days, minutes=-1)
    worker.housekeeping(app)
    assert kept() == 1
    clock.advance(minutes=2)
    worker.housekeeping(app)
    assert kept() == 0


def test_a_young_worker_keeps_house_before_its_first_day_is_over() -> None:
    assert timedelta(hours=1) > worker.FIRST_HOUSEKEEPING
    assert worker.HOUSEKEEPING_HOURS <= 24


def test_activation_codes_that_ended_are_forgotten_after_their_days(
    app: Flask, world: World, clock: FixedClock, settings_of: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PORTION", 2)
    long_ago = clock.now() - timedelta(days=settings_of.keep_sessions_days, minutes=1)
    lately, later = clock.now() - timedelta(days=1), clock.now() + timedelta(days=30)
    codes = {
        "used": {"used_at": long_ago, "expires_at": later},
        "replaced": {"revoked_at": long_ago, "expires_at": later},
        "expired": {"expires_at": long_ago},
        "used lately": {"used_at": lately, "expires_at": later},
        "replaced lately": {"revoked_at": lately, "expires_at": later},
        "expired lately": {"expires_at": lately},
        "good": {"expires_at": later},
    }
    with unit_of_work() as uow:
        uow.session.execute(delete(ActivationCode))
        for name, ends in codes.items():
            uow.session.add(
                ActivationCode(
                    code_hash=name, member_id=world.members["member"].id, created_at=long_ago, **ends
                )
            )
    worker.housekeeping(app)
    left = set(db.session.scalars(select(ActivationCode.code_hash)))
    db.session.rollback()
    assert left == {"used lately", "replaced lately", "expired lately", "good"}
