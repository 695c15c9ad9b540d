from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.notifications.enums import DeliveryState, NoticeKind, ReminderState
from handbook.notifications.push.endpoints import MAX_ENDPOINT_LENGTH, MAX_ORIGIN_LENGTH

KINDS = ", ".join(f"'{kind}'" for kind in NoticeKind)
REMINDER_STATES = ", ".join(f"'{state}'" for state in ReminderState)
DELIVERY_STATES = ", ".join(f"'{state}'" for state in DeliveryState)


#: The way of a message that needs no other: to a device. The others are named by their channel.
PUSH = "push"


class PushSubscription(db.Model):  # type: ignore[name-defined]
    """Where a device hears of news: at most one for each device session, and each endpoint belongs to one.

    ``origin`` is the push service: scheme, host and port of the endpoint. ``server_key`` is our public key that it was made
    with; None: from before that was written down.
    ``p256dh`` and ``auth`` are base64url without padding. ``failed_at`` and ``failure`` tell of the last
    message that could not be handed over; a subscription ends only when its push service says so, or with
    its session.
    """

    __tablename__ = "push_subscriptions"
    __table_args__ = (Index("ix_push_subscriptions_account_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"))
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("device_sessions.id"), unique=True)
    endpoint: Mapped[str] = mapped_column(String(MAX_ENDPOINT_LENGTH), unique=True)
    origin: Mapped[str] = mapped_column(String(MAX_ORIGIN_LENGTH), index=True)
    p256dh: Mapped[str] = mapped_column(String(90))
    auth: Mapped[str] = mapped_column(String(24))
    server_key: Mapped[str | None] = mapped_column(String(90))
    device_name: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str | None] = mapped_column(String(60))


class PushOrigin(db.Model):  # type: ignore[name-defined]
    """A push service that asked us to come back later: nothing goes to it before ``waits_until``."""

    __tablename__ = "push_origins"

    origin: Mapped[str] = mapped_column(String(MAX_ORIGIN_LENGTH), primary_key=True)
    waits_until: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(String(60))


class PushPreferences(db.Model):  # type: ignore[name-defined]
    """What an account does not want pushed: kinds of notices. The inbox has them all the same."""

    __tablename__ = "push_preferences"

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    muted: Mapped[list[str]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MailAddress(db.Model):  # type: ignore[name-defined]
    """Where an account is written to when no device of it could be reached.

    ``address_sealed`` is AES-GCM. Until ``confirmed_at`` nothing goes there but the code whose SHA-256 is ``code_hash``;
    ``attempts`` counts wrong codes.
    """

    __tablename__ = "mail_addresses"

    account_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("accounts.id"), primary_key=True, autoincrement=False
    )
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Notice(db.Model):  # type: ignore[name-defined]
    """A line of an account's inbox. ``params`` holds codes and dates only, and the name of an organisation that the reader's
    phone need not know; ``slot`` keeps it from being made twice.

    ``account_version`` is the account's content version at the last change of the row.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        Index("uq_notices_account_id_slot", "account_id", "slot", unique=True),
        Index("ix_notices_account_id_account_version", "account_id", "account_version"),
        Index("ix_notices_meeting_id", "meeting_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"))
    kind: Mapped[str] = mapped_column(String(20))
    slot: Mapped[str] = mapped_column(String(120))
    meeting_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("meetings.id"))
    resolution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("resolutions.id"))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    account_version: Mapped[int] = mapped_column(BigId, default=0)

    @property
    def target(self) -> Target:
        return Target(path="", account_id=self.account_id)

    @classmethod
    def columns(cls) -> Columns:
        return Columns(path=None, account_id=cls.account_id)


class Reminder(db.Model):  # type: ignore[name-defined]
    """One thing to be told at one time: a meeting's convening, change, cancelling or a step before it, or
    other news.

    ``slot`` is unique, so the same thing is planned once. ``step`` is what :func:`rules.step_of` makes for
    reminders, else ``now``. ``starts_at`` is the meeting's time that was planned for. ``member_id`` is set
    when one person is concerned, ``task_id`` when it is about a task, ``organization_id`` when it calls an organisation's
    secretary upon a duty. ``audience`` names whom of those who are summoned a reminder is for; None: all of them.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"state IN ({REMINDER_STATES})", name="state"),
        Index("ix_reminders_meeting_id_state", "meeting_id", "state"),
        Index("ix_reminders_task_id", "task_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    slot: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(10))
    meeting_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("meetings.id"))
    resolution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("resolutions.id"))
    member_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    task_id: Mapped[int | None] = mapped_column(BigId)
    organization_id: Mapped[int | None] = mapped_column(BigId)
    audience: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default=ReminderState.PLANNED.value)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def job_key(self) -> str:
        """The key of the job that sends it."""
        return f"notifications.deliver:{self.id}"


class Delivery(db.Model):  # type: ignore[name-defined]
    """One message of a reminder to one device of one member, or the record that the member has no device; or one by another
    ``channel`` to who could not be reached so.

    ``slot`` is ``reminder:member:subscription`` (or ``:channel``) and unique. ``reason`` is the code of the last failure.
    ``lease_until`` guards the row while a worker sends it; ``next_attempt_at`` is when it may be tried
    (again).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(f"state IN ({DELIVERY_STATES})", name="state"),
        Index("ix_deliveries_reminder_id_state", "reminder_id", "state"),
        Index("ix_deliveries_state", "state", "id"),
        Index("ix_deliveries_member_id", "member_id"),
        Index("ix_deliveries_subscription_id", "subscription_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    slot: Mapped[str] = mapped_column(String(80), unique=True)
    reminder_id: Mapped[int] = mapped_column(BigId, ForeignKey("reminders.id"))
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"))
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("accounts.id"))
    subscription_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("push_subscriptions.id", ondelete="SET NULL")
    )
    channel: Mapped[str] = mapped_column(String(10), default=PUSH)
    state: Mapped[str] = mapped_column(String(10), default=DeliveryState.QUEUED.value)
    reason: Mapped[str | None] = mapped_column(String(60))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    shown_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    reminder: Mapped[Reminder] = relationship(lazy="joined", innerjoin=True)

    @property
    def target(self) -> Target:
        return Target(path="", account_id=self.account_id)
