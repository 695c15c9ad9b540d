"""Every error leaves as a problem document: never driver text, never HTML, never a stack trace."""

from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from handbook.kernel.logging import get_logger
from handbook.kernel.problems import CODES, FieldError, Problem, problem_response

RETRY_SECONDS = "2"
# What a PostgreSQL that is not, or not yet, the primary says to who wants to write.
READ_ONLY = "25006"

# marshmallow's sentences, which are English, become codes.
MESSAGE_CODES = {
    "Unknown field.": "unknown_field",
    "Missing data for required field.": "required",
    "Field may not be null.": "required",
    "Not a valid string.": "not_text",
    "Not a valid integer.": "not_integer",
    "Not a valid boolean.": "not_boolean",
    "Not a valid date.": "not_date",
    "Not a valid aware datetime.": "not_instant",
    "Not a valid datetime.": "not_instant",
    "Not a valid list.": "not_list",
    "Not a valid URL.": "not_url",
    "Invalid input type.": "not_object",
    "Invalid value.": "invalid",
}


def register(app: Flask) -> None:
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unexpected)


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    errors: list[FieldError] = []
    messages = getattr(error, "data", {}).get("messages") if status in (400, 422) else None
    if isinstance(messages, dict):
        for location in messages.values():
            errors.extend(_field_errors(location, ""))
    response = problem_response(Problem(status, _code(status, errors), errors=errors))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "content-range"):
            response.headers[name] = value
    return response


def _code(status: int, errors: list[FieldError]) -> str:
    if status == 422 and errors and all(error.code == "unknown_field" for error in errors):
        return "unknown_field"
    return CODES.get(status, "error")


def _field_errors(messages: Any, pointer: str) -> list[FieldError]:
    if isinstance(messages, dict):
        return [
            found
            for name, inner in messages.items()
            for found in _field_errors(inner, pointer if name == "_schema" else f"{pointer}/{name}")
        ]
    if isinstance(messages, list | tuple):
        return [found for inner in messages for found in _field_errors(inner, pointer)]
    return [FieldError(pointer or "/", _message_code(str(messages)))]


def _message_code(message: str) -> str:
    known = MESSAGE_CODES.get(message)
    if known:
        return known
    if message.replace("_", "").isalnum() and message.islower():
        return message
    starts = {
        "Longer than": "too_long",
        "Shorter than": "too_short",
        "Length must": "bad_length",
        "Must be one of": "unknown",
    }
    for start, code in starts.items():
        if message.startswith(start):
            return code
    return "out_of_range" if message.startswith("Must be") else "invalid"


def _stale(_error: StaleDataError) -> Response:
    """Another request changed the row at the same moment; a caller who named no version has failed no precondition."""
    return problem_response(Problem(412 if "If-Match" in request.headers else 409))


def _conflict(error: IntegrityError) -> Response:
    get_logger().warning("request.conflict", error=type(error.orig).__name__)
    return problem_response(Problem(409, "conflict"))


def _unavailable(error: DBAPIError | PoolTimeout) -> Response:
    get_logger().error("database.unavailable", error=type(error).__name__)
    return problem_response(Problem(503, headers={"Retry-After": RETRY_SECONDS}))


def _database_error(error: DBAPIError) -> Response:
    """The other errors of a driver: that the connection is gone, or the database only reads, will pass."""
    if error.connection_invalidated or getattr(error.orig, "sqlstate", None) == READ_ONLY:
        return _unavailable(error)
    return _unexpected(error)


def _too_deep(_error: RecursionError) -> Response:
    """A body of thousands of nested brackets, which the JSON parser of Python cannot follow."""
    get_logger().warning("request.too_deep")
    return problem_response(Problem(400))


def _unexpected(_error: Exception) -> Response:
    get_logger().exception("request.failed")
    return problem_response(Problem(500))
