from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.organizations.queries import get_organization
from handbook.resolutions import queries, service
from handbook.resolutions.enums import DocumentType
from handbook.resolutions.models import Resolution
from handbook.resolutions.schemas import (
    NextSymbolArgs,
    NextSymbolSchema,
    ResolutionInSchema,
    ResolutionListArgs,
    ResolutionPatchSchema,
    ResolutionSchema,
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
@blp.response(200, ResolutionSchema)
def issue_resolution(resolution_id: int) -> Response:
    """Put a draft in force."""
    actor = current_actor()
    with unit_of_work() as uow:
        resolution = queries.get_resolution(resolution_id, Permission.RESOLUTIONS_WRITE, actor=actor)
        require_match(resolution)
        return _answer(service.issue_resolution(resolution, actor=actor, uow=uow))


def _answer(resolution: Resolution, status: int = 200) -> Response:
    data = queries.resolution_data(resolution, actor=current_actor())
    response = jsonify(ResolutionSchema().dump(data))
    response.status_code = status
    return set_etag(response, etag_of(resolution))
