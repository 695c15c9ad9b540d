from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.access.predicates import Columns, Target
from handbook.calendars.enums import Titles
from handbook.kernel.db import BigId, UTCDateTime, db

TITLES = ", ".join(f"'{titles}'" for titles in Titles)
MAX_NAME = 60


class CalendarFeed(db.Model):  # type: ignore[name-defined]
    """An address under which a calendar fetches one person's meetings.

    The address holds a random token of 256 bits; only its SHA-256 is here, so a leaked table opens nothing. ``read_on`` is the
    last day on which somebody fetched it: enough to tell a calendar in use from a forgotten one.
    """

    __tablename__ = "calendar_feeds"
    __table_args__ = (CheckConstraint(f"titles IN ({TITLES})", name="titles"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    titles: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def target(self) -> Target:
        return Target(path="", account_id=self.account_id)

    @classmethod
    def columns(cls) -> Columns:
        return Columns(path=None, account_id=cls.account_id)
