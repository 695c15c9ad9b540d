"""When the casting of a secret ballot began

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.add_column(sa.Column("casting_since", sa.DateTime(timezone=True), nullable=True))
    # Secret ballots from before gave out papers while votes were cast; none of theirs is given out any more.
    op.execute(
        "UPDATE ballots SET casting_since = opened_at WHERE method = 'secret' AND state IN ('open', 'closed')"
    )


def downgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.drop_column("casting_since")
