"""The short path of a book with nothing new in it: every device in every room asks for it every two seconds, and learns by the
same answer whether anybody has come (ADR 26); see :mod:`handbook.meetings.poll_short_path`."""

import re
from collections.abc import Sequence

from sqlalchemy import bindparam, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.roll_short_path import ROLL_VERSIONS, tag_of_whole_roll
from handbook.meetings.poll_short_path import MEETINGS, Poll, PollShortPath
from handbook.proceedings.models import Book
from handbook.proceedings.queries import tag_of

_BOOKS = Book.__table__
_OF_BOOK = 3
_OF_MEETING = _BOOKS.c.meeting_id == bindparam("meeting_id")


class BookShortPath(PollShortPath):
    """WSGI middleware around the application."""

    name = "proceedings"
    query = re.compile(r"(?:after=(0|[1-9][0-9]{0,8}))?", re.ASCII)
    columns = (
        MEETINGS.c.state,
        select(_BOOKS.c.version).where(_OF_MEETING).scalar_subquery().label("version"),
        select(_BOOKS.c.open_version).where(_OF_MEETING).scalar_subquery().label("open_version"),
        *ROLL_VERSIONS,
    )

    def tag_of(self, poll: Poll) -> str | None:
        if not may(poll.actor, Permission.MEETINGS_READ, poll.target):
            return None
        whole = may(poll.actor, Permission.PROCEEDINGS_READ, poll.target)
        state, version, open_version = poll.values[:_OF_BOOK]
        return tag_of(
            poll.meeting_id, (version if whole else open_version) or 0, int(poll.query[1] or 0), state, whole
        )

    def beside(self, poll: Poll) -> Sequence[tuple[str, str]]:
        roll = tag_of_whole_roll(poll, poll.values[_OF_BOOK:])
        return [("Roll-ETag", f'"{roll}"')] if roll else []
