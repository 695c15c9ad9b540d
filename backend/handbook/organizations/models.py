from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.access.predicates import Columns, Target
from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.kernel.db import BigId, BinaryText, UTCDateTime, db
from handbook.organizations.enums import OrganizationKind

KINDS = ", ".join(f"'{kind}'" for kind in OrganizationKind)


class Organization(db.Model):  # type: ignore[name-defined]
    """A node of the tree.

    ``path`` is the materialised path (:mod:`handbook.kernel.tree`). ``content_version`` moves with every change of what its
    members can see. ``name_folded`` is for searching. Member counts are kept, not computed.
    """

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        Index("ix_organizations_parent_id", "parent_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organizations.id"))
    kind: Mapped[str] = mapped_column(String(24))
    name: Mapped[str] = mapped_column(String(200))
    name_folded: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    path: Mapped[str] = mapped_column(BinaryText, unique=True)
    timezone: Mapped[str] = mapped_column(String(40), default=DEFAULT_TIMEZONE)
    official_count: Mapped[int] = mapped_column(default=0)
    probationary_count: Mapped[int] = mapped_column(default=0)
    exempt_count: Mapped[int] = mapped_column(default=0)
    content_version: Mapped[int] = mapped_column(BigId, default=1)
    row_content_version: Mapped[int] = mapped_column(BigId, default=1)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def target(self) -> Target:
        return Target(path=self.path)

    @classmethod
    def columns(cls) -> Columns:
        return Columns(path=cls.path)


class Tombstone(db.Model):  # type: ignore[name-defined]
    """Something that phones of this organisation hold and must forget, and the content version at which it went."""

    __tablename__ = "tombstones"

    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"), primary_key=True)
    content_version: Mapped[int] = mapped_column(BigId, primary_key=True)
    type: Mapped[str] = mapped_column(String(24), primary_key=True)
    row_id: Mapped[int] = mapped_column(BigId, primary_key=True)
