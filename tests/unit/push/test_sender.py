"""Sending, against a real TLS and HTTP/2 service on loopback that decrypts and verifies."""

import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.support.limits import join
from tests.support.push_service import Answer, FakePushService, Subscription, base64url
from tests.unit.push.test_endpoints import HOSTILE

from handbook.notifications.push import sender as module
from handbook.notifications.push.encryption import MAX_PAYLOAD_LENGTH, SubscriptionKeys
from handbook.notifications.push.endpoints import EndpointPolicy
from handbook.notifications.push.messages import PushMessage, PushResult, PushState, Urgency
from handbook.notifications.push.sender import MAX_RETRY_AFTER, PushSender
from handbook.notifications.push.vapid import Vapid

PAYLOAD = b'{"t":"meeting_convened","m":"17","d":"4"}'


def message_to(subscription: Subscription, payload: bytes = PAYLOAD, **fields: object) -> PushMessage:
    keys = SubscriptionKeys.parse(**subscription.keys)
    return PushMessage(subscription.endpoint, keys, payload, **{"ttl": 3600, **fields})  # type: ignore[arg-type]


def test_a_message_arrives_readable_signed_and_over_http_2(
    sender: PushSender, service: FakePushService, vapid: Vapid
) -> None:
    subscription = service.subscribe(vapid.public_key)
    message = message_to(subscription, ttl=7200, urgency=Urgency.HIGH, topic="meeting-17")
    assert sender.send([message]) == [PushResult(PushState.ACCEPTED, status=201)]
    (received,) = service.messages_of(subscription)
    assert received.json() == json.loads(PAYLOAD)
    assert (received.ttl, received.urgency, received.topic) == (7200, "high", "meeting-17")
    assert received.http_version == "2"
    assert received.claims["aud"] == service.origin
    assert received.claims["sub"] == "mailto:staff@example.org"


def test_every_byte_of_the_longest_payload_arrives(sender: PushSender, service: FakePushService) -> None:
    subscription = service.subscribe()
    payload = bytes(index % 256 for index in range(MAX_PAYLOAD_LENGTH))
    sender.send([message_to(subscription, payload)])
    assert service.messages_of(subscription)[0].plaintext == payload


def test_a_time_to_live_of_zero_is_sent_as_zero(sender: PushSender, service: FakePushService) -> None:
    subscription = service.subscribe()
    sender.send([message_to(subscription, ttl=0), message_to(subscription, ttl=-5)])
    assert [received.ttl for received in service.messages_of(subscription)] == [0, 0]


def test_two_hundred_messages_go_over_few_connections_and_each_reaches_its_own_phone(
    sender: PushSender, service: FakePushService
) -> None:
    subscriptions = [service.subscribe() for _ in range(200)]
    results = sender.send(
        [message_to(subscription, str(index).encode()) for index, subscription in enumerate(subscriptions)]
    )
    assert {result.state for result in results} == {PushState.ACCEPTED}
    for index, subscription in enumerate(subscriptions):
        assert [received.plaintext for received in service.messages_of(subscription)] == [str(index).encode()]
    assert len(service.connections) <= module.MAX_CONNECTIONS_PER_HOST


def test_results_are_in_the_order_of_the_messages(sender: PushSender, service: FakePushService) -> None:
    slow, gone, fine = service.subscribe(), service.subscribe(), service.subscribe()
    service.always_answer(Answer(201, delay=0.3), slow)
    service.always_answer(Answer(410), gone)
    results = sender.send([message_to(slow), message_to(gone), message_to(fine)])
    assert [result.status for result in results] == [201, 410, 201]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200), PushResult(PushState.ACCEPTED, None, 200)),
        (Answer(202), PushResult(PushState.ACCEPTED, None, 202)),
        (Answer(404), PushResult(PushState.GONE, "http_404", 404)),
        (Answer(410), PushResult(PushState.GONE, "http_410", 410)),
        (Answer(429, {"retry-after": "120"}), PushResult(PushState.RETRY, "http_429", 429, 120)),
        (Answer(429), PushResult(PushState.RETRY, "http_429", 429)),
        (Answer(500), PushResult(PushState.RETRY, "http_500", 500)),
        (Answer(503, {"Retry-After": "7"}), PushResult(PushState.RETRY, "http_503", 503, 7)),
        (Answer(400), PushResult(PushState.FAILED, "http_400", 400)),
        (Answer(401), PushResult(PushState.FAILED, "http_401", 401)),
        (Answer(403), PushResult(PushState.FAILED, "http_403", 403)),
        (Answer(413), PushResult(PushState.FAILED, "http_413", 413)),
        (Answer(307, {"location": "https://127.0.0.1:1/x"}), PushResult(PushState.FAILED, "http_307", 307)),
    ],
)
def test_each_answer_has_its_meaning(
    sender: PushSender, service: FakePushService, answer: Answer, expected: PushResult
) -> None:
    subscription = service.subscribe()
    service.answer(answer)
    assert sender.send([message_to(subscription)]) == [expected]
    # The answer of one message does not stick to the next one on the same handle.
    assert sender.send([message_to(subscription)]) == [PushResult(PushState.ACCEPTED, None, 201)]


def test_a_redirect_is_not_followed(sender: PushSender, service: FakePushService) -> None:
    subscription, other = service.subscribe(), service.subscribe()
    service.answer(Answer(308, {"location": other.endpoint}))
    (result,) = sender.send([message_to(subscription)])
    assert result.state is PushState.FAILED
    assert service.requests == 1
    assert service.messages_of(other) == []


def test_a_service_that_does_not_answer_is_tried_again_later(
    sender: PushSender, service: FakePushService
) -> None:
    subscription = service.subscribe()
    service.answer(Answer(201, delay=3.0))
    assert sender.send([message_to(subscription)]) == [PushResult(PushState.RETRY, "timeout")]
    assert sender.send([message_to(subscription)])[0].state is PushState.ACCEPTED


def test_a_service_that_is_down_is_tried_again_later(vapid: Vapid, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sender = PushSender(vapid, EndpointPolicy.from_setting(f"127.0.0.1:{port}"))
    keys = SubscriptionKeys.parse(**_someone_else().keys)
    message = PushMessage(f"https://127.0.0.1:{port}/push/x", keys, PAYLOAD, ttl=60)
    assert sender.send([message]) == [PushResult(PushState.RETRY, "not_connected")]
    sender.close()


def test_a_certificate_of_nobody_known_is_refused(
    vapid: Vapid, policy: EndpointPolicy, service: FakePushService
) -> None:
    sender = PushSender(vapid, policy)
    (result,) = sender.send([message_to(service.subscribe())])
    assert result == PushResult(PushState.RETRY, "certificate_refused")
    assert service.requests == 0
    sender.close()


def test_the_extra_authority_is_not_trusted_for_the_built_in_hosts(
    vapid: Vapid, service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A certificate made by the extra authority for a built-in name: whoever holds that authority and the name
    # server could read messages, if it were trusted for more than the extra hosts.
    sender = PushSender(
        vapid,
        EndpointPolicy(),
        ca_file=service.ca_file,
        resolve=["fcm.googleapis.com:443:127.0.0.1"],
    )
    seen: list[str | None] = []
    load = module._Transfer.load

    def spy(self: module._Transfer, *args: object) -> None:
        seen.append(args[-1])  # type: ignore[arg-type]
        load(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(module._Transfer, "load", spy)
    keys = SubscriptionKeys.parse(**service.subscribe().keys)
    sender.send([PushMessage("https://fcm.googleapis.com/fcm/send/x", keys, PAYLOAD, ttl=60)])
    assert seen
    assert str(service.ca_file) not in seen
    sender.close()


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::1]"],
)
def test_a_name_that_resolves_to_an_inner_address_opens_no_socket(
    vapid: Vapid, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = count_sockets(monkeypatch)
    sender = PushSender(vapid, EndpointPolicy(), resolve=[f"fcm.googleapis.com:443:{address}"])
    keys = SubscriptionKeys.parse(**_someone_else().keys)
    message = PushMessage("https://fcm.googleapis.com/fcm/send/x", keys, PAYLOAD, ttl=60)
    assert sender.send([message]) == [PushResult(PushState.FAILED, "address_not_allowed")]
    assert opened == []
    sender.close()


def test_stored_endpoints_that_are_not_allowed_open_no_socket(
    sender: PushSender, service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = count_sockets(monkeypatch)
    keys = SubscriptionKeys.parse(**service.subscribe().keys)
    results = sender.send([PushMessage(url, keys, PAYLOAD, ttl=60) for url in HOSTILE])
    assert len(results) == len(HOSTILE)
    assert {result.state for result in results} == {PushState.FAILED}
    assert opened == []
    assert service.requests == 0


def test_the_environment_cannot_put_a_proxy_between(
    sender: PushSender, service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0.2)
        for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        assert sender.send([message_to(service.subscribe())])[0].state is PushState.ACCEPTED
        with pytest.raises(TimeoutError):
            proxy.accept()


def test_one_payload_that_is_too_long_does_not_hold_up_the_others(
    sender: PushSender, service: FakePushService
) -> None:
    subscription = service.subscribe()
    results = sender.send(
        [message_to(subscription, b"a" * (MAX_PAYLOAD_LENGTH + 1)), message_to(subscription)]
    )
    assert [result.state for result in results] == [PushState.FAILED, PushState.ACCEPTED]
    assert results[0].reason == "payload_too_long"


def test_stored_keys_that_are_damaged_do_not_hold_up_the_others(
    sender: PushSender, service: FakePushService
) -> None:
    subscription = service.subscribe()
    good = message_to(subscription)
    point = base64url(b"\x04" + b"\x01" * 64)
    bad = [
        PushMessage(subscription.endpoint, SubscriptionKeys(p256dh, auth), PAYLOAD, ttl=60)
        for p256dh, auth in (("", good.keys.auth), (point, good.keys.auth), ("!", good.keys.auth))
    ]
    results = sender.send([*bad, good])
    assert [result.reason for result in results] == ["invalid_keys"] * 3 + [None]


def test_an_interrupted_sender_sends_the_next_messages_as_if_nothing_had_been(
    sender: PushSender, service: FakePushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscription = service.subscribe()

    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sender, "_turn", interrupt)
        with pytest.raises(KeyboardInterrupt):
            sender.send([message_to(subscription, b"interrupted")] * 3)
    results = sender.send([message_to(subscription, b"afterwards")] * 3)
    assert [result.state for result in results] == [PushState.ACCEPTED] * 3
    assert {received.plaintext for received in service.messages_of(subscription)} == {b"afterwards"}


def test_threads_may_share_a_sender(sender: PushSender, service: FakePushService) -> None:
    subscriptions = [service.subscribe() for _ in range(40)]
    results: list[PushResult] = []
    threads = [
        threading.Thread(
            target=lambda part=part: results.extend(sender.send([message_to(one) for one in part]))
        )
        for part in (subscriptions[:20], subscriptions[20:])
    ]
    for thread in threads:
        thread.start()
    join(threads)
    assert [result.state for result in results] == [PushState.ACCEPTED] * 40
    assert all(len(service.messages_of(one)) == 1 for one in subscriptions)


def test_nothing_to_send_is_no_work(sender: PushSender, service: FakePushService) -> None:
    assert sender.send([]) == []
    assert service.requests == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("120", 120), ("0", None), ("-1", None), ("soon", None), ("9" * 20, None), ("9999999", MAX_RETRY_AFTER)],
)
def test_retry_after_in_seconds(
    sender: PushSender, service: FakePushService, value: str, seconds: int | None
) -> None:
    service.answer(Answer(503, {"retry-after": value}))
    assert sender.send([message_to(service.subscribe())]) == [
        PushResult(PushState.RETRY, "http_503", 503, seconds)
    ]


def test_retry_after_as_a_date(sender: PushSender, service: FakePushService) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    service.answer(Answer(429, {"retry-after": soon}), Answer(429, {"retry-after": past}))
    subscription = service.subscribe()
    waits = [sender.send([message_to(subscription)])[0].retry_after for _ in range(2)]
    assert waits[0] is not None
    assert 240 <= waits[0] <= 300
    assert waits[1] is None


def count_sockets(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Collect every socket the sender opens from now on."""
    opened: list[object] = []

    def spy(*args: object) -> socket.socket:
        opened.append(args)
        return socket.socket(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "open_socket", spy)
    return opened


def _someone_else() -> Subscription:
    from cryptography.hazmat.primitives.asymmetric import ec

    return Subscription(
        name="x",
        endpoint="https://fcm.googleapis.com/x",
        private_key=ec.generate_private_key(ec.SECP256R1()),
        auth_secret=b"a" * 16,
    )
