from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.members.models import Member
from handbook.organizations.models import Organization
from handbook.resolutions.enums import DocumentType, ResolutionState, TaskState

STATES = ", ".join(f"'{state}'" for state in ResolutionState)
TYPES = ", ".join(f"'{type_}'" for type_ in DocumentType)
TASK_STATES = ", ".join(f"'{state}'" for state in TaskState)


class Resolution(db.Model):  # type: ignore[name-defined]
    """A resolution, or another document of an organisation that has a symbol.

    ``number`` is the symbol's, kept beside it so that the next one is found by an index. ``content_version`` is the
    organisation's at the last change.
    """

    __tablename__ = "resolutions"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", name="state"),
        CheckConstraint(f"type IN ({TYPES})", name="type"),
        CheckConstraint("state = 'draft' OR issued_on IS NOT NULL", name="issued"),
        UniqueConstraint("organization_id", "type", "symbol", "issued_on"),
        Index("ix_resolutions_organization_id_term_type_number", "organization_id", "term", "type", "number"),
        Index("ix_resolutions_organization_id_content_version", "organization_id", "content_version"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"))
    meeting_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("meetings.id"), index=True)
    type: Mapped[str] = mapped_column(String(20))
    symbol: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    term: Mapped[str] = mapped_column(String(9))
    title: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default=ResolutionState.DRAFT.value)
    issued_on: Mapped[date | None]
    content_version: Mapped[int] = mapped_column(BigId)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)
    tasks: Mapped[list["Task"]] = relationship(
        lazy="selectin", order_by="Task.position", cascade="all, delete-orphan", back_populates="resolution"
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def organization_name(self) -> str:
        return self.organization.name

    @property
    def target(self) -> Target:
        return Target(path=self.organization.path, private=self.state == ResolutionState.DRAFT)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`."""
        return Columns(path=Organization.path, private=cls.state == ResolutionState.DRAFT.value)


class Task(db.Model):  # type: ignore[name-defined]
    """Something to do that a resolution asks of members, until a day."""

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"state IN ({TASK_STATES})", name="state"),
        Index("ix_tasks_resolution_id", "resolution_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    resolution_id: Mapped[int] = mapped_column(BigId, ForeignKey("resolutions.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default=TaskState.OPEN.value)

    resolution: Mapped[Resolution] = relationship(back_populates="tasks")
    assignees: Mapped[list["TaskAssignee"]] = relationship(
        lazy="selectin", order_by="TaskAssignee.member_id", cascade="all, delete-orphan"
    )


class TaskAssignee(db.Model):  # type: ignore[name-defined]
    """A member who answers for a task."""

    __tablename__ = "task_assignees"

    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("tasks.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), primary_key=True, index=True)
    # Only the name is wanted: the whole record would bring offices and organisation along.
    full_name: Mapped[str] = column_property(
        select(Member.full_name).where(Member.id == member_id).correlate_except(Member).scalar_subquery()
    )
