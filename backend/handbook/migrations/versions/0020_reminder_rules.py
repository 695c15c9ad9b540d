"""For whom reminders are and what a meeting has otherwise, nudges, what members want pushed, push services that asked to wait

Revision ID: 0020
Revises: 0019
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'meeting_convened', 'meeting_changed', 'meeting_cancelled', 'meeting_reminder', 'absence_decided', "
    "'resolution_issued', 'resolution_revoked', 'task_due'"
)
NEW_KINDS = f"{OLD_KINDS}, 'meeting_due', 'minutes_due'"
NEW_ONES = "kind IN ('meeting_due', 'minutes_due')"


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("meetings", sa.Column("reminder_rules", sa.JSON(), nullable=True))
    _set_kinds("notices", NEW_KINDS)
    with _deliveries_aside():
        _set_kinds(
            "reminders",
            NEW_KINDS,
            added=[
                sa.Column("organization_id", big_id(), nullable=True),
                sa.Column("audience", sa.JSON(), nullable=True),
            ],
        )
    op.create_table(
        "push_preferences",
        sa.Column("account_id", big_id(), autoincrement=False, nullable=False),
        sa.Column("muted", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_push_preferences_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_push_preferences")),
    )
    op.create_table(
        "push_origins",
        sa.Column("origin", sa.String(length=280), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_push_origins")),
    )
    op.add_column(
        "push_subscriptions", sa.Column("origin", sa.String(length=280), nullable=False, server_default="")
    )
    _tell_origins()
    op.create_index("ix_push_subscriptions_origin", "push_subscriptions", ["origin"])
    op.create_index("ix_deliveries_state", "deliveries", ["state", "id"])


def downgrade() -> None:
    op.drop_index("ix_deliveries_state", table_name="deliveries")
    op.drop_index("ix_push_subscriptions_origin", table_name="push_subscriptions")
    op.drop_column("push_subscriptions", "origin")
    op.drop_table("push_origins")
    op.drop_table("push_preferences")
    op.execute(f"DELETE FROM deliveries WHERE reminder_id IN (SELECT id FROM reminders WHERE {NEW_ONES})")  # noqa: S608
    for table in ("reminders", "notices"):
        op.execute(f"DELETE FROM {table} WHERE {NEW_ONES}")  # noqa: S608
    with _deliveries_aside():
        _set_kinds("reminders", OLD_KINDS, drop=("audience", "organization_id"))
    _set_kinds("notices", OLD_KINDS)
    op.drop_column("meetings", "reminder_rules")


def _tell_origins() -> None:
    connection = op.get_bind()
    update = sa.text("UPDATE push_subscriptions SET origin = :origin WHERE id = :id")
    for row in connection.execute(sa.text("SELECT id, endpoint FROM push_subscriptions")).all():
        parts = urlsplit(row.endpoint)
        connection.execute(update, {"id": row.id, "origin": f"{parts.scheme}://{parts.netloc}"})


def _set_kinds(
    table: str, kinds: str, *, added: list[sa.Column[int]] | None = None, drop: tuple[str, ...] = ()
) -> None:
    """Let a table of what members are told hold these kinds. SQLite makes the table anew for it."""
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, recreate="auto") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        for column in added or ():
            batch_op.add_column(column)
        for column_name in drop:
            batch_op.drop_column(column_name)
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
