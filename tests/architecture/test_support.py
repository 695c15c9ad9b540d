"""The tools that the other tests stand on: the throw-away PostgreSQL, Debian's Chromium, and where files are put."""

from pathlib import Path

import psycopg
import pytest
from tests.support import chromium, light, postgres


def scalar(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(statement.encode()).fetchone()
        assert row is not None
        return row[0]


def test_postgres_gives_every_module_an_empty_utf8_database(postgres_url: str) -> None:
    assert scalar(postgres_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    assert scalar(postgres_url, "SHOW server_encoding") == "UTF8"
    assert scalar(postgres_url, "SELECT lower('ĐẢNG')") == "đảng"


def test_postgres_copies_a_prepared_template(postgres_cluster: postgres.PostgresCluster) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE cells (id int)")

    for _round in range(2):
        name = postgres_cluster.template("cells", prepare)
        url = postgres_cluster.create_database(template=name)
        assert scalar(url, "SELECT count(*) FROM cells") == 0
        postgres_cluster.drop_database(url)
    assert len(prepared) == 1


def test_a_machine_without_postgres_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setenv("TEST_POSTGRES_BIN", str(tmp_path))
    monkeypatch.setattr(postgres.Path, "glob", lambda *_: [])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(postgres.PostgresUnavailableError, match="apt-get install postgresql"):
        postgres.find_programs()


def test_a_machine_without_chromium_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium.shutil, "which", lambda *_, **__: None)
    monkeypatch.delenv("TEST_CHROMIUM", raising=False)
    with pytest.raises(chromium.ChromiumUnavailableError, match="apt-get install chromium"):
        chromium.find_chromium()


def test_a_wrongly_named_chromium_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(chromium.ChromiumUnavailableError, match="/nowhere/chromium"):
        chromium.find_chromium()


def test_files_are_put_into_memory_only_where_all_of_a_run_have_room(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(light, "ROOM_NEEDED", 1)
    assert light.has_room(tmp_path)
    assert not light.has_room(tmp_path / "nowhere")
    monkeypatch.setattr(light, "_memory_available", lambda: 0)
    assert not light.has_room(tmp_path)
