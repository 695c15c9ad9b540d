from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires, signed_in
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import set_body_etag
from handbook.kernel.pagination import PageArgs
from handbook.kernel.problems import NotFound
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members import queries, service
from handbook.members.presenter import present_access_log, present_member, present_record
from handbook.members.schemas import (
    AccessLogEntry,
    CitizenIdViewIn,
    CitizenIdViewOut,
    MemberListArgs,
    MemberRecordSchema,
    MemberSchema,
)
from handbook.organizations.queries import get_organization

blp = Blueprint("members", __name__, url_prefix="/api", description="Members' records")


@blp.route("/organizations/<id:organization_id>/members", methods=["GET"])
@requires(Permission.MEMBERS_LIST)
@blp.arguments(MemberListArgs, location="query")
@blp.response(200, page_of(MemberSchema))
def list_members(args: dict[str, Any], organization_id: int) -> Response:
    """Members of an organisation; the reading is recorded."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.MEMBERS_LIST, actor=actor)
    page = queries.list_members(organization, actor=actor, **args)
    answer = jsonify({"items": [present_member(member, actor) for member in page.items], "next": page.next})
    service.record_list_reading(organization, page.items, actor=actor)
    return answer


@blp.route("/members/me", methods=["GET"])
@signed_in
@blp.response(200, MemberSchema)
def get_own_member() -> Response:
    """The own record."""
    actor = current_actor()
    if actor.member_id is None:
        raise NotFound
    member = queries.get_member(actor.member_id, Permission.MEMBERS_READ, actor=actor)
    return set_body_etag(jsonify(present_member(member, actor)))


@blp.route("/members/me/access-log", methods=["GET"])
@signed_in
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(AccessLogEntry))
def list_access_log(args: dict[str, Any]) -> dict[str, Any]:
    """Who looked at the own record."""
    page = queries.list_access_log(current_actor(), **args)
    return {"items": present_access_log(page.items), "next": page.next}


@blp.route("/members/<id:member_id>", methods=["GET"])
@requires(Permission.MEMBERS_READ)
@blp.response(200, MemberRecordSchema)
def get_member(member_id: int) -> Response:
    """One record; reading another person's is recorded."""
    actor = current_actor()
    member = queries.get_member(member_id, Permission.MEMBERS_READ, actor=actor)
    with unit_of_work() as uow:
        service.record_reading(member, actor=actor, uow=uow)
    history = queries.list_status_changes(member)
    return set_body_etag(jsonify(present_record(member, history, actor)))


@blp.route("/members/<id:member_id>/citizen-id-views", methods=["POST"])
@requires(Permission.MEMBERS_VIEW_CITIZEN_ID)
@blp.arguments(CitizenIdViewIn)
@blp.response(201, CitizenIdViewOut)
def view_citizen_id(body: dict[str, Any], member_id: int) -> dict[str, Any]:
    """Read a citizen ID, giving a reason; the member can see who did."""
    actor = current_actor()
    with unit_of_work() as uow:
        member = queries.get_member(member_id, Permission.MEMBERS_VIEW_CITIZEN_ID, actor=actor)
        return {"citizen_id": service.view_citizen_id(member, body["reason"], actor=actor, uow=uow)}
