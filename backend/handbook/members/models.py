from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.actor import OfficeTitle
from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.members.enums import MemberStatus, Sex
from handbook.organizations.models import Organization

STATUSES = ", ".join(f"'{status}'" for status in MemberStatus)
SEXES = ", ".join(f"'{sex}'" for sex in Sex)
TITLES = ", ".join(f"'{title}'" for title in OfficeTitle)


class Member(db.Model):  # type: ignore[name-defined]
    """A party member's record.

    ``full_name`` is NFC; ``name_folded`` is for searching, ``name_sort`` for ordering by given name. ``phone`` is E.164.
    The citizen ID is sealed (AES-GCM); ``citizen_id_index`` is its keyed fingerprint for matching and uniqueness.
    """

    __tablename__ = "members"
    __table_args__ = (
        CheckConstraint(f"status IN ({STATUSES})", name="status"),
        CheckConstraint(f"sex IN ({SEXES})", name="sex"),
        Index("ix_members_organization_id_name_sort", "organization_id", "name_sort"),
        Index("ix_members_phone", "phone"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    full_name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(120))
    name_sort: Mapped[str] = mapped_column(String(120))
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(6))
    card_number: Mapped[str | None] = mapped_column(String(30), unique=True)
    citizen_id_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    citizen_id_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(16))
    admitted_on: Mapped[date | None]
    official_on: Mapped[date | None]
    post: Mapped[str | None] = mapped_column(String(120))
    content_version: Mapped[int] = mapped_column(BigId, default=1)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    # Behind an account, which may have no member, an inner join in brackets would have SQLite read all members first.
    organization: Mapped[Organization] = relationship(
        lazy="joined",
        innerjoin="unnested",  # type: ignore[arg-type]
    )
    offices: Mapped[list["Office"]] = relationship(
        back_populates="member", lazy="selectin", order_by="Office.from_date, Office.id"
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def target(self) -> Target:
        return Target(path=self.organization.path, member_id=self.id)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`."""
        return Columns(path=Organization.path, member_id=cls.id)


class Office(db.Model):  # type: ignore[name-defined]
    """An office held in an organisation from..to (inclusive dates), by a member or, for an administrator, an account."""

    __tablename__ = "offices"
    __table_args__ = (
        CheckConstraint(f"title IN ({TITLES})", name="title"),
        CheckConstraint("(member_id IS NULL) <> (account_id IS NULL)", name="one_holder"),
        Index("ix_offices_member_id", "member_id"),
        Index("ix_offices_account_id", "account_id"),
        Index("ix_offices_organization_id", "organization_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    member_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("accounts.id"))
    title: Mapped[str] = mapped_column(String(20))
    from_date: Mapped[date]
    to_date: Mapped[date | None]

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member | None] = relationship(back_populates="offices")


class StatusChange(db.Model):  # type: ignore[name-defined]
    """One change of a member's status: from when, by which decision."""

    __tablename__ = "member_status_changes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    effective_on: Mapped[date | None]
    decision: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
