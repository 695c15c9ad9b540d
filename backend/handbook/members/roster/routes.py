"""Rosters on screen: staff hand in a file, watch the import, read the report, and fetch the roster as a file."""

import io
from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from handbook.access.guards import current_actor, require, requires
from handbook.access.permissions import Permission
from handbook.kernel.db import db
from handbook.kernel.idempotency import idempotent
from handbook.kernel.openapi import BINARY
from handbook.kernel.problems import FieldError, NotFound, Problem
from handbook.kernel.storage import BlobTooLargeError, current_blobs
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.roster import export, jobs
from handbook.members.roster.archive import DEFAULT_LIMITS, inspect
from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.schemas import RosterFileSchema, RosterImportFormSchema, RosterImportSchema
from handbook.organizations.models import Organization
from handbook.organizations.queries import get_organization

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_WORKBOOK = frozenset({"not_a_workbook", "old_format", "encrypted"})

blp = Blueprint("rosters", __name__, url_prefix="/api", description="Importing and exporting rosters")


@blp.route("/organizations/<id:organization_id>/roster-imports", methods=["POST"])
@requires(Permission.MEMBERS_IMPORT)
@blp.arguments(RosterFileSchema, location="files")
@blp.arguments(RosterImportFormSchema, location="form")
@blp.response(202, RosterImportSchema)
@blp.doc(operationId="start_roster_import")
def start_import(files: dict[str, Any], form: dict[str, Any], organization_id: int) -> Response:
    """Hand in a roster (.xlsx); it is imported by a job, whose state and report are at the answer's Location.

    The file is looked into and stored before the transaction begins, so that a large one holds nobody up.
    """
    get_organization(organization_id, Permission.MEMBERS_IMPORT, actor=current_actor())
    db.session.rollback()
    file: FileStorage = files["file"]
    _refuse_unreadable(file)
    store = current_blobs()
    file.stream.seek(0)
    try:
        blob = store.put(file.stream, limit=DEFAULT_LIMITS.file_bytes)  # type: ignore[arg-type]  # reads like a file
    except BlobTooLargeError:
        raise _refusal(RosterUnreadable("too_large")) from None
    try:
        answer: Response = _enqueue(organization_id, form, blob.key, file)
        return answer
    finally:
        if blob.created:
            jobs.discard_unneeded(store, blob.key)


@blp.route("/roster-imports/<id:import_id>", methods=["GET"])
@requires(Permission.MEMBERS_IMPORT)
@blp.doc(operationId="get_roster_import")
@blp.response(200, RosterImportSchema)
def get_import(import_id: int) -> dict[str, Any]:
    """State, progress and, in the end, the report of an import."""
    row = jobs.find_import(import_id)
    organization = db.session.get(Organization, row.args["organization_id"])
    if organization is None:
        raise NotFound
    # The report quotes the file of another organisation: to others the import does not exist.
    try:
        require(current_actor(), Permission.MEMBERS_IMPORT, organization.target)
    except Problem:
        raise NotFound from None
    return jobs.import_data(row)


@blp.route("/organizations/<id:organization_id>/roster.xlsx", methods=["GET"])
@requires(Permission.MEMBERS_IMPORT)
@blp.response(200, BINARY, content_type=XLSX)
def download_roster(organization_id: int) -> Response:
    """The members of the organisation and all cells below it as Excel, without citizen IDs; the reading is recorded."""
    actor = current_actor()
    target = io.BytesIO()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.MEMBERS_IMPORT, actor=actor)
        filename = f"danh-sach-dang-vien-{organization.code.replace('/', '-')}.xlsx"
        export.export_roster(target, organization, actor=actor, uow=uow, with_citizen_ids=False)
    response = Response(target.getvalue(), mimetype=XLSX)
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    return response


@idempotent
def _enqueue(organization_id: int, form: dict[str, Any], blob_key: str, file: FileStorage) -> Response:
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.MEMBERS_IMPORT, actor=actor)
        row = jobs.enqueue_import(organization, blob_key, actor=actor, uow=uow, **form)
        if not current_blobs().exists(blob_key):
            # An import of the same file ended between storing and enqueueing, and took the file with it.
            file.stream.seek(0)
            current_blobs().put(file.stream)  # type: ignore[arg-type]  # as above
        response = jsonify(RosterImportSchema().dump(jobs.import_data(row)))
    response.status_code = 202
    response.headers["Location"] = f"/api/roster-imports/{row.id}"
    return response


def _refuse_unreadable(file: FileStorage) -> None:
    try:
        inspect(file.stream)  # type: ignore[arg-type]  # the spooled file reads and seeks like any other
    except RosterUnreadable as error:
        raise _refusal(error) from None


def _refusal(error: RosterUnreadable) -> Problem:
    errors = [FieldError("/file", error.code)]
    if error.code in NO_WORKBOOK:
        return Problem(422, "unsupported_file_type", errors=errors)
    if error.code == "damaged":
        return Problem(422, "damaged_file", errors=errors)
    return Problem(413, "file_too_large", errors=errors)
