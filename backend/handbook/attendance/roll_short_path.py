"""The short path of a roll: boards that show it alone ask every two seconds whether it moved, and every board fetches it when
somebody has come.

Not for one site of it or a host's, nor for the workbook; see :mod:`handbook.meetings.poll_short_path`. Of a conference, and
where the reading is to be recorded, only that nothing has moved is answered here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.roll import WHOLE, tag_of
from handbook.attendance.roll_answer import own_line, whole_roll
from handbook.attendance.site_counters import SITES
from handbook.meetings.poll_short_path import HELD_BY, MEETINGS, Answer, Poll, PollShortPath

_sites_version = select(func.coalesce(func.sum(SITES.c.version), 0)).where(
    SITES.c.meeting_id == bindparam("meeting_id")
)
# What the tag of a roll is made of, in the reading of a poll.
ROLL_VERSIONS = (
    MEETINGS.c.roll_version,
    HELD_BY.c.content_version,
    _sites_version.scalar_subquery().label("sites_version"),
)


class RollShortPath(PollShortPath):
    """WSGI middleware around the application."""

    name = "attendance"
    columns = ROLL_VERSIONS
    answers = True
    vary = ("Accept",)

    def tag_of(self, poll: Poll) -> str | None:
        if not may(poll.actor, Permission.ATTENDANCE_READ_COUNTS, poll.target):
            return None
        whole = may(poll.actor, Permission.ATTENDANCE_READ, poll.target)
        if not whole and poll.target.many_sites:
            # A host sees the lines of a site.
            return None
        return self._tag_at(poll, poll.values[0], whole=whole)

    def answer_to(self, poll: Poll) -> Answer | None:
        actor, target = poll.actor, poll.target
        whole = may(actor, Permission.ATTENDANCE_READ, target)
        if target.many_sites or (whole and not may(actor, Permission.MEETINGS_RUN, target)):
            return None
        if whole:
            roll = whole_roll(self.driver, poll.meeting_id)
        elif actor.member_id is not None:
            roll = own_line(self.driver, poll.meeting_id, actor.member_id)
        else:
            return None
        # Somebody may have come since the tag was asked for: the answer has the tag of what is in it.
        return roll and Answer(self._tag_at(poll, roll.version, whole=whole), roll.body)

    def _tag_at(self, poll: Poll, roll_version: int, *, whole: bool) -> str:
        seen = WHOLE if whole else poll.actor.member_id
        return _tag(poll.meeting_id, (roll_version, *poll.values[1:]), seen)


def tag_of_whole_roll(poll: Poll, versions: Sequence[Any]) -> str | None:
    """The tag of the whole roll at these :data:`ROLL_VERSIONS`; None for who does not read all of it."""
    if not may(poll.actor, Permission.ATTENDANCE_READ, poll.target):
        return None
    return _tag(poll.meeting_id, versions, WHOLE)


def _tag(meeting_id: int, versions: Sequence[Any], seen: str | int | None) -> str:
    roll_version, content_version, sites_version = versions
    return tag_of(meeting_id, roll_version, int(sites_version), content_version, seen)
