"""The key of pushes is changed by command: old subscriptions are served for a while, and devices follow."""

import json
import stat
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened
from tests.support.push_service import FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe, told

from handbook.config import Settings
from handbook.kernel.clock import SystemClock
from handbook.kernel.db import db
from handbook.kernel.secrets import FILE_NAME, RotationTooSoonError, load_or_create_secrets
from handbook.notifications.models import PushSubscription
from handbook.notifications.push import gateway
from handbook.notifications.push.rotation import rotate

SignIn = Callable[[str], ApiClient]


def in_days(days: float) -> datetime:
    return SystemClock().now() + timedelta(days=days)


def restart(app: Flask, settings: Settings) -> None:
    """The processes start anew and read their keys."""
    app.extensions["handbook.push"].close()
    app.extensions["handbook.secrets"] = load_or_create_secrets(settings.data_dir)
    gateway.install(app)


def test_old_and_new_subscriptions_are_served_until_the_grace_period_is_over(
    engine_name: str, app: Flask, settings: Settings, sign_in: SignIn, world: World, push: FakePushService
) -> None:
    member = sign_in("member")
    before = member.get("/api/push/key", expect=200).json["key"]
    old = subscribe(member, push)
    assert rotate(in_days(60)) == 1
    restart(app, settings)
    key = member.get("/api/push/key", expect=200).json["key"]
    assert key != before
    new = subscribe(sign_in("second_member"), push)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    # The push service takes a message only when it is signed with the key of the subscription.
    assert (told(push, old), told(push, new)) == (["meeting_convened"], ["meeting_convened"])
    assert push.refused == []
    # The device opens the app, sees another key, and subscribes anew.
    again = push.subscribe(key)
    member.put("/api/push/subscription", {**again.as_json(), "server_key": key}, expect=204)
    convened(sign_in("secretary"), world.id_of("cell"), kind="extraordinary")
    run_jobs()
    assert told(push, again) == ["meeting_convened"]
    assert told(push, old) == ["meeting_convened"]
    assert push.refused == []


def test_after_the_grace_period_a_device_of_the_old_key_is_not_reached_and_stays_subscribed(
    app: Flask, settings: Settings, sign_in: SignIn, world: World, push: FakePushService
) -> None:
    old = subscribe(sign_in("member"), push)
    rotate(in_days(-1))
    restart(app, settings)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert told(push, old) == []
    (failed,) = [row for row in ledger(meeting) if row.state != "no_device"]
    assert (failed.state, failed.reason) == ("failed", "key_ended")
    assert len(db.session.scalars(select(PushSubscription)).all()) == 1


def test_what_a_browser_renews_by_itself_keeps_its_key_and_an_unknown_key_is_refused(
    app: Flask, settings: Settings, sign_in: SignIn, world: World, push: FakePushService
) -> None:
    member = sign_in("member")
    before = member.get("/api/push/key", expect=200).json["key"]
    subscribe(member, push)
    rotate(in_days(60))
    restart(app, settings)
    # The worker of an app that is closed renews with the key that it had, and says nothing of it.
    renewed = push.subscribe(before)
    member.put("/api/push/subscription", renewed.as_json(), expect=204)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert told(push, renewed) == ["meeting_convened"]
    body = {**push.subscribe(before).as_json(), "server_key": "A" * 87}
    answer = member.put("/api/push/subscription", body, expect=422)
    assert [one["pointer"] for one in answer.json["errors"]] == ["/server_key"]


def test_a_rotation_keeps_the_other_keys_and_waits_for_the_one_before(
    app: Flask, settings: Settings, world: World
) -> None:
    path = settings.data_dir / FILE_NAME
    before = json.loads(path.read_text())
    rotate(in_days(30))
    after = json.loads(path.read_text())
    assert after["former_vapid"]["private_key"] == before["vapid_private_key"] != after["vapid_private_key"]
    assert {name: after[name] for name in ("data_key", "index_key")} == {
        name: before[name] for name in ("data_key", "index_key")
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in settings.data_dir.glob(f"{FILE_NAME}*")] == [FILE_NAME]
    with pytest.raises(RotationTooSoonError):
        rotate(in_days(60))
    assert json.loads(path.read_text()) == after
