"""What is loaded together with a row is found by keys, however large the nation is."""

import re

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from tests.support.factories import World
from tests.support.short_paths import layer_of

from handbook.accounts.models import Account
from handbook.accounts.sessions import SESSION_ROW, with_offices
from handbook.attendance.roll_short_path import RollShortPath
from handbook.kernel.db import db
from handbook.proceedings.book_short_path import BookShortPath

_SCAN = re.compile(r"SCAN (?!CONSTANT)")


def test_a_row_is_read_by_its_key_with_everything_that_comes_along(app: Flask) -> None:
    """SQLite makes a table of its own of an inner join in brackets, reading all of it: with an account came all members."""
    models = [mapper.class_ for mapper in db.Model.registry.mappers]
    assert len(models) > 40
    for model in models:
        statement = select(model).where(*(key == None for key in inspect(model).primary_key))  # noqa: E711
        text = str(statement.compile(db.engine)).replace(" IS NULL", " = 1")
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}").all()
        steps = [row[3] for row in plan]
        assert steps
        assert not [step for step in steps if _SCAN.match(step)], f"{model.__name__}: {steps}"


def test_who_asks_and_what_a_poll_asks_for_is_read_by_keys(app: Flask) -> None:
    """An office is a member's or an account's: each is looked up by its own index, not all of them read for both."""
    readings = [
        with_offices(SESSION_ROW),
        *(layer_of(app, kind)._reading for kind in (BookShortPath, RollShortPath)),
    ]
    for reading in readings:
        text = str(reading.compile(db.engine))
        nothing = (None,) * text.count("?")
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", nothing).all()
        steps = [row[3] for row in plan]
        assert {"device_sessions", "held"} <= {
            step.split()[1] for step in steps if step.startswith("SEARCH ")
        }
        assert not [step for step in steps if _SCAN.match(step)], steps


@pytest.mark.parametrize("role", ["member", "administrator"])
def test_an_account_comes_with_its_member_and_without_one(app: Flask, world: World, role: str) -> None:
    account_id = world.accounts[role].id
    db.session.remove()
    account = db.session.get_one(Account, account_id)
    assert (account.member is None) == (role == "administrator")
    if account.member is not None:
        assert account.member.organization.path
