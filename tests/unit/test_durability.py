"""Whether a commit waits for the disk: always, but where a use case says that it need not, and in that transaction only."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import String, bindparam, insert, literal, literal_column, select, text

from handbook.accounts.models import LoginThrottle
from handbook.kernel.db import db
from handbook.kernel.drivers import Driver, Step
from handbook.kernel.unit_of_work import unit_of_work

ASKED = {
    "sqlite": "SELECT synchronous = 1 FROM pragma_synchronous",
    "postgresql": "SELECT setting = 'off' AND source = 'session' FROM pg_settings WHERE name = 'synchronous_commit'",
}


def waits_not(engine_name: str) -> bool:
    """Whether the transaction at hand was told not to wait."""
    return bool(db.session.execute(text(ASKED[engine_name])).scalar_one())


@pytest.mark.usefixtures("app")
def test_only_the_transaction_that_says_so_does_not_wait_for_the_disk(engine_name: str) -> None:
    seen = []
    for durable in (True, False, False, True):
        with unit_of_work(durable=durable):
            seen.append(waits_not(engine_name))
    assert seen == [False, True, True, False]
    with unit_of_work(durable=False):
        pass
    assert not waits_not(engine_name), "reading begins another transaction"


@pytest.mark.usefixtures("app")
def test_after_an_error_the_next_transaction_waits_again(engine_name: str) -> None:
    with pytest.raises(KeyError), unit_of_work(durable=False):
        raise KeyError
    with unit_of_work():
        assert not waits_not(engine_name)


# What a transaction of a bare driver finds that it was told, as text of the database itself.
TOLD = {
    "sqlite": "(SELECT CASE synchronous WHEN 2 THEN 'on' WHEN 1 THEN 'off' END FROM pragma_synchronous)",
    "postgresql": "current_setting('synchronous_commit')",
}
WAIT_AS_IN_PRODUCTION = """
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database()); END $$
"""


def test_the_bare_driver_waits_for_the_disk_unless_what_it_writes_may_be_lost(
    app: Flask, engine_name: str
) -> None:
    if engine_name == "postgresql":
        with unit_of_work() as uow:
            uow.session.execute(text(WAIT_AS_IN_PRODUCTION))
    driver: Driver = app.extensions["handbook.driver"]
    note = _note_of(engine_name)
    assert driver.write([note("first")])
    assert driver.write([note("lost")], durable=False)
    assert driver.write([note("lost too")], durable=False)
    assert driver.write([note("after")], also=[note("beside")])
    # On SQLite what is written beside is in the same transaction, on PostgreSQL in one of its own.
    beside = {"sqlite": "on", "postgresql": "off"}[engine_name]
    assert _told() == {"first": "on", "lost": "off", "lost too": "off", "after": "on", "beside": beside}


def test_what_may_be_lost_is_on_the_disk_with_what_waits_beside_it(app: Flask) -> None:
    driver: Any = app.extensions["handbook.driver"]
    note = _note_of("sqlite")
    with ThreadPoolExecutor(2) as pool:
        with driver._writer._turn:
            written = [
                pool.submit(driver.write, [note("lost")], durable=False),
                pool.submit(driver.write, [note("kept")]),
            ]
            deadline = time.monotonic() + 30
            while len(driver._writer._waiting) < len(written):
                assert time.monotonic() < deadline, "both wait for their turn"
                time.sleep(0.01)
        assert [one.result() for one in written] == [True, True]
    assert _told() == {"lost": "on", "kept": "on"}


def _note_of(engine_name: str) -> Callable[[str], Step]:
    """A step that writes down under a name what its transaction was told."""
    key = bindparam("name", type_=String).concat(literal_column(TOLD[engine_name], String)).label("key")
    none, never = (
        literal(0).label("failures"),
        literal(datetime(2099, 1, 1, tzinfo=UTC)).label("window_ends_at"),
    )
    columns = ["key", "failures", "window_ends_at"]
    statement = insert(LoginThrottle).from_select(columns, select(key, none, never))
    return lambda name: (statement, {"name": f"{name}:"})


def _told() -> dict[str, str]:
    return dict(key.split(":") for key in db.session.scalars(select(LoginThrottle.key)))
