"""Holds every exchange of the API tests against the OpenAPI document that the same application serves."""

import gzip
import json
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from handbook.api_docs import resolve
from handbook.extensions import api

JSON_TYPES = ("application/json", "application/problem+json")
# The document itself, the page that shows it, and the web app.
OUTSIDE = {"/api/openapi.json", "/api/docs", "/api/docs.css", "/", "/{path}"}
# Headers that mean something to a caller: whoever sends one has to describe it.
WATCHED = {
    *("ETag", "Retry-After", "Location", "Content-Disposition", "Content-Range", "Accept-Ranges"),
    *("Clear-Site-Data", "Set-Cookie", "Idempotency-Replayed", "Roll-ETag"),
}
# What an answer says about the headers that the operation takes.
TAKES = {304: "If-None-Match", 206: "Range", 416: "Range", 428: "If-Match", 412: "If-Match"}
_root = "urn:openapi"


def assert_described(app: Flask, method: str, path: str, response: TestResponse) -> None:
    """Fail when anything of the answer is not what the document says of this operation."""
    template = _template(app, method, path)
    if template is None or template in OUTSIDE:
        return
    wrong = list(complaints(_spec(app), method, template, response))
    assert not wrong, f"{method} {template} {response.status_code}: {'; '.join(wrong[:3])}"


def complaints(spec: dict[str, Any], method: str, template: str, response: TestResponse) -> Iterator[str]:
    """Everything about this answer that the document does not say, or says otherwise."""
    item = spec["paths"].get(template, {})
    operation = item.get("get" if method == "HEAD" else method.lower())
    if operation is None:
        yield "the operation is not in the document"
        return
    answer = operation["responses"].get(str(response.status_code))
    if answer is None:
        yield "the status is not described"
        return
    answer = resolve(spec, answer)
    yield from _header_complaints(spec, answer, response)
    taken = {parameter["name"]: parameter for parameter in operation.get("parameters", [])}
    needed = TAKES.get(response.status_code)
    if needed and needed not in taken:
        yield f"the request header {needed} is not described"
    if response.status_code == 428 and not taken.get("If-Match", {}).get("required"):
        yield "If-Match is not described as required"
    if "Idempotency-Replayed" in response.headers and "Idempotency-Key" not in taken:
        yield "the request header Idempotency-Key is not described"
    if (
        response.status_code == 401
        and operation.get("security") == []
        and "not_authenticated" in response.text
    ):
        yield "the operation is described as open to everybody"
    if method != "HEAD" and response.data:
        yield from _body_complaints(spec, answer, response)


def _header_complaints(spec: dict[str, Any], answer: dict[str, Any], response: TestResponse) -> Iterator[str]:
    described = {name: resolve(spec, header) for name, header in answer.get("headers", {}).items()}
    for name in sorted(name for name in WATCHED if name in response.headers):
        if name not in described:
            yield f"the header {name} is not described"
    for name, header in described.items():
        if header.get("required") and name not in response.headers:
            yield f"the header {name} is missing"


def _body_complaints(spec: dict[str, Any], answer: dict[str, Any], response: TestResponse) -> Iterator[str]:
    media = answer.get("content", {}).get(response.mimetype)
    if media is None:
        yield f"the media type {response.mimetype} is not described"
    elif response.mimetype in JSON_TYPES:
        for error in _validator(spec, media["schema"]).iter_errors(_json_of(response)):
            yield f"{error.json_path}: {error.message[:200]}"


def _json_of(response: TestResponse) -> Any:
    if response.headers.get("Content-Encoding") == "gzip":
        return json.loads(gzip.decompress(response.data))
    return response.json


def _template(app: Flask, method: str, path: str) -> str | None:
    try:
        rule, _ = app.url_map.bind("localhost").match(path.partition("?")[0], method=method, return_rule=True)
    except HTTPException:
        return None
    return "".join(f"{{{data}}}" if dynamic else data for dynamic, data in rule._trace).replace("|", "", 1)


# The documents so far, by the routes that they describe: applications of the same routes serve the same document.
_documents: dict[tuple[tuple[Any, ...], ...], dict[str, Any]] = {}
_document_of: WeakKeyDictionary[Flask, dict[str, Any]] = WeakKeyDictionary()
_registries: dict[int, Registry[Any]] = {}
_validators: dict[tuple[int, int], Draft202012Validator] = {}


def _spec(app: Flask) -> dict[str, Any]:
    if app not in _document_of:
        rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
        routes = tuple((rule.rule, rule.endpoint, app.view_functions[rule.endpoint]) for rule in rules)
        if routes not in _documents:
            _documents[routes] = api.document()
            _registries[id(_documents[routes])] = _registry(_documents[routes])
        _document_of[app] = _documents[routes]
    return _document_of[app]


def _validator(spec: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    if id(spec) not in _registries:
        return Draft202012Validator(_inlined(spec, schema, ()), registry=_registry(spec))
    # The documents that are kept, and so every schema in them, stay where they are.
    key = (id(spec), id(schema))
    if key not in _validators:
        _validators[key] = Draft202012Validator(_inlined(spec, schema, ()), registry=_registries[id(spec)])
    return _validators[key]


def _registry(spec: dict[str, Any]) -> Registry[Any]:
    resource = Resource(contents=spec, specification=DRAFT202012)
    return Registry[Any]().with_resource(_root, resource).crawl()


def _inlined(spec: dict[str, Any], node: Any, within: tuple[str, ...]) -> Any:
    """The schema with what it refers to in place: looking it up for every value takes as long as the rest of the judging."""
    if isinstance(node, list):
        return [_inlined(spec, item, within) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str) and len(node) == 1 and reference not in within:
        return _inlined(spec, resolve(spec, node), (*within, reference))
    return {
        key: _root + value if key == "$ref" and isinstance(value, str) else _inlined(spec, value, within)
        for key, value in node.items()
    }
