from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.members.models import Member


class Account(db.Model):  # type: ignore[name-defined]
    """Who can sign in: a member, or somebody without a member record such as the first administrator.

    ``password_hash`` is None until the activation. ``content_version`` moves with what concerns this person alone.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    user_name: Mapped[str | None] = mapped_column(String(60), unique=True)
    member_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    purpose_notice_version: Mapped[str | None] = mapped_column(String(20))
    purpose_accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    content_version: Mapped[int] = mapped_column(BigId, default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    member: Mapped[Member | None] = relationship(lazy="joined")


class DeviceSession(db.Model):  # type: ignore[name-defined]
    """A signed-in device. The cookie holds a random token; only its SHA-256 is here, so a leaked table opens nothing."""

    __tablename__ = "device_sessions"
    __table_args__ = (Index("ix_device_sessions_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"))
    device_name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def target(self) -> Target:
        return Target(path="", account_id=self.account_id)

    @classmethod
    def columns(cls) -> Columns:
        return Columns(path=None, account_id=cls.account_id)


class ActivationCode(db.Model):  # type: ignore[name-defined]
    """A one-time code of the printed sheet; stored hashed, ends at use, at expiry, or when a newer one is issued."""

    __tablename__ = "activation_codes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class LoginThrottle(db.Model):  # type: ignore[name-defined]
    """Failed attempts under one key (a fingerprint of a login or of an address), shared by all processes."""

    __tablename__ = "login_throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    window_ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
