from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.attendance.roll import whole_roll_etag
from handbook.kernel.concurrency import set_etag
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.proceedings import queries, service
from handbook.proceedings.schemas import BookArgs, BookSchema, EntriesInSchema, EntryAnswersSchema

blp = Blueprint("proceedings", __name__, url_prefix="/api", description="The book of the room")

_book = BookSchema()


@blp.route("/meetings/<id:meeting_id>/proceedings", methods=["POST"])
@requires(Permission.PROCEEDINGS_WRITE)
@blp.arguments(EntriesInSchema)
@blp.response(200, EntryAnswersSchema)
def write_proceedings(fields: dict[str, Any], meeting_id: int) -> Any:
    """Write entries into the book of a meeting; the same entry again is answered as the first time."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.PROCEEDINGS_WRITE, actor=actor, lock=True)
        return {"items": service.write_entries(meeting, fields, actor=actor, uow=uow)}


@blp.route("/meetings/<id:meeting_id>/proceedings", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.arguments(BookArgs, location="query")
@blp.response(200, BookSchema)
def read_proceedings(args: dict[str, Any], meeting_id: int) -> Response:
    """The book of a meeting since a version of it: all for who runs the meeting or writes its minutes, the course of the
    agenda for members. Who reads the whole roll is told its version beside."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    tag = queries.book_etag(meeting, actor=actor, after=args["after"])
    roll = whole_roll_etag(meeting, actor=actor)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=200)
    else:
        page = queries.read_book(meeting, actor=actor, after=args["after"])
        response = jsonify(_book.dump(page))
    if roll:
        response.headers["Roll-ETag"] = f'"{roll}"'
    return set_etag(response, tag)
