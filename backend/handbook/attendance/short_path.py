"""The short path of a check-in: the plain case is read, judged and written before Flask is woken, on the bare driver.

Same policy, same rules and same statements as :mod:`handbook.attendance.service`, which answers whenever this layer does not
see the plain case: a first or repeated check-in of a signed-in member to the open meeting of the own cell, or of a delegate to
an open conference. Every refusal comes from there too, because what cannot be written here as it was judged is not written.

Nothing is locked while it is judged; the writing finds the meeting and the line only as they were read. A repetition writes
nothing at all.
"""

import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.accounts.sessions import LiveSession, hash_token, mark_of, token_in
from handbook.attendance.check_in import (
    SESSION_AND_LINE,
    line_of,
    own_target,
    still_as_read,
    writes_of,
)
from handbook.attendance.enums import Method
from handbook.attendance.judging import CheckIn, Line, Scan, genuine_code, judge
from handbook.attendance.tokens import Code
from handbook.config import Settings
from handbook.kernel.clock import Clock, as_utc
from handbook.kernel.drivers import Driver, Step
from handbook.kernel.http_security import security_headers
from handbook.kernel.problems import Problem, new_request_id
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MAX_BODY = 2_000
_PATH = re.compile(r"/api/meetings/([1-9][0-9]{0,17})/check-ins", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3}|\.\d{6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_METHODS = {"qr": Method.QR, "link": Method.LINK}
_FIELDS = frozenset({"token", "scanned_at", "method"})
_OF_SESSION = len(LiveSession._fields)


class CheckInShortPath:
    """WSGI middleware around the application."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._inner = inner
        self._origin = settings.public_origin
        self._clock: Clock = app.extensions["handbook.clock"]
        self._secrets: Secrets = app.extensions["handbook.secrets"]
        self._driver: Driver = app.extensions["handbook.driver"]
        self._headers = [
            *security_headers(settings),
            ("Cache-Control", "no-store"),
            ("Content-Type", "application/json"),
        ]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            found = _PATH.fullmatch(environ["PATH_INFO"])
            token = token_in(environ.get("HTTP_COOKIE", "")) if found and self._is_plain(environ) else None
            if found and token is not None:
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                environ["wsgi.input"] = io.BytesIO(body)
                fields = _parse(body)
                request_id = new_request_id()
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
        now = self._clock.now()
        values = {"token_hash": hash_token(token), "now": now, "meeting_id": meeting_id}
        rows = self._driver.find(SESSION_AND_LINE, values)
        if not rows:
            return None
        session, line = LiveSession(*rows[0][:_OF_SESSION]), line_of(rows[0][_OF_SESSION:])
        if session.member_id is None or line.meeting_state != MeetingState.OPEN:
            return None
        # The policy without the offices: who checks in by an office is asked on the long path.
        actor = Actor(session.account_id, session.member_id, session.organization_id, session.path)
        if not may(actor, Permission.ATTENDANCE_CHECK_IN, own_target(line, actor)):
            return None
        scan = Scan(meeting_id, session.member_id, **fields)
        # That the device was seen is written beside, as far as that can be.
        seen: list[Step] = [mark_of(session, now)] if session.should_be_marked(now) else []
        try:
            code = genuine_code(line, scan, self._secrets)
            result = judge(line, scan, code, now)
        except Problem:
            return None
        if not result.created:
            return self._repetition(line, result, code, seen)
        writes = writes_of(line, scan, result, actor=actor, now=now, request_id=request_id)
        written = self._driver.write([*still_as_read(line, scan, code), *writes], also=seen)
        return result if written else None

    def _repetition(self, line: Line, result: CheckIn, code: Code, seen: list[Step]) -> CheckIn | None:
        if code.site_id not in (None, line.home_site_id):
            # That site may have been taken out since.
            return None
        if seen:
            self._driver.write(seen, durable=False)
        return result

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
