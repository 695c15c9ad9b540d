"""The short path of a poll: what the board of every room asks every few seconds is answered before Flask while nothing moves.

Who asks with the tag of what is there gets the 304 of the route before Flask is woken, after one reading by key of session,
offices and meeting. The policy decides as it does there. What moved is answered here too where a feature says how
(:meth:`PollShortPath.answer_to`). Everything else is for the route: what is not the plain question, and every refusal.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask
from sqlalchemy import ColumnElement, bindparam

from handbook.access.actor import Actor
from handbook.access.predicates import Target
from handbook.accounts.sessions import (
    SESSION_ROW,
    LiveSession,
    actor_in,
    hash_token,
    mark_of,
    token_in,
    with_offices,
)
from handbook.config import Settings
from handbook.kernel.bare_answers import answer_json, answer_unchanged
from handbook.kernel.clock import Clock
from handbook.kernel.drivers import Driver
from handbook.kernel.http_security import security_headers
from handbook.meetings.models import Meeting, target_of
from handbook.organizations.models import Organization

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MEETINGS = Meeting.__table__
HELD_BY = Organization.__table__.alias("held_by")
_TAG = re.compile(r'(?:W/)?"([a-z][0-9a-z-]{1,150})"', re.ASCII)
# What asks for the plain answer, and not for another form of it.
_JSON = frozenset({"", "*/*", "application/json"})
_TARGET = (HELD_BY.c.path, MEETINGS.c.kind, MEETINGS.c.convened_at, MEETINGS.c.minute_taker_id)
_OF_SESSION = len(LiveSession._fields)
_OF_TARGET = _OF_SESSION + len(_TARGET)


class Poll(NamedTuple):
    """Who asks about which meeting, what the path was asked with, and the values of the feature's own columns."""

    actor: Actor
    meeting_id: int
    target: Target
    query: "re.Match[str]"
    values: Sequence[Any]


class Answer(NamedTuple):
    """A whole answer: its tag, and the JSON of it."""

    tag: str
    body: bytes


class PollShortPath(ABC):
    """WSGI middleware around the application, for one poll of a feature."""

    # The last part of the path, and the query strings that are plain.
    name: str
    query = re.compile("")
    # What the tag is made of, beside who asks and what the meeting is to them.
    columns: Sequence[ColumnElement[Any]]
    # Whether what moved is answered here; only then is who asks without a tag looked at. What the route says beside.
    answers = False
    vary: Sequence[str] = ()

    def __init__(self, app: Flask, inner: "WSGIApplication") -> None:
        settings: Settings = app.extensions["handbook.settings"]
        self._inner = inner
        self._clock: Clock = app.extensions["handbook.clock"]
        self.driver: Driver = app.extensions["handbook.driver"]
        self._headers = [*security_headers(settings), ("Cache-Control", "private, no-cache")]
        self._path = re.compile(rf"/api/meetings/([1-9][0-9]{{0,17}})/{self.name}", re.ASCII)
        self._reading = with_offices(
            SESSION_ROW.add_columns(*_TARGET, *self.columns)
            .join(MEETINGS, MEETINGS.c.id == bindparam("meeting_id"))
            .join(HELD_BY, HELD_BY.c.id == MEETINGS.c.organization_id)
        )
        self._of_poll = slice(_OF_TARGET, _OF_TARGET + len(self.columns))

    @abstractmethod
    def tag_of(self, poll: Poll) -> str | None:
        """The tag that the route would give this reader now; None when the route has to say."""

    def beside(self, _poll: Poll) -> Sequence[tuple[str, str]]:
        """Headers that the route puts beside the tag."""
        return ()

    def answer_to(self, _poll: Poll) -> Answer | None:
        """The whole answer that the route would give this reader, whose tag is known; None when the route has to."""
        return None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = self._path.fullmatch(environ["PATH_INFO"]) if environ["REQUEST_METHOD"] == "GET" else None
        if path:
            held = environ.get("HTTP_IF_NONE_MATCH", "")
            tag = _TAG.fullmatch(held)
            query = self.query.fullmatch(environ.get("QUERY_STRING", ""))
            if (tag or (self.answers and not held)) and query and is_plain(environ):
                poll = self._poll(int(path[1]), query, environ)
                now = poll and self.tag_of(poll)
                if poll and tag and now == tag[1]:
                    headers = [*self._headers, *self.beside(poll)]
                    return answer_unchanged(tag[1], headers, start_response)
                answer = self.answer_to(poll) if poll and now else None
                if answer:
                    body, headers = answer.body, self._headers
                    return answer_json(body, headers, environ, start_response, tag=answer.tag, vary=self.vary)
        return self._inner(environ, start_response)

    def _poll(self, meeting_id: int, query: "re.Match[str]", environ: "WSGIEnvironment") -> Poll | None:
        """Who asks, as far as a live session says so; that the device was seen is written down."""
        token = token_in(environ.get("HTTP_COOKIE", ""))
        if not token:
            return None
        now = self._clock.now()
        asked = {"token_hash": hash_token(token), "now": now, "meeting_id": meeting_id}
        rows = self.driver.find(self._reading, asked)
        if not rows:
            return None
        session = LiveSession(*rows[0][:_OF_SESSION])
        target = target_of(*rows[0][_OF_SESSION:_OF_TARGET])
        if session.should_be_marked(now):
            # Written or not, the board gets its answer; what was not is written the next time.
            self.driver.write([mark_of(session, now)], durable=False)
        actor = actor_in(session, rows, self._clock)
        return Poll(actor, meeting_id, target, query, rows[0][self._of_poll])


def is_plain(environ: "WSGIEnvironment") -> bool:
    """Whether this asks for the plain answer, whichever version it has."""
    return "HTTP_IF_MATCH" not in environ and environ.get("HTTP_ACCEPT", "") in _JSON
