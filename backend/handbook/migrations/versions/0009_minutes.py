"""Minutes of meetings, their signatures and addenda

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "minutes",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("organization_id", big_id(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("symbol", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("term", sa.String(length=9), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("chair_id", big_id(), nullable=True),
        sa.Column("minute_taker_id", big_id(), nullable=True),
        sa.Column("named_by_hand", sa.Boolean(), nullable=False),
        sa.Column("frozen", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("read_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_version", big_id(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'read_back', 'signed')", name=op.f("ck_minutes_state")),
        sa.CheckConstraint("state <> 'signed' OR content_hash IS NOT NULL", name=op.f("ck_minutes_sealed")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_minutes_meeting_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_minutes_organization_id")
        ),
        sa.ForeignKeyConstraint(["chair_id"], ["members.id"], name=op.f("fk_minutes_chair_id")),
        sa.ForeignKeyConstraint(["minute_taker_id"], ["members.id"], name=op.f("fk_minutes_minute_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", name=op.f("uq_minutes_meeting_id")),
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(
            "ix_minutes_organization_id_content_version", ["organization_id", "content_version"]
        )
        batch_op.create_index("ix_minutes_organization_id_term_number", ["organization_id", "term", "number"])
        batch_op.create_index("ix_minutes_chair_id", ["chair_id"])
        batch_op.create_index("ix_minutes_minute_taker_id", ["minute_taker_id"])
    _written(
        "minutes_versions",
        sa.Column("cause", sa.String(length=8), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.CheckConstraint("cause IN ('composed', 'edited')", name=op.f("ck_minutes_versions_cause")),
    )
    _written(
        "minutes_addenda",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
    )
    op.create_table(
        "minutes_signatures",
        sa.Column("minutes_id", big_id(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("member_id", big_id(), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("drawing", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('chair', 'minute_taker')", name=op.f("ck_minutes_signatures_role")),
        sa.ForeignKeyConstraint(
            ["minutes_id"], ["minutes.id"], name=op.f("fk_minutes_signatures_minutes_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_minutes_signatures_member_id")),
        sa.PrimaryKeyConstraint("minutes_id", "part", "role", name=op.f("pk_minutes_signatures")),
    )
    with op.batch_alter_table("minutes_signatures", schema=None) as batch_op:
        batch_op.create_index("ix_minutes_signatures_member_id", ["member_id"])


def downgrade() -> None:
    for table in ("minutes_signatures", "minutes_addenda", "minutes_versions", "minutes"):
        op.drop_table(table)


def _written(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of numbered texts that belong to minutes."""
    op.create_table(
        table,
        sa.Column("minutes_id", big_id(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *columns,
        sa.Column("written_by", big_id(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["minutes_id"], ["minutes.id"], name=op.f(f"fk_{table}_minutes_id")),
        sa.ForeignKeyConstraint(["written_by"], ["members.id"], name=op.f(f"fk_{table}_written_by")),
        sa.PrimaryKeyConstraint("minutes_id", "number", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(f"ix_{table}_written_by", ["written_by"])
