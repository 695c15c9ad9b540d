"""Signatures that were given on the printed page, with its scan and who put them on record

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

TABLE = "minutes_signatures"
COLUMNS = ("scan_sha256", "scan_media_type", "recorded_by", "recorded_by_name")


def upgrade() -> None:
    big_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    with op.batch_alter_table(TABLE) as batch_op:
        batch_op.add_column(sa.Column("scan_sha256", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("scan_media_type", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("recorded_by", big_id, nullable=True))
        batch_op.add_column(sa.Column("recorded_by_name", sa.String(length=120), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_minutes_signatures_scan_sha256"), "blobs", ["scan_sha256"], ["sha256"]
        )
        batch_op.create_foreign_key(
            op.f("fk_minutes_signatures_recorded_by"), "members", ["recorded_by"], ["id"]
        )
        batch_op.create_check_constraint(
            op.f("ck_minutes_signatures_paper"), "(scan_sha256 IS NULL) = (recorded_by_name IS NULL)"
        )
        batch_op.create_index("ix_minutes_signatures_scan_sha256", ["scan_sha256"])
        batch_op.create_index("ix_minutes_signatures_recorded_by", ["recorded_by"])


def downgrade() -> None:
    """What was signed on paper stays signed; that it was on paper, and its scan, are forgotten."""
    op.execute(
        "UPDATE blobs SET reference_count = reference_count - (SELECT count(*) FROM minutes_signatures s "
        "WHERE s.scan_sha256 = blobs.sha256) WHERE sha256 IN (SELECT scan_sha256 FROM minutes_signatures)"
    )
    with op.batch_alter_table(TABLE) as batch_op:
        batch_op.drop_index("ix_minutes_signatures_recorded_by")
        batch_op.drop_index("ix_minutes_signatures_scan_sha256")
        batch_op.drop_constraint(op.f("ck_minutes_signatures_paper"), type_="check")
        batch_op.drop_constraint(op.f("fk_minutes_signatures_recorded_by"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_minutes_signatures_scan_sha256"), type_="foreignkey")
        for name in reversed(COLUMNS):
            batch_op.drop_column(name)
