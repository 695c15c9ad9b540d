from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.attendance.enums import AttendanceState, Decision, Method
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.organizations.models import Organization

STATES = ", ".join(f"'{state}'" for state in AttendanceState)
METHODS = ", ".join(f"'{method}'" for method in Method)
DECISIONS = ", ".join(f"'{decision}'" for decision in Decision)
UNDECIDED = text("decision IS NULL")
OF_CONFERENCES = text("home_site_id IS NOT NULL")
ELSEWHERE = text("site_id <> home_site_id")


class Attendance(db.Model):  # type: ignore[name-defined]
    """A member's line in the roll of a meeting; its existence is the summons. ``state`` None: not recorded.

    ``checked_in_at`` is when the member's code was scanned (the first arrival is kept), ``recorded_at`` when the state
    was last written, by the member ``recorded_by`` or, when that is None, by the system. ``member_status`` is the status
    when summoned. ``arrived_at`` and ``left_at`` are what who ran the meeting saw: a late arrival, an early leaving; who left
    early has attended and is no longer in the room.

    In a conference ``home_site_id`` is the site to which the delegate belongs, and ``site_id`` the one where he or she was
    recorded.

    ``content_version`` is the organisation's and moves with summons and closing; ``account_version`` is the
    member's own and moves when somebody else changes the line.
    """

    __tablename__ = "attendances"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint(f"method IN ({METHODS})", name="method"),
        Index("ix_attendances_member_id_meeting_id", "member_id", "meeting_id"),
        Index(
            "ix_attendances_home_site_id",
            "home_site_id",
            sqlite_where=OF_CONFERENCES,
            postgresql_where=OF_CONFERENCES,
        ),
        Index("ix_attendances_site_id", "site_id", sqlite_where=ELSEWHERE, postgresql_where=ELSEWHERE),
    )

    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True)
    member_status: Mapped[str] = mapped_column(String(16))
    state: Mapped[str | None] = mapped_column(String(10))
    method: Mapped[str | None] = mapped_column(String(12))
    checked_in_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(String(500))
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    home_site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("meeting_sites.id"))
    site_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("meeting_sites.id"))
    content_version: Mapped[int] = mapped_column(BigId)
    account_version: Mapped[int] = mapped_column(BigId, default=0)


class Guest(db.Model):  # type: ignore[name-defined]
    """Somebody in the room who is no member of the meeting: named in the minutes, never counted.

    ``key`` is a UUID made by the device that wrote the guest down; ``origin`` says from where the guest comes.
    """

    __tablename__ = "meeting_guests"

    meeting_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    origin: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))


class AbsenceRequest(db.Model):  # type: ignore[name-defined]
    """A member's request to be excused from a meeting; at most one undecided for each member and meeting.

    ``note`` is what was said with the answer. ``content_version`` is the organisation's, for who runs the meeting;
    ``account_version`` is the member's own.
    """

    __tablename__ = "absence_requests"
    __table_args__ = (
        CheckConstraint(f"decision IN ({DECISIONS})", name="decision"),
        Index(
            "uq_absence_requests_undecided",
            "meeting_id",
            "member_id",
            unique=True,
            sqlite_where=UNDECIDED,
            postgresql_where=UNDECIDED,
        ),
        Index("ix_absence_requests_meeting_id", "meeting_id"),
        Index("ix_absence_requests_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"))
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(String(500))
    decision: Mapped[str | None] = mapped_column(String(10))
    note: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    content_version: Mapped[int] = mapped_column(BigId)
    account_version: Mapped[int] = mapped_column(BigId, default=0)
    row_version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True, foreign_keys=[member_id])

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def full_name(self) -> str:
        return self.member.full_name

    @property
    def target(self) -> Target:
        return Target(
            path=self.meeting.organization.path,
            member_id=self.member_id,
            many_sites=self.meeting.target.many_sites,
        )

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Meeting` and :class:`Organization`."""
        return Columns(
            path=Organization.path,
            member_id=cls.member_id,
            many_sites=Meeting.columns().many_sites,
        )
