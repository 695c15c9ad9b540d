"""The OpenAPI document itself: whole, valid, told in words; and a check that would notice if an answer were not in it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.support.clients import ApiClient
from tests.support.contract import complaints
from tests.support.factories import World
from tests.support.meetings import convened, if_match, meeting_fields
from werkzeug.test import TestResponse

from handbook.access.guards import PUBLIC, declared_rule
from handbook.api_docs import resolve
from handbook.extensions import api
from handbook.kernel.openapi import METHODS
from handbook.kernel.operation_docs import MEANINGS
from handbook.kernel.problems import CODES, TITLES, NotFound, Problem, TooManyRequests
from handbook.kernel.view_facts import Refusal, facts_of

SignIn = Callable[[str], ApiClient]
Document = dict[str, Any]
MEETING = "/api/meetings/{meeting_id}"


@pytest.fixture
def document(app: Flask) -> Document:
    found: Document = deepcopy(api.document())
    return found


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method.upper()} {path}", item[method]


def test_the_document_is_valid_openapi(document: Document) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_has_a_stable_name_a_summary_and_a_section(document: Document) -> None:
    sections = {tag["name"] for tag in document["tags"]}
    names = Counter(operation["operationId"] for _, operation in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    for name, operation in operations(document):
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"]), f"{name}: verb and noun"
        assert operation["summary"].endswith("."), name
        assert set(operation["tags"]) <= sections, name


def test_every_refusal_is_told_in_words_with_its_codes(document: Document) -> None:
    for name, operation in operations(document):
        assert "default" not in operation["responses"], name
        for status, answer in operation["responses"].items():
            told = resolve(document, answer)
            assert told["description"], f"{name} {status}"
            if int(status) >= 400:
                schema = told["content"]["application/problem+json"]["schema"]
                codes = schema["allOf"][1]["properties"]["code"]["enum"]
                assert codes, f"{name} {status}"
                for code in codes:
                    sentence = re.search(rf"`{code}`: (.+?\.)( `|$)", told["description"])
                    assert sentence, f"{name} {status}: {code} has no sentence"
                    assert sentence[1] != TITLES[int(status)] + ".", f"{name} {status}: {code} has no meaning"


def test_who_may_call_is_told_of_every_operation(app: Flask, document: Document) -> None:
    assert document["security"] == [{"session": []}]
    rules = {rule.endpoint.rsplit(".", 1)[-1]: rule.endpoint for rule in app.url_map.iter_rules()}
    public = {endpoint for endpoint in rules.values() if declared_rule(app, endpoint) == PUBLIC}
    assert public
    open_to_all = {name for name, operation in operations(document) if operation.get("security") == []}
    assert open_to_all >= {"POST /api/session", "POST /api/activations", "GET /healthz", "GET /readyz"}
    for name, operation in operations(document):
        refused = resolve(document, operation["responses"].get("401", {"content": {}}))
        assert ("not_authenticated" in str(refused["content"])) == (name not in open_to_all), name


def test_what_changes_a_shared_thing_tells_of_its_precondition(document: Document) -> None:
    for step in ("convene", "open", "close", "finalize", "cancel"):
        operation = document["paths"][f"{MEETING}/{step}"]["post"]
        (header,) = [p for p in operation["parameters"] if p["name"] == "If-Match"]
        assert header["required"] is True
        assert {"412", "428"} <= set(operation["responses"])
    reading = document["paths"][MEETING]["get"]
    assert {p["name"] for p in reading["parameters"] if p["in"] == "header"} == {"If-Match", "If-None-Match"}
    assert not any(p["required"] for p in reading["parameters"] if p["in"] == "header")
    assert "304" in reading["responses"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/organizations/{organization_id}/meetings",
        "/api/organizations/{organization_id}/resolutions",
        "/api/organizations/{organization_id}/roster-imports",
        "/api/meetings/{meeting_id}/absence-requests",
        "/api/meetings/{meeting_id}/papers",
        "/api/purpose-acceptances",
    ],
)
def test_what_may_be_sent_twice_takes_a_key(document: Document, path: str) -> None:
    operation = document["paths"][path]["post"]
    (key,) = [p for p in operation["parameters"] if p["name"] == "Idempotency-Key"]
    assert key["required"] is False
    assert "idempotency_conflict" in str(resolve(document, operation["responses"]["422"]))


def test_limits_sign_out_files_and_ranges_tell_of_their_headers(document: Document) -> None:
    def headers(path: str, method: str, status: str) -> set[str]:
        answer = resolve(document, document["paths"][path][method]["responses"][status])
        return set(answer.get("headers", {}))

    assert headers("/api/session", "post", "429") == {"Retry-After"}
    assert headers("/api/session", "post", "201") == {"Set-Cookie"}
    assert "Clear-Site-Data" in headers("/api/session", "delete", "204")
    assert "Location" in headers("/api/meetings/{meeting_id}/papers", "post", "201")
    content = "/api/papers/{paper_id}/content"
    assert headers(content, "get", "206") == {"ETag", "Content-Disposition", "Content-Range", "Accept-Ranges"}
    assert headers(content, "get", "416") == {"Content-Range"}
    upload = document["paths"]["/api/meetings/{meeting_id}/papers"]["post"]["requestBody"]["content"]
    assert list(upload) == ["multipart/form-data"]
    assert set(upload["multipart/form-data"]["schema"]["properties"]) == {"file", "title", "agenda_item_id"}


def test_both_short_paths_answer_as_their_operations_say(document: Document) -> None:
    sync = document["paths"]["/api/sync"]["get"]
    assert "If-None-Match" in {p["name"] for p in sync["parameters"]}
    assert "ETag" in sync["responses"]["200"]["headers"]
    assert "304" in sync["responses"]
    check_in = document["paths"]["/api/meetings/{meeting_id}/check-ins"]["post"]["responses"]
    assert {"200", "201", "403", "409", "422"} <= set(check_in)
    assert "Retry-After" in resolve(document, check_in["409"])["headers"]


def test_a_sentence_stands_for_every_code_of_the_house() -> None:
    assert {code for status, code in CODES.items() if status not in (405, 406, 415)} - {
        "too_many_requests"
    } <= set(MEANINGS)


# --- planted faults: the check of every exchange must notice each of them ------------------------------


def forget_status(document: Document) -> None:
    del document["paths"][MEETING]["patch"]["responses"]["428"]


def forget_precondition(document: Document) -> None:
    document["paths"][MEETING]["patch"]["parameters"] = []


def make_precondition_optional(document: Document) -> None:
    document["paths"][MEETING]["patch"]["parameters"][0]["required"] = False


def forget_code(document: Document) -> None:
    document["components"]["responses"]["428.precondition_required"]["content"]["application/problem+json"][
        "schema"
    ]["allOf"][1]["properties"]["code"]["enum"] = ["conflict"]


def forget_media_type(document: Document) -> None:
    document["components"]["responses"]["428.precondition_required"]["content"] = {}


def forget_operation(document: Document) -> None:
    del document["paths"][MEETING]["patch"]


@pytest.mark.parametrize(
    "fault",
    [
        forget_status,
        forget_precondition,
        make_precondition_optional,
        forget_code,
        forget_media_type,
        forget_operation,
    ],
)
def test_a_refusal_that_is_not_described_is_noticed(
    document: Document, sign_in: SignIn, world: World, fault: Callable[[Document], None]
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.patch(f"/api/meetings/{meeting['id']}", {"title": "x"}, expect=428)
    assert noticed(document, "PATCH", MEETING, answer) == []
    fault(document)
    assert noticed(document, "PATCH", MEETING, answer) != []


@pytest.mark.parametrize("header", ["ETag", "Idempotency-Replayed"])
def test_a_header_that_is_not_described_is_noticed(
    document: Document, sign_in: SignIn, world: World, header: str
) -> None:
    secretary, path = sign_in("secretary"), "/api/organizations/{organization_id}/meetings"
    for _ in range(2):
        answer = secretary.post(
            path.format(organization_id=world.id_of("cell")),
            meeting_fields(),
            headers={"Idempotency-Key": "k"},
            expect=201,
        )
    assert noticed(document, "POST", path, answer) == []
    del document["paths"][path]["post"]["responses"]["201"]["headers"][header]
    assert noticed(document, "POST", path, answer) == [f"the header {header} is not described"]


def test_a_header_that_is_promised_and_missing_is_noticed(
    document: Document, sign_in: SignIn, world: World
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.get(
        f"/api/meetings/{meeting['id']}", headers={"If-None-Match": f'"{meeting["etag"]}"'}, expect=304
    )
    del answer.headers["ETag"]
    assert noticed(document, "GET", MEETING, answer) == ["the header ETag is missing"]


def test_a_field_that_is_not_described_is_noticed(document: Document, sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.patch(
        f"/api/meetings/{meeting['id']}", {"title": "Tên mới"}, headers=if_match(meeting), expect=200
    )
    del document["components"]["schemas"]["Meeting"]["properties"]["place"]
    assert any("place" in complaint for complaint in noticed(document, "PATCH", MEETING, answer))


def noticed(document: Document, method: str, template: str, answer: TestResponse) -> list[str]:
    return list(complaints(document, method, template, answer))


# --- what the document is made from ---------------------------------------------------------------------


def find(known: bool) -> None:
    """Stands for a query of a feature."""
    if not known:
        raise NotFound


def view() -> None:
    find(known=True)
    if find.__doc__:
        raise Problem(409, "planted", headers={"Retry-After": "1"})
    raise TooManyRequests(3, "too_fast")


def test_refusals_are_found_through_what_a_view_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handbook.kernel.view_facts.PACKAGE", "tests.")
    found = {(refusal.status, refusal.code, refusal.headers) for refusal in facts_of(view, "POST").refusals}
    assert found == {
        (404, "not_found", frozenset()),
        (409, "planted", frozenset({"Retry-After"})),
        (429, "too_fast", frozenset({"Retry-After"})),
    }
    assert Refusal(404, "not_found") != Refusal(403, "forbidden")
