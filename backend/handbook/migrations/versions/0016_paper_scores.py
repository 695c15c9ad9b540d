"""Scores on paper: added to those by phone, corrected until the minutes are signed, and a line of the book

Revision ID: 0016
Revises: 0015
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KINDS = (
    *("open", "close", "chair", "minute_taker", "mark", "guest", "item", "note", "conclusion"),
    *("hand_vote", "paper_vote", "settle"),
)
METHODS = ("phone", "paper")


def upgrade() -> None:
    with op.batch_alter_table("meeting_scores") as batch_op:
        batch_op.add_column(sa.Column("paper_sheets", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paper_points", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("paper_corrections", sa.JSON(), nullable=False, server_default="[]"))
    # Until now a score on paper was on paper alone.
    op.execute(
        "UPDATE meeting_scores SET paper_sheets = sheets, paper_points = points WHERE method = 'paper'"
    )
    with op.batch_alter_table("meeting_scores") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_meeting_scores_paper"), "(paper_sheets IS NULL) = (paper_points IS NULL)"
        )
    _allow("meeting_scores", "method", (*METHODS, "mixed"))
    _allow("proceedings_entries", "kind", (*KINDS, "paper_score"))


def downgrade() -> None:
    op.execute("DELETE FROM proceedings_entries WHERE kind = 'paper_score' OR subject = 'paper_score'")
    _allow("proceedings_entries", "kind", KINDS)
    op.execute("UPDATE meeting_scores SET method = 'phone' WHERE method = 'mixed'")
    _allow("meeting_scores", "method", METHODS)
    with op.batch_alter_table("meeting_scores") as batch_op:
        batch_op.drop_constraint(op.f("ck_meeting_scores_paper"), type_="check")
    with op.batch_alter_table("meeting_scores") as batch_op:
        for name in ("paper_corrections", "paper_points", "paper_sheets"):
            batch_op.drop_column(name)


def _allow(table: str, column: str, values: Sequence[str]) -> None:
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"{column} IN ({', '.join(repr(one) for one in values)})")
