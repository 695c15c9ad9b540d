"""The short path of a roll that has not moved: every board in every room asks for it every two seconds.

Not for one site of it or a host's, nor for the workbook; see :mod:`handbook.meetings.poll_short_path`.
"""

from sqlalchemy import bindparam, func, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.roll import tag_of
from handbook.attendance.site_counters import SITES
from handbook.meetings.poll_short_path import HELD_BY, MEETINGS, Poll, PollShortPath

_sites_version = select(func.coalesce(func.sum(SITES.c.version), 0)).where(
    SITES.c.meeting_id == bindparam("meeting_id")
)


class RollShortPath(PollShortPath):
    """WSGI middleware around the application."""

    name = "attendance"
    columns = (
        MEETINGS.c.roll_version,
        HELD_BY.c.content_version,
        _sites_version.scalar_subquery().label("sites_version"),
    )

    def tag_of(self, poll: Poll) -> str | None:
        if not may(poll.actor, Permission.ATTENDANCE_READ_COUNTS, poll.target):
            return None
        whole = may(poll.actor, Permission.ATTENDANCE_READ, poll.target)
        if not whole and poll.target.many_sites:
            # A host sees the lines of a site.
            return None
        roll_version, content_version, sites_version = poll.values
        seen = "all" if whole else poll.actor.member_id
        return tag_of(poll.meeting_id, roll_version, int(sites_version), content_version, seen)
