"""Sites of conferences, their hosts and delegates

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COUNTS = (
    *("delegate_count", "present_count", "late_count", "excused_count", "unexcused_count", "exempt_count"),
    *("official_due", "official_present", "at_other_sites", "from_other_sites"),
)
SITES = ("home_site_id", "site_id")


def upgrade() -> None:
    op.create_table(
        "meeting_sites",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_folded", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("online_url", sa.String(length=500), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", BIG_ID, nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_sites_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_sites")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_meeting_sites_meeting_id_number")),
        sa.UniqueConstraint(
            "meeting_id", "name_folded", name=op.f("uq_meeting_sites_meeting_id_name_folded")
        ),
    )
    op.create_table(
        "meeting_site_hosts",
        sa.Column("site_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["meeting_sites.id"], name=op.f("fk_meeting_site_hosts_site_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_meeting_site_hosts_member_id")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_site_hosts_meeting_id")
        ),
        sa.PrimaryKeyConstraint("site_id", "member_id", name=op.f("pk_meeting_site_hosts")),
    )
    with op.batch_alter_table("meeting_site_hosts") as batch_op:
        batch_op.create_index("ix_meeting_site_hosts_member_id_meeting_id", ["member_id", "meeting_id"])
    op.create_table(
        "meeting_delegates",
        sa.Column("meeting_id", BIG_ID, nullable=False),
        sa.Column("member_id", BIG_ID, nullable=False),
        sa.Column("site_id", BIG_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_delegates_meeting_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_meeting_delegates_member_id")),
        sa.ForeignKeyConstraint(["site_id"], ["meeting_sites.id"], name=op.f("fk_meeting_delegates_site_id")),
        sa.PrimaryKeyConstraint("meeting_id", "member_id", name=op.f("pk_meeting_delegates")),
    )
    with op.batch_alter_table("meeting_delegates") as batch_op:
        batch_op.create_index("ix_meeting_delegates_member_id", ["member_id"])
        batch_op.create_index("ix_meeting_delegates_site_id", ["site_id"])
    with op.batch_alter_table("attendances") as batch_op:
        for name in SITES:
            batch_op.add_column(sa.Column(name, BIG_ID, nullable=True))
            batch_op.create_foreign_key(op.f(f"fk_attendances_{name}"), "meeting_sites", [name], ["id"])
    # Partial, so that the lines of all other meetings cost nothing.
    for name in SITES:
        some = sa.text("home_site_id IS NOT NULL" if name == "home_site_id" else "site_id <> home_site_id")
        op.create_index(
            f"ix_attendances_{name}", "attendances", [name], sqlite_where=some, postgresql_where=some
        )


def downgrade() -> None:
    for name in SITES:
        op.drop_index(f"ix_attendances_{name}", table_name="attendances")
    # The older program knows no flag of another site.
    _forget_flag()
    with op.batch_alter_table("attendances") as batch_op:
        for name in reversed(SITES):
            batch_op.drop_constraint(op.f(f"fk_attendances_{name}"), type_="foreignkey")
            batch_op.drop_column(name)
    op.drop_table("meeting_delegates")
    op.drop_table("meeting_site_hosts")
    op.drop_table("meeting_sites")


def _forget_flag() -> None:
    roll = sa.table(
        "attendances",
        sa.column("meeting_id", BIG_ID),
        sa.column("member_id", BIG_ID),
        sa.column("site_id", BIG_ID),
        sa.column("home_site_id", BIG_ID),
        sa.column("flags", sa.JSON()),
    )
    connection = op.get_bind()
    lines = connection.execute(sa.select(roll).where(roll.c.site_id != roll.c.home_site_id)).all()
    for line in lines:
        connection.execute(
            sa.update(roll)
            .where(roll.c.meeting_id == line.meeting_id, roll.c.member_id == line.member_id)
            .values(flags=[flag for flag in line.flags if flag != "other_site"])
        )
