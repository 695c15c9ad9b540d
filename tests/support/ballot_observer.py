"""Somebody with the whole database who wants to know whose the votes of a secret ballot are.

The observer has a look before and after everything that happens, or reads a history that the database keeps by itself: the
transactions that PostgreSQL notes at every row, the commits in SQLite's write-ahead log. From either comes a list of changes in
their order, and from that the members whose vote each one may be.
"""

import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from handbook.kernel.db import db

Row = tuple[tuple[str, Any], ...]
Look = Mapping[str, frozenset[Row]]
# Whom a row names. Rows of the member or account itself have their id.
NAMING = ("member_id", "account_id")
OWN_ROWS = {"members": "member_id", "accounts": "account_id"}
HIDDEN_COLUMNS = "ctid::text, xmin::text, xmax::text, "


@dataclass
class Change:
    """What happened between two looks: votes by serial, the members named, who took a paper, and whether casting began."""

    votes: set[str] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    took: set[int] = field(default_factory=set)
    begun: bool = False


def look() -> Look:
    """All rows of all tables, on PostgreSQL with the place and the transactions of each."""
    db.session.rollback()
    with db.engine.connect() as connection:
        hidden = HIDDEN_COLUMNS if connection.dialect.name == "postgresql" else ""
        return {
            name: frozenset(
                tuple((key, str(value)) for key, value in row.items())
                for row in connection.execute(text(f'SELECT {hidden}* FROM "{name}"')).mappings()
            )
            for name in inspect(connection).get_table_names()
        }


def between(looks: Iterable[Look], accounts: Mapping[int, int]) -> list[Change]:
    """What changed from look to look. ``accounts`` says by account whose it is."""
    found, before = [], None
    for now in looks:
        if before is not None:
            added = {name: rows - before.get(name, frozenset()) for name, rows in now.items()}
            found.append(_change(added, accounts))
        before = now
    return found


def by_transaction(seen: Look, accounts: Mapping[int, int]) -> list[Change]:
    """The history in one look at PostgreSQL: rows by the transaction that wrote them, or last locked them, in their order."""
    touched: dict[int, dict[str, set[Row]]] = defaultdict(lambda: defaultdict(set))
    for name, rows in seen.items():
        for row in rows:
            for column in ("xmin", "xmax"):
                touched[int(dict(row)[column])][name].add(row)
    return [_change(touched[number], accounts) for number in sorted(touched) if number]


def by_commit(database: Path, scratch: Path, accounts: Mapping[int, int]) -> list[Change]:
    """The history in SQLite's write-ahead log: the database as it was after each commit in the log, beginning without it."""
    log = database.with_name(database.name + "-wal").read_bytes()
    looks: list[Look] = []
    for end in (0, *_commits(log)):
        copy = scratch / f"at-{end}.sqlite3"
        copy.write_bytes(database.read_bytes())
        copy.with_name(copy.name + "-wal").write_bytes(log[:end])
        connection = sqlite3.connect(copy)
        connection.row_factory = sqlite3.Row
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        looks.append(
            {
                name: frozenset(
                    tuple((key, str(row[key])) for key in row.keys())  # noqa: SIM118
                    for row in connection.execute(f'SELECT * FROM "{name}"')
                )
                for name in names
            }
        )
        connection.close()
    return between(looks, accounts)


def suspects(history: Iterable[Change], holders: set[int]) -> dict[str, set[int]]:
    """By vote the members whose it may be, for somebody who lets no hint pass.

    A vote comes from somebody who had taken a paper by then. Whom anything named since the vote before, or since casting
    began, is the likelier: a phone that comes back, takes its paper, is marked as seen, and votes.
    """
    found: dict[str, set[int]] = {}
    had: set[int] = set()
    lately: set[int] = set()
    for change in history:
        had |= change.took
        lately = set() if change.begun else lately | change.named
        for serial in change.votes:
            could = holders & had or holders
            found[serial] = (lately & could) or could
        if change.votes:
            lately = set()
    return found


def _commits(log: bytes) -> list[int]:
    """Where each commit ends: its last frame says how large the database is then."""
    if len(log) < 32:
        return []
    size, salt = struct.unpack(">I", log[8:12])[0], log[16:24]
    ends, at = [], 32
    while at + 24 + size <= len(log) and log[at + 8 : at + 16] == salt:
        if struct.unpack(">I", log[at + 4 : at + 8])[0]:
            ends.append(at + 24 + size)
        at += 24 + size
    return ends


def _change(rows: Mapping[str, Iterable[Row]], accounts: Mapping[int, int]) -> Change:
    change = Change()
    for name, added in rows.items():
        for row in map(dict, added):
            if name == "ballot_box":
                change.votes.add(row["serial"])
                continue
            if name == "ballots":
                change.begun = change.begun or row.get("casting_since", "None") != "None"
            # What the chair did with the ballot itself is no hint to the chair's own vote.
            if row.get("tag", "").startswith("ballots:ballot:"):
                continue
            members = set(_members(name, row, accounts))
            change.named |= members
            if name == "ballot_papers":
                change.took |= members
    return change


def _members(name: str, row: Mapping[str, str], accounts: Mapping[int, int]) -> Iterable[int]:
    for column, value in row.items():
        known = OWN_ROWS.get(name) if column == "id" else column
        if known is None or not known.endswith(NAMING) or not value.isdigit():
            continue
        yield int(value) if known.endswith("member_id") else accounts.get(int(value), 0)
