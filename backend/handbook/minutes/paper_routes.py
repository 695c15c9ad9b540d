"""Signatures on the printed page: put on record by who runs the meeting, with the scan of that page."""

from typing import Any

from flask import Response, current_app, jsonify, request
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from handbook.access.guards import current_actor, requires
from handbook.access.names import names_of_accounts
from handbook.access.permissions import Permission
from handbook.config import Settings
from handbook.documents.enums import MediaType
from handbook.documents.inspection import Inspected, inspect_upload
from handbook.documents.schemas import PaperFileSchema
from handbook.documents.service import Upload, discard_unnamed
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.db import db
from handbook.kernel.openapi import BINARY
from handbook.kernel.problems import FieldError, ValidationFailed
from handbook.kernel.storage import current_blobs
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.minutes import queries, readings, signing
from handbook.minutes.enums import SignerRole
from handbook.minutes.models import Minutes
from handbook.minutes.scans import find_scan, refuse_text
from handbook.minutes.schemas import MinutesSchema, SignedPageSchema

SCANS = {str(media_type): {"schema": BINARY} for media_type in MediaType if media_type != MediaType.DOCX}
CONTENT_POLICY = "sandbox; default-src 'none'"

blp = Blueprint(
    "minutes_on_paper",
    __name__,
    url_prefix="/api",
    description="Signatures under minutes on the printed page",
)


@blp.route("/meetings/<id:meeting_id>/minutes/paper-signatures", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(PaperFileSchema, location="files")
@blp.arguments(SignedPageSchema, location="form")
@blp.doc(operationId="record_paper_signature")
@blp.response(201, MinutesSchema)
def record(files: dict[str, Any], form: dict[str, Any], meeting_id: int) -> Response:
    """Put on record that chair or minute-taker signed the printed page, with its scan (PDF, PNG, JPEG or WebP).

    For who has no account or no phone. It counts like a signature in the application: the second one under the minutes makes
    them final. The file is inspected and stored before the transaction begins, so that a slow one holds nobody up.
    """
    if len(request.files) > 1 or len(request.files.getlist("file")) > 1:
        raise ValidationFailed(FieldError("/file", "too_many", {"limit": 1}))
    _minutes_of_own_meeting(meeting_id)
    # The connection goes back to the pool while the file is looked at.
    db.session.rollback()
    file: FileStorage = files["file"]
    settings: Settings = current_app.extensions["handbook.settings"]
    inspected = inspect_upload(
        file.stream,  # type: ignore[arg-type]  # the spooled file reads and seeks like any other
        file.filename or "",
        limit=settings.max_upload_bytes,
    )
    refuse_text(inspected)
    return _store_and_record(meeting_id, form, file, inspected)


@blp.route("/meetings/<id:meeting_id>/minutes/paper-signatures/<string:sha256>", methods=["GET"])
@requires(Permission.MINUTES_READ)
@blp.doc(operationId="read_signed_page", responses={200: {"content": SCANS}})
@blp.response(200)
def scan(meeting_id: int, sha256: str) -> Response:
    """The scan of a signed page, for who may read the minutes."""
    actor = current_actor()
    minutes = queries.get_minutes(meeting_id, Permission.MINUTES_READ, actor=actor)
    found = find_scan(minutes, sha256)
    readings.record_reading(minutes, actor=actor)
    response = Response(status=200, content_type=found.scan_media_type)
    response.set_etag(sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Disposition"] = "inline"
    if request.if_none_match.contains_weak(sha256):
        response.status_code = 304
        return response
    response.content_length = current_blobs().size(sha256)
    if request.method != "HEAD":
        response.direct_passthrough = True
        response.response = current_blobs().open(sha256)
    return response


def _store_and_record(
    meeting_id: int, form: dict[str, Any], file: FileStorage, inspected: Inspected
) -> Response:
    store = current_blobs()
    file.stream.seek(0)
    blob = store.put(file.stream)  # type: ignore[arg-type]  # as above
    try:
        file.stream.seek(0)
        page = Upload(inspected, blob, file.stream, store)  # type: ignore[arg-type]  # as above
        actor = current_actor()
        given = signing.Signing(SignerRole(form["role"]), form["addendum"])
        with unit_of_work() as uow:
            minutes = _minutes_of_own_meeting(meeting_id, lock=True)
            require_match(minutes)
            recorder = _name_of(actor.account_id)
            signing.sign_on_paper(minutes, given, page, recorder, actor=actor, uow=uow)
            response = jsonify(MinutesSchema().dump(queries.minutes_data(minutes)))
            tag = etag_of(minutes)
        response.status_code = 201
        return set_etag(response, tag)
    finally:
        if blob.created:
            discard_unnamed(store, blob.key)


def _minutes_of_own_meeting(meeting_id: int, *, lock: bool = False) -> Minutes:
    """The minutes, if the caller runs their meeting."""
    actor = current_actor()
    get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=lock)
    return queries.get_minutes(meeting_id, Permission.MINUTES_READ, actor=actor, lock=lock)


def _name_of(account_id: int | None) -> str:
    return "" if account_id is None else names_of_accounts([account_id]).get(account_id, "")
