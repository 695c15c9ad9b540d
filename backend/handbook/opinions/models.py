from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from handbook.access.predicates import Columns, Target
from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.opinions.enums import OpinionKind
from handbook.organizations.models import Organization

KINDS = ", ".join(f"'{kind}'" for kind in OpinionKind)
MAX_TEXT = 2000
MAX_GROUP = 200


class Opinion(db.Model):  # type: ignore[name-defined]
    """What a member sends to an item of the agenda, or to the meeting as a whole, before it opens.

    ``key`` is made by the device, so that it may be sent twice. ``group_title`` is what who runs the meeting gathers opinions
    under; equal titles at one item are one group. ``answered`` is theirs as well, with an ``answer`` or without.
    What was withdrawn keeps its row, without text, so that a late repetition cannot bring it back.
    """

    __tablename__ = "opinions"
    __table_args__ = (
        CheckConstraint(f"kind IN ({KINDS})", name="kind"),
        UniqueConstraint("meeting_id", "member_id", "key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(36))
    meeting_id: Mapped[int] = mapped_column(BigId, ForeignKey("meetings.id", ondelete="CASCADE"))
    agenda_item_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("agenda_items.id", ondelete="SET NULL"), index=True
    )
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("members.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(MAX_TEXT))
    group_title: Mapped[str | None] = mapped_column(String(MAX_GROUP))
    answered: Mapped[bool] = mapped_column(default=False)
    answer: Mapped[str | None] = mapped_column(String(MAX_TEXT))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    row_version: Mapped[int] = mapped_column(default=1)

    meeting: Mapped[Meeting] = relationship(lazy="joined", innerjoin=True)
    member: Mapped[Member] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": row_version}

    @property
    def target(self) -> Target:
        return Target(path=self.meeting.organization.path, member_id=self.member_id)

    @classmethod
    def columns(cls) -> Columns:
        """For statements that join the meeting and its :class:`Organization`."""
        return Columns(path=Organization.path, member_id=cls.member_id)
