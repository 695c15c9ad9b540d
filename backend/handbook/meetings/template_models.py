from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.models import KINDS


class AgendaTemplate(db.Model):  # type: ignore[name-defined]
    """The agenda with which an organisation, and everything below it, starts a meeting of this kind.

    ``agenda`` is the ordered list of items (``title``, ``presenter``, ``minutes``, ``body``); None when the organisation had
    one and follows the one above again. ``content_version`` is the organisation's, for phones.
    """

    __tablename__ = "agenda_templates"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        Index("uq_agenda_templates_organization_id_kind", "organization_id", "kind", unique=True),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    kind: Mapped[str] = mapped_column(String(16))
    agenda: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    content_version: Mapped[int] = mapped_column(BigId)
    row_version: Mapped[int] = mapped_column(default=1)
    set_by_account_id: Mapped[int | None] = mapped_column(BigId)
    set_by_member_id: Mapped[int | None] = mapped_column(BigId)
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __mapper_args__ = {"version_id_col": row_version}
