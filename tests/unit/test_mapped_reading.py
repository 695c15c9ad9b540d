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
