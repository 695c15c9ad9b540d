"""The short path of a roll: every board in every room asks for it every two seconds, and fetches it when somebody has come.

Not for one site of it or a host's, nor for the workbook; see :mod:`handbook.meetings.poll_short_path`. Of a conference, and
where the reading is to be recorded, only that nothing has moved is answered here.
"""

from sqlalchemy import bindparam, func, select

from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.attendance.roll import tag_of
from handbook.attendance.roll_answer import own_line, whole_roll
from handbook.attendance.site_counters import SITES
from handbook.meetings.poll_short_path import HELD_BY, MEETINGS, Answer, Poll, PollShortPath

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
        _, content_version, sites_version = poll.values
        seen = "all" if whole else poll.actor.member_id
        return tag_of(poll.meeting_id, roll_version, int(sites_version), content_version, seen)
