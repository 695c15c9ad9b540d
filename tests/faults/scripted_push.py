"""A push service that does what a script says: late, refusing, lying, cutting the line, or talking nonsense.

It speaks HTTP/1.1 over TLS, one thread a connection, and reads what it is sent with ``http_ece``. It does not judge what it is
sent; :mod:`tests.support.push_service` does.
"""

import json
import os
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import http_ece
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.push_service import Subscription, base64url

from handbook.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Script:
    """How it answers. ``delivers``: whether the phone gets the message, whatever the sender is told.

    ``answer`` is what is written, and then the line is cut or not; an ``endless`` one never comes to the end of its body.
    ``refuses``: who connects is cut off at once.
    """

    answer: bytes = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
    delivers: bool = True
    delay: float = 0.0
    cuts: bool = False
    endless: bool = False
    refuses: bool = False


def status(line: str, *headers: str) -> bytes:
    """An answer without a body."""
    return "\r\n".join([f"HTTP/1.1 {line}", *headers, "Content-Length: 0", "", ""]).encode()


GOOD = Script()


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent here: by the sender's clock, to which phone, what it says, and whether the phone got it."""

    at: float
    subscription: str
    payload: dict[str, Any]
    delivered: bool


class ScriptedPushService:
    """The service. ``script`` may be changed at any time; nobody is heard before :meth:`come`."""

    def __init__(self, clock: Clock) -> None:
        self.script = GOOD
        self.sent: list[Sent] = []
        self._clock = clock
        self._subscriptions: dict[str, Subscription] = {}
        self._ca = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert("127.0.0.1").configure_cert(self._context)
        # Bound, so that the port is nobody else's, and not listening: who connects is refused.
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._port: int = self._socket.getsockname()[1]
        self._closing = threading.Event()
        self._lock = threading.Lock()

    @property
    def origin(self) -> str:
        return f"https://{self.extra_host}"

    @property
    def extra_host(self) -> str:
        return f"127.0.0.1:{self._port}"

    @property
    def authority(self) -> bytes:
        return self._ca.cert_pem.bytes()

    def subscribe(self) -> Subscription:
        name = base64url(os.urandom(12))
        made = Subscription(
            name=name,
            endpoint=f"{self.origin}/push/{name}",
            private_key=ec.generate_private_key(ec.SECP256R1()),
            auth_secret=os.urandom(16),
        )
        self._subscriptions[name] = made
        return made

    def come(self) -> None:
        """Answer from now on."""
        self._socket.listen()
        threading.Thread(target=self._accept, name="scripted push service", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                raw, _address = self._socket.accept()
            except OSError:
                return
            if self.script.refuses:
                raw.close()
                continue
            threading.Thread(target=self._serve, args=(raw,), name="scripted answer", daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        # A sender that has had enough closes the line: that is what some scripts are about.
        with suppress(OSError), raw, self._context.wrap_socket(raw, server_side=True) as line:
            file = line.makefile("rb")
            while head := file.readline():
                length = 0
                while (header := file.readline()) not in (b"\r\n", b""):
                    name, _, value = header.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                script = self.script
                if script.refuses:
                    return
                self._note(head.split()[1].decode(), file.read(length), script)
                time.sleep(script.delay)
                line.sendall(script.answer)
                while script.endless and not self._closing.is_set():
                    line.sendall(b"400\r\n" + bytes(1024) + b"\r\n")
                if script.cuts:
                    return

    def _note(self, path: str, body: bytes, script: Script) -> None:
        name = path.rpartition("/")[2]
        phone = self._subscriptions[name]
        plaintext = http_ece.decrypt(
            body, private_key=phone.private_key, auth_secret=phone.auth_secret, version="aes128gcm"
        )
        with self._lock:
            at = self._clock.now().timestamp()
            self.sent.append(Sent(at, name, json.loads(plaintext), script.delivers))
