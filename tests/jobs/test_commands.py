"""The administrator's commands, run as a person runs them: as processes with an environment of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from tests.support.postgres import PostgresCluster, find_free_port

HANDBOOK = str(Path(sys.executable).with_name("handbook"))
INIT = ("init", "--name", "Đảng bộ tỉnh Thử Nghiệm", "--kind", "province", "--admin", "quan-tri")


def run(data: Path, *arguments: str, url: str | None = None, expect: int = 0, **extra: str) -> str:
    environment = {**os.environ, "HANDBOOK_DATA_DIR": str(data), **extra}
    if url:
        environment["HANDBOOK_DATABASE_URL"] = url
    done = subprocess.run(
        [HANDBOOK, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """The URL of an empty database; None for SQLite in the data directory."""
    if request.param == "sqlite":
        return None
    cluster: PostgresCluster = request.getfixturevalue("postgres_cluster")
    return cluster.create_database()


def test_init_makes_the_first_organisation_and_prints_the_password_once(
    tmp_path: Path, database: str | None
) -> None:
    made = json.loads(run(tmp_path, *INIT, "--json", url=database))
    assert set(made) == {"organization_id", "account_id", "password"}
    assert "not empty" in run(tmp_path, *INIT, url=database, expect=1)
    assert "database: ok" in run(tmp_path, "check", url=database)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_init_takes_the_password_from_a_file_and_refuses_a_weak_one(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("12345678\n")
    assert "too_common" in run(tmp_path / "data", *INIT, "--password-file", str(file), expect=1)
    file.write_text("giấy trắng mực đen\n")
    made = json.loads(run(tmp_path / "data", *INIT, "--password-file", str(file), "--json"))
    assert "password" not in made


def test_a_wrong_configuration_is_one_sentence(tmp_path: Path) -> None:
    said = run(tmp_path, "check", expect=2, HANDBOOK_PORT="eighty")
    assert said.startswith("handbook: HANDBOOK_PORT")
    assert "Traceback" not in said


def test_check_says_what_to_do_with_an_unmigrated_database(tmp_path: Path) -> None:
    assert "handbook migrate" in run(tmp_path, "check", expect=1)


def test_a_backup_can_be_restored(
    tmp_path: Path, database: str | None, request: pytest.FixtureRequest
) -> None:
    run(tmp_path / "old", *INIT, url=database)
    archive = tmp_path / "backup.tar.gz"
    run(tmp_path / "old", "backup", str(archive), url=database)
    assert archive.stat().st_mode & 0o777 == 0o600
    assert "exists already" in run(tmp_path / "old", "backup", str(archive), url=database, expect=1)
    fresh = request.getfixturevalue("postgres_cluster").create_database() if database else None
    run(tmp_path / "new", "restore", str(archive), url=fresh)
    assert "database: ok" in run(tmp_path / "new", "check", url=fresh)
    assert "not empty" in run(tmp_path / "new", *INIT, url=fresh, expect=1)
    if database is None:
        assert "exists" in run(tmp_path / "new", "restore", str(archive), expect=1)


def test_a_broken_archive_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    archive = tmp_path / "backup.tar.gz"
    archive.write_bytes(b"not an archive")
    assert "no backup archive" in run(tmp_path / "new", "restore", str(archive), expect=1)
    assert not (tmp_path / "new" / "secrets.json").exists()


def test_the_service_starts_answers_and_stops_with_its_worker(tmp_path: Path) -> None:
    run(tmp_path, *INIT)
    port = find_free_port()
    environment = {**os.environ, "HANDBOOK_DATA_DIR": str(tmp_path), "HANDBOOK_PORT": str(port)}
    process = subprocess.Popen([HANDBOOK, "serve"], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert wait_for(f"http://127.0.0.1:{port}/readyz") == 200
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/session", timeout=5)
        wait_for(f"http://127.0.0.1:{port}/healthz")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in said.splitlines() if line.startswith("{")]
    assert "worker.started" in events
    assert "worker.stopped" in events
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)


def test_a_taken_port_is_said_and_not_shared(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        said = run(tmp_path, "serve", expect=1, HANDBOOK_PORT=str(other.getsockname()[1]))
    assert "HANDBOOK_PORT" in said


def wait_for(url: str) -> int:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:
                return int(response.status)
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
