"""Who is due at the quorum is a matter of the record, not of a mark in the roll

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


# Official members whom the roll called exempt: they were taken off by the mark, and stay due.
_MARKED = "FROM attendances a WHERE a.member_status = 'official' AND a.state = 'exempt'"
_TABLES = (("meetings", "a.meeting_id"), ("meeting_sites", "a.home_site_id"))


def upgrade() -> None:
    _move("+")


def downgrade() -> None:
    _move("-")


def _move(sign: str) -> None:
    for table, owner in _TABLES:
        op.execute(
            f"UPDATE {table} SET official_due = official_due {sign} (SELECT count(*) {_MARKED} AND {owner} = {table}.id) "  # noqa: S608
            f"WHERE id IN (SELECT {owner} {_MARKED})"
        )
