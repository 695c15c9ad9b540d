"""Query parameters that an operation does not know are refused, as unknown fields of a body are."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request

from handbook.kernel.problems import FieldError, Problem

API = "/api/"


def refuse_unknown_names(app: Flask) -> None:
    """Compare the query of every request to the API with what its view takes; after the guards, so that who is not signed
    in learns nothing else."""

    @app.before_request
    def compare() -> None:
        if not request.args or request.endpoint is None or not request.path.startswith(API):
            return
        known = known_names(current_app.view_functions[request.endpoint])
        unknown = sorted(request.args.keys() - known)
        if unknown:
            errors = [FieldError(f"/{name}", "unknown_field") for name in unknown]
            raise Problem(422, "unknown_field", errors=errors)


def known_names(view: Callable[..., Any]) -> frozenset[str]:
    """The names of the query parameters that a view takes, from the schemas that it names with ``blp.arguments``."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    return frozenset(
        field.data_key or name
        for parameter in parameters
        if parameter["in"] == "query"
        for name, field in _instance(parameter["schema"]).fields.items()
    )


def _instance(schema: Any) -> Any:
    return schema() if isinstance(schema, type) else schema
