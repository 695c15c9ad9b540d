from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.ballots.enums import BallotKind, BallotMethod, BallotState, Choice
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.organizations.models import Organization

KINDS = ", ".join(f"'{kind}'" for kind in BallotKind)
METHODS = ", ".join(f"'{method}'" for method in BallotMethod)
STATES = ", ".join(f"'{state}'" for state in BallotState)
CHOICES = ", ".join(f"'{choice}'" for choice in Choice)


class Ballot(db.Model):  # type: ignore[name-defined]
    """One question put to the vote in a meeting. ``key`` was made by the device and names it before the server knew it.

    From ``denominator`` on everything is None until the closing and frozen by it: what the roll says later changes no result.
    ``voters_present`` are those of the denominator who were in the room, ``quorum_present`` the official members there and
    ``quorum_required`` how many had to be. ``room_denominator``: what the room counted with where that cannot be.
    ``count_confirmed``: whoever wrote down more votes than were present was asked and said that they are right. ``hands``:
    counted by hand beside an open vote by phone, and within its numbers. ``passed`` None in a closed ballot: it was void, and
    ``faults`` says why. ``resolution_id``: the draft that was put to the vote, when one was; ``put_symbol``, ``put_title`` and
    ``put_hash`` are what it said then, whatever it says later (ADR 24), ``put_form`` which document it was
    (:attr:`Resolution.form`); hash and form are None where nobody knows. ``corrections``: the counts by hand that stood before
    somebody corrected them or took the vote out, in their order. ``public_key`` (DER, base64) and ``private_key_sealed``
    belong to the papers of a secret ballot; the private key is destroyed when the ballot ends.
    ``casting_since``: an open secret ballot gives out papers until then and takes votes from then on, never both
    (ADR 10).
    """

    __tablename__ = "ballots"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        CheckConstraint(f"method IN ({METHODS})", name="method"),
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint("state <> 'closed' OR denominator IS NOT NULL", name="frozen"),
        CheckConstraint("state = 'open' OR private_key_sealed IS NULL", name="key_destroyed"),
        Index("ix_ballots_meeting_id", "meeting_id"),
        Index("ix_ballots_agenda_item_id", "agenda_item_id"),
        Index("ix_ballots_resolution_id", "resolution_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"))
    key: Mapped[str] = mapped_column(String(36), unique=True)
    agenda_item_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("agenda_items.id", ondelete="SET NULL")
    )
    resolution_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("resolutions.id", ondelete="SET NULL")
    )
    put_symbol: Mapped[str | None] = mapped_column(String(40))
    put_title: Mapped[str | None] = mapped_column(String(300))
    put_hash: Mapped[str | None] = mapped_column(String(64))
    put_form: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(12))
    method: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10), default=BallotState.DRAFT.value)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    casting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    denominator: Mapped[int | None]
    voters_present: Mapped[int | None]
    majority_share: Mapped[str | None] = mapped_column(String(10))
    majority_at_least: Mapped[bool | None]
    required: Mapped[int | None]
    agree: Mapped[int | None]
    disagree: Mapped[int | None]
    other: Mapped[int | None]
    passed: Mapped[bool | None]
    papers_given_out: Mapped[int | None]
    papers_returned: Mapped[int | None]
    papers_valid: Mapped[int | None]
    papers_invalid: Mapped[int | None]
    quorum_required: Mapped[int | None]
    quorum_present: Mapped[int | None]
    room_denominator: Mapped[int | None]
    count_confirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    hands: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    faults: Mapped[list[str]] = mapped_column(JSON, default=list)
    corrections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    public_key: Mapped[str | None] = mapped_column(String(1200))
    private_key_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    row_version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship(lazy="joined", innerjoin=True)
    reservations: Mapped[list["Reservation"]] = relationship(
        lazy="selectin", order_by="Reservation.position", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def gives_out_papers(self) -> bool:
        """Whether this is a secret ballot in its first phase: papers are taken, nothing is cast."""
        return (
            self.method == BallotMethod.SECRET
            and self.state == BallotState.OPEN
            and self.casting_since is None
        )

    @property
    def target(self) -> Target:
        return Target(
            path=self.meeting.organization.path,
            private=self.state == BallotState.DRAFT,
            many_sites=self.meeting.target.many_sites,
        )

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Meeting` and :class:`Organization`."""
        return Columns(
            path=Organization.path,
            private=cls.state == BallotState.DRAFT.value,
            many_sites=Meeting.columns().many_sites,
        )


class Reservation(db.Model):  # type: ignore[name-defined]
    """A member of the minority reserves an opinion, which is put on record with the member's name (2-domain, Votes)."""

    __tablename__ = "ballot_reservations"

    ballot_id: Mapped[int] = mapped_column(BigId, ForeignKey("ballots.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True, index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)

    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)


class Vote(db.Model):  # type: ignore[name-defined]
    """A member's open vote by phone. It may be changed until the chair closes; only the last one is kept."""

    __tablename__ = "ballot_votes"
    __table_args__ = (CheckConstraint(f"choice IN ({CHOICES})", name="choice"),)

    ballot_id: Mapped[int] = mapped_column(BigId, ForeignKey("ballots.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True, index=True)
    choice: Mapped[str] = mapped_column(String(8))
    cast_at: Mapped[datetime] = mapped_column(UTCDateTime)


class TakenPaper(db.Model):  # type: ignore[name-defined]
    """The member took a paper of a secret ballot. ``fingerprint`` is the SHA-256 of the blinded paper, so that a phone which
    did not hear the answer may ask again; blinded, it goes with every vote in the box equally well (ADR 10).
    """

    __tablename__ = "ballot_papers"

    ballot_id: Mapped[int] = mapped_column(BigId, ForeignKey("ballots.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True, index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))


class BoxVote(db.Model):  # type: ignore[name-defined]
    """A vote in the box of a secret ballot: what anybody needs to check it, and nothing else. No member, no account, no time.

    The serial is a digest that the phone made, so the key's order says nothing; SQLite keeps the rows in that order.
    """

    __tablename__ = "ballot_box"
    __table_args__ = (
        CheckConstraint(f"choice IN ({CHOICES})", name="choice"),
        {"sqlite_with_rowid": False},
    )

    ballot_id: Mapped[int] = mapped_column(BigId, ForeignKey("ballots.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(String(43), primary_key=True)
    choice: Mapped[str] = mapped_column(String(8))
    secret: Mapped[str] = mapped_column(String(43))
    marks: Mapped[str] = mapped_column(String(131))
    randomizer: Mapped[str] = mapped_column(String(43))
    signature: Mapped[str] = mapped_column(String(700))
