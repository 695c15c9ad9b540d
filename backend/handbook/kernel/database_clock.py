"""The database's clock: by it those who share work through leases agree on what time it is, whatever their machines say."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask

from handbook.config import Settings
from handbook.kernel.clock import Clock, SystemClock
from handbook.kernel.drivers import Driver
from handbook.kernel.logging import get_logger

ASK_EVERY_SECONDS = 60.0
#: What is less is the way of the question, and nobody's matter.
LEAST_DIFFERENCE = timedelta(seconds=1)


class DatabaseClock:
    """The machine's clock, put right by the one of the database; as it was put right last while that does not answer.

    ``ask`` answers the database's time, or None.
    """

    def __init__(self, ask: Callable[[], datetime | None], machine: Clock) -> None:
        self._ask = ask
        self._machine = machine
        self._difference = timedelta(0)
        self._ask_again_at = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            if time.monotonic() >= self._ask_again_at:
                self._ask_again_at = time.monotonic() + ASK_EVERY_SECONDS
                self._put_right()
        return self._machine.now() + self._difference

    def _put_right(self) -> None:
        answer = self._ask()
        if answer is None:
            return
        found = answer - self._machine.now()
        difference = found if abs(found) >= LEAST_DIFFERENCE else timedelta(0)
        if abs(difference - self._difference) >= LEAST_DIFFERENCE:
            get_logger().warning("clock.put_right", seconds=round(difference.total_seconds()))
            self._difference = difference


def go_by_the_database(app: Flask) -> None:
    """Have this process of several, which may be on several machines, go by the clock that they share.

    On SQLite all processes are on one machine and go by its clock anyway.
    """
    settings: Settings = app.extensions["handbook.settings"]
    machine: Clock = app.extensions["handbook.clock"]
    if settings.is_sqlite or not isinstance(machine, SystemClock):
        return
    driver: Driver = app.extensions["handbook.driver"]

    def ask() -> datetime | None:
        rows = driver.rows("SELECT clock_timestamp()", ())
        return driver.instant(rows[0][0]) if rows else None

    app.extensions["handbook.clock"] = DatabaseClock(ask, machine)
