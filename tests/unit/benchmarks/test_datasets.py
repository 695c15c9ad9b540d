"""The data sets of the benchmarks: what the program itself says of them, and that they are the same each time."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, func, inspect, select
from tests.bench.datasets import store
from tests.bench.datasets.content import all_rows
from tests.bench.datasets.loading import POSTGRES_FORMS, SQLITE_FORMS, load_postgres
from tests.bench.datasets.rows import EVENING, key_of_meeting, token_of, write_secrets
from tests.bench.datasets.shape import COMMUNES, SIZES, Shape, shape_of
from tests.bench.load import board_of
from tests.support.clients import ApiClient
from tests.support.postgres import PostgresCluster

from handbook.app import create_app
from handbook.attendance.tokens import make_token, step_at
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.migrations import downgrade, head_revision, upgrade
from handbook.kernel.tree import path_ids
from handbook.reports.rebuild import rebuild_rollups

MEMBERS = 10_000
SMALLEST = 4_200


def quiet(_text: str) -> None:
    """Nobody waits for this."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> store.DataSet:
    return store.sqlite_set(MEMBERS, cache=tmp_path_factory.mktemp("sets"), tell=quiet)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, made: store.DataSet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, Shape]]:
    """The application on a data set of ten thousand members, on the evening of it."""
    environment = dict(made.environment)
    if request.param == "postgresql":
        cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
        folder = tmp_path_factory.mktemp("postgresql")
        write_secrets(folder)
        url = cluster.create_database()
        environment = {"HANDBOOK_DATA_DIR": str(folder), "HANDBOOK_DATABASE_URL": url}
    app = create_app(Settings.from_environment(environment), clock=FixedClock(EVENING))
    with app.app_context():
        if request.param == "postgresql":
            upgrade(db.engine)
            load_postgres(url.replace("+psycopg", ""), made.shape, quiet)
        yield app, made.shape
        db.session.remove()
        db.engine.dispose()
        app.extensions["handbook.driver"].close()
    if request.param == "postgresql":
        cluster.drop_database(url)


@pytest.mark.parametrize("members", SIZES[:3])
def test_the_tree_has_everybody_once_and_the_same_places_at_each_size(members: int) -> None:
    shape = shape_of(members)
    assert [id_ for cell in shape.cells for id_ in cell.members] == list(range(1, members + 1))
    everybody = [*shape.units, *shape.cells]
    assert sorted(unit.id for unit in everybody) == list(range(1, len(everybody) + 1))
    assert all(path_ids(unit.path)[-1] == unit.id for unit in everybody)
    communes = shape.units_of("commune")
    assert communes[0].cells == 57
    assert len(communes) == COMMUNES * len(shape.units_of("province"))
    for unit in [*shape.units[1:400:7], shape.units[-1]]:
        below = [cell.number for cell in shape.cells if cell.path.startswith(unit.path)]
        assert below == list(range(unit.first_cell, unit.first_cell + unit.cells))


def test_the_province_of_the_target_has_its_cells() -> None:
    assert len(shape_of(150_000).cells) == 5_600


@pytest.mark.parametrize("forms", [SQLITE_FORMS, POSTGRES_FORMS], ids=["sqlite", "postgresql"])
def test_every_making_gives_the_same_rows(forms: object) -> None:
    def digest() -> str:
        found = hashlib.sha256()
        for rows in all_rows(shape_of(SMALLEST), forms):
            found.update(repr((rows.table, rows.columns, rows.constants)).encode())
            for row in rows.values:
                found.update(repr(row).encode())
        return found.hexdigest()

    assert digest() == digest()


def test_the_program_counts_what_was_kept(served: tuple[Flask, Shape]) -> None:
    assert rebuild_rollups() == []


def test_every_reference_names_a_row(served: tuple[Flask, Shape]) -> None:
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            other = key.column.table.alias()
            named = select(other.c[key.column.name]).where(other.c[key.column.name] == key.parent).exists()
            lost = select(func.count()).select_from(table).where(key.parent.is_not(None), ~named)
            assert db.session.scalar(lost) == 0, f"{table.name}.{key.parent.name}"


def test_the_schema_is_that_of_the_migrations(served: tuple[Flask, Shape], tmp_path: Path) -> None:
    """No index was lost on the way."""
    app = create_app(Settings.from_environment({"HANDBOOK_DATA_DIR": str(tmp_path)}))
    mine = _indexes(db.engine)
    with app.app_context():
        upgrade(db.engine)
        migrated = _indexes(db.engine)
        db.engine.dispose()
    app.extensions["handbook.driver"].close()
    assert mine == migrated


def test_a_phone_of_the_set_opens_the_app_and_checks_in(served: tuple[Flask, Shape]) -> None:
    app, shape = served
    cell = next(cell for cell in reversed(shape.cells) if cell.place == 2)
    client = ApiClient(app, token=token_of(cell.first_member + 2))
    first = client.get("/api/sync", expect=200)
    assert len(first.json["changes"]["meetings"]) == 2
    client.get("/api/sync", headers={"If-None-Match": f'"{first.json["cursor"]}"'}, expect=304)
    step = step_at(EVENING, 15)
    code = f"{step}.{make_token(key_of_meeting(cell.meeting_id), cell.meeting_id, step)}"
    body = {"token": code, "scanned_at": (EVENING - timedelta(seconds=2)).isoformat()}
    client.post(f"/api/meetings/{cell.meeting_id}/check-ins", json=body, expect=201)
    assert rebuild_rollups() == []


def test_the_boards_of_the_evening_hold_the_tags_of_the_program(served: tuple[Flask, Shape]) -> None:
    app, shape = served
    cell = shape.cells[7]
    client = ApiClient(app, token=token_of(cell.first_member))
    board = board_of(cell)
    path = f"/api/meetings/{cell.meeting_id}/proceedings?after=0"
    unmoved = client.get(path, headers={"If-None-Match": board.book["tag"]}, expect=304)
    assert client.get(path, expect=200).headers["ETag"] == board.book["tag"]
    assert unmoved.headers["Roll-ETag"] == board.roll
    roll = client.get(f"/api/meetings/{cell.meeting_id}/attendance", expect=200)
    assert roll.headers["ETag"] == board.roll


def test_a_set_is_made_once_and_anew_when_what_makes_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.sqlite_set(SMALLEST, cache=tmp_path, tell=quiet)
    file = first.folder / "handbook.sqlite3"
    inode = file.stat().st_ino
    assert store.sqlite_set(SMALLEST, cache=tmp_path, tell=quiet).folder == first.folder
    assert file.stat().st_ino == inode
    monkeypatch.setattr(store, "content", lambda: "another")
    (first.folder / "left").touch()
    store.sqlite_set(SMALLEST, cache=tmp_path, tell=quiet)
    assert json.loads((first.folder / store.MADE).read_text())["content"] == "another"
    assert not (first.folder / "left").exists()


def test_a_set_from_before_a_migration_is_migrated(made: store.DataSet) -> None:
    noted = made.folder / store.MADE
    before = json.loads(noted.read_text())
    app = create_app(Settings.from_environment(made.environment))
    with app.app_context():
        downgrade(db.engine, "0022")
        db.engine.dispose()
    app.extensions["handbook.driver"].close()
    noted.write_text(json.dumps({**before, "revision": "0022"}))
    said: list[str] = []
    again = store.sqlite_set(MEMBERS, cache=made.folder.parent, tell=said.append)
    assert said == [f"sqlite-{MEMBERS}: from revision 0022 to {head_revision()}"]
    assert json.loads(noted.read_text()) == before
    connection = sqlite3.connect(again.folder / "handbook.sqlite3")
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (head_revision(),)
    assert connection.execute("SELECT count(*) FROM members").fetchone() == (MEMBERS,)
    connection.close()


def test_a_set_is_not_begun_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SPARE_BYTES", 10**18)
    with pytest.raises(store.NoRoomError, match="are needed at"):
        store.sqlite_set(SMALLEST, cache=tmp_path, tell=quiet)
    assert list(tmp_path.iterdir()) == []


def _indexes(engine: Engine) -> set[tuple[str, str]]:
    inspector = inspect(engine)
    return {
        (table, str(index["name"]))
        for table in inspector.get_table_names()
        for index in inspector.get_indexes(table)
        if not index.get("duplicates_constraint")
    }
