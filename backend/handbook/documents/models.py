from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.documents.enums import MediaType
from handbook.kernel.db import BigId, UTCDateTime, db

_TYPES = ", ".join(f"'{media_type}'" for media_type in MediaType)


class Blob(db.Model):  # type: ignore[name-defined]
    """Bytes in the blob store, and by how many papers and scans of signed pages they are named.

    The row is the lock between attaching and removing: who changes ``reference_count`` holds it until the end of the
    transaction, and the file is only deleted while it is held at zero.
    """

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int] = mapped_column(BigId)
    reference_count: Mapped[int] = mapped_column(default=0)


class Paper(db.Model):  # type: ignore[name-defined]
    """A document attached to a meeting, and within it perhaps to one item of the agenda. It never changes.

    ``filename`` is safe to offer for saving; ``size`` in bytes; ``pages`` is known for PDF only. Papers of a meeting are
    versioned with the meeting.
    """

    __tablename__ = "papers"
    __table_args__ = (
        CheckConstraint(f"media_type IN ({_TYPES})", name="media_type"),
        Index("ix_papers_meeting_id", "meeting_id"),
        Index("ix_papers_agenda_item_id", "agenda_item_id"),
        Index("ix_papers_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"))
    agenda_item_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("agenda_items.id", ondelete="SET NULL")
    )
    title: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(BigId)
    pages: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64), ForeignKey("blobs.sha256"))
    attached_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attached_by_account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("accounts.id"))
