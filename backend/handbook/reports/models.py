from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, BinaryText, UTCDateTime, db
from handbook.reports.rules import Figures


class MonthFigures:
    """The kept figures of one organisation and month ('YYYY-MM', by the organisation's own calendar)."""

    FIELDS: ClassVar[tuple[str, ...]] = (
        "cells",
        "cells_met",
        "cells_planned",
        "meetings",
        "summoned",
        "present",
        "late",
        "excused",
        "unexcused",
        "exempt",
    )

    cells: Mapped[int] = mapped_column(default=0)
    cells_met: Mapped[int] = mapped_column(default=0)
    cells_planned: Mapped[int] = mapped_column(default=0)
    meetings: Mapped[int] = mapped_column(default=0)
    summoned: Mapped[int] = mapped_column(default=0)
    present: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)
    excused: Mapped[int] = mapped_column(default=0)
    unexcused: Mapped[int] = mapped_column(default=0)
    exempt: Mapped[int] = mapped_column(default=0)

    @property
    def figures(self) -> Figures:
        return Figures(*(getattr(self, name) for name in self.FIELDS))


class CellMonth(MonthFigures, db.Model):  # type: ignore[name-defined]
    """An organisation's own meetings in one month, kept in the transaction that changes a meeting.

    Every cell has a row for every month that was opened; a committee has one when it met itself. ``cells`` is 1 for a
    cell, ``cells_met`` 1 when it has a closed regular meeting. ``open_minutes_since`` is when the earliest closed
    meeting that is not finalized was closed. ``path`` is the organisation's, for lists of exceptions below a node.
    """

    __tablename__ = "cell_months"
    __table_args__ = (
        CheckConstraint("cells IN (0, 1) AND cells_met + cells_planned IN (0, cells)", name="one_cell"),
        Index("ix_cell_months_month_cells_cells_met_path", "month", "cells", "cells_met", "path"),
        Index("ix_cell_months_month_falling_path", "month", "falling", "path"),
        Index("ix_cell_months_month_minutes_open_path", "month", "minutes_open", "path"),
    )

    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    path: Mapped[str] = mapped_column(BinaryText)
    falling: Mapped[bool] = mapped_column(default=False)
    minutes_open: Mapped[bool] = mapped_column(default=False)
    open_minutes_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    open_minutes_meeting_id: Mapped[int | None] = mapped_column(BigId)


class OrganizationMonth(MonthFigures, db.Model):  # type: ignore[name-defined]
    """The roll-up of an organisation that has others below it: its own meetings and those of everything below."""

    __tablename__ = "organization_months"

    organization_id: Mapped[int] = mapped_column(BigId, ForeignKey("organizations.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)


class DirtyMonth(db.Model):  # type: ignore[name-defined]
    """A mark: this organisation's own figures of the month moved, and the levels above do not know it yet.

    One mark a change, so that nobody waits for anybody; the job takes them away in the transaction that rolls up.
    """

    __tablename__ = "dirty_months"
    __table_args__ = (Index("ix_dirty_months_path", "path"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    path: Mapped[str] = mapped_column(BinaryText)
    month: Mapped[str] = mapped_column(String(7))


class OpenedMonth(db.Model):  # type: ignore[name-defined]
    """A month for which every organisation up to ``covered_id`` has its rows; newer ones follow at the next tick."""

    __tablename__ = "opened_months"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    covered_id: Mapped[int] = mapped_column(BigId)
