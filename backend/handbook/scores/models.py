from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.scores.enums import Grade, ScoreMethod, ScoreState

STATES = ", ".join(f"'{state}'" for state in ScoreState)
METHODS = ", ".join(f"'{method}'" for method in ScoreMethod)
GRADES = ", ".join(f"'{grade}'" for grade in Grade)


class ScoreSheet(db.Model):  # type: ignore[name-defined]
    """A version of the 100-point sheet that an organisation gives itself and everything below it, from a day on.

    Never altered: a change is a new version, and of those of one day the last made is the one. ``criteria`` is a list of
    ``{"title", "points"}``; an empty one means: from then on as the organisation above has it.
    """

    __tablename__ = "score_sheets"
    __table_args__ = (Index("ix_score_sheets_organization_id_valid_from", "organization_id", "valid_from"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    valid_from: Mapped[date]
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))


class MeetingScore(db.Model):  # type: ignore[name-defined]
    """The score of one meeting. No member's sheet is kept anywhere: each is added to the sums and forgotten.

    ``criteria`` is the sheet as it was when scoring began. While it is open the sums lie sealed in ``tally_sealed``
    (:class:`~handbook.scores.tally.Tally`), so that two copies of the database taken before and after a member's sheet do not
    tell its points; the closing puts them into ``points`` (of all sheets together) and ``criterion_points``, and destroys the
    sealed ones. The bounds of the grades are frozen with the grade. ``row_version`` moves with the state and not with sheets.
    """

    __tablename__ = "meeting_scores"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint(f"method IN ({METHODS})", name="method"),
        CheckConstraint(f"grade IN ({GRADES})", name="grade"),
        CheckConstraint("(state = 'closed') = (grade IS NOT NULL)", name="graded"),
        CheckConstraint("state = 'open' OR tally_sealed IS NULL", name="tally_destroyed"),
    )

    meeting_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("meetings.id"), primary_key=True, autoincrement=False
    )
    state: Mapped[str] = mapped_column(String(10), default=ScoreState.OPEN.value)
    method: Mapped[str] = mapped_column(String(10), default=ScoreMethod.PHONE.value)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    sheets: Mapped[int] = mapped_column(default=0)
    tally_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    points: Mapped[int | None]
    criterion_points: Mapped[list[int] | None] = mapped_column(JSON)
    good_from: Mapped[int | None]
    fair_from: Mapped[int | None]
    average_from: Mapped[int | None]
    grade: Mapped[str | None] = mapped_column(String(10))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    row_version: Mapped[int] = mapped_column(default=1)

    @property
    def id(self) -> int:
        return self.meeting_id


class ScoreVoter(db.Model):  # type: ignore[name-defined]
    """That a member has scored a meeting, and nothing of how or when.

    ``fingerprint`` is the SHA-256 of a random key that the phone made, so that it may send its sheet again. SQLite keeps the
    rows in the order of their key, not in that of the sheets.
    """

    __tablename__ = "score_voters"
    __table_args__ = (
        Index("ix_score_voters_member_id", "member_id"),
        {"sqlite_with_rowid": False},
    )

    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
