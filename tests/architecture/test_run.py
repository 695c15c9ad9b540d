"""`make run`: the second start is quick because it knows its database again, and only then; a taken port is not shared."""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from scripts import run

from handbook.config import Settings

SAID = "member   0912000001 / mot-hai-ba"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"HANDBOOK_DATA_DIR": str(tmp_path)})


def newest_revision() -> str:
    return max(path.stem.split("_")[0] for path in run.MIGRATIONS.glob("[0-9]*.py"))


def make_database(settings: Settings, *, revision: str, organizations: list[str]) -> Path:
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [revision])
        connection.execute("CREATE TABLE organizations (id INTEGER PRIMARY KEY, name TEXT)")
        connection.executemany(
            "INSERT INTO organizations (name) VALUES (?)", [[name] for name in organizations]
        )
        connection.commit()
    return file


def test_a_prepared_database_is_known_again(settings: Settings) -> None:
    make_database(settings, revision=newest_revision(), organizations=["Khối cơ quan tỉnh"])
    run.write_note(settings, SAID)
    assert run.read_note(settings) == SAID


def test_without_a_note_nothing_is_known(settings: Settings) -> None:
    make_database(settings, revision=newest_revision(), organizations=["Khối cơ quan tỉnh"])
    assert run.read_note(settings) is None


@pytest.mark.parametrize(
    ("revision", "organizations"),
    [("0000", ["Khối cơ quan tỉnh"]), (None, [])],
    ids=["must be migrated", "empty"],
)
def test_a_database_that_needs_work_is_never_noted(
    settings: Settings, revision: str | None, organizations: list[str]
) -> None:
    make_database(settings, revision=revision or newest_revision(), organizations=organizations)
    run.write_note(settings, SAID)
    assert run.read_note(settings) is None


def test_another_database_in_its_place_is_not_mistaken(settings: Settings) -> None:
    file = make_database(settings, revision=newest_revision(), organizations=["Khối cơ quan tỉnh"])
    run.write_note(settings, SAID)
    file.rename(file.with_suffix(".old"))
    assert run.read_note(settings) is None
    make_database(settings, revision=newest_revision(), organizations=["Đảng ủy xã Minh Sơn"])
    assert run.read_note(settings) is None


def test_a_damaged_note_is_no_note(settings: Settings) -> None:
    make_database(settings, revision=newest_revision(), organizations=["Khối cơ quan tỉnh"])
    (settings.data_dir / run.NOTE).write_text("{", "utf-8")
    assert run.read_note(settings) is None


def test_postgresql_is_always_asked(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"HANDBOOK_DATA_DIR": str(tmp_path), "HANDBOOK_DATABASE_URL": "postgresql://127.0.0.1:1/handbook"}
    )
    assert run.describe_database(settings) is None


def test_a_taken_port_is_said_before_anything_is_touched(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "scripts/run.py"],
            cwd=run.ROOT,
            env={**os.environ, "HANDBOOK_DATA_DIR": str(tmp_path / "data"), "HANDBOOK_PORT": port},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert not (tmp_path / "data" / "handbook.sqlite3").exists()
