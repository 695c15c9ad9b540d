"""Jobs that were given up after :data:`~handbook.kernel.jobs.MAX_ATTEMPTS`: seen with their reason, and done again.

A job is the whole installation's, whatever it is about: it is told at the top of the tree, by its name and without what it was
about. It is forgotten with other finished jobs, ``HANDBOOK_KEEP_JOBS_DAYS`` after it was given up.
"""

from collections.abc import Sequence

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.kernel.jobs import Job
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.organizations.models import Organization

DEAD = "dead"
#: How many are done again at one time; who has more asks again.
AT_ONCE = 500


def list_failed(organization: Organization, *, limit: int, cursor: str | None) -> Page[Job]:
    """The jobs that were given up, the newest first; none for an organisation that has another above it."""
    if organization.parent_id is not None:
        return Page([], None)
    return all_failed(limit=limit, cursor=cursor)


def all_failed(*, limit: int, cursor: str | None = None) -> Page[Job]:
    """The jobs of this installation that were given up, the newest first."""
    dead = select(Job).where(Job.state == DEAD)
    return paginate(dead, [Job.id], limit=limit, cursor=cursor, key_of=lambda job: [job.id], descending=True)


def retry(organization: Organization, job_ids: Sequence[int] | None, *, actor: Actor, uow: UnitOfWork) -> int:
    """Queue them anew, all of them without ``job_ids``; how many. Doing it twice does nothing twice: what waits again is not
    given up any more. None for an organisation that has another above it.
    """
    if organization.parent_id is not None:
        return 0
    again = queue_again(uow, job_ids)
    if again:
        record(
            uow,
            "operations:jobs:retried",
            actor=actor,
            subject_id=organization.id,
            path=organization.path,
            details={"count": len(again), "names": sorted({job.name for job in again})},
        )
    return len(again)


def queue_again(uow: UnitOfWork, job_ids: Sequence[int] | None) -> list[Job]:
    """Let the worker try these jobs, or all that were given up, from the beginning; those that it was."""
    chosen = select(Job).where(Job.state == DEAD).order_by(Job.id).limit(AT_ONCE)
    if job_ids is not None:
        chosen = chosen.where(Job.id.in_(job_ids))
    again = list(uow.session.scalars(chosen.with_for_update(skip_locked=True)))
    for job in again:
        job.state, job.attempts, job.due_at = "queued", 0, uow.clock.now()
        job.finished_at = job.lease_until = None
    uow.session.flush()
    return again
