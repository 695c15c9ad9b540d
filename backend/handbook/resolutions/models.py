from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.members.models import Member
from handbook.organizations.models import Organization
from handbook.resolutions.enums import DocumentType, ResolutionState, TaskState, UpdateKind
from handbook.resolutions.text import content_hash

STATES = ", ".join(f"'{state}'" for state in ResolutionState)
TYPES = ", ".join(f"'{type_}'" for type_ in DocumentType)
UPDATE_KINDS = ", ".join(f"'{kind}'" for kind in UpdateKind)
TASK_STATES = ", ".join(f"'{state}'" for state in TaskState)


class Resolution(db.Model):  # type: ignore[name-defined]
    """A resolution, or another document of an organisation that has a symbol.

    ``number`` is the symbol's, kept beside it so that the next one is found by an index. ``content_version`` is the
    organisation's at the last change. ``supersedes_id`` names the resolution whose place this one takes when it is issued;
    from then on the old one is revoked and names this one in ``superseded_by_id``. ``issue_exception`` says why it was issued
    although something spoke against it, ``issue_exception_for`` what that was, as :class:`~enums.IssueWarning`; None of those
    issued before that was kept.
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
    revoked_on: Mapped[date | None]
    revoke_reason: Mapped[str | None] = mapped_column(String(500))
    issue_exception: Mapped[str | None] = mapped_column(String(500))
    issue_exception_for: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    supersedes_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("resolutions.id"), index=True)
    superseded_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("resolutions.id"))
    content_version: Mapped[int] = mapped_column(BigId)
    row_version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    organization: Mapped[Organization] = relationship(lazy="joined", innerjoin=True)
    supersedes: Mapped["Resolution | None"] = relationship(
        lazy="select", foreign_keys=[supersedes_id], remote_side="Resolution.id"
    )
    superseded_by: Mapped["Resolution | None"] = relationship(
        lazy="select", foreign_keys=[superseded_by_id], remote_side="Resolution.id", post_update=True
    )
    tasks: Mapped[list["Task"]] = relationship(
        lazy="selectin", order_by="Task.position", cascade="all, delete-orphan", back_populates="resolution"
    )

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def organization_name(self) -> str:
        return self.organization.name

    @property
    def content_hash(self) -> str:
        return content_hash(self.title, self.body)

    @property
    def form(self) -> dict[str, str | int | None]:
        """What is put to the vote beside the text: what kind of document, of which term, in whose place."""
        return {"type": self.type, "term": self.term, "supersedes_id": self.supersedes_id}

    @property
    def target(self) -> Target:
        return Target(path=self.organization.path, private=self.state == ResolutionState.DRAFT)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Organization`."""
        return Columns(path=Organization.path, private=cls.state == ResolutionState.DRAFT.value)


class Task(db.Model):  # type: ignore[name-defined]
    """Something to do that a resolution asks of members, until a day.

    ``percent`` and ``reason`` (why it was not done) are those of the last update that gave one. ``row_version`` counts the
    changes of the state only: two people may write progress at once, but not finish a task against each other.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint(f"state IN ({TASK_STATES})", name="state"),
        Index("ix_tasks_resolution_id", "resolution_id"),
        Index("ix_tasks_state_due_on", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    resolution_id: Mapped[int] = mapped_column(BigId, ForeignKey("resolutions.id"))
    position: Mapped[int]
    title: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default=TaskState.OPEN.value)
    percent: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(1000))
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    row_version: Mapped[int] = mapped_column(default=1)

    resolution: Mapped[Resolution] = relationship(back_populates="tasks")
    assignees: Mapped[list["TaskAssignee"]] = relationship(
        lazy="selectin", order_by="TaskAssignee.member_id", cascade="all, delete-orphan"
    )
    updates: Mapped[list["TaskUpdate"]] = relationship(
        lazy="selectin", order_by="TaskUpdate.id", cascade="all, delete-orphan"
    )

    def target_for(self, member_id: int | None) -> Target:
        """The task as this member's: about the member when the member answers for it."""
        own = member_id is not None and any(row.member_id == member_id for row in self.assignees)
        target = self.resolution.target
        return Target(path=target.path, member_id=member_id if own else None, private=target.private)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join :class:`Resolution` and :class:`Organization`."""
        return Columns(path=Organization.path, private=Resolution.state == ResolutionState.DRAFT.value)


class TaskUpdate(db.Model):  # type: ignore[name-defined]
    """What was said of a task, never altered afterwards. ``key`` was made by the device, which may send it again.

    ``at`` is when it was written, by the device's clock; ``recorded_at`` when it arrived.
    """

    __tablename__ = "task_updates"
    __table_args__ = (
        CheckConstraint(f"kind IN ({UPDATE_KINDS})", name="kind"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent"),
        Index("ix_task_updates_task_id", "task_id"),
        Index("ix_task_updates_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    task_id: Mapped[int] = mapped_column(BigId, ForeignKey("tasks.id"))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(1000))
    percent: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    member_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("members.id"))
    full_name: Mapped[str | None] = column_property(
        select(Member.full_name).where(Member.id == member_id).correlate_except(Member).scalar_subquery()
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
