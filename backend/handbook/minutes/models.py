from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.models import Meeting
from handbook.minutes.enums import Cause, MinutesState, SignerRole
from handbook.organizations.models import Organization

STATES = ", ".join(f"'{state}'" for state in MinutesState)
ROLES = ", ".join(f"'{role}'" for role in SignerRole)
CAUSES = ", ".join(f"'{cause}'" for cause in Cause)


class Minutes(db.Model):  # type: ignore[name-defined]
    """The minutes of a meeting. ``sections`` is the text as :mod:`handbook.minutes.text` keeps it.

    With the first signature the whole document is written down in ``frozen``, names and heading included, and
    ``content_hash`` is its SHA-256; a change of the text takes both away again, until the second signature makes them final.
    ``named_by_hand``: somebody set chair and minute-taker otherwise than the book of the room has them.
    """

    __tablename__ = "minutes"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("state <> 'signed' OR content_hash IS NOT NULL", name="sealed"),
        Index("ix_minutes_organization_id_content_version", "organization_id", "content_version"),
        Index("ix_minutes_organization_id_term_number", "organization_id", "term", "number"),
        Index("ix_minutes_chair_id", "chair_id"),
        Index("ix_minutes_minute_taker_id", "minute_taker_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"), unique=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    state: Mapped[str] = mapped_column(String(10), default=MinutesState.DRAFT.value)
    symbol: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    term: Mapped[str] = mapped_column(String(9))
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    chair_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    minute_taker_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    named_by_hand: Mapped[bool] = mapped_column(default=False)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    content_hash: Mapped[str | None] = mapped_column(String(64))
    read_back_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    content_version: Mapped[int] = mapped_column(BigId)
    row_version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship(lazy="joined", innerjoin=True)
    signatures: Mapped[list["MinutesSignature"]] = relationship(
        lazy="selectin",
        order_by="(MinutesSignature.part, MinutesSignature.signed_at)",
        cascade="all, delete-orphan",
    )
    addenda: Mapped[list["MinutesAddendum"]] = relationship(
        lazy="selectin", order_by="MinutesAddendum.number", cascade="all, delete-orphan"
    )
    versions: Mapped[list["MinutesVersion"]] = relationship(
        order_by="MinutesVersion.number", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def target(self) -> Target:
        """About the minute-taker named in it, who writes it whatever office that member holds, as does who is appointed for the
        meeting; who led the meeting reads and signs it."""
        return Target(
            path=self.meeting.organization.path,
            member_id=self.minute_taker_id,
            private=self.state != MinutesState.SIGNED,
            chair_id=self.chair_id,
            minute_taker_id=self.meeting.minute_taker_id,
        )

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`."""
        return Columns(
            path=Organization.path,
            member_id=cls.minute_taker_id,
            private=cls.state != MinutesState.SIGNED.value,
            chair_id=cls.chair_id,
            minute_taker_id=select(Meeting.minute_taker_id)
            .where(Meeting.id == cls.meeting_id)
            .correlate(cls)
            .scalar_subquery(),
        )


class MinutesVersion(db.Model):  # type: ignore[name-defined]
    """The text as it was after each change, by whom and when; kept for good."""

    __tablename__ = "minutes_versions"
    __table_args__ = (CheckConstraint(f"cause IN ({CAUSES})", name="cause"),)

    minutes_id: Mapped[int] = mapped_column(BigId, ForeignKey("minutes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cause: Mapped[str] = mapped_column(String(8))
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    written_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MinutesAddendum(db.Model):  # type: ignore[name-defined]
    """A correction of signed minutes, numbered from 1 and signed by the same two."""

    __tablename__ = "minutes_addenda"

    minutes_id: Mapped[int] = mapped_column(BigId, ForeignKey("minutes.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    written_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MinutesSignature(db.Model):  # type: ignore[name-defined]
    """One signature under the minutes (``part`` 0) or under an addendum (its number). ``drawing`` is path data of
    :mod:`handbook.documents.layout.drawing`; None: the name was typed. ``content_hash`` is what was signed.

    A signature given on the printed page has ``scan_*``, the picture of that page in the blob store, and who put it on record:
    ``recorded_by`` as a member, where that is one, and by name. Its ``signed_at`` is when it was put on record.
    """

    __tablename__ = "minutes_signatures"
    __table_args__ = (
        CheckConstraint(f"role IN ({ROLES})", name="role"),
        CheckConstraint("(scan_sha256 IS NULL) = (recorded_by_name IS NULL)", name="paper"),
        ForeignKeyConstraint(["minutes_id"], ["minutes.id"]),
        Index("ix_minutes_signatures_scan_sha256", "scan_sha256"),
        Index("ix_minutes_signatures_recorded_by", "recorded_by"),
    )

    minutes_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(12), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    full_name: Mapped[str] = mapped_column(String(120))
    drawing: Mapped[str | None] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    scan_sha256: Mapped[str | None] = mapped_column(String(64), ForeignKey("blobs.sha256"))
    scan_media_type: Mapped[str | None] = mapped_column(String(80))
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    recorded_by_name: Mapped[str | None] = mapped_column(String(120))

    @property
    def paper(self) -> dict[str, str | None] | None:
        """What the API tells of a signature on the printed page; None for one given in the application."""
        if self.scan_sha256 is None:
            return None
        return {
            "recorded_by": self.recorded_by_name,
            "scan": self.scan_sha256,
            "media_type": self.scan_media_type,
        }
