from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from handbook.access.guards import public
from handbook.accounts import service, throttle
from handbook.accounts.errors import InvalidActivationCode
from handbook.accounts.schemas import ActivationIn, SessionOut
from handbook.accounts.signing_in import answer_signed_in
from handbook.kernel.unit_of_work import unit_of_work

blp = Blueprint("activations", __name__, url_prefix="/api", description="First access")


@blp.route("/activations", methods=["POST"])
@public
@blp.arguments(ActivationIn)
@blp.doc(operationId="activate_account")
@blp.response(201, SessionOut)
def activate(body: dict[str, Any]) -> Response:
    """First access with the code of the activation sheet; a code works once and expires."""
    key = throttle.throttle_key("activation", request.remote_addr or "?")
    throttle.refuse_when_exhausted(key)
    try:
        with unit_of_work() as uow:
            account = service.set_first_password(body["code"], body["password"], uow=uow)
    except InvalidActivationCode:
        throttle.count_failure(key)
        raise
    return answer_signed_in(account, body["device_name"])
