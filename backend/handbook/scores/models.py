from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.scores.enums import Grade, ScoreMethod, ScoreState
from handbook.scores.rules import Count

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
    tell its points; the closing puts them into ``points`` (of all sheets together) and ``criterion_points`` (of those handed in
    by phone), and destroys the sealed ones. ``paper_sheets`` and ``paper_points`` are what was counted on paper, as last
    entered; what stood before is in ``paper_corrections``. ``sheets`` counts those by phone while it is open, all that the
    average rests on once it is closed. The bounds of the grades are frozen with the first grade. ``row_version`` moves with the
    state and the paper count, and not with sheets handed in.
    """

    __tablename__ = "meeting_scores"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint(f"method IN ({METHODS})", name="method"),
        CheckConstraint(f"grade IN ({GRADES})", name="grade"),
        CheckConstraint("(state = 'closed') = (grade IS NOT NULL)", name="graded"),
        CheckConstraint("state = 'open' OR tally_sealed IS NULL", name="tally_destroyed"),
        CheckConstraint("(paper_sheets IS NULL) = (paper_points IS NULL)", name="paper"),
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
    paper_sheets: Mapped[int | None]
    paper_points: Mapped[int | None]
    paper_corrections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
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

    @property
    def by_phone(self) -> Count:
        """The sheets handed in by phone that count; while it is open nobody knows their points."""
        if self.state == ScoreState.OPEN:
            return Count(self.sheets, 0)
        return Count(self.sheets - (self.paper_sheets or 0), (self.points or 0) - (self.paper_points or 0))

    @property
    def on_paper(self) -> Count | None:
        if self.paper_sheets is None or self.paper_points is None:
            return None
        return Count(self.paper_sheets, self.paper_points)


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
