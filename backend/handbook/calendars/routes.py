import hashlib
from typing import Any

from flask import Response, current_app, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, public, requires, signed_in
from handbook.access.permissions import Permission
from handbook.calendars import feeds, queries
from handbook.calendars.enums import Titles
from handbook.calendars.ics import make_calendar
from handbook.calendars.models import CalendarFeed
from handbook.calendars.schemas import (
    CalendarArgs,
    CalendarFeedInSchema,
    CalendarFeedsSchema,
    NewCalendarFeedSchema,
)
from handbook.config import Settings
from handbook.kernel.concurrency import set_etag
from handbook.kernel.idempotency import idempotent_with_secret
from handbook.kernel.openapi import BINARY
from handbook.kernel.problems import WrongState
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.queries import get_meeting

MEDIA_TYPE = "text/calendar"

blp = Blueprint("calendars", __name__, url_prefix="/api", description="Meetings in the calendar of the phone")
feed_blp = Blueprint(
    "calendar_feed",
    __name__,
    url_prefix="/calendar",
    description="The feed that calendars fetch, without a session",
)


@blp.route("/calendar-feeds", methods=["GET"])
@signed_in
@blp.response(200, CalendarFeedsSchema)
def list_feeds() -> Response:
    """Own feeds in force; their addresses were told when they were made."""
    return jsonify(CalendarFeedsSchema().dump({"items": feeds.list_feeds(actor=current_actor())}))


@blp.route("/calendar-feeds", methods=["POST"])
@idempotent_with_secret
@signed_in
@blp.arguments(CalendarFeedInSchema)
@blp.response(201, NewCalendarFeedSchema)
def make_feed(fields: dict[str, Any]) -> Response:
    """Make a feed and tell its address, this once: again only to the same request under its ``Idempotency-Key``."""
    actor = current_actor()
    with unit_of_work() as uow:
        feed, token = feeds.make_feed(fields["name"], Titles(fields["titles"]), actor=actor, uow=uow)
    url = f"{_settings().public_url.rstrip('/')}/calendar/{token}.ics"
    response = jsonify(NewCalendarFeedSchema().dump({**_view(feed), "url": url}))
    response.status_code = 201
    response.headers["Cache-Control"] = "no-store"
    return response


@blp.route("/calendar-feeds/<id:feed_id>", methods=["DELETE"])
@requires(Permission.CALENDAR_FEEDS_REVOKE)
@blp.response(204)
def revoke_feed(feed_id: int) -> None:
    """Revoke an own feed: its address leads nowhere from now on."""
    actor = current_actor()
    with unit_of_work() as uow:
        feeds.revoke_feed(feeds.get_feed(feed_id, actor=actor), actor=actor, uow=uow)


@blp.route("/meetings/<id:meeting_id>/calendar.ics", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.arguments(CalendarArgs, location="query")
@blp.response(200, BINARY, content_type=MEDIA_TYPE)
def get_meeting_calendar(args: dict[str, Any], meeting_id: int) -> Response:
    """One convened meeting for the calendar of this device."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=current_actor())
    if meeting.convened_at is None:
        raise WrongState
    response = _answer([meeting], Titles(args["titles"]))
    response.headers["Content-Disposition"] = 'attachment; filename="cuoc-hop.ics"'
    return response


@feed_blp.route("/<string:token>.ics", methods=["GET"])
@public
@feed_blp.response(200, BINARY, content_type=MEDIA_TYPE)
def read_feed(token: str) -> Response:
    """The meetings to which the owner of the feed is summoned. The address alone opens it; a revoked one is not found."""
    clock = current_clock()
    feed, actor = feeds.open_feed(token, clock=clock)
    response = _answer(queries.meetings_of(actor, clock), Titles(feed.titles))
    if feed.read_on != clock.now().date():
        with unit_of_work() as uow:
            feeds.note_reading(feed.id, uow=uow)
    return response


def _answer(meetings: Any, titles: Titles) -> Response:
    content = make_calendar(queries.events_of(meetings, _settings().public_url), titles)
    response = Response(content, content_type=f"{MEDIA_TYPE}; charset=utf-8")
    return set_etag(response, hashlib.sha256(content).hexdigest()[:32])


def _view(feed: CalendarFeed) -> dict[str, Any]:
    return {
        "id": feed.id,
        "name": feed.name,
        "titles": feed.titles,
        "created_at": feed.created_at,
        "read_on": feed.read_on,
    }


def _settings() -> Settings:
    settings: Settings = current_app.extensions["handbook.settings"]
    return settings
