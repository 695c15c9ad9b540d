"""The minutes as files to be printed, kept and sent."""

from flask import Response
from flask_smorest import Blueprint
from werkzeug.http import dump_options_header

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.documents.enums import MediaType
from handbook.documents.layout import Document, make_docx, make_pdf
from handbook.kernel.openapi import BINARY
from handbook.minutes import queries, readings
from handbook.minutes.document import to_document
from handbook.minutes.errors import MinutesAltered
from handbook.minutes.models import Minutes

blp = Blueprint("minutes_files", __name__, url_prefix="/api", description="Minutes as files")


@blp.route("/meetings/<id:meeting_id>/minutes.pdf", methods=["GET"])
@requires(Permission.MINUTES_READ)
@blp.doc(operationId="read_minutes_as_pdf")
@blp.response(200, BINARY, content_type="application/pdf")
def as_pdf(meeting_id: int) -> Response:
    """The minutes in the Party's layout as PDF/A."""
    minutes = _readable(meeting_id)
    content = make_pdf(_document(minutes), created=minutes.changed_at)
    return _file(content, "application/pdf", minutes, "pdf")


@blp.route("/meetings/<id:meeting_id>/minutes.docx", methods=["GET"])
@requires(Permission.MINUTES_READ)
@blp.doc(operationId="read_minutes_as_docx")
@blp.response(200, BINARY, content_type=MediaType.DOCX.value)
def as_docx(meeting_id: int) -> Response:
    """The minutes in the Party's layout as DOCX."""
    minutes = _readable(meeting_id)
    content = make_docx(_document(minutes), created=minutes.changed_at)
    return _file(content, MediaType.DOCX.value, minutes, "docx")


def _readable(meeting_id: int) -> Minutes:
    actor = current_actor()
    minutes = queries.get_minutes(meeting_id, Permission.MINUTES_READ, actor=actor)
    readings.record_reading(minutes, actor=actor)
    if not queries.is_intact(minutes):
        raise MinutesAltered
    return minutes


def _document(minutes: Minutes) -> Document:
    timezone = minutes.meeting.organization.timezone
    return to_document(queries.describe_minutes(minutes), minutes, timezone)


def _file(content: bytes, media_type: str, minutes: Minutes, ending: str) -> Response:
    response = Response(content, content_type=media_type)
    name = f"bien-ban-{minutes.number:02}-{minutes.meeting.starts_at:%Y-%m}.{ending}"
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": name})
    response.headers["Cache-Control"] = "no-store"
    return response
