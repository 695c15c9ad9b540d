"""Somebody has the whole database before and after everything that happens in a secret ballot, and its logs of writes.

Members come late, phones come back from no network, and all vote one after the other: of no vote may the observer learn more
than that somebody cast it who holds a paper.
"""

from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask
from tests.support.ballot_observer import Look, Row, between, by_commit, by_transaction, look, suspects
from tests.support.ballots import close
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.secret_room import Room, SignIn, add_voters

from handbook.accounts.sessions import SEEN_EVERY
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

IN_TIME = ("member", "second_member", "secretary", "deputy")
LATE = ("third", "fourth")
MINUTES = SEEN_EVERY.seconds // 60 + 1


@pytest.fixture
def room(app: Flask, world: World, sign_in: SignIn, client: ApiClient) -> Room:
    add_voters(world, app)
    return Room(world, sign_in, client, app)


def play(room: Room, clock: FixedClock) -> list[Look]:
    """Four take papers and casting begins. One after the other comes back after a while, asks for the paper that it took, and
    votes; between the votes two come late, want a paper, and vote if they get one. A look after every step."""
    looks = [look()]

    def seen(act: object = None) -> None:
        looks.append(look())

    for role in IN_TIME:
        seen(room.take(role))
    seen(room.begin())
    for place, role in enumerate(IN_TIME):
        clock.advance(minutes=MINUTES)
        seen(room.look(role))
        seen(room.ask_again(role))
        seen(room.cast(role))
        for late in LATE[place : place + 1]:
            seen(room.look(late))
            taken = room.take(late)
            seen(room.look(late))
            if taken:
                seen(room.cast(late))
    return looks


def holders(room: Room) -> set[int]:
    return {room.world.members[role].id for role in room.papers}


def owners(room: Room) -> dict[int, int]:
    """By account its member."""
    return {
        account.id: room.world.members[role].id
        for role, account in room.world.accounts.items()
        if role in room.world.members
    }


def written_since(before: Look) -> set[str]:
    """The tables in which anything is otherwise. PostgreSQL marks the ballot itself, and nobody's line, when a request holds it
    against the closing: that mark names nobody."""
    return {
        name
        for name, rows in look().items()
        if (unlocked(rows) != unlocked(before[name]) if name == "ballots" else rows != before[name])
    }


def unlocked(rows: Iterable[Row]) -> set[Row]:
    """The rows without the mark of the last lock."""
    return {tuple(cell for cell in row if cell[0] != "xmax") for row in rows}


def assert_nobody_is_known(found: dict[str, set[int]], room: Room) -> None:
    """Every vote was seen, and may be anybody's who holds a paper: guessing is all there is."""
    assert set(found) == {paper.serial for paper in room.papers.values()}
    assert all(could == holders(room) for could in found.values())


def test_who_looks_before_and_after_every_step_learns_no_vote(
    engine_name: str, room: Room, clock: FixedClock
) -> None:
    looks = play(room, clock)
    assert_nobody_is_known(suspects(between(looks, owners(room)), holders(room)), room)


def test_what_the_database_notes_of_its_own_writes_tells_no_vote_while_votes_are_cast(
    engine_name: str, room: Room, clock: FixedClock, tmp_path: Path
) -> None:
    """PostgreSQL's transactions at every row; SQLite's write-ahead log, commit by commit."""
    last = play(room, clock)[-1]
    if db.engine.dialect.name == "postgresql":
        history = by_transaction(last, owners(room))
    else:
        assert db.engine.url.database is not None
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        history = by_commit(Path(db.engine.url.database), scratch, owners(room))
    assert_nobody_is_known(suspects(history, holders(room)), room)


def test_while_votes_are_cast_nothing_of_a_voter_is_written(
    engine_name: str, room: Room, clock: FixedClock
) -> None:
    """Not when a phone wakes up, not when it asks for its paper once more, not when it is refused one."""
    for role in IN_TIME:
        room.take(role)
    room.begin()
    clock.advance(minutes=MINUTES)
    before = look()
    for role in IN_TIME:
        room.look(role)
        assert room.ask_again(role).json == {"blind_signature": room.signed[role]}
    assert written_since(before) == set()
    room.look(LATE[0])
    assert not room.take(LATE[0])
    assert code_of(room.ask_again(LATE[0])) == "papers_given_out"
    # That the latecomer was here may be known: this member has no vote in the box.
    assert written_since(before) <= {"device_sessions"}
    assert not {room.world.members[role].id for role in LATE} & holders(room)


def test_when_the_ballot_is_over_phones_are_marked_as_seen_again(
    engine_name: str, room: Room, clock: FixedClock
) -> None:
    for role in IN_TIME:
        room.take(role)
    room.begin()
    for role in IN_TIME:
        room.cast(role)
    close(room.secretary, room.ballot)
    clock.advance(minutes=MINUTES)
    before = look()["device_sessions"]
    room.look("member")
    assert look()["device_sessions"] != before


def test_after_the_closing_the_files_of_the_database_tell_no_order(room: Room, clock: FixedClock) -> None:
    """SQLite's log is empty, and the bytes of the votes lie in the file once, in the order of random numbers."""
    play(room, clock)
    close(room.secretary, room.ballot)
    assert db.engine.url.database is not None
    file = Path(db.engine.url.database)
    assert file.with_name(file.name + "-wal").stat().st_size == 0
    data = file.read_bytes()
    serials = {paper.serial for paper in room.papers.values()}
    assert {data.count(serial.encode()) for serial in serials} == {1}
    places = sorted(serials, key=lambda serial: data.index(serial.encode()))
    assert places in (sorted(serials), sorted(serials, reverse=True))


def test_of_a_withdrawn_ballot_no_byte_is_left(room: Room, clock: FixedClock) -> None:
    play(room, clock)
    now = room.secretary.get(f"/api/ballots/{room.ballot['id']}", expect=200).json
    room.secretary.post(f"/api/ballots/{now['id']}/withdraw", headers=if_match(now), expect=200)
    file = Path(str(db.engine.url.database))
    data = file.read_bytes() + file.with_name(file.name + "-wal").read_bytes()
    for paper in room.papers.values():
        assert paper.serial.encode() not in data
