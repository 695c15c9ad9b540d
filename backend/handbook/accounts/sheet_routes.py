from typing import Any

from flask import Response, current_app
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, requires
from handbook.access.permissions import Permission
from handbook.accounts import sheets
from handbook.accounts.schemas import ActivationSheetIn
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.openapi import BINARY
from handbook.kernel.unit_of_work import current_clock, unit_of_work
from handbook.members.queries import get_member
from handbook.organizations.queries import get_organization

# More are printed from the command line, where nobody waits for an answer.
MAX_ON_SCREEN = 1000

blp = Blueprint("activation_sheets", __name__, url_prefix="/api", description="Activation sheets")


@blp.route("/organizations/<id:organization_id>/activation-sheets", methods=["POST"])
@requires(Permission.ACTIVATIONS_ISSUE)
@blp.arguments(ActivationSheetIn)
@blp.response(201, BINARY, content_type="application/pdf")
def issue_activation_sheet(_body: dict[str, Any], organization_id: int) -> Response:
    """Issue fresh activation codes and answer the sheet as PDF, one slip per member who has no password yet.

    The answer is kept nowhere, because it holds codes in clear text: an ``Idempotency-Key`` is therefore not heeded,
    and asking again issues new codes and ends the ones before.
    """
    actor = current_actor()
    organization = get_organization(organization_id, Permission.ACTIVATIONS_ISSUE, actor=actor)
    order = sheets.draw_up_sheet(organization, actor=actor, clock=current_clock(), limit=MAX_ON_SCREEN)
    sheet = _print(order)
    with unit_of_work() as uow:
        organization = get_organization(organization_id, Permission.ACTIVATIONS_ISSUE, actor=actor)
        sheets.issue_sheet(order, organization, actor=actor, uow=uow)
    return _answer(sheet)


@blp.route("/members/<id:member_id>/activation-sheets", methods=["POST"])
@requires(Permission.ACTIVATIONS_RENEW)
@blp.arguments(ActivationSheetIn)
@blp.response(201, BINARY, content_type="application/pdf")
def renew_activation(_body: dict[str, Any], member_id: int) -> Response:
    """Issue one slip for a member who forgot the password or lost the sheet; the answer is kept nowhere."""
    actor = current_actor()
    member = get_member(member_id, Permission.ACTIVATIONS_RENEW, actor=actor)
    order = sheets.draw_up_renewal(member, actor=actor, clock=current_clock())
    sheet = _print(order)
    with unit_of_work() as uow:
        member = get_member(member_id, Permission.ACTIVATIONS_RENEW, actor=actor)
        sheets.issue_renewal(order, member, actor=actor, uow=uow)
    return _answer(sheet)


def _print(order: sheets.SheetOrder) -> bytes:
    """The sheet, before any of its codes works: one that cannot be set ends no earlier code."""
    settings: Settings = current_app.extensions["handbook.settings"]
    # The connection goes back to the pool while the pages are set.
    db.session.rollback()
    return sheets.print_sheet(order, public_url=settings.public_url)


def _answer(sheet: bytes) -> Response:
    response = Response(sheet, status=201)
    response.content_type = "application/pdf"
    response.headers["Content-Disposition"] = 'attachment; filename="phieu-kich-hoat.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response
