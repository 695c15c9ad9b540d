"""``/api/openapi.json`` and the page that shows it: plain HTML, so that the strict content policy needs no exception."""

from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template, send_from_directory

from handbook.access.guards import public
from handbook.extensions import api

METHODS = ("get", "post", "put", "patch", "delete")

blp = Blueprint("api_docs", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)


@blp.get("/api/openapi.json")
@public
def document() -> Response:
    """The OpenAPI document of the whole API."""
    return jsonify(api.document())


@blp.get("/api/docs")
@public
def page() -> str:
    """The same for reading."""
    spec = api.document()
    return render_template("api_docs.html", spec=spec, operations=_operations(spec), name_of=_name_of)


@blp.get("/api/docs.css")
@public
def style() -> Response:
    return send_from_directory(str(blp.root_path) + "/templates", "api_docs.css", mimetype="text/css")


def _operations(spec: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the paths."""
    by_tag: dict[str, list[dict[str, Any]]] = {}
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                operation = {"path": path, "method": method.upper(), **item[method]}
                operation["parameters"] = item.get("parameters", []) + operation.get("parameters", [])
                by_tag.setdefault(operation.get("tags", ["other"])[0], []).append(operation)
    return by_tag


def _name_of(schema: dict[str, Any] | None) -> str:
    """What to call a schema: its name, or its type."""
    if not schema:
        return ""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"list of {_name_of(schema.get('items'))}"
    kinds = schema.get("type", "any")
    return " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
