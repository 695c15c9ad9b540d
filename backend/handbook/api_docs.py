"""``/api/openapi.json`` and the page that shows it: plain HTML, so that the strict content policy needs no exception.

Reading every view costs seconds of a processor, and anybody could ask that of every web process. So what is served is the file
that `make openapi` writes and `make check` holds against the code: beside this module in an installed program, else at the root
of the tree.
"""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, send_file, send_from_directory

from handbook.access.guards import PUBLIC, declared_rule, public
from handbook.access.permissions import Permission
from handbook.access.policy import POLICY
from handbook.extensions import api
from handbook.kernel.openapi import METHODS
from handbook.kernel.operation_docs import Access

WRITTEN = (Path(__file__).with_name("openapi.json"), Path(__file__).parents[2] / "openapi.json")

blp = Blueprint("api_docs", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)
    api.describe_access_with(_access_of)


def _access_of(app: Flask, endpoint: str) -> Access:
    rule = declared_rule(app, endpoint)
    if not isinstance(rule, Permission):
        return Access(is_public=rule == PUBLIC)
    return Access(may_forbid=POLICY[rule].visible != rule)


@blp.get("/api/openapi.json")
@public
def document() -> Response:
    """The OpenAPI document of the whole API."""
    file = _written()
    return jsonify(api.document()) if file is None else send_file(file, "application/json", conditional=True)


@blp.get("/api/docs")
@public
def page() -> str:
    """The same for reading."""
    file = _written()
    spec = api.document() if file is None else json.loads(file.read_bytes())
    return render_template("api_docs.html", spec=spec, operations=_operations(spec), name_of=_name_of)


@blp.get("/api/docs.css")
@public
def style() -> Response:
    return send_from_directory(str(blp.root_path) + "/templates", "api_docs.css", mimetype="text/css")


def _written() -> Path | None:
    """The file, where there is one."""
    return next((file for file in WRITTEN if file.is_file()), None)


def _operations(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the paths."""
    by_tag: dict[str, list[dict[str, Any]]] = {}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                operation = {"path": path, "method": method.upper(), **item[method]}
                operation["parameters"] = item.get("parameters", []) + operation.get("parameters", [])
                operation["responses"] = {
                    status: resolve(spec, answer) for status, answer in operation["responses"].items()
                }
                by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(operation)
    return by_tag


def resolve(spec: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """What a reference into the document stands for."""
    while "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _name_of(schema: dict[str, Any] | None) -> str:
    """What to call a schema: its name, or its type."""
    if not schema:
        return ""
    if "allOf" in schema:
        return _name_of(schema["allOf"][0])
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_name_of(schema.get('items'))}"
    kinds = schema.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
