"""What kind of document was put to the vote, and to which doubts the reason answered for which one was issued

Of the votes that were held before, and of the reasons that were given before, nobody knows.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ballots", sa.Column("put_form", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("resolutions", sa.Column("issue_exception_for", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("resolutions", "issue_exception_for")
    op.drop_column("ballots", "put_form")
