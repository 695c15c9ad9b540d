"""What a ballot decides on, and the counts that were corrected

Revision ID: 0010
Revises: 0009
"""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with the change it belongs to."""


def downgrade() -> None:
    """Filled in with the change it belongs to."""
