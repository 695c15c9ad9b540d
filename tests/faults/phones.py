"""The phones of an evening: each checks in again and again until that is acknowledged, as the outbox does; others read."""

import http.client
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.bench.population import Device
from tests.support.limits import join

TIMEOUT_SECONDS = 30.0
# A phone waits longer; a fault shows itself sooner to who does not.
AGAIN_SECONDS = 0.1
WRITING, READING = "check-in", "reading"


@dataclass(frozen=True, slots=True)
class Answered:
    """When, in monotonic seconds, and how; ``status`` 0: the connection was lost without an answer."""

    at: float
    what: str
    status: int


@dataclass(slots=True)
class Tally:
    """What the phones were told. ``wrong`` says in words what nobody may be told."""

    answers: list[Answered] = field(default_factory=list)
    acknowledged: list[Device] = field(default_factory=list)
    created: Counter[Device] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, what: str, *statuses: int, since: float = 0.0, until: float = float("inf")) -> int:
        """How many of these answers there were in this time; without statuses all of them."""
        return sum(
            one.what == what and (not statuses or one.status in statuses) and since <= one.at < until
            for one in self.answers
        )

    def first(self, what: str, since: float) -> float | None:
        """When the first of this kind after that time succeeded."""
        return min(
            (one.at for one in self.answers if one.what == what and one.at >= since and one.status in GOOD),
            default=None,
        )

    def created_twice(self) -> int:
        return sum(count > 1 for count in self.created.values())


GOOD = (200, 201, 304)


class Phones:
    """Threads with a connection each. What a fault may look like from outside is a lost connection, or 503 with Retry-After."""

    def __init__(
        self,
        port: int,
        devices: Sequence[Device],
        *,
        clients: int = 6,
        readers: int = 2,
        pause: float = 0.0,
        on_acknowledged: Callable[[Device], None] = lambda _device: None,
    ) -> None:
        self.tally = Tally()
        self._port = port
        self._waiting = deque(devices)
        self._all = list(devices)
        self._pause = pause
        self._on_acknowledged = on_acknowledged
        self._scanned_at = datetime.now(UTC).isoformat()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [
            *(threading.Thread(target=self._check_in, name=f"phone {n}") for n in range(clients)),
            *(threading.Thread(target=self._read, args=(n,), name=f"reader {n}") for n in range(readers)),
        ]

    @contextmanager
    def under_way(self) -> Iterator[Tally]:
        for thread in self._threads:
            thread.start()
        try:
            yield self.tally
        finally:
            self._stopping.set()
            join(self._threads, 2 * TIMEOUT_SECONDS)

    def hurry(self) -> None:
        """Wait no longer between two members."""
        self._pause = 0.0

    @property
    def left(self) -> int:
        """Who has not begun to check in."""
        return len(self._waiting)

    def wait_for(self, count: int, *, seconds: float = 120.0) -> None:
        """Until so many are acknowledged."""
        deadline = time.monotonic() + seconds
        while len(self.tally.acknowledged) < count:
            assert time.monotonic() < deadline, f"{len(self.tally.acknowledged)} of {count} are acknowledged"
            time.sleep(0.02)

    def _check_in(self) -> None:
        connection = _Connection(self._port)
        while not self._stopping.is_set():
            try:
                device = self._waiting.popleft()
            except IndexError:
                break
            path = f"/api/meetings/{device.meeting_id}/check-ins"
            body = json.dumps({"token": device.check_in, "scanned_at": self._scanned_at})
            while not self._stopping.is_set():
                status = self._ask(connection, WRITING, "POST", path, device, body)
                if status in (200, 201):
                    with self._lock:
                        self.tally.acknowledged.append(device)
                        self.tally.created[device] += status == 201
                        self._on_acknowledged(device)
                    break
                time.sleep(AGAIN_SECONDS)
            time.sleep(self._pause)
        connection.close()

    def _read(self, number: int) -> None:
        connection, turn = _Connection(self._port), number
        while not self._stopping.is_set():
            device = self._all[turn % len(self._all)]
            paths = ("/api/sync", f"/api/meetings/{device.meeting_id}", "/api/session")
            self._ask(connection, READING, "GET", paths[turn % 3], device, None)
            turn += 7
            time.sleep(max(self._pause, 0.01))
        connection.close()

    def _ask(
        self, connection: "_Connection", what: str, method: str, path: str, device: Device, body: str | None
    ) -> int:
        status, headers, said = connection.ask(method, path, device.token, body)
        with self._lock:
            self.tally.answers.append(Answered(time.monotonic(), what, status))
            if status == 503 and "retry-after" not in headers:
                self.tally.wrong.append(f"{method} {path}: 503 without Retry-After")
            elif status not in (0, 503, *GOOD):
                self.tally.wrong.append(f"{method} {path}: {status} {said[:200]!r}")
        return status


class _Connection:
    """One that is opened anew after each loss."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, token: str, body: str | None) -> tuple[int, dict[str, str], bytes]:
        headers = {"Cookie": f"handbook_session={token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            time.sleep(0.02)
            return 0, {}, b""
        given = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        return answer.status, given, said

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
