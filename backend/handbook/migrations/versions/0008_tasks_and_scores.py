"""Resolutions revoked and superseded, progress of tasks, scores of meetings

Revision ID: 0008
Revises: 0006
"""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None

OLD_KINDS = (
    "'meeting_convened', 'meeting_changed', 'meeting_cancelled', 'meeting_reminder', 'absence_decided', "
    "'resolution_issued'"
)
NEW_KINDS = f"{OLD_KINDS}, 'resolution_revoked', 'task_due'"


def big_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _add_reference("resolutions", "supersedes_id", "resolutions")
    _add_reference("resolutions", "superseded_by_id", "resolutions")
    op.create_index("ix_resolutions_supersedes_id", "resolutions", ["supersedes_id"])
    op.add_column("resolutions", sa.Column("revoked_on", sa.Date(), nullable=True))
    op.add_column("resolutions", sa.Column("revoke_reason", sa.String(length=500), nullable=True))
    op.add_column("resolutions", sa.Column("issue_exception", sa.String(length=500), nullable=True))
    op.add_column("tasks", sa.Column("percent", sa.Integer(), nullable=True))
    op.add_column("tasks", sa.Column("reason", sa.String(length=1000), nullable=True))
    op.add_column("tasks", sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tasks", sa.Column("row_version", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_tasks_state_due_on", "tasks", ["state", "due_on"])
    _create_task_updates()
    _create_scores()
    _set_kinds("notices", NEW_KINDS)
    with _deliveries_aside():
        _set_kinds("reminders", NEW_KINDS, sa.Column("task_id", big_id(), nullable=True))
    op.create_index("ix_reminders_task_id", "reminders", ["task_id"])


def downgrade() -> None:
    told = "kind IN ('resolution_revoked', 'task_due')"
    op.execute(f"DELETE FROM deliveries WHERE reminder_id IN (SELECT id FROM reminders WHERE {told})")  # noqa: S608
    for table in ("reminders", "notices"):
        op.execute(f"DELETE FROM {table} WHERE {told}")  # noqa: S608
    op.drop_index("ix_reminders_task_id", table_name="reminders")
    with _deliveries_aside():
        _set_kinds("reminders", OLD_KINDS, drop="task_id")
    _set_kinds("notices", OLD_KINDS)
    for table in ("score_voters", "meeting_scores", "score_sheets", "task_updates"):
        op.drop_table(table)
    op.drop_index("ix_tasks_state_due_on", table_name="tasks")
    for column in ("row_version", "finished_at", "reason", "percent"):
        op.drop_column("tasks", column)
    op.drop_index("ix_resolutions_supersedes_id", table_name="resolutions")
    for column in ("issue_exception", "revoke_reason", "revoked_on"):
        op.drop_column("resolutions", column)
    _drop_references("resolutions", "superseded_by_id", "supersedes_id")


def _create_task_updates() -> None:
    op.create_table(
        "task_updates",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=36), nullable=False),
        sa.Column("task_id", big_id(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("member_id", big_id(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('progress', 'done', 'not_done', 'reopened')", name=op.f("ck_task_updates_kind")
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_task_updates_percent")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_updates_task_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_task_updates_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_updates")),
        sa.UniqueConstraint("key", name=op.f("uq_task_updates_key")),
    )
    op.create_index("ix_task_updates_task_id", "task_updates", ["task_id"])
    op.create_index("ix_task_updates_member_id", "task_updates", ["member_id"])


def _create_scores() -> None:
    op.create_table(
        "score_sheets",
        sa.Column("id", big_id(), autoincrement=True, nullable=False),
        sa.Column("organization_id", big_id(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", big_id(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_score_sheets_organization_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["members.id"], name=op.f("fk_score_sheets_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheets")),
    )
    op.create_index(
        "ix_score_sheets_organization_id_valid_from", "score_sheets", ["organization_id", "valid_from"]
    )
    op.create_table(
        "meeting_scores",
        sa.Column("meeting_id", big_id(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("tally_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("criterion_points", sa.JSON(), nullable=True),
        sa.Column("good_from", sa.Integer(), nullable=True),
        sa.Column("fair_from", sa.Integer(), nullable=True),
        sa.Column("average_from", sa.Integer(), nullable=True),
        sa.Column("grade", sa.String(length=10), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name=op.f("ck_meeting_scores_state")),
        sa.CheckConstraint("method IN ('phone', 'paper')", name=op.f("ck_meeting_scores_method")),
        sa.CheckConstraint(
            "grade IN ('good', 'fair', 'average', 'poor')", name=op.f("ck_meeting_scores_grade")
        ),
        sa.CheckConstraint("(state = 'closed') = (grade IS NOT NULL)", name=op.f("ck_meeting_scores_graded")),
        sa.CheckConstraint(
            "state = 'open' OR tally_sealed IS NULL", name=op.f("ck_meeting_scores_tally_destroyed")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_scores_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_scores")),
    )
    op.create_table(
        "score_voters",
        sa.Column("meeting_id", big_id(), nullable=False),
        sa.Column("member_id", big_id(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_score_voters_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_score_voters_member_id")),
        sa.PrimaryKeyConstraint("meeting_id", "member_id", name=op.f("pk_score_voters")),
        # No row number that would tell the order in which members scored.
        sqlite_with_rowid=False,
    )
    op.create_index("ix_score_voters_member_id", "score_voters", ["member_id"])


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _add_reference(table: str, column: str, other: str) -> None:
    """A nullable column that names a row of another table. SQLite takes the constraint with the column only."""
    name = f"fk_{table}_{column}"
    if _is_sqlite():
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)"
        )
        return
    op.add_column(table, sa.Column(column, big_id(), nullable=True))
    op.create_foreign_key(op.f(name), table, other, [column], ["id"])


def _drop_references(table: str, *columns: str) -> None:
    for column in columns:
        if not _is_sqlite():
            op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
        op.drop_column(table, column)


def _set_kinds(
    table: str, kinds: str, added: sa.Column[int] | None = None, *, drop: str | None = None
) -> None:
    """Let a table of what members are told hold these kinds. SQLite makes the table anew for it."""
    name = op.f(f"ck_{table}_kind")
    # SQLite does not tell the names of its constraints, so the old one is found by its text.
    with op.batch_alter_table(table, recreate="auto") as batch_op:
        batch_op.drop_constraint(name, type_="check")
        if added is not None:
            batch_op.add_column(added)
        if drop is not None:
            batch_op.drop_column(drop)
        batch_op.create_check_constraint(name, sa.text(f"kind IN ({kinds})"))


@contextmanager
def _deliveries_aside() -> Iterator[None]:
    """Deliveries name reminders. While SQLite makes that table anew they wait in a table that names nothing."""
    if not _is_sqlite():
        yield
        return
    op.execute("CREATE TEMPORARY TABLE deliveries_aside AS SELECT * FROM deliveries")
    op.execute("DELETE FROM deliveries")
    yield
    op.execute("INSERT INTO deliveries SELECT * FROM deliveries_aside")
    op.execute("DROP TABLE deliveries_aside")
