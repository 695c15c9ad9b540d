"""Settings of organisations, and the rules frozen on a meeting

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BINARY_TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "organization_settings",
        sa.Column("organization_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("path", BINARY_TEXT, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_organization_settings_organization_id"),
        ),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_organization_settings")),
    )
    op.create_index("ix_organization_settings_name_path", "organization_settings", ["name", "path"])
    op.create_table(
        "setting_changes",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("organization_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("set_by_account_id", BIG_ID, nullable=True),
        sa.Column("set_by_member_id", BIG_ID, nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_setting_changes_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_changes")),
    )
    op.create_index(
        "ix_setting_changes_organization_id_name_id", "setting_changes", ["organization_id", "name", "id"]
    )
    op.add_column("meetings", sa.Column("quorum_share", sa.String(length=7), nullable=True))
    op.add_column("meetings", sa.Column("late_after_minutes", sa.Integer(), nullable=True))
    op.add_column("meetings", sa.Column("thematic_combines", sa.Boolean(), nullable=True))
    # Meetings convened so far were held under these rules, which the program knew no others of.
    op.execute(
        "UPDATE meetings SET quorum_share = '2/3', late_after_minutes = 15, thematic_combines = false "
        "WHERE convened_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("meetings", "thematic_combines")
    op.drop_column("meetings", "late_after_minutes")
    op.drop_column("meetings", "quorum_share")
    op.drop_table("setting_changes")
    op.drop_table("organization_settings")
