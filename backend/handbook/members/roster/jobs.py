"""Imports that staff start on screen: the file waits in the blob store, a job row does the work and keeps the report."""

import secrets
import tempfile
from typing import Any, BinaryIO, cast

from sqlalchemy import select, update

from handbook.access.actor import Actor
from handbook.kernel.db import db
from handbook.kernel.jobs import Job, JobRun, enqueue, job
from handbook.kernel.problems import NotFound
from handbook.kernel.storage import BlobNotFoundError, BlobStore, current_blobs
from handbook.kernel.unit_of_work import UnitOfWork, current_clock
from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.report import ImportReport
from handbook.members.roster.service import import_roster
from handbook.organizations.models import Organization

JOB = "members.import_roster"
_STATES = {"queued": "queued", "running": "running", "done": "done", "dead": "failed"}
_PENDING = ("queued", "running")
_BROKEN = {"code": "internal_error", "message": "Không nhập được danh sách vì lỗi hệ thống. Hãy thử lại sau."}


def enqueue_import(
    organization: Organization,
    blob_key: str,
    *,
    dry_run: bool,
    create_organizations: bool,
    actor: Actor,
    uow: UnitOfWork,
) -> Job:
    """A job that imports the file under this key as the actor, who has been found entitled to it."""
    return enqueue(
        uow,
        JOB,
        key=f"{JOB}:{secrets.token_hex(16)}",
        args={
            "organization_id": organization.id,
            "blob": blob_key,
            "dry_run": dry_run,
            "create_organizations": create_organizations,
            "account_id": actor.account_id,
            "member_id": actor.member_id,
        },
    )


def find_import(import_id: int) -> Job:
    """The job of an import; raises :class:`NotFound` for jobs of other kinds too."""
    found = db.session.get(Job, import_id)
    if found is None or found.name != JOB:
        raise NotFound
    return found


def import_data(row: Job) -> dict[str, Any]:
    """The import as :class:`RosterImportSchema` shows it."""
    result = row.result or {}
    error = result.get("error") or (_BROKEN if row.state == "dead" else None)
    return {
        "id": row.id,
        "organization_id": row.args["organization_id"],
        "state": "failed" if error else _STATES[row.state],
        "dry_run": row.args["dry_run"],
        "create_organizations": row.args["create_organizations"],
        "progress": row.progress,
        "report": result.get("report") if row.state == "done" else None,
        "warnings": result.get("warnings", []) if row.state == "done" else [],
        "error": error,
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }


def discard_unneeded(store: BlobStore, blob_key: str, *, besides: int | None = None) -> None:
    """Delete an uploaded roster, which is personal data, unless another import is still to read it."""
    waiting = db.session.scalar(
        select(Job.id)
        .where(Job.name == JOB, Job.state.in_(_PENDING), Job.args["blob"].as_string() == blob_key)
        .where(Job.id != (besides or 0))
        .limit(1)
    )
    db.session.rollback()
    if waiting is None:
        store.delete(blob_key)


@job(JOB)
def run_import(run: JobRun) -> dict[str, Any]:
    """Import the file. The report is kept in the transaction of the import itself, so a second run of a job whose worker
    died after it finds the report and imports nothing again."""
    store = current_blobs()
    key = str(run.args["blob"])
    finished = db.session.scalar(select(Job.result).where(Job.id == run.job_id))
    result = finished or _import(run, store, key)
    discard_unneeded(store, key, besides=run.job_id)
    return result


def _import(run: JobRun, store: BlobStore, key: str) -> dict[str, Any]:
    organization = db.session.get(Organization, int(run.args["organization_id"]))
    if organization is None:
        return {"error": _BROKEN}
    actor = Actor(account_id=run.args["account_id"], member_id=run.args["member_id"])

    def tell(stage: str, _done: int, total: int) -> None:
        # The transaction of the import hides its own progress; only the reading before it can be told.
        if stage == "read":
            run.report_progress(0, total)

    def keep_report(uow: UnitOfWork, report: ImportReport) -> None:
        rows = report.rows
        uow.session.execute(
            update(Job)
            .where(Job.id == run.job_id)
            .values(result=_result(report), progress={"done": rows, "total": rows})
        )

    try:
        with tempfile.TemporaryFile() as file:
            for chunk in store.open(key):
                file.write(chunk)
            report = import_roster(
                cast(BinaryIO, file),
                organization,
                create_organizations=bool(run.args["create_organizations"]),
                dry_run=bool(run.args["dry_run"]),
                actor=actor,
                clock=current_clock(),
                progress=tell,
                also_write=keep_report,
            )
    except RosterUnreadable as error:
        return {"error": {"code": error.code, "message": error.message}}
    except BlobNotFoundError:
        missing = RosterUnreadable("file_missing")
        return {"error": {"code": missing.code, "message": missing.message}}
    return _result(report)


def _result(report: ImportReport) -> dict[str, Any]:
    return {"report": report.as_json(), "warnings": report.warnings}
