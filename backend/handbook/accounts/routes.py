from typing import Any

from flask import Response, jsonify, make_response, request
from flask_smorest import Blueprint

from handbook.access.guards import current_actor, public, requires, signed_in
from handbook.access.permissions import Permission
from handbook.accounts import queries, service, throttle
from handbook.accounts.errors import InvalidCredentials
from handbook.accounts.presenter import present_device, present_session
from handbook.accounts.schemas import (
    DeviceOut,
    PasswordIn,
    PurposeAcceptanceIn,
    PurposeAcceptanceOut,
    SessionIn,
    SessionOut,
)
from handbook.accounts.sessions import clear_cookie
from handbook.accounts.signing_in import answer_signed_in
from handbook.kernel.concurrency import set_body_etag
from handbook.kernel.idempotency import idempotent
from handbook.kernel.pagination import PageArgs
from handbook.kernel.schemas import page_of
from handbook.kernel.unit_of_work import current_clock, unit_of_work

blp = Blueprint("accounts", __name__, url_prefix="/api", description="Sessions, devices and the own account")


@blp.route("/session", methods=["POST"])
@public
@blp.arguments(SessionIn)
@blp.doc(operationId="start_session")
@blp.response(201, SessionOut)
def log_in(body: dict[str, Any]) -> Response:
    """Sign in with a phone, card number or user name."""
    login_key = throttle.login_key(body["login"])
    address_key = throttle.throttle_key("address", request.remote_addr or "?")
    throttle.refuse_when_exhausted(login_key, address_key)
    try:
        account = service.authenticate(body["login"], body["password"])
    except InvalidCredentials:
        throttle.count_failure(login_key, address_key)
        raise
    throttle.forget_failures(login_key)
    return answer_signed_in(account, body["device_name"])


@blp.route("/session", methods=["GET"])
@signed_in
@blp.response(200, SessionOut)
def get_session() -> Response:
    """Who am I."""
    actor = current_actor()
    return set_body_etag(jsonify(present_session(queries.get_account(actor), actor)))


@blp.route("/session", methods=["DELETE"])
@signed_in
@blp.doc(operationId="end_current_session")
@blp.response(204)
def log_out() -> Response:
    """End this device's session and have the browser forget everything of this origin."""
    actor = current_actor()
    with unit_of_work() as uow:
        service.end_session(queries.get_session(actor.session_id or 0, actor=actor), actor=actor, uow=uow)
    response = clear_cookie(make_response("", 204))
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@blp.route("/session/password", methods=["PUT"])
@signed_in
@blp.arguments(PasswordIn)
@blp.response(204)
def change_password(body: dict[str, Any]) -> Response:
    """Set a new password; every other device is signed out."""
    actor = current_actor()
    key = throttle.throttle_key("login", f"account {actor.account_id}")
    throttle.refuse_when_exhausted(key)
    try:
        with unit_of_work() as uow:
            service.change_password(
                queries.get_account(actor),
                current=body["current_password"],
                new=body["new_password"],
                actor=actor,
                uow=uow,
            )
    except InvalidCredentials:
        throttle.count_failure(key)
        raise
    return make_response("", 204)


@blp.route("/purpose-acceptances", methods=["POST"])
@idempotent
@signed_in
@blp.arguments(PurposeAcceptanceIn)
@blp.response(201, PurposeAcceptanceOut)
def accept_purpose(body: dict[str, Any]) -> dict[str, Any]:
    """Record that the purpose notice was shown and accepted."""
    actor = current_actor()
    with unit_of_work() as uow:
        account = queries.get_account(actor)
        service.accept_purpose_notice(account, body["version"], actor=actor, uow=uow)
    return {"version": account.purpose_notice_version, "accepted_at": account.purpose_accepted_at}


@blp.route("/sessions", methods=["GET"])
@signed_in
@blp.arguments(PageArgs, location="query")
@blp.response(200, page_of(DeviceOut))
def list_sessions(args: dict[str, Any]) -> dict[str, Any]:
    """Own devices, the newest first."""
    actor = current_actor()
    page = queries.list_sessions(actor=actor, clock=current_clock(), **args)
    return {"items": [present_device(device, actor) for device in page.items], "next": page.next}


@blp.route("/sessions/<id:session_id>", methods=["DELETE"])
@requires(Permission.SESSIONS_END)
@blp.response(204)
def end_session(session_id: int) -> Response:
    """Sign an own device out; its next request is refused."""
    actor = current_actor()
    with unit_of_work() as uow:
        service.end_session(queries.get_session(session_id, actor=actor), actor=actor, uow=uow)
    return make_response("", 204)
