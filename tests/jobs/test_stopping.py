"""A stop of a server that has been used: what was asked before holds nobody, and who never ends holds it for a bounded time."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from tests.jobs.test_serving import HANDBOOK, free_port, is_alive, is_bound, is_up, wait_until
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.limits import stop
from tests.support.meetings import opened

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.documents.models import Blob, Paper
from handbook.kernel.db import db
from handbook.kernel.storage import current_blobs
from handbook.operations.serving import HEAD_MILLISECONDS, STOP_SECONDS

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
MEGABYTE = 1_000_000
# More than any buffer between server and client holds.
LARGE = 20 * MEGABYTE
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Used:
    """A running server with one meeting and a large paper, and a secretary who asks."""

    def __init__(self, process: "subprocess.Popen[str]", port: int, names: dict[str, str]) -> None:
        self.process, self.port, self.names = process, port, names

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, **body: object) -> int:
        connection = self.connection()
        signed_in = {"Cookie": f"{COOKIE}={self.names['token']}", **(headers or {})}
        connection.request(method, path.format(**self.names), headers=signed_in, **body)  # type: ignore[arg-type]
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def head(self, request: str, *headers: str) -> bytes:
        """A request of the secretary's, up to its body."""
        own = (f"Host: localhost:{self.port}", f"Cookie: {COOKIE}={self.names['token']}")
        return "\r\n".join((f"{request.format(**self.names)} HTTP/1.1", *own, *headers, "", "")).encode()

    def begin(self, request: str, body: bytes = b"") -> socket.socket:
        """Send this much, and read nothing."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        kind = (f"Content-Type: {FORM['Content-Type']}", f"Content-Length: {LARGE}") if body else ()
        client.sendall(self.head(request, *kind) + body)
        return client

    def read_some(self) -> socket.socket:
        """A download of which only the beginning is taken."""
        client = self.begin("GET /api/papers/{paper}/content")
        assert client.recv(1000).startswith(b"HTTP/1.1 200")
        return client

    def stop(self) -> tuple[float, str]:
        """How long it took, and what was said."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        assert not is_bound(self.port)
        return time.monotonic() - began, said


@pytest.fixture
def used(tmp_path: Path, sqlite_template: Path) -> Iterator[Used]:
    for name in ("handbook.sqlite3", "secrets.json"):
        (tmp_path / name).write_bytes((sqlite_template / name).read_bytes())
    environment = {"HANDBOOK_DATA_DIR": str(tmp_path)}
    app = create_app(replace(Settings.from_environment(environment), port=free_port()))
    port = app.extensions["handbook.settings"].port
    with app.app_context():
        names = furnish(app, World.build(app), app.extensions["handbook.clock"].now())
        db.session.remove()
        db.engine.dispose()
    with serve(environment, port) as process:
        yield Used(process, port, names)


def furnish(app: Flask, world: World, now: datetime) -> dict[str, str]:
    secretary = ApiClient(app, token=world.token_of("secretary"))
    meeting = opened(secretary, world.id_of("cell"), starts_at=now + timedelta(minutes=30))
    stored = current_blobs().put(BytesIO(os.urandom(LARGE)))
    db.session.add(Blob(sha256=stored.key, size=stored.size, reference_count=1))
    db.session.flush()
    paper = Paper(
        organization_id=int(world.id_of("cell")),
        meeting_id=int(meeting["id"]),
        sha256=stored.key,
        title="Báo cáo",
        filename="bao-cao.pdf",
        media_type="application/pdf",
        size=stored.size,
        attached_at=datetime.now(UTC),
    )
    db.session.add(paper)
    db.session.commit()
    return {
        "token": world.tokens["secretary"],
        "cell": world.id_of("cell"),
        "meeting": meeting["id"],
        "paper": str(paper.id),
    }


@contextmanager
def serve(environment: dict[str, str], port: int) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [HANDBOOK, "serve"],
        env={"PATH": os.environ["PATH"], **environment, "HANDBOOK_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            wait_until(lambda: is_up(port), process)
            yield process
        finally:
            stop(process)


def use_in_every_way(used: Used, held: ExitStack) -> None:
    """Everything that a day brings; what stays open afterwards goes into ``held``."""
    range_ = {"Range": "bytes=1000-1999"}
    assert used.ask("GET", "/api/meetings/{meeting}") == 200
    assert used.ask("GET", "/api/papers/{paper}/content") == 200
    assert used.ask("GET", "/api/papers/{paper}/content", range_) == 206
    assert used.ask("GET", "/api/papers/{paper}/content", {"Range": "bytes=99999999-"}) == 416
    assert used.ask("GET", "/api/organizations/{cell}/reports/attendance", {"Accept": XLSX}) in (200, 403)
    assert used.ask("GET", "/api/meetings/{meeting}/pack.pdf") == 200
    assert used.ask("GET", "/api/sync") == 200
    assert used.ask("GET", "/api/docs") == 200
    wrong = json.dumps({"login": "khong-co", "password": "khong-co"}).encode()
    assert used.ask("POST", "/api/session", JSON, body=wrong) == 401
    assert used.ask("POST", "/api/session", JSON, body=b" " * 3 * MEGABYTE) == 413
    assert used.ask("POST", "/api/meetings/{meeting}/papers", FORM, body=PART + b"0" * 60 * MEGABYTE) == 413
    chunks = iter([PART, *[b"0" * MEGABYTE] * 60])
    chunked = {**FORM, "Transfer-Encoding": "chunked"}
    path = "/api/meetings/{meeting}/papers"
    assert used.ask("POST", path, chunked, body=chunks, encode_chunked=True) == 413
    # Gone in the middle of a download, and of an upload.
    used.read_some().close()
    used.begin("POST /api/meetings/{meeting}/papers", PART + b"0" * MEGABYTE).close()
    # Connected and silent; asked once and kept alive.
    held.enter_context(socket.create_connection(("127.0.0.1", used.port)))
    kept = used.connection()
    held.callback(kept.close)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read()


def test_a_server_that_was_used_in_every_way_stops_at_once(used: Used) -> None:
    with ExitStack() as held:
        use_in_every_way(used, held)
        seconds, said = used.stop()
    assert "serving.ended_by_force" not in said
    assert seconds < HEAD_MILLISECONDS / 1000


def test_who_does_not_end_the_head_of_a_request_is_cut_off(used: Used) -> None:
    with socket.create_connection(("127.0.0.1", used.port)) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost")
        _, said = used.stop()
    assert "serving.ended_by_force" not in said


def test_who_neither_sends_nor_reads_on_holds_a_stop_for_a_bounded_time(used: Used) -> None:
    """What is under way is given its time; then its web process is ended, and nobody stays behind."""
    everybody = processes_of(used.process.pid)
    path = "POST /api/meetings/{meeting}/papers"
    with used.begin(path, PART + b"0" * MEGABYTE), used.read_some():
        time.sleep(0.5)
        seconds, _ = used.stop()
    assert seconds < STOP_SECONDS + 10
    assert not any(is_alive(pid) for pid in everybody)


def processes_of(pid: int) -> list[int]:
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*children, *(below for child in children for below in processes_of(child))]
