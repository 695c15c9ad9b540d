"""Revision 0022: of votes that were held before it, the name is known as it is now, and of the text nothing."""

from typing import Any

from flask import Flask
from sqlalchemy import text
from tests.api.test_what_was_voted_on import Office
from tests.support.ballots import propose, voters_in_the_room
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade


def rows() -> list[tuple[Any, ...]]:
    names = "put_symbol, put_title, put_hash"
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT {names} FROM ballots ORDER BY id"))]


def test_old_votes_get_the_name_and_claim_no_text(
    engine_name: str, app: Flask, world: World, sign_in: Any, clock: FixedClock
) -> None:
    secretary: ApiClient = sign_in("secretary")
    office = Office(secretary, voters_in_the_room(secretary, world), clock)
    office.pass_by_hand()
    propose(secretary, office.meeting, resolution_id=office.draft["id"])
    symbol, hash_ = office.draft["symbol"], office.draft["content_hash"]
    office.edit(title="Nghị quyết B")
    assert rows() == [(symbol, "Nghị quyết A", hash_), (None, None, None)]
    db.session.remove()
    downgrade(db.engine, "0021")
    upgrade(db.engine)
    assert rows() == [(symbol, "Nghị quyết B", None), (None, None, None)]
    assert office.lacks == []
