"""Arrival and leaving, chair, minute-taker and guests

Revision ID: 0006
Revises: 0005
"""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Filled in with the change it belongs to."""


def downgrade() -> None:
    """Filled in with the change it belongs to."""
