"""The short path of a check-in: the plain case is written before Flask is woken, in one transaction of six statements.

Same policy, same rules and same statements as :mod:`handbook.attendance.service`, which answers whenever this layer does not
see the plain case: a first or repeated check-in of a signed-in member to the open meeting of the own cell, or of a delegate to
an open conference. Every refusal
comes from there too, because whatever fails here is rolled back and asked again.

Writers of one machine queue up at a lock before they ask SQLite for its own: waiting writers would sleep in its back-off.
"""

import fcntl
import io
import os
import re
import threading
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.accounts.sessions import find_live_session, token_in
from handbook.attendance.check_in import CheckIn, check_in, find_line, own_target
from handbook.attendance.enums import Method
from handbook.attendance.tokens import parse_code
from handbook.config import Settings
from handbook.kernel.clock import Clock, as_utc
from handbook.kernel.db import WRITE_OPTION, db
from handbook.kernel.http_security import security_headers
from handbook.kernel.problems import Problem
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 2_000
_PATH = re.compile(r"/api/meetings/([1-9][0-9]{0,17})/check-ins", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_METHODS = {"qr": Method.QR, "link": Method.LINK}
_FIELDS = frozenset({"token", "scanned_at", "method"})


class CheckInShortPath:
    """WSGI middleware around the application."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._app = app
        self._inner = inner
        self._origin = settings.public_origin
        self._clock: Clock = app.extensions["handbook.clock"]
        self._secrets: Secrets = app.extensions["handbook.secrets"]
        self._queue = _Queue(settings.data_dir) if settings.is_sqlite else None
        self._headers = [
            *security_headers(settings),
            ("Cache-Control", "no-store"),
            ("Content-Type", "application/json"),
        ]
        self._engine: Engine | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            found = _PATH.fullmatch(environ["PATH_INFO"])
            token = token_in(environ.get("HTTP_COOKIE", "")) if found and self._is_plain(environ) else None
            if found and token is not None:
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                environ["wsgi.input"] = io.BytesIO(body)
                fields = _parse(body)
                request_id = uuid.uuid4().hex
                result = fields and self._check_in(int(found[1]), token, fields, request_id)
                if result:
                    return self._answer(result, request_id, start_response)
        return self._inner(environ, start_response)

    def _is_plain(self, environ: "WSGIEnvironment") -> bool:
        """A small JSON body from the own site, or from no site at all."""
        length = environ.get("CONTENT_LENGTH", "")
        return (
            environ.get("CONTENT_TYPE") == "application/json"
            and not environ.get("QUERY_STRING")
            and length.isascii()
            and length.isdigit()
            and int(length) <= MAX_BODY
            and environ.get("HTTP_ORIGIN", self._origin) == self._origin
            and environ.get("HTTP_SEC_FETCH_SITE", "same-origin") == "same-origin"
        )

    def _check_in(
        self, meeting_id: int, token: str, fields: dict[str, Any], request_id: str
    ) -> CheckIn | None:
        """What was written; None when the long path has to look at it, and then nothing was."""
        engine = self._engine or self._find_engine()
        try:
            with _in_turn(self._queue), engine.begin() as connection:
                return self._write(connection, meeting_id, token, fields, request_id)
        except (Problem, SQLAlchemyError, _NotPlain):
            return None

    def _write(
        self, connection: Connection, meeting_id: int, token: str, fields: dict[str, Any], request_id: str
    ) -> CheckIn:
        session = find_live_session(connection, token, self._clock)
        if session is None or session.member_id is None:
            raise _NotPlain
        # The policy without the offices: who checks in by an office is asked on the long path.
        actor = Actor(session.account_id, session.member_id, session.organization_id, session.path)
        code = parse_code(fields["token"])
        if code is None:
            raise _NotPlain
        line = find_line(connection, meeting_id, session.member_id, at_site=code.site_id is not None)
        if line is None or line.meeting_state != MeetingState.OPEN:
            raise _NotPlain
        if not may(actor, Permission.ATTENDANCE_CHECK_IN, own_target(line, actor)):
            raise _NotPlain
        return check_in(
            connection,
            line,
            meeting_id=meeting_id,
            member_id=session.member_id,
            actor=actor,
            clock=self._clock,
            secrets=self._secrets,
            request_id=request_id,
            **fields,
        )

    def _answer(self, result: CheckIn, request_id: str, start_response: "StartResponse") -> Iterable[bytes]:
        body = orjson.dumps(
            {
                "meeting_id": str(result.meeting_id),
                "state": result.state,
                "method": result.method,
                "checked_in_at": result.checked_in_at,
                "recorded_at": result.recorded_at,
                "flags": result.flags,
            }
        )
        start_response(
            "201 CREATED" if result.created else "200 OK",
            [*self._headers, ("Content-Length", str(len(body))), ("X-Request-Id", request_id)],
        )
        return [body]

    def _find_engine(self) -> Engine:
        with self._app.app_context():
            self._engine = db.engine.execution_options(**{WRITE_OPTION: True})
        return self._engine


class _NotPlain(Exception):
    """Not the plain case: everything is undone and the long path asked."""


class _Queue:
    """One writer at a time in this process and, by a lock on a file, on this machine."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "check-ins.lock"
        self._threads = threading.Lock()
        self._descriptor: int | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._threads:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._descriptor, fcntl.LOCK_UN)


@contextmanager
def _in_turn(queue: _Queue | None) -> Iterator[None]:
    if queue is None:
        yield
    else:
        with queue.turn():
            yield


def _parse(body: bytes) -> dict[str, Any] | None:
    """Token, time of scanning and method; None for anything that the schema should judge."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(fields, dict) or not fields.keys() <= _FIELDS:
        return None
    token, scanned_at, method = fields.get("token"), fields.get("scanned_at"), fields.get("method", "qr")
    if not isinstance(token, str) or not isinstance(scanned_at, str) or not isinstance(method, str):
        return None
    if method not in _METHODS or not _INSTANT.fullmatch(scanned_at):
        return None
    try:
        instant = as_utc(datetime.fromisoformat(scanned_at))
    except (ValueError, OverflowError):
        return None
    return {"token": token, "scanned_at": instant, "method": _METHODS[method]}
