from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.clock import day_in
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.organizations.models import Organization
from handbook.organizations.settings import default_rules

KINDS = ", ".join(f"'{kind}'" for kind in MeetingKind)
STATES = ", ".join(f"'{state}'" for state in MeetingState)
STEP_SECONDS = 15


def target_of(path: str, kind: str, convened_at: datetime | None, minute_taker_id: int | None) -> Target:
    """A meeting as the policy sees it. What was never convened is private."""
    return Target(
        path=path,
        private=convened_at is None,
        many_sites=kind == MeetingKind.CONFERENCE,
        minute_taker_id=minute_taker_id,
    )


class Meeting(db.Model):  # type: ignore[name-defined]
    """A meeting of one organisation.

    ``row_version`` is its ETag; the counters and ``roll_version`` are kept by Core statements beside it, so that a check-in
    moves neither the ETag nor a content version. ``roll_version`` moves with every change of the roll. ``step_seconds`` and
    ``tolerance_steps`` belong to the check-in codes, whose key (32 bytes) is sealed in ``check_in_key_sealed``.
    ``quorum_share`` (such as "2/3"), ``late_after_minutes``, ``thematic_combines`` and ``tolerance_steps`` are the
    organisation's rules as they were at the convening: a rule that is changed later does not change this meeting.
    ``reminder_rules`` are settings of reminding, by name, that this meeting has otherwise than its organisation.
    ``official_due`` and ``official_present`` count the official members for the quorum: those who must attend, and those of
    them who are in the room now (who left early is counted as present or late, and no longer here). ``chair_id`` and
    ``minute_taker_id`` belong to the roll: they move ``roll_version`` and the content version, not the ETag. ``sequence``
    counts the changes since convening, ``changed_at`` is the last change of any kind, check-ins aside.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("ends_at > starts_at", name="times"),
        Index("ix_meetings_organization_id_starts_at", "organization_id", "starts_at"),
        Index("ix_meetings_organization_id_content_version", "organization_id", "content_version"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10), default=MeetingState.DRAFT.value)
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(300))
    online_url: Mapped[str | None] = mapped_column(String(500))
    cancel_reason: Mapped[str | None] = mapped_column(String(500))
    convened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finalized_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    check_in_key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    step_seconds: Mapped[int] = mapped_column(default=STEP_SECONDS)
    tolerance_steps: Mapped[int] = mapped_column(
        default=lambda: default_rules()["attendance.code_tolerance_steps"]
    )
    quorum_share: Mapped[str | None] = mapped_column(String(7))
    late_after_minutes: Mapped[int | None]
    thematic_combines: Mapped[bool | None]
    reminder_rules: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    summoned_count: Mapped[int] = mapped_column(default=0)
    present_count: Mapped[int] = mapped_column(default=0)
    late_count: Mapped[int] = mapped_column(default=0)
    excused_count: Mapped[int] = mapped_column(default=0)
    unexcused_count: Mapped[int] = mapped_column(default=0)
    exempt_count: Mapped[int] = mapped_column(default=0)
    official_due: Mapped[int] = mapped_column(default=0)
    official_present: Mapped[int] = mapped_column(default=0)
    chair_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    minute_taker_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    roll_version: Mapped[int] = mapped_column(BigId, default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    content_version: Mapped[int] = mapped_column(BigId)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)
    agenda: Mapped[list["AgendaItem"]] = relationship(
        back_populates="meeting",
        order_by="AgendaItem.position",
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def day(self) -> date:
        """Its day on the wall of the organisation's zone: by it offices are judged."""
        return day_in(self.organization.timezone, self.starts_at)

    @property
    def target(self) -> Target:
        return target_of(self.organization.path, self.kind, self.convened_at, self.minute_taker_id)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`. What was never convened is private."""
        return Columns(
            path=Organization.path,
            private=cls.convened_at.is_(None),
            many_sites=cls.kind == MeetingKind.CONFERENCE.value,
            minute_taker_id=cls.minute_taker_id,
        )


class AgendaItem(db.Model):  # type: ignore[name-defined]
    """One item of a meeting's agenda; ``minutes`` is its planned length.

    ``source`` names what writes the body: with ``open_tasks`` it is the list of the organisation's open tasks, kept up to
    date until the meeting is over.

    An item that was raised from the floor of the running meeting has the ``key`` (a UUID) that the device gave it, by which
    the book of the room knows it for good. One that the meeting took off its agenda is ``dropped`` and stays, with its papers.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        Index("ix_agenda_items_meeting_id_position", "meeting_id", "position"),
        Index("uq_agenda_items_meeting_id_key", "meeting_id", "key", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id", ondelete="CASCADE"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    presenter: Mapped[str | None] = mapped_column(String(120))
    minutes: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(String(10_000))
    source: Mapped[str | None] = mapped_column(String(16))
    key: Mapped[str | None] = mapped_column(String(36))
    dropped: Mapped[bool] = mapped_column(default=False)
    drop_reason: Mapped[str | None] = mapped_column(String(500))

    meeting: Mapped[Meeting] = relationship(back_populates="agenda")

    @property
    def name_in_book(self) -> str:
        """What the book of the room calls it: a device without a network knows no other name of an item from the floor."""
        return self.key or str(self.id)
