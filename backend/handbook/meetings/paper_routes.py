"""The papers of a meeting: attached and removed by who runs it, read by who may read the meeting."""

from typing import Any
from urllib.parse import quote

from flask import Response, current_app, jsonify, request
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage
from werkzeug.http import dump_options_header

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.config import Settings
from handbook.documents.enums import MediaType
from handbook.documents.inspection import Inspected, inspect_upload, refuse_marked_name
from handbook.documents.models import Paper
from handbook.documents.queries import find_paper, papers_of_meetings
from handbook.documents.schemas import PaperFileSchema, PaperFormSchema, PaperSchema
from handbook.documents.service import Place, Upload, attach_paper, discard_unnamed, remove_paper
from handbook.kernel.db import db
from handbook.kernel.idempotency import idempotent
from handbook.kernel.openapi import BINARY
from handbook.kernel.problems import FieldError, NotFound, Problem, ValidationFailed
from handbook.kernel.storage import current_blobs
from handbook.kernel.text import fold
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings import queries, service
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import EDITABLE, require_state

MAX_PAPERS = 60
# A paper may still be handed out while the meeting is going on.
ACCEPTS_PAPERS = EDITABLE | {MeetingState.OPEN}
FILES = {str(media_type): {"schema": BINARY} for media_type in MediaType}
CONTENT_POLICY = "sandbox; default-src 'none'"

blp = Blueprint("papers", __name__, url_prefix="/api", description="Papers of meetings")


@blp.route("/meetings/<id:meeting_id>/papers", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(PaperFileSchema, location="files")
@blp.arguments(PaperFormSchema, location="form")
@blp.doc(operationId="attach_paper")
@blp.response(201, PaperSchema)
def attach(files: dict[str, Any], form: dict[str, Any], meeting_id: int) -> Response:
    """Attach a PDF, DOCX, PNG, JPEG or WebP; anything that bears a secrecy mark is refused and nothing of it kept.

    The file is inspected and stored before the transaction begins, so that a slow one holds nobody up.
    """
    _refuse_other_files()
    _running_meeting(meeting_id, form["agenda_item_id"])
    refuse_marked_name(form["title"], "title")
    # The connection goes back to the pool while the file is looked at.
    db.session.rollback()
    file: FileStorage = files["file"]
    inspected = inspect_upload(
        file.stream,  # type: ignore[arg-type]  # the spooled file reads and seeks like any other
        file.filename or "",
        limit=_settings().max_upload_bytes,
    )
    return _store_and_name(meeting_id, form, file, inspected)


@blp.route("/papers/<id:paper_id>", methods=["DELETE"])
@requires(Permission.MEETINGS_RUN)
@blp.doc(operationId="remove_paper")
@blp.response(204)
def remove(paper_id: int) -> None:
    """Take a paper away from its meeting."""
    actor = current_actor()
    with unit_of_work() as uow:
        paper = _paper_or_404(paper_id)
        meeting = queries.get_meeting(paper.meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        require_state(MeetingState(meeting.state), ACCEPTS_PAPERS)
        remove_paper(paper, meeting.organization.path, store=current_blobs(), actor=actor, uow=uow)
        service.touch_meeting(meeting, ("papers",), actor=actor, uow=uow)


@blp.route("/papers/<id:paper_id>/content", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.doc(operationId="read_paper_content", responses={200: {"content": FILES}, 206: {"content": FILES}})
@blp.response(200)
@blp.alt_response(206, description="The asked range of bytes")
def content(paper_id: int) -> Response:
    """The bytes of a paper, or one range of them; the entity tag is their SHA-256."""
    paper = _paper_or_404(paper_id)
    queries.get_meeting(paper.meeting_id, Permission.MEETINGS_READ, actor=current_actor())
    response = Response(status=200, content_type=paper.media_type)
    response.set_etag(paper.sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = _disposition(paper)
    if request.if_none_match.contains_weak(paper.sha256):
        response.status_code = 304
        return response
    start, stop = _asked_range(paper)
    if (start, stop) != (0, paper.size):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{paper.size}"
    response.content_length = stop - start
    if request.method == "HEAD":
        return response
    response.direct_passthrough = True
    response.response = current_blobs().open(paper.sha256, start=start, stop=stop)
    return response


def _store_and_name(
    meeting_id: int, form: dict[str, Any], file: FileStorage, inspected: Inspected
) -> Response:
    store = current_blobs()
    file.stream.seek(0)
    blob = store.put(file.stream)  # type: ignore[arg-type]  # as above
    try:
        upload = Upload(inspected, blob, file.stream, store)  # type: ignore[arg-type]  # as above
        file.stream.seek(0)
        answer: Response = _name(meeting_id, form, upload)
        return answer
    finally:
        if blob.created:
            discard_unnamed(store, blob.key)


@idempotent
def _name(meeting_id: int, form: dict[str, Any], upload: Upload) -> Response:
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = _running_meeting(meeting_id, form["agenda_item_id"], lock=True)
        place = Place(meeting.organization_id, meeting.organization.path, meeting.id, form["agenda_item_id"])
        paper = attach_paper(place, upload, form["title"], actor=actor, uow=uow)
        service.touch_meeting(meeting, ("papers",), actor=actor, uow=uow)
        response = jsonify(PaperSchema().dump(paper))
    response.status_code = 201
    response.headers["Location"] = f"/api/papers/{paper.id}/content"
    return response


def _running_meeting(meeting_id: int, agenda_item_id: int | None, *, lock: bool = False) -> Meeting:
    """The meeting, if the caller runs it, it still takes papers, and the agenda item is one of its own."""
    meeting = queries.get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=current_actor(), lock=lock)
    require_state(MeetingState(meeting.state), ACCEPTS_PAPERS)
    if agenda_item_id is not None and agenda_item_id not in {item.id for item in meeting.agenda}:
        raise ValidationFailed(FieldError("/agenda_item_id", "unknown"))
    if len(papers_of_meetings([meeting.id]).get(meeting.id, [])) >= MAX_PAPERS:
        raise ValidationFailed(FieldError("/file", "too_many", {"limit": MAX_PAPERS}))
    return meeting


def _refuse_other_files() -> None:
    names = [name for name, _file in request.files.items(multi=True)]
    for name in names:
        if name != "file":
            raise ValidationFailed(FieldError(f"/{name}", "unknown_field"))
    if len(names) > 1:
        raise ValidationFailed(FieldError("/file", "too_many", {"limit": 1}))


def _disposition(paper: Paper) -> str:
    """RFC 6266: shown in the browser, except what no browser shows; the name in UTF-8, and folded for old readers."""
    manner = "attachment" if paper.media_type == MediaType.DOCX else "inline"
    folded = fold(paper.filename).encode("ascii", "replace").decode().replace("?", "_")
    return dump_options_header(
        manner, {"filename": folded, "filename*": f"UTF-8''{quote(paper.filename, safe='')}"}
    )


def _paper_or_404(paper_id: int) -> Paper:
    paper = find_paper(paper_id)
    if paper is None:
        raise NotFound
    return paper


def _asked_range(paper: Paper) -> tuple[int, int]:
    """First byte and the one after the last (RFC 9110, section 14); several ranges, other units: the whole.

    ``If-Range`` with another tag, or with a date, asks for the whole too. Raises 416 outside the file.
    """
    whole = (0, paper.size)
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    if request.headers.get("If-Range", f'"{paper.sha256}"').strip() != f'"{paper.sha256}"':
        return whole
    wanted = asked.range_for_length(paper.size)
    if wanted is None:
        raise Problem(416, headers={"Content-Range": f"bytes */{paper.size}"})
    return wanted


def _settings() -> Settings:
    settings: Settings = current_app.extensions["handbook.settings"]
    return settings
