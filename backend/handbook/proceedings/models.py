from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.proceedings.enums import EntryKind, Outcome

KINDS = ", ".join(f"'{kind}'" for kind in EntryKind)
OUTCOMES = ", ".join(f"'{outcome}'" for outcome in Outcome)


class Book(db.Model):  # type: ignore[name-defined]
    """How far the book of a meeting has come: ``version`` moves with every entry written or judged anew, ``open_version``
    is the version of the last one that members may see. Both are what a poll compares."""

    __tablename__ = "proceedings_books"

    meeting_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("meetings.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(default=0)
    open_version: Mapped[int] = mapped_column(default=0)


class ProceedingsEntry(db.Model):  # type: ignore[name-defined]
    """One line of the book of the room. Nothing in it is ever changed but what became of it.

    ``id`` (a UUID), ``device_id``, ``sequence`` and ``base`` (the entry on the same subject that the device had seen) were
    made by the device; ``device_at`` is what its clock said and ``at`` the same instant by the server's clock, in whole
    milliseconds. ``data`` is as it was sent, ids as text. ``number`` is the version of the book at which the line was
    written or last judged; a reader who knows a version asks for what is newer.
    """

    __tablename__ = "proceedings_entries"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"outcome IN ({OUTCOMES})", name="outcome"),
        CheckConstraint("(outcome = 'refused') = (code IS NOT NULL)", name="code"),
        Index("ix_proceedings_entries_meeting_id_number", "meeting_id", "number"),
        Index("ix_proceedings_entries_meeting_id_subject", "meeting_id", "subject"),
        Index("ix_proceedings_entries_recorded_by", "recorded_by"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id", ondelete="CASCADE"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(400))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    device_at: Mapped[datetime] = mapped_column(UTCDateTime)
    device_id: Mapped[str] = mapped_column(String(36))
    sequence: Mapped[int]
    base: Mapped[str | None] = mapped_column(String(36))
    recorded_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(8))
    code: Mapped[str | None] = mapped_column(String(40))
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
