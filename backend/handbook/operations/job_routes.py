"""Work of the server that was given up, for those who look after the top of the tree."""

from typing import Any

from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.jobs import Job
from handbook.kernel.pagination import Page, PageArgs
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import unit_of_work
from handbook.operations import failed_jobs
from handbook.operations.job_schemas import FailedJobRetryIn, FailedJobRetryOut, FailedJobSchema
from handbook.organizations.queries import get_organization

blp = Blueprint("jobs", __name__, url_prefix="/api", description="Work of the server that was given up")


@blp.route("/organizations/<id:organization_id>/failed-jobs", methods=["GET"])
@requires(Permission.JOBS_MEND)
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(FailedJobSchema))
def list_failed_jobs(args: dict[str, Any], organization_id: int) -> Page[Job]:
    """Jobs of the installation that were given up, the newest first; told at the topmost organisation, others have none."""
    organization = get_organization(organization_id, Permission.JOBS_MEND, actor=current_actor())
    return failed_jobs.list_failed(organization, **args)


@blp.route("/organizations/<id:organization_id>/failed-jobs/retries", methods=["POST"])
@requires(Permission.JOBS_MEND)
@blp.arguments(FailedJobRetryIn)
@blp.response(200, FailedJobRetryOut)
def retry_failed_jobs(body: dict[str, Any], organization_id: int) -> dict[str, int]:
    """Let the worker try again what was given up; asking twice does nothing twice."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.JOBS_MEND, actor=actor)
    with unit_of_work() as uow:
        return {"retried": failed_jobs.retry(organization, body["ids"], actor=actor, uow=uow)}
