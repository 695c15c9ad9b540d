"""The short path: what most phones ask on most evenings is answered before Flask is woken, by a few reads by key.

"Nothing new" takes one read. A change that the whole cell shares, such as a meeting just convened, is taken from
:mod:`handbook.sync.shared` and completed with the phone's own line of the roll. Same rules as :mod:`handbook.accounts.sessions`
and :mod:`handbook.sync.routes`, which answer whenever this layer is in any doubt: no cursor, another day, an office held,
something personal, a database that does not answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from flask import Flask
from sqlalchemy import Select, bindparam, select

from handbook.access.actor import Actor
from handbook.accounts.sessions import SESSION_ROW, LiveSession, hash_token, mark_of, token_in
from handbook.attendance.reverse import own_code
from handbook.config import Settings
from handbook.kernel.bare_answers import answer_json, answer_unchanged
from handbook.kernel.clock import Clock
from handbook.kernel.drivers import Driver
from handbook.kernel.http_security import security_headers
from handbook.kernel.secrets import Secrets
from handbook.organizations.models import Organization
from handbook.sync.cursor import Cursor, day_of, decode, scope_of
from handbook.sync.shared import SharedParts, compose, key_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_OF_SESSION = len(LiveSession._fields)
_OFFICE = "SELECT 1 FROM offices WHERE member_id = ? OR account_id = ? LIMIT 1"
_ABSENCE_REQUEST = """
SELECT 1 FROM absence_requests r JOIN meetings m ON m.id = r.meeting_id
WHERE r.member_id = ? AND (r.account_version > ? OR (m.organization_id = ? AND r.content_version > ?)) LIMIT 1
"""
_ATTENDANCE = """
SELECT a.meeting_id, a.state, a.method, a.checked_in_at, a.recorded_at, a.flags,
       a.arrived_at, a.left_at, b.full_name, m.state, m.check_in_key_sealed
FROM attendances a JOIN meetings m ON m.id = a.meeting_id
LEFT JOIN members b ON b.id = a.recorded_by AND a.recorded_by <> a.member_id
WHERE a.member_id = ? AND (a.account_version > ? OR (m.organization_id = ? AND a.content_version > ?))
"""
_SITE = """
SELECT 1 FROM meeting_delegates WHERE member_id = ?
UNION ALL SELECT 1 FROM meeting_site_hosts WHERE member_id = ? LIMIT 1
"""
_NOTICES = """
SELECT id, kind, meeting_id, resolution_id, created_at, read_at, params
FROM notices WHERE account_id = ? AND account_version > ? ORDER BY id
"""


class SyncShortPath:
    """WSGI middleware around the application."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._inner = inner
        self._secrets: Secrets = app.extensions["handbook.secrets"]
        self._clock: Clock = app.extensions["handbook.clock"]
        self._parts: SharedParts = app.extensions["handbook.sync.shared"]
        self._reader: Driver = app.extensions["handbook.driver"]
        self._headers = [*security_headers(settings), ("Cache-Control", "private, no-cache")]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/api/sync" and environ["REQUEST_METHOD"] == "GET":
            text = _held_cursor(environ)
            held = decode(text)
            token = token_in(environ.get("HTTP_COOKIE", ""))
            answer = self._answer(token, held) if held is not None and token else None
            if answer is not None:
                cursor, body = answer
                if body is None:
                    return answer_unchanged(text or "", self._headers, start_response)
                return answer_json(body, self._headers, environ, start_response, tag=cursor or "")
        return self._inner(environ, start_response)

    def _answer(self, token: str, held: Cursor) -> tuple[str | None, bytes | None] | None:
        """Cursor and body, both None for "nothing new"; None altogether when the long path has to look at it."""
        now_is = self._clock.now()
        if held.day != day_of(now_is):
            return None
        statement, values = _reading(held.organizations)
        rows = self._reader.find(statement, {"token_hash": hash_token(token), "now": now_is, **values})
        if not rows:
            return None
        session = LiveSession(*rows[0][:_OF_SESSION])
        if not _stands_at(held, session):
            return None
        if session.should_be_marked(now_is):
            # Written or not, the phone gets its answer; what was not is written the next time.
            self._reader.write([mark_of(session, now_is)], durable=False)
        versions = dict(zip(held.organizations, rows[0][_OF_SESSION:], strict=True))
        if versions == held.organizations and session.account_version == held.account_version:
            return None, None
        if any(versions[id_] is None or versions[id_] < since for id_, since in held.organizations.items()):
            return None
        now = replace(held, organizations=versions, account_version=session.account_version)
        return self._shared_change(session, held, now)

    def _shared_change(
        self, session: LiveSession, held: Cursor, now: Cursor
    ) -> tuple[str, bytes | None] | None:
        part = self._parts.get(key_of(held.home, held.organizations, now.organizations))
        if part is None or session.member_id is None or not self._is_plain(session, held):
            return None
        if part.has_conference and self._reader.rows(_SITE, (session.member_id, session.member_id)) != []:
            return None
        lines: dict[int, tuple[Any, ...]] = {}
        for id_, since in held.organizations.items():
            if now.organizations[id_] == since and id_ != held.home:
                continue
            place = (session.member_id, held.account_version, id_, since)
            found = self._reader.rows(_ATTENDANCE, place)
            if found is None or self._reader.rows(_ABSENCE_REQUEST, place) != []:
                return None
            lines.update({row[0]: row for row in found})
        notices = self._reader.rows(_NOTICES, (session.account_id, held.account_version))
        if notices is None:
            return None
        cursor = now.encode()
        attendance = [self._line(lines[meeting_id], session.member_id) for meeting_id in sorted(lines)]
        return cursor, compose(
            cursor, part, notices=[self._notice(row) for row in notices], attendance=attendance
        )

    def _is_plain(self, session: LiveSession, held: Cursor) -> bool:
        """No office now or in any cursor's scope: the fingerprint is that of the own path alone."""
        bare = Actor(account_id=session.account_id, path=session.path)
        return (
            held.scope == scope_of(bare)
            and self._reader.rows(_OFFICE, (session.member_id, session.account_id)) == []
        )

    def _line(self, row: tuple[Any, ...], member_id: int) -> dict[str, Any]:
        meeting_id, state, method, checked_in_at, recorded_at, flags = row[:6]
        arrived_at, left_at, by, meeting_state, sealed = row[6:]
        checked, recorded = self._reader.instant(checked_in_at), self._reader.instant(recorded_at)
        arrived, left = self._reader.instant(arrived_at), self._reader.instant(left_at)
        return {
            "meeting_id": str(meeting_id),
            "state": state,
            "method": method,
            "checked_in_at": checked and checked.isoformat(),
            "recorded_at": recorded and recorded.isoformat(),
            "arrived_at": arrived and arrived.isoformat(),
            "left_at": left and left.isoformat(),
            "recorded_by_name": by,
            "code": own_code(sealed, meeting_state, meeting_id, member_id, secrets=self._secrets),
            "flags": self._reader.data(flags),
        }

    def _notice(self, row: tuple[Any, ...]) -> dict[str, Any]:
        id_, kind, meeting_id, resolution_id, created_at, read_at, params = row
        created, read = self._reader.instant(created_at), self._reader.instant(read_at)
        return {
            "id": str(id_),
            "kind": kind,
            "meeting_id": meeting_id and str(meeting_id),
            "resolution_id": resolution_id and str(resolution_id),
            "created_at": created and created.isoformat(),
            "read_at": read and read.isoformat(),
            "params": self._reader.data(params),
        }


def _reading(organizations: Mapping[int, int]) -> tuple[Select[Any], dict[str, int]]:
    """The session and the versions of these organisations in one reading, and its values."""
    values = {f"organization_{place}": id_ for place, id_ in enumerate(organizations)}
    return _session_with_versions(len(values)), values


@cache
def _session_with_versions(count: int) -> Select[Any]:
    followed = Organization.__table__.alias("followed")
    return SESSION_ROW.add_columns(
        *(
            select(followed.c.content_version)
            .where(followed.c.id == bindparam(f"organization_{place}"))
            .scalar_subquery()
            .label(f"version_{place}")
            for place in range(count)
        )
    )


def _stands_at(held: Cursor, session: LiveSession) -> bool:
    """Whether the cursor is this account's, of the same cell, and not from the future."""
    mine = (session.account_id, session.organization_id or 0)
    return mine == (held.account_id, held.home) and session.account_version >= held.account_version


def _held_cursor(environ: "WSGIEnvironment") -> str | None:
    tag: str = environ.get("HTTP_IF_NONE_MATCH", "")
    query = environ.get("QUERY_STRING", "")
    if not query:
        return tag.removeprefix("W/").strip('"') if tag and "," not in tag else None
    plain = query.startswith("cursor=") and "&" not in query and "%" not in query and "+" not in query
    found = {"cursor": [str(query[7:])]} if plain else parse_qs(query, keep_blank_values=True)
    if found.keys() - {"cursor"}:
        return None
    if tag:
        return tag.removeprefix("W/").strip('"') if "," not in tag else None
    return found["cursor"][0] if found else None
