"""What only the real server shows: the headers on every kind of answer, and the answer to a body that is too large."""

import hashlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.files import pdf
from tests.support.limits import stop
from tests.support.meetings import check_in_body, key_of, opened
from tests.support.postgres import find_free_port

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.documents.models import Blob, Paper
from handbook.kernel.db import db
from handbook.kernel.http_security import HEADERS, MAX_PLAIN_BODY

PUBLIC = "https://so-tay.example"
JSON = {"Content-Type": "application/json"}
# The paper's own policy is stricter than the app's.
OWN_POLICY = {"a paper": "sandbox; default-src 'none'"}


@dataclass(slots=True)
class Served:
    """A running server, and what the requests of these tests name."""

    port: int
    tokens: dict[str, str]
    names: dict[str, str]
    check_in: bytes

    def ask(self, method: str, path: str, *, role: str | None = None, **kwargs: Any) -> "Answer":
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = kwargs.pop("headers", {})
        if role:
            headers = {"Cookie": f"{COOKIE}={self.tokens[role]}", **headers}
        try:
            connection.request(method, path.format(**self.names), headers=headers, **kwargs)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()


@dataclass(slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    for name in ("handbook.sqlite3", "secrets.json"):
        (folder / name).write_bytes((sqlite_template / name).read_bytes())
    environment = {"HANDBOOK_DATA_DIR": str(folder), "HANDBOOK_PUBLIC_URL": PUBLIC}
    settings = replace(Settings.from_environment(environment), port=find_free_port())
    app = create_app(settings)
    with app.app_context():
        world = World.build(app)
        secretary = ApiClient(app, token=world.token_of("secretary"))
        now = datetime.now(UTC)
        meeting = opened(secretary, world.id_of("cell"), starts_at=now + timedelta(minutes=30))
        body = json.dumps(check_in_body(key_of(secretary, meeting), meeting, datetime.now(UTC))).encode()
        names = {
            "meeting": meeting["id"],
            "cell": world.id_of("cell"),
            "paper": _attach(secretary, meeting, "bao-cao.pdf"),
            "gone": _attach(secretary, meeting, "ke-hoach.pdf"),
        }
        _lose_the_file_of(int(names["gone"]))
        cursor = ApiClient(app, token=world.token_of("second_member")).get("/api/sync", expect=200)
        names["cursor"] = cursor.json["cursor"]
        db.session.remove()
        db.engine.dispose()
    with subprocess.Popen(
        [Path(sys.executable).with_name("handbook"), "serve", "--no-worker"],
        env={**environment, "HANDBOOK_PORT": str(settings.port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            served = Served(settings.port, world.tokens, names, body)
            _wait_for(served, process)
            yield served
        finally:
            stop(process)


def _attach(secretary: ApiClient, meeting: dict[str, Any], name: str) -> str:
    data = {"file": (BytesIO(pdf(f"Nội dung {name}")), name)}
    return str(
        secretary.request("POST", f"/api/meetings/{meeting['id']}/papers", data=data, expect=201).json["id"]
    )


def _lose_the_file_of(paper_id: int) -> None:
    """Let a paper name a file that is not there, which cannot happen: the answer is the server's own fault."""
    paper = db.session.get_one(Paper, paper_id)
    lost = hashlib.sha256(b"lost").hexdigest()
    db.session.add(Blob(sha256=lost, size=paper.size, reference_count=1))
    db.session.flush()
    paper.sha256 = lost
    db.session.commit()


def _wait_for(served: Served, process: "subprocess.Popen[bytes]") -> None:
    for _try in range(1200):
        try:
            assert served.ask("GET", "/healthz").status == 200
            return
        except OSError:
            assert process.poll() is None
            time.sleep(0.05)
    pytest.fail("nobody answers after a minute")


ANSWERS: dict[str, tuple[tuple[int, ...], str, str, dict[str, Any]]] = {
    "health": ((200,), "GET", "/healthz", {}),
    "readiness": ((200,), "GET", "/readyz", {}),
    # 404 where the web app was not built.
    "the shell": ((200, 404), "GET", "/meetings", {}),
    "a file of the web app": ((200, 404), "GET", "/manifest.webmanifest", {}),
    "the service worker": ((200, 404), "GET", "/sw.js", {}),
    "a page that is no file": ((404,), "GET", "/khong-co.js", {}),
    "the document of the API": ((200,), "GET", "/api/openapi.json", {}),
    "the pages of the API": ((200,), "GET", "/api/docs", {}),
    "their style": ((200,), "GET", "/api/docs.css", {}),
    "an answer of the API": ((200,), "GET", "/api/session", {"role": "member"}),
    "only its head": ((200,), "HEAD", "/api/session", {"role": "member"}),
    "options": ((200,), "OPTIONS", "/api/session", {}),
    "sync, the long path": ((200,), "GET", "/api/sync", {"role": "second_member"}),
    "sync, the short path": ((304,), "GET", "/api/sync?cursor={cursor}", {"role": "second_member"}),
    "a check-in, the short path": (
        (201,),
        "POST",
        "/api/meetings/{meeting}/check-ins",
        {"role": "second_member", "headers": JSON, "body": "check_in"},
    ),
    "a paper": ((200,), "GET", "/api/papers/{paper}/content", {"role": "member"}),
    "broken": ((400,), "POST", "/api/session", {"headers": JSON, "body": b"{"}),
    "anonymous": ((401,), "GET", "/api/notices", {}),
    "another site": (
        (403,),
        "POST",
        "/api/session",
        {"headers": {"Origin": "https://evil.example"}, "body": b"{}"},
    ),
    "nothing there": ((404,), "GET", "/api/khong-co", {}),
    "no such method": ((405,), "DELETE", "/api/notices", {"role": "member"}),
    "too large": ((413,), "POST", "/api/session", {"headers": JSON, "body": b" " * (MAX_PLAIN_BODY + 1)}),
    "not valid": ((422,), "POST", "/api/session", {"headers": JSON, "body": b"{}"}),
    "the server's own fault": ((500,), "GET", "/api/papers/{gone}/content", {"role": "member"}),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_kind_of_answer_carries_the_headers(served: Served, name: str) -> None:
    statuses, method, path, kwargs = ANSWERS[name]
    if kwargs.get("body") == "check_in":
        kwargs = {**kwargs, "body": served.check_in}
    answer = served.ask(method, path, **kwargs)
    assert answer.status in statuses, answer.body[:300]
    policy = {"Content-Security-Policy": OWN_POLICY[name]} if name in OWN_POLICY else {}
    for header, value in (HEADERS | policy).items():
        assert answer.headers.get_all(header) == [value], header
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
    assert "granian" not in str(answer.headers).lower()
    assert "werkzeug" not in str(answer.headers).lower()
    assert len(answer.headers["X-Request-Id"]) == 32
    if answer.status >= 400:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.body)["request_id"] == answer.headers["X-Request-Id"]


def test_the_headers_are_those_that_browsers_know() -> None:
    assert {
        "Content-Security-Policy",
        "Cross-Origin-Embedder-Policy",
        "Cross-Origin-Opener-Policy",
        "Cross-Origin-Resource-Policy",
        "Permissions-Policy",
        "Referrer-Policy",
        "X-Content-Type-Options",
        "X-Frame-Options",
    } <= HEADERS.keys()


@pytest.mark.parametrize("size", [MAX_PLAIN_BODY + 1, 3 * MAX_PLAIN_BODY, 20 * MAX_PLAIN_BODY])
@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "with a length"])
def test_a_body_that_is_too_large_is_answered_and_not_cut_off(
    served: Served, size: int, chunked: bool
) -> None:
    """The client writes all of it first, as simple clients do, and then reads."""
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nContent-Type: application/json\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as connection:
        if chunked:
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            for start in range(0, size, 1 << 16):
                part = b" " * min(1 << 16, size - start)
                connection.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            connection.sendall(b"0\r\n\r\n")
        else:
            connection.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode() + b" " * size)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status == 413
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert json.loads(answer.read())["code"] == "body_too_large"
    assert served.ask("GET", "/healthz").status == 200


def test_a_chunked_body_is_read_whole_and_never_cut_at_the_limit(served: Served) -> None:
    """A document of allowed size followed by blanks beyond the limit is refused, not taken for the document."""
    document = json.dumps({"login": "khong-co", "password": "khong-co"}).encode()
    parts = [document, *[b" " * (1 << 16)] * 20]
    asked = {"headers": JSON, "encode_chunked": True}
    headers = {"headers": {**JSON, "Transfer-Encoding": "chunked"}}
    assert served.ask("POST", "/api/session", body=iter(parts), **(asked | headers)).status == 413
    assert served.ask("POST", "/api/session", body=iter([document]), **(asked | headers)).status == 401


def test_a_chunked_upload_beyond_the_limit_of_papers_is_answered(served: Served) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
    parts = [head, *[b"0" * (1 << 20)] * 60]
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Transfer-Encoding": "chunked"}
    answer = served.ask(
        "POST",
        "/api/meetings/{meeting}/papers",
        role="secretary",
        body=iter(parts),
        headers=headers,
        encode_chunked=True,
    )
    assert answer.status == 413
    assert answer.headers["Content-Type"] == "application/problem+json"
