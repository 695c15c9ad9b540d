"""Resolutions as files to be printed, kept and sent."""

from flask import Response
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.documents.enums import MediaType
from handbook.documents.layout import make_docx, make_pdf
from handbook.kernel.openapi import BINARY
from handbook.kernel.unit_of_work import current_clock
from handbook.resolutions import queries
from handbook.resolutions.document import document_of
from handbook.resolutions.models import Resolution

blp = Blueprint("resolution_files", __name__, url_prefix="/api", description="Resolutions as files")


@blp.route("/resolutions/<id:resolution_id>/document.pdf", methods=["GET"])
@requires(Permission.RESOLUTIONS_READ)
@blp.doc(operationId="read_resolution_as_pdf")
@blp.response(200, BINARY, content_type="application/pdf")
def as_pdf(resolution_id: int) -> Response:
    """The resolution in the Party's layout as PDF/A."""
    resolution, clock = _readable(resolution_id), current_clock()
    return _file(
        make_pdf(document_of(resolution, clock=clock), created=clock.now()),
        "application/pdf",
        "pdf",
        resolution,
    )


@blp.route("/resolutions/<id:resolution_id>/document.docx", methods=["GET"])
@requires(Permission.RESOLUTIONS_READ)
@blp.doc(operationId="read_resolution_as_docx")
@blp.response(200, BINARY, content_type=MediaType.DOCX.value)
def as_docx(resolution_id: int) -> Response:
    """The resolution in the Party's layout as DOCX."""
    resolution, clock = _readable(resolution_id), current_clock()
    content = make_docx(document_of(resolution, clock=clock), created=clock.now())
    return _file(content, MediaType.DOCX.value, "docx", resolution)


def _readable(resolution_id: int) -> Resolution:
    return queries.get_resolution(resolution_id, Permission.RESOLUTIONS_READ, actor=current_actor())


def _file(content: bytes, media_type: str, ending: str, resolution: Resolution) -> Response:
    response = Response(content, content_type=media_type)
    # The symbol has signs that a file's name may not have; number and year say as much.
    name = f"nghi-quyet-{resolution.number:02}-{resolution.created_at:%Y}.{ending}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response
