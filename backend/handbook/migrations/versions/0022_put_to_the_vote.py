"""What a ballot put to the vote: symbol, title and the hash of the text

Of the votes that were held before, the name is known as it is now, and of the text nothing.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ballots", sa.Column("put_symbol", sa.String(length=40), nullable=True))
    op.add_column("ballots", sa.Column("put_title", sa.String(length=300), nullable=True))
    op.add_column("ballots", sa.Column("put_hash", sa.String(length=64), nullable=True))
    op.execute(
        "UPDATE ballots SET"
        " put_symbol = (SELECT symbol FROM resolutions WHERE resolutions.id = ballots.resolution_id),"
        " put_title = (SELECT title FROM resolutions WHERE resolutions.id = ballots.resolution_id)"
        " WHERE resolution_id IS NOT NULL AND opened_at IS NOT NULL"
    )


def downgrade() -> None:
    for name in ("put_hash", "put_title", "put_symbol"):
        op.drop_column("ballots", name)
