"""A bound on guessing at the ballot box, in this process's memory only: nothing of who knocks is ever written down."""

import hashlib
import os
from datetime import datetime, timedelta
from threading import Lock

from handbook.kernel.problems import TooManyRequests

WINDOW = timedelta(minutes=1)
# Papers that were not genuine, from one address in one window. A whole room may share an address; its papers are genuine.
LIMIT = 30


class FailureWindow:
    """Counts refused papers by address. The addresses are hashed with a key that dies with the process, and forgotten after
    each window.
    """

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._counts: dict[bytes, int] = {}
        self._ends_at: datetime | None = None
        self._lock = Lock()

    def check(self, address: str, now: datetime) -> None:
        """Raise :class:`TooManyRequests` when the address has used up its failures."""
        with self._lock:
            self._renew(now)
            if self._counts.get(self._name(address), 0) >= LIMIT:
                raise TooManyRequests(WINDOW.seconds)

    def count(self, address: str, now: datetime) -> None:
        """Remember one refused paper."""
        with self._lock:
            self._renew(now)
            name = self._name(address)
            self._counts[name] = self._counts.get(name, 0) + 1

    def _name(self, address: str) -> bytes:
        return hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()

    def _renew(self, now: datetime) -> None:
        if self._ends_at is None or now >= self._ends_at or now < self._ends_at - WINDOW:
            self._counts.clear()
            self._ends_at = now + WINDOW
