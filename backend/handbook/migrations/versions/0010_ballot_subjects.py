"""What a ballot decides on, and the counts that were corrected

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.add_column(sa.Column("resolution_id", BIG_ID, nullable=True))
        batch_op.add_column(sa.Column("corrections", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.create_foreign_key(
            op.f("fk_ballots_resolution_id"), "resolutions", ["resolution_id"], ["id"], ondelete="SET NULL"
        )
        batch_op.create_index("ix_ballots_resolution_id", ["resolution_id"])


def downgrade() -> None:
    with op.batch_alter_table("ballots") as batch_op:
        batch_op.drop_index("ix_ballots_resolution_id")
        batch_op.drop_constraint(op.f("fk_ballots_resolution_id"), type_="foreignkey")
        batch_op.drop_column("corrections")
        batch_op.drop_column("resolution_id")
