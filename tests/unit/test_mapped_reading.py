"""The bare SQLite reader: a large file is read where the kernel has it, a small one is not."""

import pytest
from flask import Flask

from handbook.kernel import drivers
from handbook.kernel.db import db


def _mapped_bytes(app: Flask) -> int:
    driver = app.extensions["handbook.driver"]
    driver.close()
    rows = driver.rows("PRAGMA mmap_size", ())
    driver.close()
    return int(rows[0][0])


def test_a_small_database_is_not_mapped(app: Flask) -> None:
    assert _mapped_bytes(app) == 0


def test_a_large_database_is_mapped_and_says_what_was_just_written(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drivers, "MAP_FROM_BYTES", 1)
    assert _mapped_bytes(app) >= 2**30
    count = "SELECT count(*) FROM opened_months"
    driver = app.extensions["handbook.driver"]
    assert driver.rows(count, ()) == [(0,)]
    with db.engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO opened_months (month, covered_id) VALUES ('2026-11', 0)")
    assert driver.rows(count, ()) == [(1,)]


def _cached_kib(app: Flask) -> int:
    driver = app.extensions["handbook.driver"]
    driver.close()
    rows = driver.rows("PRAGMA cache_size", ())
    driver.close()
    return -int(rows[0][0])


def test_of_what_is_too_large_to_be_mapped_more_is_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    small = _cached_kib(app)
    monkeypatch.setattr(drivers, "MAP_FROM_BYTES", 1)
    assert _cached_kib(app) == small, "all of it is mapped"
    monkeypatch.setattr(drivers, "_MOST_BYTES", 8192)
    assert _cached_kib(app) == 16_000 > small


def test_of_several_connections_the_one_used_last_is_used_again(app: Flask) -> None:
    """Each keeps up to 16 MB of pages, so a process has as many as it uses at one time."""
    first, second = db.engine.connect(), db.engine.connect()
    raw = second.connection.dbapi_connection
    first.close()
    second.close()
    for _ in range(3):
        with db.engine.connect() as connection:
            assert connection.connection.dbapi_connection is raw
