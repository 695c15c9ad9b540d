"""A word with the answer to a request to be excused, and requests that were withdrawn

Down, a withdrawn request counts as refused: as far as the roll is concerned it is the same.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ANSWERS = ("approved", "refused")


def upgrade() -> None:
    op.add_column("absence_requests", sa.Column("note", sa.String(length=500), nullable=True))
    _allow((*ANSWERS, "withdrawn"))


def downgrade() -> None:
    op.execute("UPDATE absence_requests SET decision = 'refused' WHERE decision = 'withdrawn'")
    _allow(ANSWERS)
    op.drop_column("absence_requests", "note")


def _allow(decisions: tuple[str, ...]) -> None:
    name, listed = op.f("ck_absence_requests_decision"), ", ".join(f"'{one}'" for one in decisions)
    with op.batch_alter_table("absence_requests", recreate="auto") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(f"decision IN ({listed})"))
