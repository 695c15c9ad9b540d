from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of, require_match, set_body_etag, set_etag
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.queries import get_meeting
from handbook.opinions import queries, service
from handbook.opinions.models import Opinion
from handbook.opinions.schemas import (
    AnswerSchema,
    GroupingSchema,
    OpinionInSchema,
    OpinionSchema,
    OpinionsSchema,
)

blp = Blueprint(
    "opinions", __name__, url_prefix="/api", description="Opinions and questions sent before a meeting"
)


@blp.route("/meetings/<id:meeting_id>/opinions", methods=["GET"])
@requires(Permission.OPINIONS_READ)
@blp.response(200, OpinionsSchema)
def list_opinions(meeting_id: int) -> Response:
    """What was sent to a meeting: everything with names for who runs it, for anybody else what they sent themselves."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    return set_body_etag(jsonify(OpinionsSchema().dump(queries.opinions_view(meeting, actor=actor))))


@blp.route("/meetings/<id:meeting_id>/opinions/<uuid:key>", methods=["PUT"])
@requires(Permission.OPINIONS_SEND)
@blp.arguments(OpinionInSchema)
@blp.response(200, OpinionSchema)
@blp.alt_response(201, schema=OpinionSchema, description="A new opinion")
def put_opinion(fields: dict[str, Any], meeting_id: int, key: UUID) -> Response:
    """Send an opinion or a question, or change the own one of this key. The device makes the key, so it may be sent twice."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.OPINIONS_SEND, actor=actor, lock=True)
        opinion, created = service.put_opinion(meeting, str(key), fields, actor=actor, uow=uow)
        return _answer(opinion, 201 if created else 200)


@blp.route("/meetings/<id:meeting_id>/opinions/<uuid:key>", methods=["DELETE"])
@requires(Permission.OPINIONS_SEND)
@blp.response(204)
def withdraw_opinion(meeting_id: int, key: UUID) -> None:
    """Take an own opinion back."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.OPINIONS_SEND, actor=actor, lock=True)
        service.withdraw_opinion(meeting, str(key), actor=actor, uow=uow)


@blp.route("/meetings/<id:meeting_id>/opinions/groups", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(GroupingSchema)
@blp.response(200, OpinionsSchema)
def group_opinions(fields: dict[str, Any], meeting_id: int) -> Response:
    """Gather opinions under a title, or take them out of their groups."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        service.group_opinions(meeting, fields["ids"], fields["group"], actor=actor, uow=uow)
        return jsonify(OpinionsSchema().dump(queries.opinions_view(meeting, actor=actor)))


@blp.route("/opinions/<id:opinion_id>", methods=["PATCH"])
@requires(Permission.OPINIONS_ANSWER)
@blp.arguments(AnswerSchema)
@blp.response(200, OpinionSchema)
def answer_opinion(changes: dict[str, Any], opinion_id: int) -> Response:
    """Put an opinion in a group, mark it as answered, keep what was answered."""
    actor = current_actor()
    with unit_of_work() as uow:
        opinion = queries.get_opinion(opinion_id, Permission.OPINIONS_ANSWER, actor=actor)
        require_match(opinion)
        return _answer(service.answer_opinion(opinion, changes, actor=actor, uow=uow))


def _answer(opinion: Opinion, status: int = 200) -> Response:
    data = queries.opinion_view(opinion, actor=current_actor())
    response = jsonify(OpinionSchema().dump(data))
    response.status_code = status
    return set_etag(response, etag_of(opinion))
