"""Open tasks on the agenda, times of change, opinions sent beforehand, calendar feeds

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("agenda_items", sa.Column("source", sa.String(length=16), nullable=True))
    op.add_column("meetings", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    # When a meeting was last changed was not kept so far; its last step is the best that is known.
    op.execute(
        "UPDATE meetings SET changed_at = "
        "COALESCE(cancelled_at, finalized_at, closed_at, opened_at, convened_at, created_at)"
    )
    op.create_table(
        "opinions",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("agenda_item_id", big_id(), nullable=True),
        sa.Column("member_id", big_id(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("group_title", sa.String(length=200), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('opinion', 'question')", name=op.f("ck_opinions_kind")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_opinions_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_items.id"],
            name=op.f("fk_opinions_agenda_item_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_opinions_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
        sa.UniqueConstraint(
            "meeting_id", "member_id", "key", name=op.f("uq_opinions_meeting_id_member_id_key")
        ),
    )
    with op.batch_alter_table("opinions", schema=None) as batch_op:
        batch_op.create_index("ix_opinions_agenda_item_id", ["agenda_item_id"], unique=False)
        batch_op.create_index("ix_opinions_member_id", ["member_id"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("account_id", big_id(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("titles", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("titles IN ('neutral', 'full')", name=op.f("ck_calendar_feeds_titles")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_feeds_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    with op.batch_alter_table("calendar_feeds", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_feeds_account_id", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    op.drop_table("opinions")
    op.drop_column("meetings", "changed_at")
    op.drop_column("agenda_items", "source")
