"""What a vote rests on: quorum, raised hands, the room's own count; votes on paper in the book

Revision ID: 0014
Revises: 0013
"""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with the change it belongs to."""


def downgrade() -> None:
    """Filled in with the change it belongs to."""
