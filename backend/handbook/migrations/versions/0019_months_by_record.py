"""Months of attendance count as exempt who is so by record, and a mark that only the roll bears as an absence with leave

Revision ID: 0019
Revises: 0018
"""

from collections import Counter
from datetime import UTC
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# For each ended meeting, how many lines only the roll calls exempt.
MARKED = sa.text(
    "SELECT m.organization_id, o.path, o.timezone, m.starts_at, count(*) AS marked FROM meetings m "
    "JOIN organizations o ON o.id = m.organization_id JOIN attendances a ON a.meeting_id = m.id "
    "WHERE m.state IN ('closed', 'finalized') AND a.state = 'exempt' "
    "AND a.member_status IN ('official', 'probationary', 'temporary_in') "
    "GROUP BY m.organization_id, o.path, o.timezone, m.starts_at, m.id"
).columns(starts_at=sa.DateTime(timezone=True))
MOVE = sa.text(
    "UPDATE cell_months SET exempt = exempt - :marked, excused = excused + :marked "
    "WHERE organization_id = :organization_id AND month = :month"
)
DIRTY = sa.text("INSERT INTO dirty_months (path, month) VALUES (:path, :month)")


def upgrade() -> None:
    _move(1)


def downgrade() -> None:
    _move(-1)


def _move(sign: int) -> None:
    """The levels above follow with the next roll-up."""
    connection = op.get_bind()
    marked: Counter[tuple[int, str, str]] = Counter()
    for row in connection.execute(MARKED):
        starts_at = row.starts_at if row.starts_at.tzinfo else row.starts_at.replace(tzinfo=UTC)
        month = f"{starts_at.astimezone(ZoneInfo(row.timezone)):%Y-%m}"
        marked[row.organization_id, row.path, month] += row.marked
    for (organization_id, path, month), count in marked.items():
        moved = {"organization_id": organization_id, "month": month, "marked": sign * count}
        if connection.execute(MOVE, moved).rowcount:
            connection.execute(DIRTY, {"path": path, "month": month})
