"""Power cuts on SQLite: what a disk may hold at any moment is put together from the record of what was written and synced.

The service runs under load with every write and sync of its database recorded (:mod:`tests.faults.recorded_writes`); the phones
append to the same record whom it has acknowledged. A cut is a place in that record. What was synced before it is on the disk as
it was written. Of everything later each sector of 512 bytes is there or not, by chance and independently: writes are lost, torn
and reordered, and a file has the length that the last surviving byte gives it. SQLite then opens what is left, without the
shared memory, which no cut leaves, and everybody who had been acknowledged must be there.

Limits: a sync that has returned is believed. A disk that lies about it is not simulated, but for the control, which leaves out
all syncs of the log and must lose something. A sector is written whole or not at all. That a new file is found in its folder
is taken for granted. PostgreSQL is not part of it.
"""

import random
import sqlite3
import tempfile
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.bench.population import Device
from tests.faults.evening import Evening, account_for
from tests.faults.phones import Phones
from tests.faults.recorded_writes import Entry, File, Kind, Record, read_record, record_to
from tests.faults.service import Service

SECTOR = 512
DATABASE = "handbook.sqlite3"
NAMES = {File.DATABASE: DATABASE, File.LOG: f"{DATABASE}-wal"}


@dataclass(slots=True)
class Disk:
    """One file: what is on the disk for certain, and what was asked for since."""

    certain: bytearray
    uncertain: list[Entry] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        if entry.kind is not Kind.SYNC:
            self.uncertain.append(entry)
            return
        for one in self.uncertain:
            _apply(self.certain, one)
        self.uncertain.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """What is found: the certain, and by chance parts of the rest."""
        found = bytearray(self.certain)
        for entry in self.uncertain:
            if entry.kind is Kind.TRUNCATE:
                if chance.random() < 0.5:
                    _apply(found, entry)
                continue
            for part in range(0, len(entry.data), SECTOR):
                if chance.random() < 0.5:
                    data = entry.data[part : part + SECTOR]
                    _apply(found, Entry(Kind.WRITE, entry.file, entry.number + part, data))
        return bytes(found)


def _apply(content: bytearray, entry: Entry) -> None:
    if entry.kind is Kind.TRUNCATE:
        del content[entry.number :]
        return
    end = entry.number + len(entry.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[entry.number : end] = entry.data


def cut_power(
    evening: Evening, folder: Path, *, cuts: int, seed: int, members: int, pause: float = 0.0
) -> dict[str, Any]:
    """Let so many members check in, and look at the disk after so many cuts; half of them right after an acknowledgement."""
    assert not (evening.data / NAMES[File.LOG]).exists(), (
        "what is in the log would be missing at the beginning"
    )
    before = (evening.data / DATABASE).read_bytes()
    record = folder / "record"
    acknowledged = _play(evening, folder / "serve.log", record, members=members, pause=pause)
    entries = list(read_record(record))
    chance = random.Random(seed)
    told = [place for place, entry in enumerate(entries) if entry.kind is Kind.ACKNOWLEDGE]
    moments = [
        chance.choice(told) + 1 if number % 2 else chance.randrange(told[0], len(entries))
        for number in range(cuts)
    ]
    look = partial(_lost_at, evening, before, acknowledged, told, chance=chance)
    lost, wrong = look(entries, sorted(moments))
    without = [one for one in entries if (one.kind, one.file) != (Kind.SYNC, File.LOG)]
    place_of = [place for place, entry in enumerate(without) if entry.kind is Kind.ACKNOWLEDGE]
    control, _ = _lost_at(evening, before, acknowledged, place_of, without, [place_of[-1] + 1], chance=chance)
    if not control:
        wrong.append("nothing is lost without the syncs of the log either: this shows nothing")
    return {
        "fault": "power cut, sqlite",
        "cuts": cuts,
        "acknowledged": len(told),
        "lost": lost,
        "doubled": 0,
        "writes": sum(entry.kind is Kind.WRITE for entry in entries),
        "syncs of the log": _syncs(entries, File.LOG),
        "of the database": _syncs(entries, File.DATABASE),
        "lost without syncs (control)": control,
        "wrong": wrong,
    }


def _syncs(entries: Sequence[Entry], file: File) -> int:
    return sum((entry.kind, entry.file) == (Kind.SYNC, file) for entry in entries)


def _play(evening: Evening, log: Path, path: Path, *, members: int, pause: float) -> list[Device]:
    """Record an evening; whom it has acknowledged, by the numbers in the record."""
    record = Record(path)
    acknowledged: list[Device] = []

    def note(device: Device) -> None:
        # The number is in the list before it is in the record.
        acknowledged.append(device)
        record.append(Entry(Kind.ACKNOWLEDGE, File.NONE, len(acknowledged) - 1))

    with Service(evening, log, before=partial(record_to, path)) as service:
        phones = Phones(service.port, evening.devices[:members], pause=pause, on_acknowledged=note)
        with phones.under_way():
            phones.wait_for(members)
    record.close()
    return acknowledged


def _lost_at(
    evening: Evening,
    before: bytes,
    acknowledged: Sequence[Device],
    told: Sequence[int],
    entries: Sequence[Entry],
    moments: Sequence[int],
    *,
    chance: random.Random,
) -> tuple[int, list[str]]:
    """How many acknowledged check-ins are lost at these places of the record, which are in order, and what is wrong there."""
    disks = {File.DATABASE: Disk(bytearray(before)), File.LOG: Disk(bytearray())}
    lost, done = 0, 0
    wrong: list[str] = []
    for moment in moments:
        for entry in entries[done:moment]:
            if entry.kind is not Kind.ACKNOWLEDGE:
                disks[entry.file].take(entry)
        done = moment
        until = bisect_right(told, moment - 1)
        numbers = [entries[place].number for place in told[:until]]
        missing, said = _look(evening, disks, [acknowledged[number] for number in numbers], chance)
        lost += missing
        wrong += [f"cut at {moment}: {what}" for what in said]
    return lost, wrong


def _look(
    evening: Evening, disks: dict[File, Disk], acknowledged: list[Device], chance: random.Random
) -> tuple[int, list[str]]:
    """Open what is left after a cut now; how many are lost, and what is wrong."""
    with tempfile.TemporaryDirectory(prefix="handbook-cut-") as place:
        for file, disk in disks.items():
            (Path(place) / NAMES[file]).write_bytes(disk.after_a_cut(chance))
        try:
            with closing(sqlite3.connect(Path(place) / DATABASE)) as connection:
                checked = connection.execute("PRAGMA integrity_check").fetchall()
        except sqlite3.DatabaseError as error:
            return len(acknowledged), [f"the database cannot be opened: {error}"]
        if checked != [("ok",)]:
            return len(acknowledged), [f"the database is damaged: {checked[:3]}"]
        account = account_for(Evening(Path(place), evening.devices), acknowledged)
        return account.lost, account.wrong
