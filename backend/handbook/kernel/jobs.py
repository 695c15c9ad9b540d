"""Work to do is a row: due at a time, unique by key, claimed with a lease, retried with back-off, never lost.

A feature registers ``@job("name")`` handlers and enqueues rows inside its unit of work; the worker ticks :func:`run_due`.
A handler runs at least once: what it does must bear being done again when a worker died after the act.

A worker takes one job at a time, so each run that it begins is counted, whatever becomes of it: a job that kills its worker is
given up as one that fails is, and no other job is blamed for having waited behind it.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    bindparam,
    delete,
    exists,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from handbook.kernel.db import BigId, UTCDateTime, db
from handbook.kernel.drivers import current_driver
from handbook.kernel.logging import get_logger
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 10
#: The reason of a job that was given up because the workers that ran it never came back.
WORKER_LOST = "worker_lost"
FIRST_RETRY_SECONDS = 10
LONGEST_RETRY_SECONDS = 3600


class Job(db.Model):  # type: ignore[name-defined]
    """One piece of work. States: queued → running → done, or dead after :data:`MAX_ATTEMPTS`; staff can queue it anew.

    ``attempts`` counts the runs that were begun since the job last got further.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'dead')", name="state"),
        Index("ix_jobs_state_due_at", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    progress: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RetryLater(Exception):
    """Raised by a handler that was told when to come back, such as by ``Retry-After``."""

    def __init__(self, seconds: float, reason: str) -> None:
        self.seconds = seconds
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class JobRun:
    """What a handler knows of its run."""

    job_id: int
    name: str
    attempt: int
    args: Mapping[str, Any]

    def report_progress(self, done: int, total: int) -> None:
        """Make the progress visible to who waits for it, and keep the lease; commits on its own.

        ``done`` is what no other run has to do again: a job that gets further is not the one that ends its workers, so a long
        one outlives any number of restarts.
        """
        values: dict[str, Any] = {"progress": {"done": done, "total": total}}
        if done > 0:
            values["attempts"] = 1
        with unit_of_work() as uow:
            lease_until = uow.clock.now() + LEASE
            uow.session.execute(
                update(Job).where(Job.id == self.job_id).values(**values, lease_until=lease_until)
            )


Handler = Callable[[JobRun], dict[str, Any] | None]
GivenUp = Callable[[Mapping[str, Any], UnitOfWork], None]
_handlers: dict[str, Handler] = {}
_given_up: dict[str, GivenUp] = {}


def job(name: str) -> Callable[[Handler], Handler]:
    """Decorate the handler of jobs called ``name``; what it returns (JSON) is kept as the job's result."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def on_given_up(name: str) -> Callable[[GivenUp], GivenUp]:
    """Decorate what happens, in the same transaction, when a job called ``name`` is given up; it gets the job's ``args``."""

    def register(handler: GivenUp) -> GivenUp:
        _given_up[name] = handler
        return handler

    return register


def enqueue(
    uow: UnitOfWork, name: str, *, key: str, args: Mapping[str, Any], due_at: datetime | None = None
) -> Job:
    """Add a job in this transaction; an existing one of the same key is returned as it is, whatever its state."""
    existing = uow.session.scalar(select(Job).where(Job.key == key))
    if existing is not None:
        return existing
    now = uow.clock.now()
    row = Job(
        name=name, key=key, args=dict(args), due_at=due_at or now, created_at=now, state="queued", attempts=0
    )
    uow.session.add(row)
    uow.session.flush()
    return row


def cancel(uow: UnitOfWork, key: str) -> bool:
    """Drop a job that has not begun; tells whether there was one."""
    existing = uow.session.scalar(select(Job).where(Job.key == key, Job.state == "queued"))
    if existing is None:
        return False
    uow.session.delete(existing)
    return True


def purge_finished(uow: UnitOfWork, before: datetime, *, limit: int) -> int:
    """Forget up to ``limit`` jobs that were done or given up before this time; returns how many.

    What is queued or running stays, however old. A key is free again afterwards.
    """
    finished = (
        select(Job.id)
        .where(Job.state.in_(("done", "dead")), Job.finished_at < before)
        .order_by(Job.id)
        .limit(limit)
    )
    ids = uow.session.scalars(finished).all()
    uow.session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


def run_due(*, limit: int = 50, stopping: Callable[[], bool] = lambda: False) -> int:
    """Claim and run up to ``limit`` due jobs one after the other, and tell how many were run; none is begun once it is
    ``stopping``.
    """
    for number in range(limit):
        run = None if stopping() else _claim()
        if run is None:
            return number
        _run(run)
    return limit


_DUE = select(
    exists().where(Job.state == "running", Job.lease_until < bindparam("now")).label("left_behind"),
    exists().where(Job.state == "queued", Job.due_at <= bindparam("now")).label("due"),
)


def _is_idle() -> bool:
    """Whether nothing is due, by one reading: who finds no work takes no lock. A database that does not answer is left to
    the claim.
    """
    rows = current_driver().find(_DUE, {"now": current_clock().now()})
    return rows is not None and not any(rows[0])


def _claim() -> JobRun | None:
    """The next job to run, with its run counted; None when nothing is due. Those that were begun too often are given up."""
    while not _is_idle():
        with unit_of_work() as uow:
            now = uow.clock.now()
            # Two statements, each in the order of an index: together they would sort everything that is due, for each job.
            row = _next(uow, (Job.state == "running") & (Job.lease_until < now)) or _next(
                uow, (Job.state == "queued") & (Job.due_at <= now)
            )
            if row is None:
                return None
            if row.state == "queued" or row.attempts < MAX_ATTEMPTS:
                row.state = "running"
                row.attempts += 1
                row.lease_until = now + LEASE
                return JobRun(row.id, row.name, row.attempts, dict(row.args))
            _end_dead(row, WORKER_LOST, uow)
            lost = {"job_id": row.id, "job": row.name, "attempt": row.attempts}
        get_logger().error("job.given_up", reason=WORKER_LOST, **lost)
    return None


def _next(uow: UnitOfWork, condition: ColumnElement[bool]) -> Job | None:
    found = select(Job).where(condition).order_by(Job.due_at, Job.id).limit(1)
    return uow.session.scalar(found.with_for_update(skip_locked=True))


def _run(run: JobRun) -> None:
    log = get_logger().bind(job_id=run.job_id, job=run.name, attempt=run.attempt)
    try:
        result = _handlers[run.name](run)
    except RetryLater as later:
        _put_back(run, later.reason, later.seconds)
        log.info("job.postponed", reason=later.reason)
    except Exception as error:
        db.session.rollback()
        _put_back(run, type(error).__name__, None)
        log.exception("job.failed")
    else:
        _finish(run, result)
        log.info("job.done")


def _finish(run: JobRun, result: dict[str, Any] | None) -> None:
    with unit_of_work() as uow:
        uow.session.execute(
            update(Job)
            .where(Job.id == run.job_id)
            .values(
                state="done", result=result, finished_at=uow.clock.now(), lease_until=None, last_error=None
            )
        )


def _put_back(run: JobRun, reason: str, seconds: float | None) -> None:
    with unit_of_work() as uow:
        row = uow.session.get_one(Job, run.job_id, with_for_update=True, populate_existing=True)
        if row.attempts >= MAX_ATTEMPTS:
            _end_dead(row, reason, uow)
            return
        if seconds is None:
            longest = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** (row.attempts - 1))
            seconds = longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
        row.state, row.lease_until, row.last_error = "queued", None, reason[:200]
        row.due_at = uow.clock.now() + timedelta(seconds=seconds)


def _end_dead(row: Job, reason: str, uow: UnitOfWork) -> None:
    """Give a job up, with what its feature does about that."""
    row.state, row.lease_until, row.last_error = "dead", None, reason[:200]
    row.finished_at = uow.clock.now()
    if row.name in _given_up:
        _given_up[row.name](row.args, uow)
