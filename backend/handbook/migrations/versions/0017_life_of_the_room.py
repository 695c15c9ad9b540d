"""The life of the room: agenda items from the floor and dropped ones, and lines that take an opening or a closing back

Revision ID: 0017
Revises: 0016
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = (
    *("open", "close", "chair", "minute_taker", "mark", "guest", "item", "note", "conclusion"),
    *("hand_vote", "paper_vote", "paper_score", "settle"),
)
ADDED = ("agenda", "reopen", "unopen")
UNIQUE = "uq_agenda_items_meeting_id_key"


def _one_of(kinds: Sequence[str]) -> str:
    return f"kind IN ({', '.join(repr(kind) for kind in kinds)})"


def upgrade() -> None:
    with op.batch_alter_table("agenda_items") as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(36), nullable=True))
        batch_op.add_column(sa.Column("dropped", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("drop_reason", sa.String(500), nullable=True))
    op.create_index(UNIQUE, "agenda_items", ["meeting_id", "key"], unique=True)
    _allow((*KINDS, *ADDED))


def downgrade() -> None:
    op.execute(
        "DELETE FROM proceedings_entries WHERE kind IN ('agenda', 'reopen', 'unopen') OR subject LIKE 'agenda:%'"
    )
    _allow(KINDS)
    op.drop_index(UNIQUE, table_name="agenda_items")
    with op.batch_alter_table("agenda_items") as batch_op:
        batch_op.drop_column("drop_reason")
        batch_op.drop_column("dropped")
        batch_op.drop_column("key")


def _allow(kinds: Sequence[str]) -> None:
    name = op.f("ck_proceedings_entries_kind")
    with op.batch_alter_table("proceedings_entries") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _one_of(kinds))
