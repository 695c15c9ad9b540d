"""Holds every exchange of the API tests against the OpenAPI document that the same application serves."""

from functools import cache
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from handbook.extensions import api

JSON_TYPES = ("application/json", "application/problem+json")
_root = "urn:openapi"


def assert_described(app: Flask, method: str, path: str, response: TestResponse) -> None:
    """Fail when the answer's status or body is not what the document says of this operation."""
    template = _template(app, method, path)
    if (
        template is None
        or not template.startswith("/api/")
        or template in ("/api/openapi.json", "/api/docs", "/api/docs.css")
    ):
        return
    spec = _spec(app)
    operation = spec["paths"].get(template, {}).get(method.lower())
    assert operation is not None, f"{method} {template} is not in the OpenAPI document"
    described = operation["responses"]
    answer = described.get(str(response.status_code)) or described.get("default")
    assert answer is not None, f"{method} {template}: status {response.status_code} is not described"
    answer = _resolve(spec, answer)
    if response.mimetype not in JSON_TYPES or not response.data:
        return
    content = answer.get("content", {})
    media = content.get(response.mimetype) or content.get("application/json")
    if media and media.get("schema"):
        errors = [error.message for error in _validator(app, media["schema"]).iter_errors(response.json)]
        assert not errors, f"{method} {template} {response.status_code}: {errors[:3]}"


def _template(app: Flask, method: str, path: str) -> str | None:
    try:
        rule, _ = app.url_map.bind("localhost").match(path.partition("?")[0], method=method, return_rule=True)
    except HTTPException:
        return None
    return "".join(f"{{{data}}}" if dynamic else data for dynamic, data in rule._trace).replace("|", "", 1)


@cache
def _spec(app: Flask) -> dict[str, Any]:
    spec: dict[str, Any] = api.document()
    return spec


def _resolve(spec: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _validator(app: Flask, schema: dict[str, Any]) -> Draft202012Validator:
    registry = Registry().with_resource(_root, Resource(contents=_spec(app), specification=DRAFT202012))
    return Draft202012Validator(_absolute(schema), registry=registry)


def _absolute(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            key: _root + value if key == "$ref" and isinstance(value, str) else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(item) for item in node] if isinstance(node, list) else node
