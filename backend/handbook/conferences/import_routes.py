"""The workbook of a conference on screen: hand it in, try it first, and fetch an empty form."""

import io
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from handbook.access.guards import current_actor, requires, signed_in
from handbook.access.permissions import Permission
from handbook.conferences.form import write_form
from handbook.conferences.importing import ConferenceReport, import_conference
from handbook.conferences.schemas import ConferenceFileSchema, ConferenceImportArgs, ConferenceReportSchema
from handbook.conferences.sheets import Tables, read_tables
from handbook.kernel.openapi import BINARY
from handbook.kernel.problems import FieldError, Problem
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.members.roster.errors import RosterUnreadable

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_WORKBOOK = frozenset({"not_a_workbook", "old_format", "encrypted"})

blp = Blueprint(
    "conference_imports",
    __name__,
    url_prefix="/api",
    description="The workbook of a conference's sites and delegates",
)


@blp.route("/meetings/<id:meeting_id>/conference-imports", methods=["POST"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(ConferenceFileSchema, location="files")
@blp.arguments(ConferenceImportArgs, location="query")
@blp.response(200, ConferenceReportSchema)
def import_sites_and_delegates(
    files: dict[str, Any], args: dict[str, Any], meeting_id: int
) -> ConferenceReport:
    """Take sites, hosts and delegates from a workbook (.xlsx), or only say what would become of its rows."""
    actor = current_actor()
    get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor)
    tables = _read(files["file"])
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
        report = import_conference(meeting, tables, actor=actor, uow=uow)
        if args["dry_run"]:
            uow.session.rollback()
    return report


@blp.route("/conference-import-template.xlsx", methods=["GET"])
@signed_in
@blp.response(200, BINARY, content_type=XLSX)
def download_form() -> Response:
    """An empty workbook with the columns that are understood, and an example in each sheet."""
    target = io.BytesIO()
    write_form(target)
    response = Response(target.getvalue(), mimetype=XLSX)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers.set("Content-Disposition", "attachment", filename="mau-diem-cau-va-dai-bieu.xlsx")
    return response


def _read(file: FileStorage) -> Tables:
    """Everything is read before the transaction begins, so that a large file holds nobody up."""
    try:
        tables = read_tables(file.stream)  # type: ignore[arg-type]  # the spooled file reads and seeks like any other
    except RosterUnreadable as error:
        raise _refusal(error.code) from None
    if not tables.has_header:
        raise Problem(422, "no_table", errors=[FieldError("/file", "no_header")])
    return tables


def _refusal(code: str) -> Problem:
    errors = [FieldError("/file", code)]
    if code in NO_WORKBOOK:
        return Problem(422, "unsupported_file_type", errors=errors)
    if code == "damaged":
        return Problem(422, "damaged_file", errors=errors)
    return Problem(413, "file_too_large", errors=errors)
