"""A push service of our own on loopback: TLS, HTTP/2, and as strict as the real ones.

It makes subscriptions (key pair, secret, endpoint), takes push messages on their endpoints, verifies the
VAPID token with PyJWT (signature, audience with port, expiry within 24 hours, subject, and that the key is
the one the subscription was made for), decrypts with `http_ece` and keeps what it read. It can be told to
answer with any status, with headers, or late. None of the project's own code takes part in the checking.

In a test, in this process::

    with FakePushService() as service:
        subscription = service.subscribe()
        ...
        assert service.messages[0].json() == {...}

As a program, for tests that run elsewhere: `python tests/support/push_service.py --directory DIR` writes
the certificate authority to DIR/ca.pem and prints one line of JSON with `origin`, `extra_host` and
`ca_file`. Then, at that origin, `POST /control/subscriptions` makes a subscription, `GET /control/messages`
lists what was received and `POST /control/answers` `{"status", "headers"?, "delay"?, "times"?,
"subscription"?}` says how to answer. `--sink` accepts everything without looking at it, for measuring the
sender alone.
"""

import argparse
import asyncio
import base64
import json
import os
import re
import signal
import socket
import tempfile
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import http_ece
import jwt
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypercorn.asyncio import serve
from hypercorn.config import Config

_VAPID = re.compile(r"vapid t=(?P<token>[A-Za-z0-9_.-]+), ?k=(?P<key>[A-Za-z0-9_-]+)")
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_URGENCIES = ("very-low", "low", "normal", "high")
_POINT = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def base64url(data: bytes) -> str:
    """Base64url without padding, as the Push API uses it."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unbase64url(text: str) -> bytes:
    """The inverse of `base64url`."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(kw_only=True)
class Registration:
    """What a push service knows of a subscription: where it is sent to, and under which key."""

    name: str
    endpoint: str
    application_server_key: str | None = None
    over: bool = False


@dataclass(kw_only=True)
class Subscription(Registration):
    """What `PushManager.subscribe` would have returned, and the private key that a real one keeps to
    itself.
    """

    private_key: ec.EllipticCurvePrivateKey
    auth_secret: bytes

    @property
    def keys(self) -> dict[str, str]:
        return {
            "p256dh": base64url(self.private_key.public_key().public_bytes(*_POINT)),
            "auth": base64url(self.auth_secret),
        }

    def as_json(self) -> dict[str, Any]:
        """The form in which a browser sends it."""
        return {"endpoint": self.endpoint, "keys": self.keys}


@dataclass(frozen=True)
class Received:
    """A push message that passed every check and was answered with `status`."""

    subscription: str
    plaintext: bytes
    ttl: int
    urgency: str
    topic: str | None
    claims: Mapping[str, Any]
    http_version: str
    body_length: int
    status: int

    def json(self) -> Any:
        return json.loads(self.plaintext)


@dataclass(frozen=True)
class Answer:
    """How to answer: after `delay` seconds, with `status` and `headers`."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


class RefusedError(Exception):
    """The message is not one that a push service takes; `status` is the answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class FakePushService:
    """The service. Runs in a thread of its own; everything public may be used from any thread."""

    def __init__(self, *, host: str = "127.0.0.1", sink: bool = False, directory: Path | None = None) -> None:
        self._own_directory = tempfile.TemporaryDirectory() if directory is None else None
        self._directory = directory or Path(self._own_directory.name if self._own_directory else "")
        self._sink = sink
        self._lock = threading.RLock()
        self.subscriptions: dict[str, Registration] = {}
        self.messages: list[Received] = []
        self.refused: list[tuple[int, str]] = []
        self.requests = 0
        self.connections: set[tuple[str, int]] = set()
        self._answers: dict[str | None, deque[Answer]] = {}
        self._always: dict[str | None, Answer] = {}
        self._authority = trustme.CA()
        self.ca_file = self._directory / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.ca_file))
        self._socket = socket.create_server((host, 0))
        self.port: int = self._socket.getsockname()[1]
        self.host = host
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    @property
    def extra_host(self) -> str:
        """For `HANDBOOK_PUSH_EXTRA_HOSTS`."""
        return f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def authority(self) -> bytes:
        """The certificate of who vouches for this service, as PEM."""
        return self._authority.cert_pem.bytes()

    def subscribe(self, application_server_key: str | None = None) -> Subscription:
        """Make a subscription, bound to a VAPID public key when one is given."""
        name = base64url(os.urandom(12))
        made = Subscription(
            name=name,
            endpoint=f"{self.origin}/push/{name}",
            private_key=ec.generate_private_key(ec.SECP256R1()),
            auth_secret=os.urandom(16),
            application_server_key=application_server_key,
        )
        with self._lock:
            self.subscriptions[name] = made
        return made

    def answer(self, *answers: Answer, subscription: Registration | None = None) -> None:
        """Give these answers, one each to the next messages (of this subscription); then 201 again."""
        with self._lock:
            self._answers.setdefault(subscription.name if subscription else None, deque()).extend(answers)

    def always_answer(self, answer: Answer | None, subscription: Registration | None = None) -> None:
        """Give this answer to every message (of this subscription) from now on; None: 201 again."""
        name = subscription.name if subscription else None
        with self._lock:
            if answer is None:
                self._always.pop(name, None)
            else:
                self._always[name] = answer

    def reset(self) -> None:
        """Forget messages, subscriptions and what to answer; for a service shared by several tests."""
        with self._lock:
            self.subscriptions.clear()
            self.messages.clear()
            self.refused.clear()
            self.connections.clear()
            self._answers.clear()
            self._always.clear()
            self.requests = 0

    def messages_of(self, subscription: Registration) -> list[Received]:
        with self._lock:
            return [message for message in self.messages if message.subscription == subscription.name]

    def accepted_of(self, subscription: Registration) -> list[Received]:
        """The messages of this subscription that were answered with success, so that a phone would have
        shown them.
        """
        return [message for message in self.messages_of(subscription) if message.status < 300]

    def wait_for(self, count: int, *, seconds: float = 10.0) -> list[Received]:
        """The messages, once there are at least `count` of them; AssertionError when they do not come in
        time.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if len(self.messages) >= count:
                    return list(self.messages)
            time.sleep(0.02)
        raise AssertionError(f"{len(self.messages)} of {count} messages came; refused: {self.refused}")

    def start(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="fake-push-service", daemon=True)
        self._thread.start()
        if not self._ready.wait(10):
            raise AssertionError("the fake push service did not start")
        return self

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)
        if self._own_directory is not None:
            self._own_directory.cleanup()

    def close(self) -> None:
        """Give the port and the files back without having run."""
        self._socket.close()
        if self._own_directory is not None:
            self._own_directory.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        certificate = self._authority.issue_cert(self.host, "localhost")
        key_file, chain_file = self._directory / "key.pem", self._directory / "chain.pem"
        certificate.private_key_pem.write_to_path(str(key_file))
        for index, blob in enumerate(certificate.cert_chain_pems):
            blob.write_to_path(str(chain_file), append=index > 0)
        config = Config()
        config.keyfile, config.certfile = str(key_file), str(chain_file)
        config.bind = [f"fd://{self._socket.detach()}"]
        config.alpn_protocols = ["h2", "http/1.1"]
        config.keep_alive_max_requests = 10**9
        config.keep_alive_timeout = 60
        config.graceful_timeout = 0.2
        config.shutdown_timeout = 1.0
        config.accesslog = config.errorlog = None
        await serve(self._application, config, shutdown_trigger=self._wait_for_stop)

    async def _wait_for_stop(self) -> None:
        assert self._stop is not None
        self._ready.set()
        await self._stop.wait()

    async def _application(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        body = b""
        while True:
            event = await receive()
            if event["type"] != "http.request":
                return
            body += event.get("body", b"")
            if not event.get("more_body"):
                break
        if scope["path"].startswith("/control/"):
            status, headers, content = self._control(scope, body)
        else:
            answer = self._push(scope, body)
            await asyncio.sleep(answer.delay)
            status, headers, content = answer.status, dict(answer.headers), b""
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": content})

    def _push(self, scope: dict[str, Any], body: bytes) -> Answer:
        with self._lock:
            self.requests += 1
            if scope.get("client"):
                self.connections.add(tuple(scope["client"]))
            name = scope["path"].rpartition("/")[2]
            if self._sink:
                return Answer()
            headers = {key.decode(): value.decode() for key, value in scope["headers"]}
            try:
                subscription = self._find(scope, name)
                claims = self._verify_token(headers, subscription)
                self._verify_headers(headers, body)
                plaintext = self._read(body, subscription)
            except RefusedError as error:
                self.refused.append((error.status, error.reason))
                return Answer(error.status)
            answer = self._next_answer(name)
            message = Received(
                subscription=name,
                plaintext=plaintext,
                ttl=int(headers["ttl"]),
                urgency=headers.get("urgency", "normal"),
                topic=headers.get("topic"),
                claims=claims,
                http_version=scope["http_version"],
                body_length=len(body),
                status=answer.status,
            )
            self.messages.append(message)
            self._pass_on(message, body, subscription)
            return answer

    def _read(self, body: bytes, subscription: Registration) -> bytes:
        """What is in the message: this service made the subscription, and so has its keys."""
        assert isinstance(subscription, Subscription)
        return _decrypt(body, subscription)

    def _pass_on(self, message: Received, body: bytes, subscription: Registration) -> None:
        """Hand the message to the phone; the subscriptions of this service have none."""

    def _find(self, scope: dict[str, Any], name: str) -> Registration:
        if scope["method"] != "POST" or not scope["path"].startswith("/push/"):
            raise RefusedError(405, "method or path")
        subscription = self.subscriptions.get(name)
        if subscription is None:
            raise RefusedError(404, "unknown subscription")
        if subscription.over:
            raise RefusedError(410, "subscription over")
        return subscription

    def _verify_token(self, headers: Mapping[str, str], subscription: Registration) -> dict[str, Any]:
        match = _VAPID.fullmatch(headers.get("authorization", ""))
        if match is None:
            raise RefusedError(401, "no VAPID header")
        if subscription.application_server_key not in (None, match["key"]):
            raise RefusedError(403, "another application server key")
        try:
            public_key = ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), unbase64url(match["key"])
            )
            claims: dict[str, Any] = jwt.decode(
                match["token"],
                public_key,
                algorithms=["ES256"],
                audience=self.origin,
                options={"require": ["exp", "aud", "sub"], "strict_aud": True},
            )
        except (ValueError, jwt.InvalidTokenError) as error:
            raise RefusedError(403, f"VAPID token: {error}") from error
        if claims["exp"] > time.time() + 24 * 3600:
            raise RefusedError(403, "VAPID token expires later than in 24 hours")
        if not str(claims["sub"]).startswith(("mailto:", "https://")):
            raise RefusedError(403, "VAPID subject")
        return claims

    def _verify_headers(self, headers: Mapping[str, str], body: bytes) -> None:
        if not headers.get("ttl", "").isdigit():
            raise RefusedError(400, "no TTL")
        if headers.get("content-encoding") != "aes128gcm":
            raise RefusedError(415, "content encoding")
        if headers.get("urgency", "normal") not in _URGENCIES:
            raise RefusedError(400, "urgency")
        if "topic" in headers and _TOPIC.fullmatch(headers["topic"]) is None:
            raise RefusedError(400, "topic")
        if len(body) > 4096:
            raise RefusedError(413, "too long")

    def _next_answer(self, name: str) -> Answer:
        for key in (name, None):
            waiting = self._answers.get(key)
            if waiting:
                return waiting.popleft()
            if key in self._always:
                return self._always[key]
        return Answer()

    def _control(self, scope: dict[str, Any], body: bytes) -> tuple[int, dict[str, str], bytes]:
        given = json.loads(body) if body else {}
        what = (scope["method"], scope["path"].removeprefix("/control/"))
        result: Any = None
        if what == ("POST", "subscriptions"):
            result = self.subscribe(given.get("application_server_key")).as_json()
        elif what == ("GET", "messages"):
            with self._lock:
                result = {
                    "messages": [
                        {
                            "endpoint": self.subscriptions[message.subscription].endpoint,
                            "plaintext": message.plaintext.decode(),
                            "ttl": message.ttl,
                            "urgency": message.urgency,
                            "topic": message.topic,
                            "status": message.status,
                        }
                        for message in self.messages
                    ],
                    "refused": [list(entry) for entry in self.refused],
                }
        elif what == ("POST", "answers"):
            answer = Answer(given["status"], given.get("headers", {}), given.get("delay", 0.0))
            only = self.subscriptions[given["subscription"]] if given.get("subscription") else None
            if given.get("times"):
                self.answer(*[answer] * given["times"], subscription=only)
            else:
                self.always_answer(answer, only)
        else:
            return 404, {}, b""
        return 200, {"content-type": "application/json"}, json.dumps(result).encode()


def _decrypt(body: bytes, subscription: Subscription) -> bytes:
    try:
        plaintext: bytes = http_ece.decrypt(
            body,
            private_key=subscription.private_key,
            auth_secret=subscription.auth_secret,
            version="aes128gcm",
        )
    except Exception as error:
        # The library raises whatever its parts raise; for a push service all of it is a bad request.
        raise RefusedError(400, f"not decrypted: {type(error).__name__}") from error
    return plaintext


@contextmanager
def push_service() -> Iterator[FakePushService]:
    """A running service, for fixtures."""
    with FakePushService() as service:
        yield service


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake push service on loopback.")
    parser.add_argument("--directory", type=Path, required=True, help="where the certificates are written")
    parser.add_argument("--sink", action="store_true", help="accept everything without looking at it")
    options = parser.parse_args()
    options.directory.mkdir(parents=True, exist_ok=True)
    service = FakePushService(sink=options.sink, directory=options.directory).start()
    facts = {"origin": service.origin, "extra_host": service.extra_host, "ca_file": str(service.ca_file)}
    print(json.dumps(facts), flush=True)  # noqa: T201 — the caller reads this line
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    service.stop()


if __name__ == "__main__":
    main()
