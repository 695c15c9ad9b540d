"""Arrival and leaving, chair, minute-taker and guests

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
METHODS = ("qr", "link", "secretary", "request", "system")
ADDED = ("sheet", "reverse_scan")


def upgrade() -> None:
    with op.batch_alter_table("attendances") as batch_op:
        batch_op.drop_constraint(op.f("ck_attendances_method"), type_="check")
        batch_op.alter_column("method", type_=sa.String(length=12), existing_type=sa.String(length=10))
        batch_op.create_check_constraint(op.f("ck_attendances_method"), _one_of((*METHODS, *ADDED)))
        batch_op.add_column(sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "meeting_guests",
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("origin", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", BIG_ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_guests_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["members.id"], name=op.f("fk_meeting_guests_recorded_by")),
        sa.PrimaryKeyConstraint("meeting_id", "key", name=op.f("pk_meeting_guests")),
    )
    with op.batch_alter_table("meetings") as batch_op:
        for name in ("chair_id", "minute_taker_id"):
            batch_op.add_column(sa.Column(name, BIG_ID, nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_meetings_{name}"), "members", [name], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("meetings") as batch_op:
        for name in ("chair_id", "minute_taker_id"):
            batch_op.drop_constraint(op.f(f"fk_meetings_{name}"), type_="foreignkey")
            batch_op.drop_column(name)
    op.drop_table("meeting_guests")
    # The older program knows marks by hand only as the secretary's.
    op.execute("UPDATE attendances SET method = 'secretary' WHERE method IN ('sheet', 'reverse_scan')")
    with op.batch_alter_table("attendances") as batch_op:
        batch_op.drop_column("left_at")
        batch_op.drop_column("arrived_at")
        batch_op.drop_constraint(op.f("ck_attendances_method"), type_="check")
        batch_op.alter_column("method", type_=sa.String(length=10), existing_type=sa.String(length=12))
        batch_op.create_check_constraint(op.f("ck_attendances_method"), _one_of(METHODS))


def _one_of(methods: tuple[str, ...]) -> str:
    return "method IN ({})".format(", ".join(f"'{method}'" for method in methods))
