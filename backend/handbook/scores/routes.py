from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.kernel.clock import today_in
from handbook.kernel.concurrency import heed_match, require_match, set_body_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.problems import WrongState
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.queries import get_meeting
from handbook.organizations.queries import get_organization
from handbook.scores import queries, service
from handbook.scores.models import MeetingScore
from handbook.scores.schemas import (
    FilledSheetSchema,
    HandedInSchema,
    MeetingScoreSchema,
    PaperScoreSchema,
    ScoreSheetInSchema,
    ScoreSheetsSchema,
)

blp = Blueprint("scores", __name__, url_prefix="/api", description="Scores of meetings, and their sheet")


@blp.route("/organizations/<id:organization_id>/score-sheets", methods=["GET"])
@requires(Permission.SCORE_SHEETS_READ)
@blp.response(200, ScoreSheetsSchema)
def list_score_sheets(organization_id: int) -> Response:
    """The sheet of 100 points in force at an organisation, and the versions that it gave itself."""
    actor = current_actor()
    organization = get_organization(organization_id, Permission.SCORE_SHEETS_READ, actor=actor)
    today = today_in(organization.timezone, current_clock())
    data = queries.sheets_data(organization, today, actor=actor)
    return set_body_etag(jsonify(ScoreSheetsSchema().dump(data)))


@blp.route("/organizations/<id:organization_id>/score-sheets", methods=["POST"])
@idempotent
@requires(Permission.SCORE_SHEETS_WRITE)
@blp.arguments(ScoreSheetInSchema)
@blp.response(201, ScoreSheetsSchema)
def add_score_sheet(fields: dict[str, Any], organization_id: int) -> Response:
    """Give an organisation and everything below it a sheet from a day on; without criteria as the one above has it."""
    actor = current_actor()
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.SCORE_SHEETS_WRITE, actor=actor)
        today = today_in(organization.timezone, uow.clock)
        valid_from = fields["valid_from"] or today
        service.add_sheet(organization, fields["criteria"], valid_from, actor=actor, uow=uow)
        data = queries.sheets_data(organization, today, actor=actor)
        response = jsonify(ScoreSheetsSchema().dump(data))
    response.status_code = 201
    return response


@blp.route("/meetings/<id:meeting_id>/score", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.response(200, MeetingScoreSchema)
def get_score(meeting_id: int) -> Response:
    """The score of a meeting, or the sheet with which it would be scored."""
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=current_actor())
    return _answer(meeting)


@blp.route("/meetings/<id:meeting_id>/score/open", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingScoreSchema)
def open_score(meeting_id: int) -> Response:
    """Let who is in the room score the meeting."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        service.open_scoring(meeting, actor=actor, uow=uow, secrets=current_secrets())
        return _answer(meeting)


@blp.route("/meetings/<id:meeting_id>/score/sheets/me", methods=["PUT"])
@requires(Permission.SCORES_GIVE)
@blp.arguments(FilledSheetSchema)
@blp.response(201, HandedInSchema)
@blp.alt_response(200, schema=HandedInSchema, description="The sheet was counted already")
def hand_in_score(fields: dict[str, Any], meeting_id: int) -> Response:
    """Hand in one's sheet: it is added to the sums and kept nowhere."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.SCORES_GIVE, actor=actor)
        first = service.hand_in(
            meeting, fields["key"], fields["points"], actor=actor, uow=uow, secrets=current_secrets()
        )
    response = jsonify(HandedInSchema().dump({"scored": True}))
    response.status_code = 201 if first else 200
    return response


@blp.route("/meetings/<id:meeting_id>/score/close", methods=["POST"])
@requires(Permission.MEETINGS_RUN)
@blp.response(200, MeetingScoreSchema)
def close_score(meeting_id: int) -> Response:
    """End the scoring; average and grade are kept."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        score = uow.session.get(MeetingScore, meeting.id, with_for_update=True, populate_existing=True)
        if score is None:
            raise WrongState
        require_match(score)
        service.close_scoring(score, meeting, actor=actor, uow=uow, secrets=current_secrets())
        return _answer(meeting)


@blp.route("/meetings/<id:meeting_id>/score/paper", methods=["PUT"])
@requires(Permission.MEETINGS_RUN)
@blp.arguments(PaperScoreSchema)
@blp.response(200, MeetingScoreSchema)
def enter_paper_score(fields: dict[str, Any], meeting_id: int) -> Response:
    """Add what was collected on paper to the sheets by phone. Entered again it is corrected, until the minutes are signed."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        heed_match(lambda: (queries.score_etag(meeting),))
        service.enter_paper_score(meeting, **fields, actor=actor, uow=uow)
        return _answer(meeting)


def _answer(meeting: Meeting) -> Response:
    # How many sheets there are moves with every one of them, and no version tells it.
    data = queries.score_data(meeting, actor=current_actor())
    return set_body_etag(jsonify(MeetingScoreSchema().dump(data)))
