"""Revision 0002 on a populated database: what was convened before keeps the rules under which it was."""

from flask import Flask
from sqlalchemy import text
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, draft

from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, upgrade

FROZEN = "SELECT quorum_share, late_after_minutes, thematic_combines FROM meetings WHERE id = :id"


def test_meetings_convened_before_keep_the_rules_of_then(engine_name: str, app: Flask, world: World) -> None:
    secretary = ApiClient(app, token=world.token_of("secretary"))
    summoned = convened(secretary, world.id_of("cell"))["id"]
    prepared = draft(secretary, world.id_of("cell"))["id"]
    db.session.remove()
    downgrade(db.engine, "0001")
    upgrade(db.engine)
    with db.engine.connect() as connection:
        rows = [connection.execute(text(FROZEN), {"id": int(id_)}).one() for id_ in (summoned, prepared)]
        assert connection.scalar(text("SELECT count(*) FROM setting_changes")) == 0
    assert [(row[0], row[1], row[2] if row[2] is None else bool(row[2])) for row in rows] == [
        ("2/3", 15, False),
        (None, None, None),
    ]
    roll = secretary.get(f"/api/meetings/{summoned}/attendance", expect=200).json
    assert roll["quorum"]["required"] == 3


def test_what_refers_to_a_table_stays_while_a_revision_replaces_it(
    engine_name: str, app: Flask, world: World
) -> None:
    """On SQLite a table is replaced by a new one; dropping the old must not take agendas and rolls with it."""
    secretary = ApiClient(app, token=world.token_of("secretary"))
    meeting = convened(secretary, world.id_of("cell"))
    db.session.remove()
    before = _counts()
    downgrade(db.engine, "0002")
    upgrade(db.engine)
    assert _counts() == before
    assert len(secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["agenda"]) > 10
    with db.engine.connect() as connection:
        if engine_name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def _counts() -> dict[str, int]:
    with db.engine.connect() as connection:
        return {
            table: int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)
            for table in ("meetings", "agenda_items", "attendances", "notices", "reminders", "members")
        }
