"""What a vote rests on: quorum, raised hands, the room's own count; votes on paper in the book

Revision ID: 0014
Revises: 0013
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = (
    *("open", "close", "chair", "minute_taker", "mark", "guest", "item", "note", "conclusion"),
    *("hand_vote", "settle"),
)
ADDED = ("paper_vote",)
NUMBERS = ("quorum_required", "quorum_present", "room_denominator")


def _one_of(kinds: Sequence[str]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def upgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        for name in NUMBERS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("count_confirmed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(sa.Column("hands", sa.JSON(none_as_null=True), nullable=True))
    _allow((*KINDS, *ADDED))


def downgrade() -> None:
    op.execute("DELETE FROM proceedings_entries WHERE kind = 'paper_vote' OR subject LIKE 'paper_vote:%'")
    _allow(KINDS)
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.drop_column("hands")
        batch_op.drop_column("count_confirmed")
        for name in reversed(NUMBERS):
            batch_op.drop_column(name)


def _allow(kinds: Sequence[str]) -> None:
    name = op.f("ck_proceedings_entries_kind")
    with op.batch_alter_table("proceedings_entries") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _one_of(kinds))
