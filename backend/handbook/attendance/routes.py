from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.attendance import absences, excel, queries, roll, service
from handbook.attendance.enums import AttendanceState, Decision, Method
from handbook.attendance.keeping import keeper_of
from handbook.attendance.marking import locked_line
from handbook.attendance.marking import mark_attendance as mark_attendance_by_hand
from handbook.attendance.models import AbsenceRequest
from handbook.attendance.reverse import require_member_code
from handbook.attendance.schemas import (
    AbsenceRequestInSchema,
    AbsenceRequestSchema,
    CheckInKeyArgs,
    CheckInKeySchema,
    CheckInSchema,
    DecisionSchema,
    MarkSchema,
    OwnAttendanceSchema,
    RollArgs,
    RollItemSchema,
    RollSchema,
)
from handbook.kernel.compression import uncompressed
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.pagination import Page, PageArgs
from handbook.kernel.problems import Forbidden
from handbook.kernel.schemas import page_of
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.queries import get_meeting

blp = Blueprint(
    "attendance", __name__, url_prefix="/api", description="Check-ins, the roll, and absence requests"
)

_XLSX_DOC = {"content": {excel.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
_roll = RollSchema()


@blp.route("/meetings/<id:meeting_id>/attendance", methods=["GET"])
@requires(Permission.ATTENDANCE_READ_COUNTS)
@blp.arguments(RollArgs, location="query")
@blp.response(200, RollSchema)
@blp.doc(responses={200: _XLSX_DOC})
def read_roll(args: dict[str, Any], meeting_id: int) -> Response:
    """The roll with its counts; a plain member gets the own line and the counts, the host of a site that site's lines.

    The combined roll of a conference comes page by page; with the Accept header of a workbook all of it as Excel.
    """
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.ATTENDANCE_READ_COUNTS, actor=actor)
    scope = roll.scope_of(meeting, actor=actor, site_id=args.pop("site"))
    if request.accept_mimetypes.best_match(["application/json", excel.MEDIA_TYPE]) == excel.MEDIA_TYPE:
        if not scope.sees_lines:
            raise Forbidden
        lines = roll.combined_lines(meeting, scope)
        answer = Response(
            excel.roll_workbook(meeting, lines, created=current_clock().now()), mimetype=excel.MEDIA_TYPE
        )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers.set("Content-Disposition", "attachment", filename=excel.roll_filename(meeting))
    else:
        tag = roll.roll_etag(meeting, scope, actor=actor)
        if request.if_none_match.contains_weak(tag):
            return set_etag(Response(status=200), tag)
        body = _roll.dump(roll.read_roll(meeting, scope, actor=actor, **args))
        answer = set_etag(jsonify(body), tag)
    answer.headers["Vary"] = "Accept"
    service.record_roll_reading(meeting, actor=actor)
    return answer


@blp.route("/meetings/<id:meeting_id>/check-in-key", methods=["GET"])
@requires(Permission.ROLL_KEEP)
@blp.arguments(CheckInKeyArgs, location="query")
@blp.response(200, CheckInKeySchema)
@uncompressed
def get_check_in_key(args: dict[str, Any], meeting_id: int) -> Response:
    """The key of the check-in codes, so that a device can show them without a network; a host gets that of the own site."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
        key = service.hand_out_key(meeting, args["site"], actor=actor, uow=uow, secrets=current_secrets())
    response = jsonify(CheckInKeySchema().dump(key))
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/meetings/<id:meeting_id>/check-ins", methods=["POST"])
@requires(Permission.ATTENDANCE_CHECK_IN)
@blp.arguments(CheckInSchema)
@blp.doc(operationId="record_check_in")
@blp.response(201, OwnAttendanceSchema)
@blp.alt_response(200, schema=OwnAttendanceSchema, description="Checked in before; nothing changed")
def check_in(fields: dict[str, Any], meeting_id: int) -> Response:
    """Check in with the code of the meeting; the first arrival is kept."""
    with unit_of_work() as uow:
        result = service.record_check_in(
            meeting_id,
            token=fields["token"],
            scanned_at=fields["scanned_at"],
            method=Method(fields["method"]),
            actor=current_actor(),
            uow=uow,
            secrets=current_secrets(),
        )
    response = jsonify(OwnAttendanceSchema().dump(result))
    response.status_code = 201 if result.created else 200
    return response


@blp.route("/meetings/<id:meeting_id>/attendance/<id:member_id>", methods=["PUT"])
@requires(Permission.ROLL_KEEP)
@blp.arguments(MarkSchema)
@blp.response(200, RollItemSchema)
def mark_attendance(fields: dict[str, Any], meeting_id: int, member_id: int) -> Any:
    """Write a member's line by hand; with ``code``, the member's own, as proof. A host writes lines of the own site.

    The latest mark stands, so no ``If-Match`` is needed; one that is sent is heeded: the tag of the roll, or of the meeting.
    """
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        keeper_of(meeting, actor=actor).require(locked_line(meeting_id, member_id, uow))
        roll.heed_roll_match(meeting, actor=actor)
        state = AttendanceState(fields["state"])
        method = Method.SECRETARY
        if fields["code"] is not None:
            require_member_code(meeting, member_id, fields["code"], secrets=current_secrets())
            method = Method.REVERSE_SCAN
        mark_attendance_by_hand(
            meeting,
            member_id,
            state,
            reason=fields["reason"] or None,
            arrived_at=fields["arrived_at"],
            left_at=fields["left_at"],
            method=method,
            actor=actor,
            uow=uow,
        )
        return queries.find_line(meeting_id, member_id)


@blp.route("/meetings/<id:meeting_id>/absence-requests", methods=["POST"])
@idempotent
@requires(Permission.ATTENDANCE_REQUEST_ABSENCE)
@blp.arguments(AbsenceRequestInSchema)
@blp.response(201, AbsenceRequestSchema)
@blp.alt_response(
    200, schema=AbsenceRequestSchema, description="The request that waits for an answer, with the new reason"
)
def request_absence(fields: dict[str, Any], meeting_id: int) -> Response:
    """Ask to be excused from a meeting."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        service.require_own(meeting, Permission.ATTENDANCE_REQUEST_ABSENCE, actor=actor)
        absence, created = absences.request(meeting, fields["reason"], actor=actor, uow=uow)
        return _answer(absence, 201 if created else 200)


@blp.route("/meetings/<id:meeting_id>/absence-requests", methods=["GET"])
@requires(Permission.ABSENCE_REQUESTS_READ)
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(AbsenceRequestSchema))
def list_absence_requests(args: dict[str, Any], meeting_id: int) -> Page[AbsenceRequest]:
    """List the requests for a meeting: all for who runs it, one's own for a member."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    page = queries.list_absence_requests(meeting, actor=actor, limit=args["limit"], cursor=args["cursor"])
    absences.record_reading(meeting, page.items, actor=actor)
    return page


@blp.route("/meetings/<id:meeting_id>/absence-requests/mine", methods=["DELETE"])
@requires(Permission.ATTENDANCE_REQUEST_ABSENCE)
@blp.response(204)
def withdraw_absence(meeting_id: int) -> Response:
    """Withdraw the own request, also one that was approved; without one nothing happens."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        service.require_own(meeting, Permission.ATTENDANCE_REQUEST_ABSENCE, actor=actor)
        absences.withdraw(meeting, actor=actor, uow=uow)
    return make_response("", 204)


@blp.route("/absence-requests/<id:request_id>", methods=["GET"])
@requires(Permission.ABSENCE_REQUESTS_READ)
@blp.response(200, AbsenceRequestSchema)
def get_absence_request(request_id: int) -> Response:
    """One request with its answer, if there is one yet."""
    actor = current_actor()
    absence = queries.get_absence_request(request_id, Permission.ABSENCE_REQUESTS_READ, actor=actor)
    absences.record_reading(absence.meeting, [absence], actor=actor)
    return _answer(absence)


@blp.route("/absence-requests/<id:request_id>", methods=["PATCH"])
@requires(Permission.ABSENCE_REQUESTS_DECIDE)
@blp.arguments(DecisionSchema)
@blp.response(200, AbsenceRequestSchema)
def decide_absence(fields: dict[str, Any], request_id: int) -> Response:
    """Approve or refuse a request."""
    actor = current_actor()
    with unit_of_work() as uow:
        absence = queries.get_absence_request(request_id, Permission.ABSENCE_REQUESTS_DECIDE, actor=actor)
        meeting = get_meeting(absence.meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        absence = queries.get_absence_request(
            request_id, Permission.ABSENCE_REQUESTS_DECIDE, actor=actor, lock=True
        )
        require_match(absence)
        decision, note = Decision(fields["decision"]), fields["note"] or None
        return _answer(absences.decide(absence, meeting, decision, note, actor=actor, uow=uow))


def _answer(absence: AbsenceRequest, status: int = 200) -> Response:
    response = jsonify(AbsenceRequestSchema().dump(absence))
    response.status_code = status
    return set_etag(response, etag_of(absence))
