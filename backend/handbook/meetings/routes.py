from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.actor import Actor
from handbook.access.guards import current_actor, require, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.problems import FieldError, NotFound, ValidationFailed
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work
from handbook.meetings import preparing, queries, service, steps_back
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.schemas import (
    AgendaInSchema,
    CancelSchema,
    MeetingInSchema,
    MeetingListArgs,
    MeetingPatchSchema,
    MeetingSchema,
    NextMeetingSchema,
    OpenSchema,
    StepBackSchema,
    beginning,
)
from handbook.organizations.queries import get_organization

blp = Blueprint("meetings", __name__, url_prefix="/api", description="Meetings and their agendas")


@blp.route("/organizations/<id:organization_id>/meetings", methods=["POST"])
@idempotent
@requires(Permission.MEETINGS_RUN)
@blp.arguments(MeetingInSchema)
@blp.response(201, MeetingSchema)
def create_meeting(fields: dict[str, Any], organization_id: int) -> Response:
    """Draft a meeting, from scratch, from the template of its kind, or after an earlier one."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.ORGANIZATIONS_READ, actor=actor)
        kind = fields.get("kind")
        require(
            actor,
            Permission.MEETINGS_RUN,
            replace(organization.target, many_sites=kind == MeetingKind.CONFERENCE),
        )
        draft = _draft(fields, organization_id, actor=actor, uow=uow)
        return _answer(service.create_meeting(organization, draft, actor=actor, uow=uow), 201)


@blp.route("/organizations/<id:organization_id>/meetings/next", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(NextMeetingSchema)
@blp.response(201, MeetingSchema)
@blp.alt_response(200, schema=MeetingSchema, description="The meeting of that month, which was there already")
def prepare_next_meeting(fields: dict[str, Any], organization_id: int) -> Response:
    """Draft the next month's meeting after the schedule, the last meeting and the template; the same one when asked again."""
    actor = current_actor()
    year, _, number = (fields["month"] or "").partition("-")
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        month = (int(year), int(number)) if year else None
        meeting, created = preparing.prepare_next_meeting(organization, month, actor=actor, uow=uow)
        return _answer(meeting, 201 if created else 200)


@blp.route("/organizations/<id:organization_id>/meetings", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.arguments(MeetingListArgs, location="query")
@blp.response(200, page_of(MeetingSchema))
def list_meetings(args: dict[str, Any], organization_id: int) -> dict[str, Any]:
    """List an organisation's meetings, with ``below`` also those of the organisations below it, the latest first."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.MEETINGS_READ, actor=actor)
    zone = ZoneInfo(organization.timezone)
    to = (
        args["to"]
        if args["to"] is None or isinstance(args["to"], datetime)
        else args["to"] + timedelta(days=1)
    )
    page = queries.list_meetings(
        organization,
        actor=actor,
        limit=args["limit"],
        cursor=args["cursor"],
        from_=args["from_"] and beginning(args["from_"], zone),
        to=to and beginning(to, zone),
        states=[MeetingState(name) for name in args["state"].split(",")] if args["state"] else [],
        below=args["below"],
    )
    views = queries.meeting_views(page.items, actor=actor, now=current_clock().now())
    return {"items": views, "next": page.next}


@blp.route("/meetings/<id:meeting_id>", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.response(200, MeetingSchema)
def get_meeting(meeting_id: int) -> Response:
    """One meeting with its agenda and papers."""
    return _answer(queries.get_meeting(meeting_id, Permission.MEETINGS_READ, actor=current_actor()))


@blp.route("/meetings/<id:meeting_id>", methods=["PATCH"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(MeetingPatchSchema)
@blp.response(200, MeetingSchema)
def update_meeting(changes: dict[str, Any], meeting_id: int) -> Response:
    """Change a draft or convened meeting; who was summoned is told."""
    return _change(meeting_id, service.update_meeting, changes)


@blp.route("/meetings/<id:meeting_id>/agenda", methods=["PUT"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(AgendaInSchema)
@blp.response(200, MeetingSchema)
def replace_agenda(fields: dict[str, Any], meeting_id: int) -> Response:
    """Put the whole ordered agenda."""
    return _change(meeting_id, service.replace_agenda, fields["agenda"])


@blp.route("/meetings/<id:meeting_id>/convene", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingSchema)
def convene_meeting(meeting_id: int) -> Response:
    """Summon the members."""
    return _change(meeting_id, service.convene_meeting)


@blp.route("/meetings/<id:meeting_id>/open", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(OpenSchema)
@blp.response(200, MeetingSchema)
def open_meeting(fields: dict[str, Any], meeting_id: int) -> Response:
    """Open the meeting for check-ins."""
    return _change(meeting_id, service.open_meeting, fields["opened_at"], fields["opener_present"])


@blp.route("/meetings/<id:meeting_id>/close", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingSchema)
def close_meeting(meeting_id: int) -> Response:
    """Close the meeting."""
    return _change(meeting_id, service.close_meeting)


@blp.route("/meetings/<id:meeting_id>/finalize", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingSchema)
def finalize_meeting(meeting_id: int) -> Response:
    """Settle the roll of a closed meeting."""
    return _change(meeting_id, service.finalize_meeting)


@blp.route("/meetings/<id:meeting_id>/cancel", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(CancelSchema)
@blp.response(200, MeetingSchema)
def cancel_meeting(fields: dict[str, Any], meeting_id: int) -> Response:
    """Call the meeting off; who was summoned is told."""
    return _change(meeting_id, service.cancel_meeting, fields["reason"])


@blp.route("/meetings/<id:meeting_id>/reopen", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(StepBackSchema)
@blp.response(200, MeetingSchema)
def reopen_meeting(fields: dict[str, Any], meeting_id: int) -> Response:
    """Let a meeting that was closed by mistake go on, until somebody has signed its minutes."""
    return _change(meeting_id, steps_back.reopen_meeting, fields["reason"])


@blp.route("/meetings/<id:meeting_id>/unopen", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(StepBackSchema)
@blp.response(200, MeetingSchema)
def unopen_meeting(fields: dict[str, Any], meeting_id: int) -> Response:
    """Take back an opening by mistake, while nothing but the opener's own line has come of it."""
    return _change(meeting_id, steps_back.unopen_meeting, fields["reason"])


def _change(meeting_id: int, verb: Callable[..., Meeting], *args: Any) -> Response:
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = queries.get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        require_match(meeting)
        return _answer(verb(meeting, *args, actor=actor, uow=uow))


def _answer(meeting: Meeting, status: int = 200) -> Response:
    (view,) = queries.meeting_views([meeting], actor=current_actor(), now=current_clock().now())
    response = jsonify(MeetingSchema().dump(view))
    response.status_code = status
    return set_etag(response, etag_of(meeting))


def _draft(
    fields: dict[str, Any], organization_id: int, *, actor: Actor, uow: UnitOfWork
) -> service.MeetingDraft:
    earlier_id = fields.pop("from_meeting_id")
    if "kind" in fields:
        fields["kind"] = MeetingKind(fields["kind"])
    if earlier_id is None:
        return service.MeetingDraft(**fields)
    try:
        earlier = queries.get_meeting(earlier_id, Permission.MEETINGS_READ, actor=actor)
    except NotFound:
        earlier = None
    if earlier is None or earlier.organization_id != organization_id:
        raise ValidationFailed(FieldError("/from_meeting_id", "unknown"))
    like = service.draft_like(earlier, uow.clock.now())
    if "starts_at" in fields and "ends_at" not in fields:
        fields["ends_at"] = fields["starts_at"] + (like.ends_at - like.starts_at)
    return replace(like, **fields)
