from typing import Any

from flask import Response, current_app, jsonify, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, public, requires
from handbook.access.permissions import Permission
from handbook.accounts.sessions import COOKIE
from handbook.ballots import queries, rules, service, voting
from handbook.ballots.box_limit import FailureWindow
from handbook.ballots.counting import Count
from handbook.ballots.enums import Choice
from handbook.ballots.errors import InvalidPaper, NotAnonymous
from handbook.ballots.models import Ballot
from handbook.ballots.papers import FilledPaper
from handbook.ballots.schemas import (
    BallotInSchema,
    BallotRecordSchema,
    BallotSchema,
    BallotsSchema,
    BeginCastingSchema,
    BlindedPaperSchema,
    BlindSignatureSchema,
    CloseBallotSchema,
    FilledPaperSchema,
    ReceiptSchema,
    ReservationsInSchema,
    VoteInSchema,
    VoteSchema,
)
from handbook.kernel.concurrency import etag_of, require_match, set_body_etag, set_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.logging import unlogged
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.meetings.queries import get_meeting

blp = Blueprint("ballots", __name__, url_prefix="/api", description="Votes, open and secret")
BOX_LIMIT = "handbook.ballot_box_limit"


@blp.route("/meetings/<id:meeting_id>/ballots", methods=["POST"])
@idempotent
@requires(Permission.MEETINGS_RUN)
@blp.arguments(BallotInSchema)
@blp.response(201, BallotSchema)
@blp.alt_response(200, schema=BallotSchema, description="The ballot that was proposed under this key before")
def propose_ballot(fields: dict[str, Any], meeting_id: int) -> Response:
    """Propose a ballot in a meeting."""
    actor = current_actor()
    with unit_of_work() as uow:
        meeting = get_meeting(meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
        ballot, created = service.create_ballot(meeting, fields, actor=actor, uow=uow)
        return _answer(ballot, 201 if created else 200)


@blp.route("/meetings/<id:meeting_id>/ballots", methods=["GET"])
@requires(Permission.MEETINGS_READ)
@blp.response(200, BallotsSchema)
def list_ballots(meeting_id: int) -> Response:
    """The ballots of a meeting, with the reader's own part in each."""
    actor = current_actor()
    meeting = get_meeting(meeting_id, Permission.MEETINGS_READ, actor=actor)
    ballots = queries.list_ballots(meeting, actor=actor)
    views = queries.ballot_views(ballots, meeting, actor=actor)
    return set_body_etag(jsonify(BallotsSchema().dump({"items": views})))


@blp.route("/ballots/<id:ballot_id>", methods=["GET"])
@requires(Permission.BALLOTS_READ)
@blp.response(200, BallotSchema)
def get_ballot(ballot_id: int) -> Response:
    """One ballot."""
    return _answer(queries.get_ballot(ballot_id, Permission.BALLOTS_READ, actor=current_actor()))


@blp.route("/ballots/<id:ballot_id>/open", methods=["POST"])
@requires(Permission.BALLOTS_RUN)
@blp.response(200, BallotSchema)
def open_ballot(ballot_id: int) -> Response:
    """Let the members vote."""
    actor = current_actor()
    with unit_of_work() as uow:
        ballot = _locked(ballot_id)
        return _answer(service.open_ballot(ballot, actor=actor, uow=uow, secrets=current_secrets()))


@blp.route("/ballots/<id:ballot_id>/begin-casting", methods=["POST"])
@requires(Permission.BALLOTS_RUN)
@blp.arguments(BeginCastingSchema)
@blp.response(200, BallotSchema)
def begin_casting(fields: dict[str, Any], ballot_id: int) -> Response:
    """Let the papers of a secret ballot be cast, and give out none any more."""
    actor = current_actor()
    with unit_of_work() as uow:
        known = frozenset(fields["without_paper"])
        return _answer(service.begin_casting(_locked(ballot_id), without_paper=known, actor=actor, uow=uow))


@blp.route("/ballots/<id:ballot_id>/close", methods=["POST"])
@requires(Permission.BALLOTS_RUN)
@blp.arguments(CloseBallotSchema)
@blp.response(200, BallotSchema)
def close_ballot(fields: dict[str, Any], ballot_id: int) -> Response:
    """End the vote, count it, and freeze the result."""
    actor = current_actor()
    with unit_of_work() as uow:
        ballot = service.close_ballot(
            _locked(ballot_id),
            expected_denominator=fields["expected_denominator"],
            accept_few_votes=fields["accept_few_votes"],
            count=_count(fields),
            hands=None if fields["hands"] is None else rules.Tally(**fields["hands"]),
            reserved=fields["reserved"],
            actor=actor,
            uow=uow,
        )
        return _answer(ballot)


@blp.route("/ballots/<id:ballot_id>/withdraw", methods=["POST"])
@requires(Permission.BALLOTS_RUN)
@blp.response(200, BallotSchema)
def withdraw_ballot(ballot_id: int) -> Response:
    """Take back a ballot that is not closed."""
    actor = current_actor()
    with unit_of_work() as uow:
        return _answer(service.withdraw_ballot(_locked(ballot_id), actor=actor, uow=uow))


@blp.route("/ballots/<id:ballot_id>/reservations", methods=["PUT"])
@requires(Permission.BALLOTS_RUN)
@blp.arguments(ReservationsInSchema)
@blp.response(200, BallotSchema)
def replace_reservations(fields: dict[str, Any], ballot_id: int) -> Response:
    """Put the reserved opinions of a closed ballot on record: the whole list."""
    actor = current_actor()
    with unit_of_work() as uow:
        ballot = _locked(ballot_id)
        return _answer(service.replace_reservations(ballot, fields["reserved"], actor=actor, uow=uow))


@blp.route("/ballots/<id:ballot_id>/votes/me", methods=["PUT"])
@requires(Permission.BALLOTS_VOTE)
@blp.arguments(VoteInSchema)
@blp.response(200, VoteSchema)
def cast_vote(fields: dict[str, Any], ballot_id: int) -> Any:
    """Give one's open vote, or change it until the chair closes."""
    actor = current_actor()
    with unit_of_work() as uow:
        return voting.cast_vote(ballot_id, Choice(fields["choice"]), actor=actor, uow=uow)


@blp.route("/ballots/<id:ballot_id>/papers", methods=["POST"])
@requires(Permission.BALLOTS_VOTE)
@blp.arguments(BlindedPaperSchema)
@blp.response(201, BlindSignatureSchema)
@blp.alt_response(200, schema=BlindSignatureSchema, description="The signature of the same paper, once more")
def take_paper(fields: dict[str, Any], ballot_id: int) -> Response:
    """Take one's paper of a secret ballot: the server signs it without seeing it."""
    actor = current_actor()
    with unit_of_work() as uow:
        signature, first = voting.take_paper(
            ballot_id, fields["blinded"], actor=actor, uow=uow, secrets=current_secrets()
        )
    response = jsonify(BlindSignatureSchema().dump({"blind_signature": signature}))
    response.status_code = 201 if first else 200
    return response


@blp.route("/ballot-box/<id:ballot_id>", methods=["POST"])
@public
@unlogged
@blp.arguments(FilledPaperSchema)
@blp.response(201, ReceiptSchema)
@blp.alt_response(200, schema=ReceiptSchema, description="The paper lay in the box already")
def cast_paper(fields: dict[str, Any], ballot_id: int) -> Response:
    """Put a paper into the box, as nobody in particular: a request that bears a session is refused."""
    if COOKIE in request.cookies or "Authorization" in request.headers:
        raise NotAnonymous
    limit = _box_limit()
    address, now = request.remote_addr or "", current_clock().now()
    limit.check(address, now)
    paper = FilledPaper(
        choice=Choice(fields["choice"]),
        secret=fields["secret"],
        marks=tuple(fields["marks"]),
        randomizer=fields["randomizer"],
        signature=fields["signature"],
    )
    try:
        with unit_of_work() as uow:
            first = voting.cast_paper(ballot_id, paper, uow=uow)
    except InvalidPaper:
        limit.count(address, now)
        raise
    response = jsonify(ReceiptSchema().dump({"serial": paper.serial}))
    response.status_code = 201 if first else 200
    return response


@blp.route("/ballots/<id:ballot_id>/result", methods=["GET"])
@requires(Permission.BALLOTS_READ)
@blp.response(200, BallotRecordSchema)
def read_result(ballot_id: int) -> Response:
    """The result of a closed ballot, with everything from which it can be counted again."""
    actor = current_actor()
    ballot = queries.get_ballot(ballot_id, Permission.BALLOTS_READ, actor=actor)
    return set_body_etag(jsonify(BallotRecordSchema().dump(queries.read_result(ballot, actor=actor))))


def _box_limit() -> FailureWindow:
    limit: FailureWindow = current_app.extensions[BOX_LIMIT]
    return limit


def _locked(ballot_id: int) -> Ballot:
    """The ballot that the actor runs, in the version that the request names, with its meeting locked before it."""
    actor = current_actor()
    ballot = queries.get_ballot(ballot_id, Permission.BALLOTS_RUN, actor=actor)
    get_meeting(ballot.meeting_id, Permission.MEETINGS_RUN, actor=actor, lock=True)
    ballot = queries.get_ballot(ballot_id, Permission.BALLOTS_RUN, actor=actor, lock=True)
    require_match(ballot)
    return ballot


def _count(fields: dict[str, Any]) -> Count | None:
    tally, papers = fields["tally"], fields["papers"]
    if tally is None:
        return None
    return Count(rules.Tally(**tally), None if papers is None else rules.Papers(**papers))


def _answer(ballot: Ballot, status: int = 200) -> Response:
    view = queries.ballot_views([ballot], ballot.meeting, actor=current_actor())[0]
    response = jsonify(BallotSchema().dump(view))
    response.status_code = status
    if request.method != "GET":
        return set_etag(response, etag_of(ballot))
    # What the reader may do and how far the vote has come moves without the ballot's own version.
    return set_body_etag(response, version=etag_of(ballot))
