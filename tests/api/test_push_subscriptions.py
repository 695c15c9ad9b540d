"""Subscribing a device: whose it is, what is refused, and that nothing is connected to."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import PASSWORD, World
from tests.support.push_service import FakePushService, base64url
from tests.unit.push.test_endpoints import HOSTILE

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.notifications.models import PushSubscription

SignIn = Callable[[str], ApiClient]
PATH = "/api/push/subscription"
GOOD = "https://fcm.googleapis.com/fcm/send/abc:def"


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    service = FakePushService()
    found = service.subscribe().keys
    service.close()
    return found


def subscriptions() -> list[PushSubscription]:
    db.session.rollback()
    return list(db.session.scalars(select(PushSubscription).order_by(PushSubscription.id)))


def test_the_key_is_the_same_for_everybody_and_only_for_those_signed_in(
    sign_in: SignIn, client: ApiClient
) -> None:
    key = sign_in("member").get("/api/push/key", expect=200).json["key"]
    assert len(key) == 87
    assert sign_in("staff").get("/api/push/key").json["key"] == key
    client.get("/api/push/key", expect=401)
    client.put(PATH, {}, expect=401)
    client.delete(PATH, expect=401)


def test_a_device_subscribes_and_changes_and_ends_its_subscription(
    engine_name: str, sign_in: SignIn, world: World, keys: dict[str, str]
) -> None:
    member = sign_in("member")
    body = {"endpoint": GOOD, "keys": keys, "device_name": "  Điện thoại  "}

    def is_known() -> bool:
        return bool(member.get("/api/push/preferences", expect=200).json["this_device"])

    assert not is_known()
    for _ in range(2):
        member.put(PATH, body, expect=204)
    assert is_known()
    (saved,) = subscriptions()
    assert (saved.endpoint, saved.device_name) == (GOOD, "Điện thoại")
    assert saved.account_id == world.accounts["member"].id
    member.put(PATH, {**body, "endpoint": GOOD + "2"}, expect=204)
    assert [row.endpoint for row in subscriptions()] == [GOOD + "2"]
    for _ in range(2):
        member.delete(PATH, expect=204)
    assert subscriptions() == []
    assert not is_known()
    written = select(AuditEntry.tag).where(AuditEntry.tag.like("notifications:%")).order_by(AuditEntry.id)
    tags = list(db.session.scalars(written))
    assert tags == ["notifications:subscription:saved"] * 2 + ["notifications:subscription:removed"]


@pytest.mark.parametrize("renewed", [GOOD, GOOD + "2"], ids=["same endpoint", "new endpoint"])
def test_a_device_keeps_its_name_when_its_browser_renews_the_subscription(
    engine_name: str, sign_in: SignIn, keys: dict[str, str], renewed: str
) -> None:
    member = sign_in("member")
    member.put(PATH, {"endpoint": GOOD, "keys": keys, "device_name": "Máy bàn"}, expect=204)
    member.put(PATH, {"endpoint": renewed, "keys": keys}, expect=204)
    assert [(row.endpoint, row.device_name) for row in subscriptions()] == [(renewed, "Máy bàn")]
    member.put(PATH, {"endpoint": renewed, "keys": keys, "device_name": "Máy khác"}, expect=204)
    assert [row.device_name for row in subscriptions()] == ["Máy khác"]


def test_a_device_that_changes_hands_does_not_keep_the_name_of_the_other(
    sign_in: SignIn, keys: dict[str, str]
) -> None:
    named = {"endpoint": GOOD, "keys": keys, "device_name": "Máy của chị Ngẫm"}
    sign_in("member").put(PATH, named, expect=204)
    sign_in("second_member").put(PATH, {"endpoint": GOOD, "keys": keys}, expect=204)
    assert [row.device_name for row in subscriptions()] == [None]


def test_a_phone_that_changes_hands_belongs_to_who_signed_in_last(
    sign_in: SignIn, world: World, keys: dict[str, str]
) -> None:
    for role in ("member", "second_member"):
        sign_in(role).put(PATH, {"endpoint": GOOD, "keys": keys}, expect=204)
    assert [row.account_id for row in subscriptions()] == [world.accounts["second_member"].id]


def test_the_subscription_ends_with_its_session(
    sign_in: SignIn, client: ApiClient, world: World, keys: dict[str, str]
) -> None:
    member = sign_in("member")
    member.put(PATH, {"endpoint": GOOD, "keys": keys}, expect=204)
    login = client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=201)
    other = ApiClient(client.app, token=login.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])
    other.put(PATH, {"endpoint": GOOD + "2", "keys": keys}, expect=204)
    other.delete("/api/session", expect=204)
    assert [row.endpoint for row in subscriptions()] == [GOOD]


def test_sessions_that_end_all_at_once_take_their_subscriptions_along(
    app: Flask, sign_in: SignIn, client: ApiClient, world: World, keys: dict[str, str]
) -> None:
    sign_in("member").put(PATH, {"endpoint": GOOD, "keys": keys}, expect=204)
    login = client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=201)
    other = ApiClient(client.app, token=login.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])
    words = {"current_password": PASSWORD, "new_password": "một câu thật dài và khó đoán 7"}
    other.put("/api/session/password", words, expect=204)
    assert subscriptions() == []


def test_hostile_endpoints_are_refused_and_nothing_is_kept_or_connected_to(
    sign_in: SignIn, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    member = sign_in("member")

    def never(*_args: object, **_named: object) -> None:
        raise AssertionError("a name was resolved or a connection opened")

    monkeypatch.setattr("socket.getaddrinfo", never)
    monkeypatch.setattr("socket.socket.connect", never)
    answers = {url: code_of(member.put(PATH, {"endpoint": url, "keys": keys}, expect=422)) for url in HOSTILE}
    monkeypatch.undo()
    # What is no text or none at all is refused before anybody asks whose it is.
    no_text = {"", *(url for url in HOSTILE if "\0" in url)}
    assert {url for url, code in answers.items() if code != "endpoint_not_allowed"} == no_text
    assert subscriptions() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("p256dh", base64url(b"\x04" + b"\x01" * 64)),
        ("p256dh", "not base64!"),
        ("auth", base64url(b"short")),
        ("auth", "é" * 22),
    ],
)
def test_keys_that_no_message_could_be_encrypted_for_are_refused(
    sign_in: SignIn, keys: dict[str, str], field: str, value: str
) -> None:
    answer = sign_in("member").put(PATH, {"endpoint": GOOD, "keys": {**keys, field: value}}, expect=422)
    assert code_of(answer) == "validation_failed"
    assert answer.json["errors"][0]["pointer"] == f"/keys/{field}"
    assert subscriptions() == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"endpoint": GOOD},
        {"endpoint": GOOD, "keys": {}},
        {"endpoint": GOOD, "keys": {"p256dh": "", "auth": ""}},
        {"endpoint": None, "keys": None},
        {"endpoint": [GOOD], "keys": "x"},
    ],
)
def test_a_body_of_another_shape_is_refused(sign_in: SignIn, body: object) -> None:
    assert code_of(sign_in("member").put(PATH, body, expect=422)) == "validation_failed"
    assert subscriptions() == []


def test_an_unknown_field_is_refused(sign_in: SignIn, keys: dict[str, str]) -> None:
    answer = sign_in("member").put(PATH, {"endpoint": GOOD, "keys": keys, "account_id": "1"}, expect=422)
    assert code_of(answer) in ("unknown_field", "validation_failed")
    assert answer.json["errors"][0]["pointer"] == "/account_id"
