"""The key that a subscription was made with; messages by other ways than push, and where to

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("push_subscriptions", sa.Column("server_key", sa.String(length=90), nullable=True))
    op.add_column(
        "deliveries", sa.Column("channel", sa.String(length=10), nullable=False, server_default="push")
    )
    op.create_table(
        "mail_addresses",
        sa.Column("account_id", big_id(), autoincrement=False, nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_mail_addresses_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_addresses")),
    )


def downgrade() -> None:
    op.drop_table("mail_addresses")
    op.execute("DELETE FROM deliveries WHERE channel <> 'push'")
    op.drop_column("deliveries", "channel")
    op.drop_column("push_subscriptions", "server_key")
