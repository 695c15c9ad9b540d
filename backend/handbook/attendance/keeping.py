"""Who keeps the roll in the room: who runs the meeting all of it, the host of a site of a conference that site's lines."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, and_, or_, true

from handbook.access.actor import Actor
from handbook.access.guards import may, require
from handbook.access.permissions import Permission
from handbook.attendance.models import Attendance
from handbook.kernel.problems import NotFound
from handbook.meetings.models import Meeting
from handbook.meetings.sites import hosted_site_ids


@dataclass(frozen=True, slots=True)
class Keeper:
    """``sites`` are the ids that a host looks after, in their order; None for who keeps the whole roll."""

    sites: tuple[int, ...] | None = None

    def keeps(self, line: Attendance | None) -> bool:
        """Whether the line is this keeper's: the delegate belongs to the site, or is there."""
        if self.sites is None:
            return True
        return line is not None and bool({line.home_site_id, line.site_id} & set(self.sites))

    def require(self, line: Attendance | None) -> None:
        """Raise :class:`NotFound` for somebody else's line: to a host it does not exist."""
        if not self.keeps(line):
            raise NotFound


WHOLE = Keeper()


def keeper_of(meeting: Meeting, *, actor: Actor) -> Keeper:
    """What the actor keeps of this roll. Raises :class:`NotFound` or :class:`Forbidden` for who keeps nothing of it."""
    if may(actor, Permission.ROLL_KEEP, meeting.target):
        return WHOLE
    sites = hosted_site_ids(meeting.id, actor)
    # What a host may do is asked about the member who is host.
    target = replace(meeting.target, member_id=actor.member_id if sites else None)
    require(actor, Permission.ROLL_KEEP, target)
    return Keeper(tuple(sites))


def of_sites(site_ids: tuple[int, ...] | None) -> ColumnElement[bool]:
    """Lines of delegates who belong to these sites or were recorded there; all lines for None."""
    if site_ids is None:
        return true()
    elsewhere = and_(Attendance.site_id != Attendance.home_site_id, Attendance.site_id.in_(site_ids))
    return or_(Attendance.home_site_id.in_(site_ids), elsewhere)
