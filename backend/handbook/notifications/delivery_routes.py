"""Whom messages have reached, what was given up, and when a meeting's members are reminded."""

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_body_etag, set_etag
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.notifications import excel, given_up, queries, service
from handbook.notifications.reminders import meeting_rules
from handbook.notifications.schemas import (
    DeliveriesArgs,
    DeliveriesOut,
    GivenUpArgs,
    GivenUpOut,
    MeetingRulesIn,
    MeetingRulesOut,
    RetryIn,
    RetryOut,
)
from handbook.organizations.queries import get_organization

blp = Blueprint("deliveries", __name__, url_prefix="/api", description="Reminders and what became of them")

_XLSX_DOC = {"content": {excel.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}


@blp.route("/meetings/<id:meeting_id>/deliveries", methods=["GET"])
@requires(Permission.DELIVERIES_READ)
@blp.arguments(DeliveriesArgs, location="query")
@blp.response(200, DeliveriesOut)
@blp.doc(responses={200: _XLSX_DOC})
def list_deliveries(args: dict[str, Any], meeting_id: int) -> Response:
    """Whom the messages about a meeting have reached, and whom to telephone; with the Accept header of a workbook the latter as
    Excel.
    """
    actor, clock = current_actor(), current_clock()
    meeting = get_meeting(meeting_id, Permission.DELIVERIES_READ, actor=actor)
    deliveries = queries.read_deliveries(meeting, clock=clock, **args)
    wanted = request.accept_mimetypes.best_match(["application/json", excel.MEDIA_TYPE])
    if wanted == excel.MEDIA_TYPE:
        deliveries["unreached"] = queries.to_telephone(meeting, deliveries["unreached"], actor=actor)
    service.record_deliveries_reading(meeting, deliveries["unreached"], actor=actor)
    if wanted == excel.MEDIA_TYPE:
        book = excel.unreached_workbook(meeting, deliveries["unreached"], created=clock.now())
        response = Response(book, mimetype=excel.MEDIA_TYPE)
        response.headers.set("Content-Disposition", "attachment", filename=excel.FILENAME)
    else:
        response = jsonify(DeliveriesOut().dump(deliveries))
    response.headers["Vary"] = "Accept"
    return response


@blp.route("/meetings/<id:meeting_id>/reminder-rules", methods=["GET"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingRulesOut)
def get_reminder_rules(meeting_id: int) -> Response:
    """When and of whom the members of this meeting are reminded, and what it has otherwise than its organisation."""
    return _rules(get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=current_actor()))


@blp.route("/meetings/<id:meeting_id>/reminder-rules", methods=["PUT"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(MeetingRulesIn)
@blp.response(200, MeetingRulesOut)
def change_reminder_rules(body: dict[str, Any], meeting_id: int) -> Response:
    """Remind of this meeting otherwise than its organisation does; reminders that have not gone out follow."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        require_match(meeting)
        meeting_rules.change_rules(meeting, body["values"], actor=actor, uow=uow)
        return _rules(meeting)


@blp.route("/organizations/<id:organization_id>/failed-deliveries", methods=["GET"])
@requires(Permission.DELIVERIES_MEND)
@blp.arguments(GivenUpArgs, location="query")
@blp.response(200, GivenUpOut)
def list_failed_deliveries(args: dict[str, Any], organization_id: int) -> Response:
    """Messages that were given up in an organisation and everything below it, the newest first, counted by reason."""
    organization = get_organization(organization_id, Permission.DELIVERIES_MEND, actor=current_actor())
    found = given_up.list_given_up(organization, now=current_clock().now(), **args)
    return set_body_etag(jsonify(GivenUpOut().dump(found)))


@blp.route("/organizations/<id:organization_id>/failed-deliveries/retries", methods=["POST"])
@requires(Permission.DELIVERIES_MEND)
@blp.arguments(RetryIn)
@blp.response(200, RetryOut)
def retry_failed_deliveries(body: dict[str, Any], organization_id: int) -> dict[str, int]:
    """Send again what was given up and is still worth it; asking twice sends nothing twice."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.DELIVERIES_MEND, actor=actor)
    with unit_of_work() as uow:
        reasons = {*body["reasons"], *([body["reason"]] if body["reason"] else [])}
        return {
            "retried": given_up.retry(organization, reasons=reasons, kind=body["kind"], actor=actor, uow=uow)
        }


def _rules(meeting: Meeting) -> Response:
    view = {**meeting_rules.rules_view(meeting), "etag": etag_of(meeting)}
    return set_etag(jsonify(MeetingRulesOut().dump(view)), etag_of(meeting))
