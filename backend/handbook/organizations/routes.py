from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires, signed_in
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, set_etag
from handbook.kernel.schemas import page_of
from handbook.organizations import queries
from handbook.organizations.presenter import organization_views
from handbook.organizations.schemas import OrganizationListArgs, OrganizationSchema

blp = Blueprint(
    "organizations", __name__, url_prefix="/api/organizations", description="The tree of organisations"
)


@blp.route("", methods=["GET"])
@signed_in
@blp.arguments(OrganizationListArgs, location="query")
@blp.response(200, page_of(OrganizationSchema))
def list_organizations(args: dict[str, Any]) -> dict[str, Any]:
    """List the children of an organisation, or the roots."""
    page = queries.list_organizations(
        parent_id=args["parent"], actor=current_actor(), limit=args["limit"], cursor=args["cursor"]
    )
    return {"items": organization_views(page.items), "next": page.next}


@blp.route("/<id:organization_id>", methods=["GET"])
@requires(Permission.ORGANIZATIONS_READ)
@blp.response(200, OrganizationSchema)
def get_organization(organization_id: int) -> Response:
    """One organisation."""
    organization = queries.get_organization(
        organization_id, Permission.ORGANIZATIONS_READ, actor=current_actor()
    )
    (view,) = organization_views([organization])
    return set_etag(jsonify(OrganizationSchema().dump(view)), etag_of(organization))
