from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, BinaryText, UTCDateTime, db


class AuditEntry(db.Model):  # type: ignore[name-defined]
    """Who did what to which object, when, in which request. ``details`` is a whitelisted diff without personal data.

    ``member_id`` is the person concerned, so that a member can see who looked at the own record.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_member_id_tag", "member_id", "tag"),
        Index("ix_audit_entries_path", "path"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    tag: Mapped[str] = mapped_column(String(80))
    actor_account_id: Mapped[int | None] = mapped_column(BigId)
    actor_member_id: Mapped[int | None] = mapped_column(BigId)
    subject_id: Mapped[int | None] = mapped_column(BigId)
    member_id: Mapped[int | None] = mapped_column(BigId)
    path: Mapped[str | None] = mapped_column(BinaryText)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    request_id: Mapped[str | None] = mapped_column(String(32))
