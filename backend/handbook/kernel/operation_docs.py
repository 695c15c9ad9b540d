"""Completes one operation of the OpenAPI document with what its view's source says: headers, refusals and their codes."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from handbook.kernel.problems import CODES, MEDIA_TYPE, TITLES
from handbook.kernel.query_names import API
from handbook.kernel.view_facts import Refusal, ViewFacts

Doc = dict[str, Any]
READING = frozenset({"GET", "HEAD"})
TAG = {"type": "string", "pattern": '^(W/)?"[^"]*"$', "example": '"52-1"'}

REQUEST_HEADERS: dict[str, Doc] = {
    "If-Match": {
        "description": "The ETag of the version that is meant; 412 when it is another one by now.",
        "schema": {"type": "string", "example": '"52-1"'},
    },
    "If-None-Match": {
        "description": "The ETag that the caller holds; 304 without a body while it is still the one.",
        "schema": {"type": "string", "example": '"52-1"'},
    },
    "Idempotency-Key": {
        "description": "Makes the request safe to send again: the same key with the same body answers what it answered first, "
        "with another body 422 `idempotency_conflict`. Keys belong to the account and live two days.",
        "schema": {"type": "string", "pattern": "^[ -~]+$", "minLength": 1, "maxLength": 100},
    },
    "Range": {
        "description": "One range of bytes; several, or other units, get the whole.",
        "schema": {"type": "string", "example": "bytes=0-1023"},
    },
    "If-Range": {
        "description": "The ETag for which the range is meant; with another one the answer is the whole.",
        "schema": {"type": "string"},
    },
}
RESPONSE_HEADERS: dict[str, Doc] = {
    "ETag": {
        "description": "The version of what is answered, for If-Match and If-None-Match.",
        "schema": TAG,
    },
    "Roll-ETag": {
        "description": "The ETag of the whole roll of this meeting as it is now, for who reads all of it. Who shows both"
        " asks for the roll only when this is not the tag held.",
        "schema": TAG,
    },
    "Retry-After": {
        "description": "Seconds after which the same request may be sent again.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Location": {"description": "Where to read what was made.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "The answer is the one that the first request under this key got.",
        "schema": {"const": "true"},
    },
    "Content-Disposition": {
        "description": "Whether to show or to save the file, and its name.",
        "schema": {"type": "string"},
    },
    "Content-Range": {"description": "Which bytes, and of how many.", "schema": {"type": "string"}},
    "Accept-Ranges": {"description": "Ranges of bytes are served.", "schema": {"const": "bytes"}},
    "Clear-Site-Data": {
        "description": "Has the browser forget everything it holds of this origin.",
        "schema": {"type": "string"},
    },
    "Set-Cookie": {
        "description": "The session cookie: HttpOnly, SameSite=Lax, Secure except on plain localhost.",
        "schema": {"type": "string"},
    },
}
# Which successes carry a header, where it is not all of them; and which always do.
ONLY_AT = {
    "Location": {201, 202},
    "Content-Range": {206},
    "Idempotency-Replayed": {200, 201, 202},
    "Set-Cookie": {200, 201, 204},
}
ALWAYS_AT = {("ETag", 304), ("Content-Range", 206), ("Retry-After", 429), ("Retry-After", 503)}

MEANINGS = {
    "malformed_body": "The body is not JSON in UTF-8.",
    "not_authenticated": "There is no session, or it was ended.",
    "forbidden": "The caller may see the thing but not do this with it.",
    "wrong_origin": "The request comes from another site's page.",
    "not_found": "There is no such thing, or it is not the caller's to see.",
    "conflict": "Another request changed the same thing at the same moment; read it again.",
    "wrong_state": "The thing has moved on, or is not yet where this can be done; read it again.",
    "already_decided": "The request was answered before.",
    "precondition_failed": "The thing has another version by now; read it again and send with the new ETag.",
    "body_too_large": "The body is larger than this operation takes.",
    "range_not_satisfiable": "The range lies outside the file.",
    "validation_failed": "A field is missing, of the wrong form or out of bounds; `errors` names each.",
    "unknown_field": "A field or query parameter that this operation does not know; `errors` names each.",
    "idempotency_conflict": "The Idempotency-Key was used for another body.",
    "activation_expired": "The code was right but its time is over; ask for a new sheet.",
    "unsupported_media_type": "The body is of another kind than JSON, by its Content-Type.",
    "unsupported_file_type": "The file is not of a kind that is taken here; `errors` says why.",
    "no_table": "No table of the expected columns was found in the file.",
    "damaged_file": "The file says what it is but cannot be read.",
    "file_too_large": "The file is larger than is taken here.",
    "precondition_required": "`If-Match` is missing.",
    "too_many_attempts": "Too many failures in a quarter of an hour, for this login or from this address.",
    "busy": "Too many passwords are being checked at this moment.",
    "internal_error": "The server's fault; quote `request_id`.",
    "unavailable": "The database is away for a moment.",
    "not_migrated": "The database is not of this version of the program.",
}


@dataclass(frozen=True, slots=True)
class Access:
    """What a route's declared rule means for its answers."""

    is_public: bool = False
    may_forbid: bool = False


def complete(operation: Doc, method: str, path: str, *, facts: ViewFacts, access: Access) -> None:
    """Add headers, refusals and security to the operation, in place."""
    if access.is_public:
        operation["security"] = []
    _describe_upload(operation)
    successes = {
        int(status): answer for status, answer in operation["responses"].items() if int(status) < 400
    }
    if method in READING and "If-None-Match" in facts.request_headers:
        successes.setdefault(304, {"description": "Nothing changed: the caller holds this version"})
    for status, answer in successes.items():
        answer.setdefault("description", "OK")
        if headers := _success_headers(status, facts):
            answer["headers"] = headers
    refusals = [
        refusal
        for refusal in (*facts.refusals, *_usual(operation, method, path, facts, access))
        if refusal.code != "forbidden" or access.may_forbid
    ]
    by_status: dict[int, list[Refusal]] = defaultdict(list)
    for refusal in refusals:
        by_status[refusal.status].append(refusal)
    answers = successes | {status: problem_answer(status, of) for status, of in by_status.items()}
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}
    required = any(refusal.status == 428 for refusal in refusals)
    parameters = [
        {"in": "header", "name": name, "required": required and name == "If-Match", **REQUEST_HEADERS[name]}
        for name in REQUEST_HEADERS
        if name in facts.request_headers
    ]
    if parameters:
        operation["parameters"] = operation.get("parameters", []) + parameters


def problem_answer(status: int, refusals: Iterable[Refusal]) -> Doc:
    """The answer of one status: the codes that it may bear, what each means, and its headers."""
    refusals = sorted(set(refusals), key=lambda refusal: (refusal.code, refusal.meaning))
    meanings: dict[str, list[str]] = {}
    for refusal in refusals:
        said = MEANINGS.get(refusal.code) or refusal.meaning or TITLES[status] + "."
        meanings.setdefault(refusal.code, [])
        if said not in meanings[refusal.code]:
            meanings[refusal.code].append(said)
    described = " ".join(f"`{code}`: {' '.join(said)}" for code, said in meanings.items())
    answer: Doc = {
        "description": f"{TITLES[status]}. {described}",
        "content": {
            MEDIA_TYPE: {
                "schema": {
                    "allOf": [
                        {"$ref": "#/components/schemas/Problem"},
                        {
                            "type": "object",
                            "properties": {"status": {"const": status}, "code": {"enum": list(meanings)}},
                        },
                    ]
                }
            }
        },
    }
    names = sorted({name for refusal in refusals for name in refusal.headers if name in RESPONSE_HEADERS})
    if names:
        answer["headers"] = {name: header_reference(name, status) for name in names}
    return answer


def header_reference(name: str, status: int) -> Doc:
    always = (name, status) in ALWAYS_AT
    return {"$ref": f"#/components/headers/{name}{'.always' if always else ''}"}


def header_components() -> Doc:
    """Every response header, once as it may be there and once as it always is."""
    always = {name for name, _ in ALWAYS_AT}
    return {name: dict(header) for name, header in RESPONSE_HEADERS.items()} | {
        f"{name}.always": {**RESPONSE_HEADERS[name], "required": True} for name in sorted(always)
    }


def _success_headers(status: int, facts: ViewFacts) -> Doc:
    names = [
        name
        for name in RESPONSE_HEADERS
        if name in facts.response_headers and status in ONLY_AT.get(name, {status})
    ]
    return {name: header_reference(name, status) for name in names}


def _usual(operation: Doc, method: str, path: str, facts: ViewFacts, access: Access) -> list[Refusal]:
    """What the house itself refuses, whatever the view does."""
    statuses = [500]
    found = []
    if facts.uses_database or not access.is_public:
        found.append(Refusal(503, CODES[503], headers=frozenset({"Retry-After"})))
    if not access.is_public:
        statuses.append(401)
    if access.may_forbid:
        statuses.append(403)
    if "{" in path:
        statuses.append(404)
    if method not in READING:
        found.append(Refusal(403, "wrong_origin"))
        statuses += [409, 413]
    body = operation.get("requestBody", {}).get("content", {})
    if body:
        statuses.append(400)
    if "application/json" in body:
        statuses.append(415)
    if body or operation.get("parameters"):
        statuses.append(422)
    if path.startswith(API):
        found.append(Refusal(422, "unknown_field"))
    return [*found, *(Refusal(status, CODES[status]) for status in statuses)]


def _describe_upload(operation: Doc) -> None:
    """Files and form fields together are one multipart body, which flask-smorest describes in two wrong places."""
    files = [p for p in operation.get("parameters", []) if p["in"] == "formData"]
    if not files:
        return
    operation["parameters"] = [p for p in operation["parameters"] if p["in"] != "formData"]
    form = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    fields = form.get("schema", {"type": "object", "properties": {}})
    operation["requestBody"] = {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    **fields,
                    "properties": {p["name"]: p["schema"] for p in files} | fields["properties"],
                    "required": [p["name"] for p in files if p.get("required")] + fields.get("required", []),
                }
            }
        },
    }
