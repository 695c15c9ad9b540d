"""The short path of a book with nothing new in it: every device in every room asks for it every three seconds; see
:mod:`handbook.meetings.poll_short_path`."""

import re

from sqlalchemy import bindparam, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.meetings.poll_short_path import MEETINGS, Poll, PollShortPath
from handbook.proceedings.models import Book
from handbook.proceedings.queries import tag_of

_BOOKS = Book.__table__
_OF_MEETING = _BOOKS.c.meeting_id == bindparam("meeting_id")


class BookShortPath(PollShortPath):
    """WSGI middleware around the application."""

    name = "proceedings"
    query = re.compile(r"(?:after=(0|[1-9][0-9]{0,8}))?", re.ASCII)
    columns = (
        MEETINGS.c.state,
        select(_BOOKS.c.version).where(_OF_MEETING).scalar_subquery().label("version"),
        select(_BOOKS.c.open_version).where(_OF_MEETING).scalar_subquery().label("open_version"),
    )

    def tag_of(self, poll: Poll) -> str | None:
        if not may(poll.actor, Permission.MEETINGS_READ, poll.target):
            return None
        whole = may(poll.actor, Permission.PROCEEDINGS_READ, poll.target)
        state, version, open_version = poll.values
        return tag_of(
            poll.meeting_id, (version if whole else open_version) or 0, int(poll.query[1] or 0), state, whole
        )
