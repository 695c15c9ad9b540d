from typing import Any

import orjson
from flask import Response, current_app, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.attendance.service import record_roll_reading
from handbook.conferences import delegates, queries, readings, service
from handbook.conferences.schemas import (
    DelegateMoveSchema,
    DelegatesAnswerSchema,
    DelegateSchema,
    DelegatesInSchema,
    SiteInSchema,
    SiteListArgs,
    SiteListSchema,
    SitePatchSchema,
    SiteSchema,
)
from handbook.kernel.concurrency import etag_of, heed_match, require_match, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.pagination import Page, PageArgs
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.meetings.sites import Site

blp = Blueprint("conferences", __name__, url_prefix="/api", description="Conferences held at many sites")


@blp.route("/meetings/<id:meeting_id>/sites", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.arguments(SiteListArgs, location="query")
@blp.response(200, SiteListSchema)
def list_sites(args: dict[str, Any], meeting_id: int) -> Response:
    """The sites of a conference with their head-counts: all for who may read the roll, a host's own, a delegate's own one."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    tag = queries.sites_etag(meeting, phones=args["phones"], actor=actor)
    if request.if_none_match.contains_weak(tag):
        return set_etag(Response(status=200), tag)
    # Asked every few seconds by who runs a conference of hundreds of sites: the view is the answer, nothing is dumped twice.
    view = queries.list_sites(meeting, actor=actor, **args)
    readings.record_phones(meeting, view["items"], actor=actor)
    return set_etag(current_app.response_class(orjson.dumps(view), mimetype="application/json"), tag)


@blp.route("/meetings/<id:meeting_id>/sites", methods=["POST"])
@idempotent
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(SiteInSchema)
@blp.response(201, SiteSchema)
def create_site(fields: dict[str, Any], meeting_id: int) -> Response:
    """Add a site to a conference."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
        site = service.create_site(meeting, fields, actor=actor, uow=uow)
        answer = queries.one_site_view(site)
    return _answer(meeting, answer, 201)


@blp.route("/sites/<id:site_id>", methods=["PATCH"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(SitePatchSchema)
@blp.response(200, SiteSchema)
def update_site(changes: dict[str, Any], site_id: int) -> Response:
    """Change a site or name its hosts anew."""
    actor = current_actor()
    with unit_of_work() as uow:
        site = _locked_site(site_id)
        require_match(site)
        answer = queries.one_site_view(service.update_site(site, changes, actor=actor, uow=uow))
    return _answer(site.meeting, answer)


@blp.route("/sites/<id:site_id>", methods=["DELETE"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.response(204)
def remove_site(site_id: int) -> None:
    """Take out a site to which no delegate belongs."""
    actor = current_actor()
    with unit_of_work() as uow:
        site = _locked_site(site_id)
        require_match(site)
        service.remove_site(site, actor=actor, uow=uow)


@blp.route("/sites/<id:site_id>/delegates", methods=["GET"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(DelegateSchema))
def list_delegates(args: dict[str, Any], site_id: int) -> Page[Any]:
    """Who belongs to a site, for who prepares the conference; before the convening there is no roll that tells it."""
    actor = current_actor()
    site = queries.get_site(site_id, Permission.CONFERENCES_PREPARE, actor=actor)
    page = queries.list_delegates(site, **args)
    record_roll_reading(site.meeting, actor=actor)
    return page


@blp.route("/meetings/<id:meeting_id>/delegates", methods=["POST"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(DelegatesInSchema)
@blp.response(200, DelegatesAnswerSchema)
def add_delegates(fields: dict[str, Any], meeting_id: int) -> delegates.Added:
    """Name delegates of one site by their cards or by who they are; all of them are taken, or none."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
        _heed(meeting)
        return delegates.add_delegates(meeting, **fields, actor=actor, uow=uow)


@blp.route("/meetings/<id:meeting_id>/delegates/<id:member_id>", methods=["PUT"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.arguments(DelegateMoveSchema)
@blp.response(204)
def move_delegate(fields: dict[str, Any], meeting_id: int, member_id: int) -> None:
    """Let a delegate belong to another site."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
        _heed(meeting)
        delegates.move_delegate(meeting, member_id, fields["site_id"], actor=actor, uow=uow)


@blp.route("/meetings/<id:meeting_id>/delegates/<id:member_id>", methods=["DELETE"])
@requires(Permission.CONFERENCES_PREPARE)
@blp.response(204)
def remove_delegate(meeting_id: int, member_id: int) -> None:
    """Take out a delegate who was not recorded as present."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
        _heed(meeting)
        delegates.remove_delegate(meeting, member_id, actor=actor, uow=uow)


def _heed(meeting: Meeting) -> None:
    """What is said of a delegate needs no version (ADR 18): the key is natural, and all of it is said."""
    heed_match(lambda: (queries.sites_etag(meeting, actor=current_actor()), etag_of(meeting)))


def _locked_site(site_id: int) -> Site:
    """The site, read anew under the lock of its conference."""
    actor = current_actor()
    site = queries.get_site(site_id, Permission.CONFERENCES_PREPARE, actor=actor)
    get_meeting(site.meeting_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)
    return queries.get_site(site_id, Permission.CONFERENCES_PREPARE, actor=actor, lock=True)


def _answer(meeting: Meeting, view: dict[str, Any], status: int = 200) -> Response:
    readings.record_phones(meeting, [view], actor=current_actor())
    response = current_app.response_class(orjson.dumps(view), mimetype="application/json", status=status)
    return set_etag(response, view["etag"])
