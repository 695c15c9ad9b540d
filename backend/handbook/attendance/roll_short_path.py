"""The short path of a roll that has not moved: every board in every room asks for it every two seconds.

Who asks with the tag of the roll as it is gets the 304 of :mod:`handbook.attendance.roll` before Flask is woken, after two
readings by key: session and meeting, and the offices of today. The policy decides as it does there. Everything else is asked of
the route: a roll that moved, one site of it or a host's, the workbook, and every refusal.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import bindparam, func, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.accounts.sessions import (
    OFFICES,
    SESSION_ROW,
    LiveSession,
    actor_of,
    hash_token,
    mark_of,
    token_in,
)
from handbook.attendance.counters import MEETINGS
from handbook.attendance.roll import tag_of
from handbook.attendance.site_counters import SITES
from handbook.config import Settings
from handbook.kernel.clock import DEFAULT_TIMEZONE, Clock, today_in
from handbook.kernel.drivers import Driver
from handbook.kernel.http_security import security_headers
from handbook.kernel.problems import new_request_id
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import target_of
from handbook.organizations.models import Organization

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PATH = re.compile(r"/api/meetings/([1-9][0-9]{0,17})/attendance", re.ASCII)
_TAG = re.compile(r'(?:W/)?"(r[0-9a-z-]{1,100})"', re.ASCII)
# What asks for the roll itself and not for the workbook.
_JSON = frozenset({"", "*/*", "application/json"})
_OF_SESSION = len(LiveSession._fields)
_held_by = Organization.__table__.alias("held_by")
_sites = select(func.coalesce(func.sum(SITES.c.version), 0)).where(
    SITES.c.meeting_id == bindparam("meeting_id")
)
_READING = (
    SESSION_ROW.add_columns(
        MEETINGS.c.kind,
        MEETINGS.c.convened_at,
        MEETINGS.c.minute_taker_id,
        MEETINGS.c.roll_version,
        _held_by.c.path,
        _held_by.c.content_version,
        _sites.scalar_subquery().label("sites_version"),
    )
    .join(MEETINGS, MEETINGS.c.id == bindparam("meeting_id"))
    .join(_held_by, _held_by.c.id == MEETINGS.c.organization_id)
)


class RollShortPath:
    """WSGI middleware around the application."""

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._inner = inner
        self._clock: Clock = app.extensions["handbook.clock"]
        self._driver: Driver = app.extensions["handbook.driver"]
        self._headers = [*security_headers(settings), ("Cache-Control", "private, no-cache")]

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        held = environ.get("HTTP_IF_NONE_MATCH")
        if held and environ["REQUEST_METHOD"] == "GET":
            path, tag = _PATH.fullmatch(environ["PATH_INFO"]), _TAG.fullmatch(held)
            token = token_in(environ.get("HTTP_COOKIE", "")) if path and tag and _is_plain(environ) else None
            if path and tag and token and self._tag(int(path[1]), token) == tag[1]:
                own = [("ETag", f'"{tag[1]}"'), ("X-Request-Id", new_request_id())]
                start_response("304 NOT MODIFIED", [*self._headers, *own])
                return []
        return self._inner(environ, start_response)

    def _tag(self, meeting_id: int, token: str) -> str | None:
        """The tag of the roll as this reader sees it now; None when the route has to say."""
        now = self._clock.now()
        rows = self._driver.find(
            _READING, {"token_hash": hash_token(token), "now": now, "meeting_id": meeting_id}
        )
        if not rows:
            return None
        session = LiveSession(*rows[0][:_OF_SESSION])
        kind, convened_at, minute_taker_id, roll_version, path, content_version, sites = rows[0][_OF_SESSION:]
        today = today_in(session.timezone or DEFAULT_TIMEZONE, self._clock)
        offices = self._driver.find(
            OFFICES, {"member_id": session.member_id, "account_id": session.account_id, "today": today}
        )
        if offices is None:
            return None
        actor = actor_of(session, offices)
        target = target_of(path, kind, convened_at, minute_taker_id)
        if not may(actor, Permission.ATTENDANCE_READ_COUNTS, target):
            return None
        whole = may(actor, Permission.ATTENDANCE_READ, target)
        if not whole and kind == MeetingKind.CONFERENCE:
            # A host sees the lines of a site.
            return None
        if session.should_be_marked(now):
            self._driver.write([mark_of(session, now)])
        return tag_of(
            meeting_id, roll_version, int(sites), content_version, "all" if whole else actor.member_id
        )


def _is_plain(environ: "WSGIEnvironment") -> bool:
    return (
        not environ.get("QUERY_STRING")
        and "HTTP_IF_MATCH" not in environ
        and environ.get("HTTP_ACCEPT", "") in _JSON
    )
