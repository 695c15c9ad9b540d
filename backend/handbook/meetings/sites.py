"""The sites (điểm cầu) of a conference, their hosts, and the delegates who belong to them.

They stand beside :class:`~handbook.meetings.models.Meeting` because a conference keeps its head-counts here: each site has its
own, written by the check-ins of that site, and the conference's are their sum when somebody reads them. A row that 542 sites
write at once would make them wait for each other (ADR 13).
"""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.actor import Actor
from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.organizations.models import Organization


class Site(db.Model):  # type: ignore[name-defined]
    """A place where delegates of a conference meet; ``name_folded`` is unique in its conference.

    The counts are of the delegates who belong to the site, wherever they were recorded; ``at_other_sites`` of them were
    recorded elsewhere, ``from_other_sites`` belong elsewhere and were recorded here. ``official_due`` and ``official_present``
    are those of :class:`~handbook.meetings.models.Meeting`. ``version`` moves with every change of a line of the site,
    ``row_version`` is the ETag of what people write about it. ``opened_at``: when the first delegate was recorded as present.
    """

    __tablename__ = "meeting_sites"
    __table_args__ = (
        UniqueConstraint("meeting_id", "number", name="uq_meeting_sites_meeting_id_number"),
        UniqueConstraint("meeting_id", "name_folded", name="uq_meeting_sites_meeting_id_name_folded"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    address: Mapped[str | None] = mapped_column(String(300))
    online_url: Mapped[str | None] = mapped_column(String(500))
    delegate_count: Mapped[int] = mapped_column(default=0)
    present_count: Mapped[int] = mapped_column(default=0)
    late_count: Mapped[int] = mapped_column(default=0)
    excused_count: Mapped[int] = mapped_column(default=0)
    unexcused_count: Mapped[int] = mapped_column(default=0)
    exempt_count: Mapped[int] = mapped_column(default=0)
    official_due: Mapped[int] = mapped_column(default=0)
    official_present: Mapped[int] = mapped_column(default=0)
    at_other_sites: Mapped[int] = mapped_column(default=0)
    from_other_sites: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(BigId, default=1)
    row_version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def target(self) -> Target:
        return self.meeting.target


class SiteHost(db.Model):  # type: ignore[name-defined]
    """Who looks after a site (phụ trách điểm cầu): shows its code and marks its delegates."""

    __tablename__ = "meeting_site_hosts"
    __table_args__ = (Index("ix_meeting_site_hosts_member_id_meeting_id", "member_id", "meeting_id"),)

    site_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("meeting_sites.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"))


class Delegate(db.Model):  # type: ignore[name-defined]
    """A delegate (đại biểu) of a conference and the one site he or she belongs to."""

    __tablename__ = "meeting_delegates"
    __table_args__ = (
        Index("ix_meeting_delegates_member_id", "member_id"),
        Index("ix_meeting_delegates_site_id", "site_id"),
    )

    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True)
    site_id: Mapped[int] = mapped_column(BigId, ForeignKey("meeting_sites.id"))

    member: Mapped[Member] = relationship(lazy="raise")

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`, the conference's."""
        return Columns(path=Organization.path, member_id=cls.member_id)


SUMMED = (
    *("present_count", "late_count", "excused_count", "unexcused_count", "exempt_count"),
    *("official_due", "official_present"),
)


def site_key(meeting_key: bytes, meeting_id: int, site_id: int) -> bytes:
    """The key of one site's codes, made from the conference's: a host's phone holds this one and can make no other from it."""
    return hmac.digest(meeting_key, f"site.{meeting_id}.{site_id}".encode(), hashlib.sha256)


def has_sites(meeting: Meeting) -> bool:
    """Whether the meeting is a conference that is held at sites: its delegates are summoned, nobody else."""
    if meeting.kind != MeetingKind.CONFERENCE:
        return False
    return db.session.scalar(select(Site.id).where(Site.meeting_id == meeting.id).limit(1)) is not None


def site_sums(meeting: Meeting, site_ids: Collection[int] | None = None) -> dict[str, int] | None:
    """The head-counts of a conference under the names that :class:`Meeting` has for its own: the sums over all sites or some.

    None for a meeting without sites, which counts on its own row.
    """
    if meeting.kind != MeetingKind.CONFERENCE:
        return None
    columns = (func.coalesce(func.sum(getattr(Site, name)), 0).label(name) for name in SUMMED)
    summoned = func.coalesce(func.sum(Site.delegate_count), 0).label("summoned_count")
    count = func.count().label("sites")
    statement = select(count, summoned, *columns).where(Site.meeting_id == meeting.id)
    if site_ids is not None:
        statement = statement.where(Site.id.in_(site_ids))
    row = db.session.execute(statement).one()
    sums = {name: int(value) for name, value in row._mapping.items()}
    return sums if sums.pop("sites") else None


def sites_version(meeting_id: int, site_ids: Collection[int] | None = None) -> int:
    """Moves whenever a line of the conference's roll does, or one of these sites."""
    total = select(func.coalesce(func.sum(Site.version), 0)).where(Site.meeting_id == meeting_id)
    if site_ids is not None:
        total = total.where(Site.id.in_(site_ids))
    return int(db.session.scalar(total) or 0)


def hosted_site_ids(meeting_id: int, actor: Actor) -> Sequence[int]:
    """The sites of this conference that the actor looks after, in their order."""
    if actor.member_id is None:
        return []
    return db.session.scalars(
        select(Site.id)
        .join(SiteHost, SiteHost.site_id == Site.id)
        .where(SiteHost.member_id == actor.member_id, SiteHost.meeting_id == meeting_id)
        .order_by(Site.number)
    ).all()


def own_site(meeting_id: int, actor: Actor) -> Site | None:
    """The site to which the actor belongs as a delegate."""
    if actor.member_id is None:
        return None
    return db.session.scalar(
        select(Site)
        .join(Delegate, Delegate.site_id == Site.id)
        .where(Delegate.meeting_id == meeting_id, Delegate.member_id == actor.member_id)
    )
