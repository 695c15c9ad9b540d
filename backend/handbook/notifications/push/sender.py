"""Sending encrypted messages to push services: many at once, over few connections, without ever being led
astray.

libcurl's multi interface multiplexes the messages of one push service over HTTP/2. Every message has a
result; nothing raises for what a push service or the network does. Against server-side request forgery: the
endpoint is checked again before sending, the address its name resolved to is checked when the socket is
opened, redirects are not followed, no proxy is taken from the environment, and only https is spoken.
"""

import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pycurl

from handbook.notifications.push.encryption import PayloadTooLongError, encrypt
from handbook.notifications.push.endpoints import Endpoint, EndpointNotAllowedError, EndpointPolicy
from handbook.notifications.push.messages import Ended, PushMessage, PushResult, PushState
from handbook.notifications.push.vapid import Vapid

#: Messages under way at the same time. One HTTP/2 connection usually takes 100 streams.
MAX_IN_FLIGHT = 100
#: With many messages under way, answers are gathered for so long, in seconds, before they are read
#: together: it halves the CPU time of sending, and no message waits noticeably.
GATHER_SECONDS = 0.02
GATHER_FROM = 16
MAX_CONNECTIONS_PER_HOST = 4
CONNECT_TIMEOUT_SECONDS = 10
TIMEOUT_SECONDS = 30
#: What is read of an answer, in bytes; the body of a push service's answer is of no use here.
MAX_ANSWER_LENGTH = 16 * 1024
#: Longest wait a push service may ask for, in seconds (libcurl itself stops there).
MAX_RETRY_AFTER = 6 * 3600
#: Longest time to live, in seconds: push services cap it at four weeks.
MAX_TTL = 28 * 24 * 3600

#: How a socket is made once its address was found in order; the tests count its calls.
open_socket = socket.socket

_CA_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


class PushSender:
    """Sends messages. Keeps its connections between calls; calls from several threads wait for one another.

    `former` is the key before `vapid`, for subscriptions that were made with it. `ca_file` (PEM) is trusted
    for the extra hosts of `policy` only, instead of the system's authorities. `resolve` holds entries in the
    form of libcurl's CURLOPT_RESOLVE and exists for tests.
    """

    def __init__(
        self,
        vapid: Vapid,
        policy: EndpointPolicy,
        *,
        former: Vapid | None = None,
        ca_file: Path | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
        resolve: Sequence[str] = (),
    ) -> None:
        self._keys = {key.public_key: key for key in (vapid, former) if key is not None}
        self._present = vapid.public_key
        self._policy = policy
        self._ca_file = ca_file
        self._system_ca_file = next((name for name in _CA_FILES if Path(name).is_file()), None)
        self._timeout_ms = int(timeout_seconds * 1000)
        self._resolve = list(resolve)
        self._lock = threading.Lock()
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, MAX_CONNECTIONS_PER_HOST)
        self._idle: list[_Transfer] = []

    def send(
        self, messages: Iterable[PushMessage], on_ended: Callable[[Ended], None] | None = None
    ) -> list[PushResult]:
        """Encrypt and send all messages; the results are in the order of the messages.

        ``on_ended`` is told of messages as they end, a few at a time, while the others are under way.
        """
        waiting = deque(enumerate(messages))
        results: dict[int, PushResult] = {}
        under_way: dict[pycurl.Curl, _Transfer] = {}
        with self._lock:
            try:
                while waiting or under_way:
                    ended = self._start(waiting, under_way)
                    if under_way:
                        ended += self._turn(under_way)
                    results.update(ended)
                    if ended and on_ended is not None:
                        on_ended(ended)
            finally:
                # Only when interrupted: what was under way must not turn up among the next messages.
                for transfer in under_way.values():
                    self._multi.remove_handle(transfer.curl)
                    transfer.discard()
        return [results[index] for index in range(len(results))]

    def close(self) -> None:
        """Close all connections. The sender cannot be used afterwards."""
        with self._lock:
            for transfer in self._idle:
                transfer.curl.close()
            self._idle.clear()
            self._multi.close()

    def _start(
        self, waiting: deque[tuple[int, PushMessage]], under_way: "dict[pycurl.Curl, _Transfer]"
    ) -> list[tuple[int, PushResult]]:
        """Set messages on their way; those that must not be sent have ended here."""
        ended = []
        while waiting and len(under_way) < MAX_IN_FLIGHT:
            index, message = waiting.popleft()
            transfer = self._idle.pop() if self._idle else self._new_transfer()
            refused = self._prepare(transfer, index, message)
            if refused is not None:
                ended.append((index, refused))
                self._idle.append(transfer)
                continue
            self._multi.add_handle(transfer.curl)
            under_way[transfer.curl] = transfer
        return ended

    def _turn(self, under_way: "dict[pycurl.Curl, _Transfer]") -> list[tuple[int, PushResult]]:
        """Move all transfers on, and wait a little when none has ended; those that have."""
        self._multi.perform()
        ended = []
        while True:
            left, succeeded, failed = self._multi.info_read(MAX_IN_FLIGHT)
            for curl, error in [(curl, 0) for curl in succeeded] + [(curl, code) for curl, code, _ in failed]:
                self._multi.remove_handle(curl)
                transfer = under_way.pop(curl)
                ended.append((transfer.index, transfer.result(error)))
                self._idle.append(transfer)
            if not left:
                break
        # No descriptor to wait for (a name is being resolved) makes select return at once.
        if under_way and not ended and (self._multi.select(0.5) <= 0 or len(under_way) >= GATHER_FROM):
            time.sleep(GATHER_SECONDS)
        return ended

    def _prepare(self, transfer: "_Transfer", index: int, message: PushMessage) -> PushResult | None:
        """Load the message into the transfer; a result when it must not be sent."""
        vapid = self._keys.get(message.server_key or self._present)
        if vapid is None or vapid.is_over:
            return PushResult(PushState.FAILED, "key_ended")
        try:
            endpoint = self._policy.check(message.endpoint)
            body = encrypt(message.payload, message.keys)
        except EndpointNotAllowedError as error:
            return PushResult(PushState.FAILED, f"endpoint_{error.reason}")
        except PayloadTooLongError:
            return PushResult(PushState.FAILED, "payload_too_long")
        except ValueError:
            return PushResult(PushState.FAILED, "invalid_keys")
        ca_file = self._system_ca_file
        if self._ca_file is not None and self._policy.is_extra(endpoint.host, endpoint.port):
            ca_file = str(self._ca_file)
        transfer.load(index, endpoint, body, self._headers(endpoint, message, vapid), ca_file)
        return None

    def _headers(self, endpoint: Endpoint, message: PushMessage, vapid: Vapid) -> list[str]:
        headers = [
            f"Authorization: {vapid.authorization(endpoint.origin)}",
            f"TTL: {max(0, min(message.ttl, MAX_TTL))}",
            f"Urgency: {message.urgency}",
            "Content-Encoding: aes128gcm",
            "Content-Type: application/octet-stream",
        ]
        if message.topic is not None:
            headers.append(f"Topic: {message.topic}")
        return headers

    def _new_transfer(self) -> "_Transfer":
        curl = pycurl.Curl()
        options: dict[int, Any] = {
            pycurl.POST: 1,
            pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_2TLS,
            # Wait for a connection that is being made rather than making one per message.
            pycurl.PIPEWAIT: 1,
            pycurl.PROTOCOLS: pycurl.PROTO_HTTPS,
            pycurl.FOLLOWLOCATION: 0,
            pycurl.PROXY: "",
            pycurl.PATH_AS_IS: 1,
            pycurl.SSL_VERIFYPEER: 1,
            pycurl.SSL_VERIFYHOST: 2,
            pycurl.SSLVERSION: pycurl.SSLVERSION_TLSv1_2,
            pycurl.CONNECTTIMEOUT: CONNECT_TIMEOUT_SECONDS,
            pycurl.TIMEOUT_MS: self._timeout_ms,
            pycurl.NOSIGNAL: 1,
            pycurl.USERAGENT: "sotay-handbook",
        }
        for option, value in options.items():
            curl.setopt(option, value)
        if self._resolve:
            curl.setopt(pycurl.RESOLVE, self._resolve)
        return _Transfer(curl, self._policy)


class _Transfer:
    """One libcurl handle and the message it carries; used again for the next message."""

    def __init__(self, curl: pycurl.Curl, policy: EndpointPolicy) -> None:
        self.curl = curl
        self.index = 0
        self._policy = policy
        self._endpoint: Endpoint | None = None
        self._ca_file: str | None = None
        self._received = 0
        self._opened: list[socket.socket] = []
        self._address_allowed = self._address_refused = False
        curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)
        curl.setopt(pycurl.WRITEFUNCTION, self._on_body)

    def load(
        self, index: int, endpoint: Endpoint, body: bytes, headers: list[str], ca_file: str | None
    ) -> None:
        self.index = index
        self._endpoint = endpoint
        self._received = 0
        self._address_allowed = self._address_refused = False
        self.curl.setopt(pycurl.URL, endpoint.url)
        self.curl.setopt(pycurl.POSTFIELDS, body)
        self.curl.setopt(pycurl.HTTPHEADER, headers)
        if ca_file != self._ca_file:
            self._ca_file = ca_file
            if ca_file is None:
                self.curl.unsetopt(pycurl.CAINFO)
            else:
                self.curl.setopt(pycurl.CAINFO, ca_file)

    def result(self, error: int) -> PushResult:
        """The outcome, from libcurl's error number (0 when an answer came) and the answer's status."""
        self._close_sockets()
        status = self.curl.getinfo(pycurl.RESPONSE_CODE)
        if error and self._address_refused and not self._address_allowed:
            return PushResult(PushState.FAILED, "address_not_allowed")
        if error and not (error == pycurl.E_WRITE_ERROR and status):
            return PushResult(PushState.RETRY, _ERRORS.get(error, "network"))
        if 200 <= status < 300:
            return PushResult(PushState.ACCEPTED, status=status)
        if status in (404, 410):
            return PushResult(PushState.GONE, f"http_{status}", status)
        if status == 429 or status >= 500:
            return PushResult(PushState.RETRY, f"http_{status}", status, self._retry_after())
        return PushResult(PushState.FAILED, f"http_{status}", status)

    def discard(self) -> None:
        """Give the handle back to libcurl, whatever it was doing."""
        self._close_sockets()
        self.curl.close()

    def _close_sockets(self) -> None:
        """libcurl works on duplicates of the sockets it was given; these here are only to be closed."""
        while self._opened:
            self._opened.pop().close()

    def _retry_after(self) -> int | None:
        """Seconds to wait, from the answer's Retry-After (a number or a date); None when it has none."""
        seconds = self.curl.getinfo(pycurl.RETRY_AFTER)
        return min(seconds, MAX_RETRY_AFTER) if seconds > 0 else None

    def _open_socket(self, _purpose: int, address: Any) -> Any:
        family, kind, protocol, peer = address
        allowed = (
            family in (socket.AF_INET, socket.AF_INET6)
            and self._endpoint is not None
            and self._policy.may_connect(self._endpoint, str(peer[0]))
        )
        if not allowed:
            self._address_refused = True
            return pycurl.SOCKET_BAD
        self._address_allowed = True
        opened = open_socket(family, kind, protocol)
        self._opened.append(opened)
        return opened

    def _on_body(self, chunk: bytes) -> int:
        self._received += len(chunk)
        return len(chunk) if self._received <= MAX_ANSWER_LENGTH else -1


_ERRORS = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "name_not_resolved",
    pycurl.E_COULDNT_CONNECT: "not_connected",
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate_refused",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
}
