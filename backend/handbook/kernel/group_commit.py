"""Group commit on SQLite: what waits to be written at one moment is written in one transaction.

Only one connection of a file can write, and each commit waits for the disk. So whoever gets the turn writes what everybody in
this process wants written: it costs one wait. Between processes a lock on a file says whose turn it is, because those who wait
for SQLite's own would sleep in its back-off.
"""

import sqlite3
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handbook.kernel.db import set_up_sqlite
from handbook.kernel.locks import MachineLock

# A statement as text, and its values. It must find a row, or change one.
ReadyStep = tuple[str, Sequence[Any]]


class _Undone(Exception):
    """A step found nothing after others had written: all of the transaction is taken back."""


@dataclass(slots=True)
class _Work:
    """What one request waits to have written. ``written`` is None until its turn has come."""

    steps: Sequence[ReadyStep]
    also: Sequence[ReadyStep]
    durable: bool
    written: bool | None = None


class GroupCommit:
    """The one writing connection of this process, and who waits for it."""

    def __init__(self, file: str, machine: MachineLock) -> None:
        self._file = file
        self._machine = machine
        self._waiting: deque[_Work] = deque()
        self._turn = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        # Whether a commit of the connection waits for the disk.
        self._waits = True

    def write(
        self, steps: Sequence[ReadyStep], also: Sequence[ReadyStep] = (), *, durable: bool = True
    ) -> bool:
        """True when all the steps are on the disk; false when a step found nothing, or the database could not write.

        ``also`` is carried out when the steps were, whether or not it finds anything. What is not ``durable`` comes onto the
        disk with the next that is; a power cut before that takes it back.
        """
        work = _Work(steps, also, durable)
        self._waiting.append(work)
        with self._turn:
            if work.written is None:
                self._write_what_waits()
        return work.written is True

    def close(self) -> None:
        """Let go of the database and of the lock until the next writing."""
        with self._turn:
            self._take_back()
            self._machine.close()

    def _write_what_waits(self) -> None:
        batch = [self._waiting.popleft() for _ in range(len(self._waiting))]
        try:
            with self._machine.held():
                if self._write_together(batch):
                    return
                # One of them cannot be written: it must not take the others with it.
                for work in batch:
                    if len(batch) == 1 or not self._write_together([work]):
                        work.written = False
        except OSError:
            # A full disk has no room for the lock either.
            for work in batch:
                work.written = work.written or False

    def _write_together(self, batch: list[_Work]) -> bool:
        """Write these in one transaction and say of each whether it is written; false when what they wrote was taken back."""
        written = [False] * len(batch)
        try:
            # When nobody can write now, trying one by one would only take longer.
            connection = self._begin(durable=any(work.durable for work in batch))
            if connection is not None:
                written = [self._carry_out(connection, work) for work in batch]
                connection.execute("COMMIT")
        except (sqlite3.Error, _Undone):
            self._take_back()
            return False
        except BaseException:
            self._take_back()
            raise
        for work, is_written in zip(batch, written, strict=True):
            work.written = is_written
        return True

    def _begin(self, *, durable: bool) -> sqlite3.Connection | None:
        try:
            connection = self._connection or self._connect()
            if self._waits != durable:
                connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}").close()
                self._waits = durable
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            self._take_back()
            return None
        return connection

    def _carry_out(self, connection: sqlite3.Connection, work: _Work) -> bool:
        has_written = False
        for text, values in work.steps:
            cursor = connection.execute(text, values)
            reads = cursor.description is not None
            found = cursor.fetchone() is not None if reads else cursor.rowcount == 1
            if not found and has_written:
                raise _Undone
            if not found:
                return False
            has_written = has_written or not reads
        for text, values in work.also:
            connection.execute(text, values)
        return True

    def _take_back(self) -> None:
        """Whatever state the connection is in, closing it rolls back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(f"file:{self._file}?mode=rw", uri=True, check_same_thread=False)
        self._connection, self._waits = connection, True
        set_up_sqlite(connection)
        return connection
