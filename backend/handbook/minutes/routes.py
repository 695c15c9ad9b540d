from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.accounts.reauthentication import reauthenticate
from handbook.kernel.concurrency import etag_of, require_match, set_body_etag, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.problems import Problem
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.minutes import queries, readings, service, signing
from handbook.minutes.enums import SignerRole
from handbook.minutes.models import Minutes
from handbook.minutes.numbers import numbers_of
from handbook.minutes.schemas import (
    AddendumInSchema,
    MinutesPatchSchema,
    MinutesSchema,
    NumbersSchema,
    RoomMinutesSchema,
    SignatureInSchema,
)

blp = Blueprint("minutes", __name__, url_prefix="/api", description="Minutes of meetings")


@blp.route("/meetings/<id:meeting_id>/minutes", methods=["GET"])
@requires(Permission.MINUTES_READ)
@blp.response(200, MinutesSchema)
@blp.alt_response(204, description="Nobody has begun them; to who writes them")
def get_minutes(meeting_id: int) -> Response:
    """The minutes of a meeting: to its members once they are signed, before that to who writes them."""
    actor = current_actor()
    minutes = queries.find_for_reading(meeting_id, actor=actor)
    if minutes is None:
        return Response(status=204)
    readings.record_reading(minutes, actor=actor)
    return _answer(minutes)


@blp.route("/meetings/<id:meeting_id>/next-numbers", methods=["GET"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, NumbersSchema)
def get_next_numbers(meeting_id: int) -> Response:
    """The symbols that the minutes and the resolution of the meeting bear, or will bear as things stand now."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=current_actor())
    found = numbers_of(meeting, clock=current_clock())
    return set_body_etag(jsonify(NumbersSchema().dump(found)))


@blp.route("/meetings/<id:meeting_id>/minutes/compose", methods=["POST"])
@requires(Permission.MINUTES_WRITE)
@blp.response(200, MinutesSchema)
def compose_minutes(meeting_id: int) -> Response:
    """Write the minutes from the facts, or bring them up to date; what somebody edited is kept, and says where the facts
    have changed since."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        minutes = queries.find_for_writing(meeting_id, actor=actor)
        return _answer(service.compose_minutes(meeting, minutes, actor=actor, uow=uow))


@blp.route("/meetings/<id:meeting_id>/minutes/from-room", methods=["POST"])
@idempotent
@requires(Permission.MINUTES_WRITE)
@blp.arguments(RoomMinutesSchema)
@blp.doc(operationId="bring_minutes_from_room")
@blp.response(200, MinutesSchema)
def bring_from_room(fields: dict[str, Any], meeting_id: int) -> Response:
    """Bring in the minutes that a phone wrote, and perhaps read back, in a room without a network.

    ``If-Match`` names the version that the phone knew, if it knew one; 412 when somebody has written another since.
    """
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        minutes = queries.find_for_writing(meeting_id, actor=actor)
        known = minutes is None or request.if_match.contains_weak(etag_of(minutes))
        # What only the facts have written gives way to nobody's harm.
        if minutes and not known and (request.if_match or service.is_written_by_people(minutes)):
            raise Problem(412, headers={"ETag": f'"{etag_of(minutes)}"'})
        return _answer(service.bring_in(meeting, minutes, fields, actor=actor, uow=uow))


@blp.route("/meetings/<id:meeting_id>/minutes", methods=["PATCH"])
@requires(Permission.MINUTES_WRITE)
@blp.arguments(MinutesPatchSchema)
@blp.response(200, MinutesSchema)
def edit_minutes(changes: dict[str, Any], meeting_id: int) -> Response:
    """Rewrite sections, or name chair and minute-taker; signatures given so far have to be given again."""
    actor = current_actor()
    with unit_of_work() as uow:
        get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        minutes = queries.get_minutes(meeting_id, Permission.MINUTES_WRITE, actor=actor, lock=True)
        require_match(minutes)
        return _answer(service.edit_minutes(minutes, changes, actor=actor, uow=uow))


@blp.route("/meetings/<id:meeting_id>/minutes/read-back", methods=["POST"])
@requires(Permission.MINUTES_WRITE)
@blp.doc(operationId="read_minutes_back")
@blp.response(200, MinutesSchema)
def read_back(meeting_id: int) -> Response:
    """Note that this version was read back before the meeting and agreed to."""
    actor = current_actor()
    with unit_of_work() as uow:
        minutes = queries.get_minutes(meeting_id, Permission.MINUTES_WRITE, actor=actor, lock=True)
        require_match(minutes)
        return _answer(service.read_back(minutes, actor=actor, uow=uow))


@blp.route("/meetings/<id:meeting_id>/minutes/signatures", methods=["POST"])
@requires(Permission.MINUTES_SIGN)
@blp.arguments(SignatureInSchema)
@blp.response(201, MinutesSchema)
def sign_minutes(fields: dict[str, Any], meeting_id: int) -> Response:
    """Sign this version, or an addendum, as chair or minute-taker, who proves once more who it is.

    The second signature under the minutes makes them final and settles the meeting in the same act.
    """
    actor = current_actor()
    queries.get_minutes(meeting_id, Permission.MINUTES_SIGN, actor=actor)
    signer = reauthenticate(
        actor, login=fields["login"], password=fields["password"], address=request.remote_addr or "?"
    )
    given = signing.Signing(SignerRole(fields["role"]), fields["addendum"], fields["drawing"])
    with unit_of_work() as uow:
        get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor, lock=True)
        minutes = queries.get_minutes(meeting_id, Permission.MINUTES_SIGN, actor=actor, lock=True)
        require_match(minutes)
        return _answer(signing.sign(minutes, given, signer, actor=actor, uow=uow), 201)


@blp.route("/meetings/<id:meeting_id>/minutes/addenda", methods=["POST"])
@idempotent
@requires(Permission.MINUTES_WRITE)
@blp.arguments(AddendumInSchema)
@blp.doc(operationId="add_minutes_addendum")
@blp.response(201, MinutesSchema)
def add_addendum(fields: dict[str, Any], meeting_id: int) -> Response:
    """Append a correction to signed minutes."""
    actor = current_actor()
    with unit_of_work() as uow:
        minutes = queries.get_minutes(meeting_id, Permission.MINUTES_WRITE, actor=actor, lock=True)
        return _answer(signing.add_addendum(minutes, fields["text"], actor=actor, uow=uow), 201)


@blp.route("/meetings/<id:meeting_id>/minutes/addenda/<id:number>", methods=["DELETE"])
@requires(Permission.MINUTES_WRITE)
@blp.doc(operationId="withdraw_minutes_addendum")
@blp.response(200, MinutesSchema)
def withdraw_addendum(meeting_id: int, number: int) -> Response:
    """Take back the newest addendum while nobody has signed it."""
    actor = current_actor()
    with unit_of_work() as uow:
        minutes = queries.get_minutes(meeting_id, Permission.MINUTES_WRITE, actor=actor, lock=True)
        require_match(minutes)
        return _answer(signing.withdraw_addendum(minutes, number, actor=actor, uow=uow))


def _answer(minutes: Minutes, status: int = 200) -> Response:
    response = jsonify(MinutesSchema().dump(queries.minutes_data(minutes)))
    response.status_code = status
    return set_etag(response, etag_of(minutes))
