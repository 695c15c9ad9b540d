"""An administrator with everything tries to learn who voted how: all tables at every moment, the place of each row, backups,
the logs, the ballot's private key, and the traffic besides. And fails."""

import random

import pytest
from flask import Flask
from sqlalchemy import inspect, text
from structlog.testing import capture_logs
from tests.support.ballots import close
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.secret_room import CHOICES, Room, SignIn, add_voters, all_tables, as_stored
from tests.support.voter import Paper, emsa_pss_encode

from handbook.ballots.models import BoxVote
from handbook.ballots.papers import SALT_BYTES, decode, encode, load_public
from handbook.kernel.db import db


@pytest.fixture
def room(app: Flask, world: World, sign_in: SignIn, client: ApiClient) -> Room:
    add_voters(world, app)
    return Room(world, sign_in, client, app)


def test_a_vote_changes_one_row_of_one_table_and_the_row_names_nobody(engine_name: str, room: Room) -> None:
    room.take_papers()
    identities = {
        str(number)
        for role in room.voters
        for number in (room.world.members[role].id, room.world.accounts[role].id)
    }
    order = random.Random(7).sample(room.voters, len(room.voters))
    for role in order:
        before = all_tables()
        room.cast(role)
        after = all_tables()
        changed = {name for name in after if after[name] != before[name]}
        assert changed == {"ballot_box"}
        (row,) = set(after["ballot_box"]) - set(before["ballot_box"])
        known = {room.ballot["id"], room.choices[role]}
        paper = room.papers[role].filled(room.choices[role])
        known |= {room.papers[role].serial, paper["secret"], paper["randomizer"], paper["signature"]}
        assert {str(value) for value in row} - known == {" ".join(paper["marks"])}
        assert not identities & ({str(value) for value in row} - {room.ballot["id"]})


def test_nothing_that_a_voter_left_under_the_own_name_occurs_in_the_box(engine_name: str, room: Room) -> None:
    """Neither what the database kept of taking papers nor what passed over the wire meets anything in the box."""
    room.take_papers()
    for role in room.voters:
        room.cast(role)
    tables = all_tables()
    in_the_box = {str(value) for row in tables["ballot_box"] for value in row} - {room.ballot["id"], *CHOICES}
    elsewhere = {
        str(value) for name, rows in tables.items() if name != "ballot_box" for row in rows for value in row
    }
    assert not in_the_box & elsewhere
    assert not any(part in whole for part in in_the_box for whole in elsewhere if len(part) > 8)
    assert not in_the_box & {*room.blinded.values(), *room.signed.values()}


def test_with_the_private_key_and_all_traffic_every_paper_fits_every_vote(
    engine_name: str, room: Room
) -> None:
    """The worst case: a backup from while the ballot was open, the data key, and a wiretap of every signature.

    For each taken paper and each vote there is exactly one blinding factor that turns the one into the other, so the
    transcripts exclude no pair, and no pair is more likely than another.
    """
    room.take_papers()
    for role in room.voters:
        room.cast(role)
    key = room.private_key().private_numbers()
    modulus, exponent = key.public_numbers.n, key.public_numbers.e
    public = load_public(room.ballot["public_key"])
    for taken in room.voters:
        blinded = int.from_bytes(decode(room.blinded[taken]))
        blind_signature = int.from_bytes(decode(room.signed[taken]))
        for cast in room.voters:
            signature = int.from_bytes(room.papers[cast].signature)
            # What the phone would have blinded; the salt can be read off the signature by anybody.
            message = pow(signature, exponent, modulus)
            factor = blind_signature * pow(signature, -1, modulus) % modulus
            assert message * pow(factor, exponent, modulus) % modulus == blinded
            assert blind_signature * pow(factor, -1, modulus) % modulus == signature
    own = room.papers["member"]
    encoded = emsa_pss_encode(own.prepared, public.key_size - 1, own.salt)
    assert len(own.salt) == SALT_BYTES
    assert pow(int.from_bytes(own.signature), exponent, modulus) == int.from_bytes(encoded)


def test_after_the_closing_the_rows_lie_in_the_order_of_random_numbers(engine_name: str, room: Room) -> None:
    """PostgreSQL knows for each row where it lies and which transaction wrote it: that tells no order of casting."""
    room.take_papers()
    for role in room.voters:
        room.cast(role)
    close(room.secretary, room.ballot)
    stored = as_stored()
    assert stored == sorted(stored)
    assert len(stored) == len(room.voters)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as connection:
            writers = connection.execute(text("SELECT DISTINCT xmin::text FROM ballot_box")).all()
        assert len(writers) == 1
    else:
        with db.engine.connect() as connection:
            sql = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'ballot_box'"))
        assert "WITHOUT ROWID" in sql


def test_the_box_of_a_large_conference_is_counted_and_stirred(engine_name: str, room: Room) -> None:
    """More votes than a database takes values in one statement: 5,000 delegates. The papers are forged, and seen to be so."""
    room.take_papers()
    room.cast("member")
    (template,) = all_tables()["ballot_box"]
    names = [column["name"] for column in inspect(db.engine).get_columns("ballot_box")]
    serials = [encode(random.Random(seed).randbytes(32)) for seed in range(5000)]
    with db.engine.begin() as connection:
        rows = [{**dict(zip(names, template, strict=True)), "serial": serial} for serial in serials]
        connection.execute(BoxVote.__table__.insert(), rows)
    result = close(room.secretary, room.ballot)["result"]
    assert (result["passed"], set(result["faults"])) == (None, {"forged_vote"})
    assert result["papers"]["invalid"] == len(serials)
    stored = as_stored()
    assert (len(stored), stored) == (len(serials) + 1, sorted(stored))


def test_backups_before_and_after_the_closing_hold_the_same_box_and_no_key(
    engine_name: str, room: Room
) -> None:
    room.take_papers()
    for role in room.voters:
        room.cast(role)
    before = all_tables()
    close(room.secretary, room.ballot)
    after = all_tables()
    assert after["ballot_box"] == before["ballot_box"]
    assert after["ballot_papers"] == before["ballot_papers"]
    columns = [column["name"] for column in inspect(db.engine).get_columns("ballots")]
    sealed = columns.index("private_key_sealed")
    assert [row[sealed] for row in before["ballots"]] != [None]
    assert [row[sealed] for row in after["ballots"]] == [None]
    # What the closing adds to the audit names the one who closed, and no vote.
    added = set(map(repr, after["audit_entries"])) - set(map(repr, before["audit_entries"]))
    assert len(added) == 1
    assert not any(paper.serial in entry for paper in room.papers.values() for entry in added)


def test_the_logs_say_nothing_of_a_vote(room: Room) -> None:
    with capture_logs() as lines:
        for role in room.voters:
            room.take(role)
    assert [line["route"] for line in lines] == ["/api/ballots/<id:ballot_id>/papers"] * len(room.voters)
    room.begin()
    with capture_logs() as lines:
        for role in room.voters:
            room.cast(role)
    assert lines == []


def test_a_refused_vote_leaves_no_line_either(room: Room) -> None:
    paper = Paper(room.ballot["key"], room.ballot["public_key"])
    paper.signature = bytes(256)
    room.take_papers()
    before = all_tables()
    with capture_logs() as lines:
        room.client.post(f"/api/ballot-box/{room.ballot['id']}", paper.filled("agree"), expect=422)
    assert lines == []
    assert all_tables() == before
