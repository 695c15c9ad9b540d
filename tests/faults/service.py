"""``handbook serve`` on an evening, with the ids of its processes, so that they can be killed."""

import http.client
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.evening import Evening
from tests.support.limits import stop
from tests.support.postgres import find_free_port
from tests.support.pushing import children_of
from tests.support.served import ServedProcess

START_SECONDS = 60.0


class Service:
    """The web processes of a service, and no worker. ``log`` lies beside the data, not in it."""

    def __init__(self, evening: Evening, log: Path, *, before: Callable[[], None] | None = None) -> None:
        self.port = find_free_port()
        self._environment = {**evening.environment, "HANDBOOK_PORT": str(self.port)}
        self._log = log
        self._before = before
        self._process: ServedProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.poll() is None:
            stop(self._process)

    def start(self) -> None:
        self._process = ServedProcess(
            self._environment, self._log, arguments=("serve", "--no-worker"), before=self._before
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            assert self._process.poll() is None, self._log.read_text("utf-8")[-2000:]
            assert time.monotonic() < deadline, "the service does not start"
            time.sleep(0.05)

    @property
    def has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    @property
    def web(self) -> list[int]:
        """The web processes: the children of granian, which is the only child of the service."""
        assert self._process is not None
        return [pid for server in children_of(self._process.pid) for pid in children_of(server)]

    def kill_web(self, victim: int) -> None:
        os.kill(victim, signal.SIGKILL)

    def is_ready(self) -> bool:
        """Whether it answers, and its database does."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
