"""Revision 0022: of votes that were held before it, the name is known as it is now, and of the text nothing. Revision 0023: nor
is what document it was, nor to which doubts a reason answered."""

from typing import Any

from flask import Flask
from sqlalchemy import text
from tests.support.ballots import propose, voters_in_the_room
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.put_to_the_vote import REASON, Office, reasoned

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
    office = Office(secretary, voters_in_the_room(secretary, world), clock, world)
    office.pass_by_hand()
    propose(secretary, office.meeting, resolution_id=office.draft["id"])
    symbol, hash_ = office.draft["symbol"], office.draft["content_hash"]
    office.edit(title="Nghị quyết B")
    assert rows() == [(symbol, "Nghị quyết A", hash_), (None, None, None)]
    db.session.remove()
    downgrade(db.engine, "0021")
    upgrade(db.engine)
    assert rows() == [(symbol, "Nghị quyết B", None), (None, None, None)]
    assert office.lacks == ["text_not_frozen"]


def test_what_0023_keeps_is_unknown_of_the_time_before(
    engine_name: str, app: Flask, world: World, sign_in: Any, clock: FixedClock
) -> None:
    secretary: ApiClient = sign_in("secretary")
    office = Office(secretary, voters_in_the_room(secretary, world), clock, world)
    office.pass_by_hand()
    office.edit(body="Điều B")
    office.issue(**reasoned("changed_after_vote"))

    def kept() -> list[tuple[Any, ...]]:
        statement = (
            "SELECT put_form IS NULL, issue_exception, issue_exception_for IS NULL"
            " FROM ballots JOIN resolutions ON resolutions.id = ballots.resolution_id"
        )
        with db.engine.connect() as connection:
            return [(bool(a), b, bool(c)) for a, b, c in connection.execute(text(statement))]

    assert kept() == [(False, REASON, False)]
    db.session.remove()
    downgrade(db.engine, "0022")
    upgrade(db.engine)
    assert kept() == [(True, REASON, True)]
    assert office.draft["issue_exception_for"] is None
