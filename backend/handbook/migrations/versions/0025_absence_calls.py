"""Who runs a meeting is told that somebody asks to be excused from it

Revision ID: 0025
Revises: 0024
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'meeting_convened', 'meeting_changed', 'meeting_cancelled', 'meeting_reminder', 'absence_decided', "
    "'resolution_issued', 'resolution_revoked', 'task_due', 'meeting_due', 'minutes_due'"
)
NEW_KINDS = f"{OLD_KINDS}, 'absence_asked'"
NEW_ONES = "kind = 'absence_asked'"


def upgrade() -> None:
    _set_kinds("notices", NEW_KINDS)
    with _deliveries_aside():
        _set_kinds("reminders", NEW_KINDS)


def downgrade() -> None:
    op.execute(f"DELETE FROM deliveries WHERE reminder_id IN (SELECT id FROM reminders WHERE {NEW_ONES})")  # noqa: S608
    for table in ("reminders", "notices"):
        op.execute(f"DELETE FROM {table} WHERE {NEW_ONES}")  # noqa: S608
    with _deliveries_aside():
        _set_kinds("reminders", OLD_KINDS)
    _set_kinds("notices", OLD_KINDS)


def _set_kinds(table: str, kinds: str) -> None:
    """Let a table of what members are told hold these kinds. SQLite makes the table anew for it."""
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, recreate="auto") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, sa.text(f"kind IN ({kinds})"))


@contextmanager
def _deliveries_aside() -> Iterator[None]:
    """Deliveries name reminders. While SQLite makes that table anew they wait in a table that names nothing."""
    if op.get_context().dialect.name != "sqlite":
        yield
        return
    op.execute("CREATE TEMPORARY TABLE deliveries_aside AS SELECT * FROM deliveries")
    op.execute("DELETE FROM deliveries")
    yield
    op.execute("INSERT INTO deliveries SELECT * FROM deliveries_aside")
    op.execute("DROP TABLE deliveries_aside")
