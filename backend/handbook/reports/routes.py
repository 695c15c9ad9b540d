import hashlib
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import set_etag
from handbook.kernel.unit_of_work import current_clock
from handbook.reports import excel, queries
from handbook.reports.contacts import record_phones_read
from handbook.reports.schemas import (
    AttendanceReportArgs,
    AttendanceReportSchema,
    ReportExceptionPage,
    ReportExceptionsArgs,
    exception_data,
    report_data,
)

blp = Blueprint("reports", __name__, url_prefix="/api/organizations", description="Attendance over the tree")

_XLSX_DOC = {"content": {excel.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@blp.route("/<id:organization_id>/reports/attendance", methods=["GET"])
@requires(Permission.REPORTS_READ)
@blp.arguments(AttendanceReportArgs, location="query")
@blp.response(200, AttendanceReportSchema)
@blp.doc(operationId="read_attendance_report", responses={200: _XLSX_DOC})
def attendance_report(args: dict[str, Any], organization_id: int) -> Response:
    """Attendance of a month over the tree; with the Accept header of a workbook the same as Excel."""
    clock = current_clock()
    workbook = request.accept_mimetypes.best_match(["application/json", excel.MEDIA_TYPE]) == excel.MEDIA_TYPE
    report = queries.attendance_report(
        organization_id,
        args["month"],
        actor=current_actor(),
        clock=clock,
        exceptions=excel.MOST_EXCEPTIONS if workbook else queries.FIRST_EXCEPTIONS,
        phones=args["phones"],
    )
    if workbook:
        book = excel.report_workbook(report, queries.names_above(report), created=clock.now())
        response = Response(book, mimetype=excel.MEDIA_TYPE)
        response.headers.set("Content-Disposition", "attachment", filename=excel.report_filename(report))
    else:
        response = jsonify(AttendanceReportSchema().dump(report_data(report)))
        set_etag(response, hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.headers["Vary"] = "Accept"
    record_phones_read((line.contact for line in report.exceptions), actor=current_actor())
    return response


@blp.route("/<id:organization_id>/reports/attendance/exceptions", methods=["GET"])
@requires(Permission.REPORTS_READ)
@blp.arguments(ReportExceptionsArgs, location="query")
@blp.doc(operationId="list_attendance_exceptions")
@blp.response(200, ReportExceptionPage)
def attendance_exceptions(args: dict[str, Any], organization_id: int) -> dict[str, Any]:
    """One kind of exception of a month, page by page: what a report that says there is more does not bring."""
    page = queries.attendance_exceptions(
        organization_id,
        args.pop("month"),
        args.pop("kind"),
        actor=current_actor(),
        clock=current_clock(),
        **args,
    )
    record_phones_read((line.contact for line in page.items), actor=current_actor())
    return {"items": [exception_data(line) for line in page.items], "next": page.next}
