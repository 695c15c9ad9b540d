"""The short path: "nothing new" is answered before Flask is woken, by two reads by key on the bare driver.

Same rules as :mod:`handbook.accounts.sessions` and :mod:`handbook.sync.routes`, which answer whenever this layer is in any
doubt: no cursor, a moved version, another day, a session that should be marked as seen, a database that does not answer.
"""

import hashlib
import sqlite3
import threading
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import psycopg
from flask import Flask
from sqlalchemy.engine import make_url

from handbook.accounts.sessions import COOKIE, SEEN_EVERY
from handbook.config import Settings
from handbook.kernel.clock import Clock
from handbook.kernel.http_security import HEADERS
from handbook.sync.cursor import Cursor, day_of, decode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SESSION = """
SELECT a.id, a.content_version, m.organization_id, s.last_seen_at, s.expires_at
FROM device_sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN members m ON m.id = a.member_id
WHERE s.token_hash = {mark} AND s.ended_at IS NULL AND a.disabled_at IS NULL
"""
_VERSIONS = "SELECT id, content_version FROM organizations WHERE id IN ({marks})"
_COOKIE_START = COOKIE + "="
_BASE_HEADERS = [*HEADERS.items(), ("Cache-Control", "private, no-cache")]


class SyncShortPath:
    """WSGI middleware around the application."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._inner = inner
        self._clock: Clock = app.extensions["handbook.clock"]
        self._reader = _SqliteReader(settings) if settings.is_sqlite else _PostgresReader(settings)
        self._headers = list(_BASE_HEADERS)
        if settings.cookie_secure:
            self._headers.append(("Strict-Transport-Security", "max-age=63072000; includeSubDomains"))

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/api/sync" and environ["REQUEST_METHOD"] == "GET":
            held = _held_cursor(environ)
            token = _token(environ.get("HTTP_COOKIE", ""))
            if held is not None and token is not None and self._nothing_new(token, decode(held)):
                start_response(
                    "304 NOT MODIFIED",
                    [*self._headers, ("ETag", f'"{held}"'), ("X-Request-Id", uuid.uuid4().hex)],
                )
                return []
        return self._inner(environ, start_response)

    def _nothing_new(self, token: str, held: Cursor | None) -> bool:
        now = self._clock.now()
        if held is None or held.day != day_of(now):
            return False
        session = self._reader.session(hashlib.sha256(token.encode()).hexdigest())
        if session is None:
            return False
        account_id, account_version, home, last_seen_at, expires_at = session
        if (account_id, account_version, home or 0) != (held.account_id, held.account_version, held.home):
            return False
        if expires_at <= now or now - last_seen_at > SEEN_EVERY:
            return False
        return self._reader.versions(held.organizations) == held.organizations


def _held_cursor(environ: "WSGIEnvironment") -> str | None:
    tag: str = environ.get("HTTP_IF_NONE_MATCH", "")
    if tag:
        return tag.removeprefix("W/").strip('"') if "," not in tag else None
    query = environ.get("QUERY_STRING", "")
    if query.startswith("cursor=") and "&" not in query and "%" not in query and "+" not in query:
        return str(query[7:])
    found = parse_qs(query)
    return found["cursor"][0] if found.keys() == {"cursor"} else None


def _token(header: str) -> str | None:
    if header.startswith(_COOKIE_START) and ";" not in header and '"' not in header:
        return header[len(_COOKIE_START) :]
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


class _SqliteReader:
    """One read-only connection per thread; any error means "ask the long path"."""

    def __init__(self, settings: Settings) -> None:
        self._file = make_url(settings.database_url).database
        self._local = threading.local()
        self._session = _SESSION.format(mark="?")

    def session(self, token_hash: str) -> tuple[Any, ...] | None:
        row = self._one_or_none(self._session, (token_hash,))
        if row is None:
            return None
        return (*row[:3], _sqlite_instant(row[3]), _sqlite_instant(row[4]))

    def versions(self, wanted: Iterable[int]) -> dict[int, int] | None:
        ids = tuple(wanted)
        statement = _VERSIONS.format(marks=",".join("?" * len(ids)))
        try:
            return dict(self._connection().execute(statement, ids).fetchall())
        except sqlite3.Error:
            return None

    def _one_or_none(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection().execute(statement, values).fetchone()
        except sqlite3.Error:
            self._local.connection = None
            return None
        return row

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"file:{self._file}?mode=ro", uri=True, isolation_level=None, timeout=1
            )
            self._local.connection = connection
        return connection


class _PostgresReader:
    """One autocommit connection per thread with prepared statements; any error means "ask the long path"."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url).set(drivername="postgresql")
        self._url = url.render_as_string(hide_password=False)
        self._local = threading.local()
        self._session = _SESSION.format(mark="%s").encode()

    def session(self, token_hash: str) -> tuple[Any, ...] | None:
        rows = self._rows(self._session, (token_hash,))
        return rows[0] if rows else None

    def versions(self, wanted: Iterable[int]) -> dict[int, int] | None:
        ids = list(wanted)
        rows = self._rows(b"SELECT id, content_version FROM organizations WHERE id = ANY(%s)", (ids,))
        return None if rows is None else dict(rows)

    def _rows(self, statement: bytes, values: tuple[Any, ...]) -> list[Any] | None:
        try:
            return self._connection().execute(statement, values, prepare=True).fetchall()
        except psycopg.Error:
            self._local.connection = None
            return None

    def _connection(self) -> "psycopg.Connection[Any]":
        connection: psycopg.Connection[Any] | None = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
            self._local.connection = connection
        return connection


def _sqlite_instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
