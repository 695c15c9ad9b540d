"""The book of the room

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KINDS = (
    "kind IN ('open', 'close', 'chair', 'minute_taker', 'mark', 'guest', 'item', 'note', 'conclusion', "
    "'hand_vote', 'settle')"
)


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "proceedings_books",
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_proceedings_books_meeting_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_proceedings_books")),
    )
    op.create_table(
        "proceedings_entries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject", sa.String(length=400), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("base", sa.String(length=36), nullable=True),
        sa.Column("recorded_by", big_id(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_proceedings_entries_kind")),
        sa.CheckConstraint("outcome IN ('applied', 'refused')", name=op.f("ck_proceedings_entries_outcome")),
        sa.CheckConstraint(
            "(outcome = 'refused') = (code IS NOT NULL)", name=op.f("ck_proceedings_entries_code")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meetings.id"],
            name=op.f("fk_proceedings_entries_meeting_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["members.id"], name=op.f("fk_proceedings_entries_recorded_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceedings_entries")),
    )
    with op.batch_alter_table("proceedings_entries", schema=None) as batch_op:
        batch_op.create_index("ix_proceedings_entries_meeting_id_number", ["meeting_id", "number"])
        batch_op.create_index("ix_proceedings_entries_meeting_id_subject", ["meeting_id", "subject"])
        batch_op.create_index("ix_proceedings_entries_recorded_by", ["recorded_by"])


def downgrade() -> None:
    op.drop_table("proceedings_entries")
    op.drop_table("proceedings_books")
