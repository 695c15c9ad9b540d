"""A database that cannot be written, as on a full disk or on a standby: readings go on, and nothing is acknowledged."""

import sqlite3
from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, convened, key_of, opened

from handbook.accounts.models import DeviceSession
from handbook.attendance.models import Attendance
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.group_commit import GroupCommit

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def only_reads(
    engine_name: str, app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], None]]:
    """Call it, and from then on no connection can write."""

    def begin() -> None:
        db.session.remove()
        app.extensions["handbook.driver"].close()
        db.engine.dispose()
        if engine_name == "sqlite":
            event.listen(
                db.engine, "checkout", lambda raw, *_others: raw.execute("PRAGMA query_only=ON").close()
            )
            # The short paths write on a connection of their own.
            connect = GroupCommit._connect
            monkeypatch.setattr(GroupCommit, "_connect", lambda writer: _only_reading(connect(writer)))
        else:
            _set_read_only(settings)

    yield begin
    db.session.remove()


def _only_reading(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA query_only=ON").close()
    return connection


def _set_read_only(settings: Settings) -> None:
    url = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())


def test_readings_go_on_though_that_the_device_was_seen_cannot_be_written(
    only_reads: Callable[[], None], sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = convened(secretary, world.id_of("cell"))
    seen = _seen_last()
    only_reads()
    clock.advance(hours=1)
    assert member.get("/api/session", expect=200)
    assert member.get("/api/sync", expect=200)
    assert member.get(f"/api/meetings/{meeting['id']}", expect=200)
    assert secretary.get(f"/api/meetings/{meeting['id']}/attendance", expect=200)
    assert _seen_last() == seen, "nothing was written"


def test_a_write_is_refused_for_now_and_nothing_is_acknowledged(
    only_reads: Callable[[], None],
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = opened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    only_reads()
    path = f"/api/meetings/{meeting['id']}"
    refused = member.post(f"{path}/check-ins", body, expect=503)
    assert refused.headers["Retry-After"] == "2"
    refused = member.post(f"{path}/absence-requests", {"reason": "Ốm"}, expect=503)
    assert refused.headers["Retry-After"] == "2"
    db.session.rollback()
    assert (
        db.session.scalars(select(Attendance.member_id).where(Attendance.checked_in_at.is_not(None))).all()
        == []
    )


def test_a_check_in_goes_the_long_way_where_the_lock_of_the_short_one_cannot_be_made(
    settings: Settings, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    secretary, member = sign_in("secretary"), sign_in("member")
    meeting = opened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    # A full disk has no room for a file; a folder in its place is refused to everybody, root included.
    (settings.data_dir / "check-ins.lock").mkdir()
    member.post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)


def _seen_last() -> list[object]:
    db.session.rollback()
    return list(db.session.scalars(select(DeviceSession.last_seen_at).order_by(DeviceSession.id)))
