"""What login and activation have in common: a new device session, answered with its cookie and who it is."""

from flask import Response, jsonify, make_response

from handbook.access.actor import Actor
from handbook.accounts.models import Account
from handbook.accounts.presenter import present_session
from handbook.accounts.queries import get_account
from handbook.accounts.sessions import find_actor, set_cookie, start_session
from handbook.audit.service import record
from handbook.kernel.unit_of_work import current_clock, unit_of_work


def open_session(account: Account, device_name: str | None) -> tuple[Actor, str]:
    """Start a device session of an account that has proved who it is; its actor and its token."""
    with unit_of_work() as uow:
        session, token = start_session(account, uow=uow, device_name=device_name)
        actor = Actor(account_id=account.id, member_id=account.member_id, session_id=session.id)
        record(
            uow, "accounts:session:started", actor=actor, subject_id=session.id, member_id=account.member_id
        )
    return find_actor(token, current_clock()) or actor, token


def answer_signed_in(account: Account, device_name: str | None) -> Response:
    """201 with the cookie of a new device session."""
    actor, token = open_session(account, device_name)
    body = present_session(get_account(actor), actor)
    return set_cookie(make_response(jsonify(body), 201), token)
