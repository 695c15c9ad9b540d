import hashlib
from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import set_etag
from handbook.kernel.unit_of_work import current_clock
from handbook.reports import excel, queries
from handbook.reports.schemas import AttendanceReportArgs, AttendanceReportSchema, report_data

blp = Blueprint("reports", __name__, url_prefix="/api/organizations", description="Attendance over the tree")

_XLSX_DOC = {"content": {excel.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@blp.route("/<id:organization_id>/reports/attendance", methods=["GET"])
@requires(Permission.REPORTS_READ)
@blp.arguments(AttendanceReportArgs, location="query")
@blp.response(200, AttendanceReportSchema)
@blp.doc(responses={"200": _XLSX_DOC})
def attendance_report(args: dict[str, Any], organization_id: int) -> Response:
    """Attendance of a month over the tree; with the Accept header of a workbook the same as Excel."""
    clock = current_clock()
    report = queries.attendance_report(organization_id, args["month"], actor=current_actor(), clock=clock)
    if request.accept_mimetypes.best_match(["application/json", excel.MEDIA_TYPE]) == excel.MEDIA_TYPE:
        response = Response(excel.report_workbook(report, created=clock.now()), mimetype=excel.MEDIA_TYPE)
        response.headers.set("Content-Disposition", "attachment", filename=excel.report_filename(report))
    else:
        response = jsonify(AttendanceReportSchema().dump(report_data(report)))
        set_etag(response, hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.headers["Vary"] = "Accept"
    return response
