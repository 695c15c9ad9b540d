"""Errors as RFC 9457 problem documents with a stable ``code``; the words for people live in the PWA's catalogues."""

import os
from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, json

MEDIA_TYPE = "application/problem+json"

TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    411: "Length required",
    412: "Precondition failed",
    413: "Body too large",
    415: "Unsupported media type",
    416: "Range not satisfiable",
    422: "Unprocessable content",
    428: "Precondition required",
    429: "Too many requests",
    500: "Internal error",
    503: "Service unavailable",
}

CODES = {
    400: "malformed_body",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    412: "precondition_failed",
    413: "body_too_large",
    415: "unsupported_media_type",
    416: "range_not_satisfiable",
    422: "validation_failed",
    428: "precondition_required",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one place of the request: a JSON pointer, a code, and values for the sentence."""

    pointer: str
    code: str
    params: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        body: dict[str, Any] = {"pointer": self.pointer, "code": self.code}
        if self.params:
            body["params"] = self.params
        return body


class Problem(Exception):
    """A refusal that the caller can act on. Subclass it per feature (``errors.py``) or raise it with a code."""

    status = 400
    code: str | None = None

    def __init__(
        self,
        status: int | None = None,
        code: str | None = None,
        *,
        detail: str | None = None,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status = status or type(self).status
        self.code = code or type(self).code or CODES.get(self.status, "error")
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        super().__init__(self.code)


class NotAuthenticated(Problem):
    status, code = 401, "not_authenticated"


class Forbidden(Problem):
    """The object is the actor's to see, the act is not the actor's to do."""

    status, code = 403, "forbidden"


class NotFound(Problem):
    """There is no such thing, or it is not the actor's to know about: both look the same from outside."""

    status, code = 404, "not_found"


class WrongState(Problem):
    status, code = 409, "wrong_state"


class ValidationFailed(Problem):
    status, code = 422, "validation_failed"

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors=list(errors))


class TooManyRequests(Problem):
    """Come back after ``retry_after`` seconds."""

    status, code = 429, "too_many_requests"

    def __init__(self, retry_after: int, code: str = "too_many_requests") -> None:
        super().__init__(code=code, headers={"Retry-After": str(max(1, retry_after))})


def request_id() -> str:
    """The id of the request at hand, made at its first use; it is in the answer's header, its problem and the log."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    return str(g.request_id)


def new_request_id() -> str:
    """128 random bits: no two requests of any process have the same."""
    return os.urandom(16).hex()


def problem_body(problem: Problem) -> dict[str, Any]:
    """The problem document as JSON data."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(problem.status, "Error"),
        "status": problem.status,
        "code": problem.code,
        "request_id": request_id(),
    }
    if problem.detail:
        body["detail"] = problem.detail
    if problem.errors:
        body["errors"] = [error.as_json() for error in problem.errors]
    return body


def problem_response(problem: Problem) -> Response:
    """The problem as an HTTP answer."""
    return Response(
        json.dumps(problem_body(problem)),
        status=problem.status,
        mimetype=MEDIA_TYPE,
        headers={"Cache-Control": "no-store", **problem.headers},
    )
