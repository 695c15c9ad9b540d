"""Ballots: votes, papers, the ballot box, reserved opinions

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHOICES = "choice IN ('agree', 'disagree', 'other')"


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "ballots",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("agenda_item_id", big_id(), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("voters_present", sa.Integer(), nullable=True),
        sa.Column("majority_share", sa.String(length=10), nullable=True),
        sa.Column("majority_at_least", sa.Boolean(), nullable=True),
        sa.Column("required", sa.Integer(), nullable=True),
        sa.Column("agree", sa.Integer(), nullable=True),
        sa.Column("disagree", sa.Integer(), nullable=True),
        sa.Column("other", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("papers_given_out", sa.Integer(), nullable=True),
        sa.Column("papers_returned", sa.Integer(), nullable=True),
        sa.Column("papers_valid", sa.Integer(), nullable=True),
        sa.Column("papers_invalid", sa.Integer(), nullable=True),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("public_key", sa.String(length=1200), nullable=True),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('resolution', 'admission', 'recognition', 'other')", name=op.f("ck_ballots_kind")
        ),
        sa.CheckConstraint(
            "method IN ('hand', 'phone', 'secret', 'secret_paper')", name=op.f("ck_ballots_method")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'open', 'closed', 'withdrawn')", name=op.f("ck_ballots_state")
        ),
        sa.CheckConstraint("state <> 'closed' OR denominator IS NOT NULL", name=op.f("ck_ballots_frozen")),
        sa.CheckConstraint(
            "state = 'open' OR private_key_sealed IS NULL", name=op.f("ck_ballots_key_destroyed")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_ballots_meeting_id")),
        sa.ForeignKeyConstraint(
            ["agenda_item_id"],
            ["agenda_items.id"],
            name=op.f("fk_ballots_agenda_item_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("key", name=op.f("uq_ballots_key")),
    )
    with op.batch_alter_table("ballots", schema=None) as batch_op:
        batch_op.create_index("ix_ballots_meeting_id", ["meeting_id"], unique=False)
        batch_op.create_index("ix_ballots_agenda_item_id", ["agenda_item_id"], unique=False)
    _of_members(
        "ballot_reservations",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
    )
    _of_members(
        "ballot_votes",
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(CHOICES, name=op.f("ck_ballot_votes_choice")),
    )
    _of_members("ballot_papers", sa.Column("fingerprint", sa.String(length=64), nullable=False))
    op.create_table(
        "ballot_box",
        sa.Column("ballot_id", big_id(), nullable=False),
        sa.Column("serial", sa.String(length=43), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=False),
        sa.Column("secret", sa.String(length=43), nullable=False),
        sa.Column("marks", sa.String(length=131), nullable=False),
        sa.Column("randomizer", sa.String(length=43), nullable=False),
        sa.Column("signature", sa.String(length=700), nullable=False),
        sa.CheckConstraint(CHOICES, name=op.f("ck_ballot_box_choice")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f("fk_ballot_box_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", "serial", name=op.f("pk_ballot_box")),
        # No row number that would tell the order in which votes were cast.
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("ballot_box", "ballot_papers", "ballot_votes", "ballot_reservations", "ballots"):
        op.drop_table(table)


def _of_members(table: str, *columns: sa.schema.SchemaItem) -> None:
    """A table with one row for a member in a ballot."""
    op.create_table(
        table,
        sa.Column("ballot_id", big_id(), nullable=False),
        sa.Column("member_id", big_id(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["ballot_id"], ["ballots.id"], name=op.f(f"fk_{table}_ballot_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f(f"fk_{table}_member_id")),
        sa.PrimaryKeyConstraint("ballot_id", "member_id", name=op.f(f"pk_{table}")),
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(f"ix_{table}_member_id", ["member_id"], unique=False)
