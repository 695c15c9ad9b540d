from typing import Any

import orjson
from flask import Response, current_app, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, signed_in
from handbook.kernel.unit_of_work import current_clock
from handbook.sync.cursor import decode
from handbook.sync.queries import collect_changes, current_cursor, since_cursor
from handbook.sync.readings import record_synced_readings
from handbook.sync.schemas import SyncArgs, SyncSchema
from handbook.sync.shared import SharedParts, key_of

blp = Blueprint("sync", __name__, url_prefix="/api", description="What changed since a cursor")


@blp.route("/sync", methods=["GET"])
@signed_in
@blp.arguments(SyncArgs, location="query")
@blp.doc(operationId="read_changes")
@blp.response(200, SyncSchema)
def sync(args: dict[str, Any]) -> Response:
    """What changed since the cursor, which may also be sent as If-None-Match."""
    actor, clock = current_actor(), current_clock()
    held = decode(args["cursor"] or next(iter(request.if_none_match.as_set(include_weak=True)), None))
    now = current_cursor(actor, clock)
    since = since_cursor(held, now)
    nothing = not since.full and held is not None and held.encode() == now.encode()
    if nothing:
        response = Response(status=304)
    else:
        body = collect_changes(actor, since, now, clock)
        if not since.full and not actor.offices:
            parts: SharedParts = current_app.extensions["handbook.sync.shared"]
            parts.keep(key_of(now.home, since.organizations, now.organizations), body)
        record_synced_readings(body["changes"], actor=actor)
        response = current_app.response_class(orjson.dumps(body), mimetype="application/json")
    response.set_etag(now.encode())
    response.headers["Cache-Control"] = "private, no-cache"
    return response
