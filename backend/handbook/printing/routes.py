from flask import Response
from flask_smorest import Blueprint
from werkzeug.http import dump_options_header

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.audit.service import record
from handbook.documents.queries import papers_of_meetings
from handbook.kernel.openapi import BINARY
from handbook.kernel.storage import current_blobs
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.printing.files import make_pack, make_roll_sheet

blp = Blueprint("printing", __name__, url_prefix="/api", description="What is printed of a meeting")


@blp.route("/meetings/<id:meeting_id>/pack.pdf", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.doc(operationId="print_meeting_pack")
@blp.response(200, BINARY, content_type="application/pdf")
def print_pack(meeting_id: int) -> Response:
    """Agenda and papers of a meeting as one PDF, for who has no phone; papers that are Word files are listed by name."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=current_actor())
    papers = papers_of_meetings([meeting.id]).get(meeting.id, [])
    content = make_pack(meeting, papers, store=current_blobs(), created=current_clock().now())
    return _file(content, "tai-lieu-hop.pdf")


@blp.route("/meetings/<id:meeting_id>/roll-sheet.pdf", methods=["GET"])
@requires(Permission.MEETINGS_RUN)
@blp.doc(operationId="print_roll_sheet")
@blp.response(200, BINARY, content_type="application/pdf")
def print_roll_sheet(meeting_id: int) -> Response:
    """The roster of a meeting with room for signatures; that it was printed is recorded."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=current_actor())
    content = make_roll_sheet(meeting, created=current_clock().now())
    _record(meeting)
    return _file(content, "danh-sach-ky-ten.pdf")


def _record(meeting: Meeting) -> None:
    with unit_of_work() as uow:
        path = meeting.organization.path
        record(uow, "printing:roll_sheet:printed", actor=current_actor(), subject_id=meeting.id, path=path)


def _file(content: bytes, name: str) -> Response:
    response = Response(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    response.headers["Cache-Control"] = "no-store"
    return response
