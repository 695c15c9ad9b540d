from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.organizations.queries import get_organization
from handbook.resolutions import queries, service
from handbook.resolutions.enums import DocumentType
from handbook.resolutions.models import Resolution
from handbook.resolutions.schemas import (
    IssueSchema,
    NextSymbolArgs,
    NextSymbolSchema,
    ResolutionInSchema,
    ResolutionListArgs,
    ResolutionPatchSchema,
    ResolutionSchema,
    RevokeSchema,
)

blp = Blueprint("resolutions", __name__, url_prefix="/api", description="Resolutions and their tasks")


@blp.route("/organizations/<id:organization_id>/resolutions", methods=["POST"])
@idempotent
@requires(Permission.RESOLUTIONS_WRITE)
@blp.arguments(ResolutionInSchema)
@blp.response(201, ResolutionSchema)
def create_resolution(fields: dict[str, Any], organization_id: int) -> Response:
    """Draft a resolution."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.RESOLUTIONS_WRITE, actor=actor)
        return _answer(service.create_resolution(organization, fields, actor=actor, uow=uow), 201)


@blp.route("/organizations/<id:organization_id>/resolutions", methods=["GET"])
@requires(Permission.RESOLUTIONS_READ)
@blp.arguments(ResolutionListArgs, location="query")
@blp.response(200, page_of(ResolutionSchema))
def list_resolutions(args: dict[str, Any], organization_id: int) -> dict[str, Any]:
    """List an organisation's resolutions, the newest first."""
    actor = current_actor()
    page = queries.list_resolutions(organization_id, actor=actor, **args)
    return {"items": [queries.resolution_data(row, actor=actor) for row in page.items], "next": page.next}


@blp.route("/organizations/<id:organization_id>/resolutions/next-symbol", methods=["GET"])
@requires(Permission.RESOLUTIONS_WRITE)
@blp.arguments(NextSymbolArgs, location="query")
@blp.response(200, NextSymbolSchema)
def propose_symbol(args: dict[str, Any], organization_id: int) -> dict[str, Any]:
    """Propose the next symbol of this issuer, type and term."""
    type_ = DocumentType(args["type"])
    symbol, term = queries.propose_symbol(
        organization_id, type_=type_, term=args["term"], actor=current_actor(), clock=current_clock()
    )
    return {"symbol": str(symbol), "type": type_.value, "term": term}


@blp.route("/resolutions/<id:resolution_id>", methods=["GET"])
@requires(Permission.RESOLUTIONS_READ)
@blp.response(200, ResolutionSchema)
def get_resolution(resolution_id: int) -> Response:
    """One resolution."""
    return _answer(queries.get_resolution(resolution_id, Permission.RESOLUTIONS_READ, actor=current_actor()))


@blp.route("/resolutions/<id:resolution_id>", methods=["PATCH"])
@requires(Permission.RESOLUTIONS_WRITE)
@blp.arguments(ResolutionPatchSchema)
@blp.response(200, ResolutionSchema)
def edit_resolution(changes: dict[str, Any], resolution_id: int) -> Response:
    """Change a draft."""
    actor = current_actor()
    with unit_of_work() as uow:
        resolution = queries.get_resolution(resolution_id, Permission.RESOLUTIONS_WRITE, actor=actor)
        require_match(resolution)
        return _answer(service.edit_resolution(resolution, changes, actor=actor, uow=uow))


@blp.route("/resolutions/<id:resolution_id>/issue", methods=["POST"])
@requires(Permission.RESOLUTIONS_WRITE)
@blp.arguments(IssueSchema)
@blp.response(200, ResolutionSchema)
def issue_resolution(fields: dict[str, Any], resolution_id: int) -> Response:
    """Put a draft in force. Where something speaks against it, a reason is needed that answers all of it."""
    actor = current_actor()
    with unit_of_work() as uow:
        resolution = queries.get_resolution(resolution_id, Permission.RESOLUTIONS_WRITE, actor=actor)
        require_match(resolution)
        return _answer(service.issue_resolution(resolution, actor=actor, uow=uow, **fields))


@blp.route("/resolutions/<id:resolution_id>/revoke", methods=["POST"])
@requires(Permission.RESOLUTIONS_WRITE)
@blp.arguments(RevokeSchema)
@blp.response(200, ResolutionSchema)
def revoke_resolution(fields: dict[str, Any], resolution_id: int) -> Response:
    """Take a resolution out of force, with a reason."""
    actor = current_actor()
    with unit_of_work() as uow:
        resolution = queries.get_resolution(resolution_id, Permission.RESOLUTIONS_WRITE, actor=actor)
        require_match(resolution)
        return _answer(service.revoke_resolution(resolution, fields["reason"], actor=actor, uow=uow))


@blp.route("/meetings/<id:meeting_id>/resolution-draft", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(201, ResolutionSchema)
@blp.alt_response(200, schema=ResolutionSchema, description="The resolution that the meeting has already")
def draft_resolution(meeting_id: int) -> Response:
    """Draft the resolution of a meeting from its conclusions and votes, with the next number."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        resolution, created = service.draft_from_meeting(meeting, actor=actor, uow=uow)
        return _answer(resolution, 201 if created else 200)


def _answer(resolution: Resolution, status: int = 200) -> Response:
    data = queries.whole_data(resolution, actor=current_actor())
    response = jsonify(ResolutionSchema().dump(data))
    response.status_code = status
    return set_etag(response, etag_of(resolution))
