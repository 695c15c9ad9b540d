"""The API object and its OpenAPI document."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from handbook.kernel.operation_docs import Access, complete, header_components
from handbook.kernel.schemas import ProblemSchema
from handbook.kernel.view_facts import facts_of

# The schema of an answer that is a file.
BINARY = {"type": "string", "format": "binary"}
METHODS = ("get", "post", "put", "patch", "delete")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
NOTE = (
    "Every refusal is a problem document; the description of its status lists the stable codes. "
    "Every answer names its request in X-Request-Id."
)


class HandbookApi(Api):
    """flask-smorest's API with problem documents as the one shape of errors."""

    ERROR_SCHEMA = ProblemSchema
    # Every refusal is described under its own status.
    DEFAULT_ERROR_RESPONSE_NAME = None

    _access_of: Callable[[Flask, str], Access]
    _finished: tuple[Any, dict[str, Any]] | None = None

    def init_app(self, app: Flask, **options: Any) -> None:
        self._undescribed: list[Blueprint] = []
        super().init_app(app, **options)

    def register_blueprint(self, blueprint: Blueprint, **options: Any) -> None:
        """Register the routes now, and describe them when the document is asked for: a serving process seldom is."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint, **options)
        self._undescribed.append(blueprint)

    def describe_access_with(self, access_of: Callable[[Flask, str], Access]) -> None:
        """Tell how to find the rule that an endpoint declares."""
        self._access_of = access_of

    def document(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document. It is made once per application, and not to be changed by who reads it."""
        if self._finished is None or self._finished[0] is not self.spec:
            self._finished = (self.spec, self._document())
        return self._finished[1]

    def _register_responses(self) -> None:
        """With the routes, which refer to them: it takes a third of the time in which the application is made."""

    def _register_pagination_header(self) -> None:
        """After the responses."""

    def _describe_routes(self) -> None:
        if self._undescribed:
            super()._register_responses()
            super()._register_pagination_header()
        for blueprint in self._undescribed:
            name = blueprint.name
            blueprint.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
            self.spec.tag({"name": name, "description": blueprint.description})
        self._undescribed.clear()

    def _document(self) -> dict[str, Any]:
        self._describe_routes()
        spec: dict[str, Any] = self.spec.to_dict()
        components = spec.setdefault("components", {})
        components["headers"] = header_components()
        components["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": "handbook_session"},
        }
        spec["security"] = [{"session": []}]
        spec["info"]["description"] = f"{spec['info'].get('description', '')} {NOTE}".strip()
        shared: dict[str, Any] = {}
        components["responses"] = shared
        for rule in self._app.url_map.iter_rules():
            path = PARAMETER.sub(r"{\1}", rule.rule)
            for method in METHODS:
                operation = spec["paths"].get(path, {}).get(method)
                if operation is None or method.upper() not in (rule.methods or ()):
                    continue
                operation.setdefault("operationId", rule.endpoint.rsplit(".", 1)[-1])
                _inline_form(operation, components["schemas"])
                view = self._app.view_functions[rule.endpoint]
                complete(
                    operation,
                    method.upper(),
                    path,
                    facts=facts_of(view, method.upper()),
                    access=self._access_of(self._app, rule.endpoint),
                )
                _share_refusals(operation, shared)
        return spec


def _share_refusals(operation: dict[str, Any], shared: dict[str, Any]) -> None:
    """Put refusals where equal ones of other operations already are."""
    for status, answer in operation["responses"].items():
        if int(status) < 400:
            continue
        schema = next(iter(answer["content"].values()))["schema"]
        plain = ".".join((status, *schema["allOf"][1]["properties"]["code"]["enum"]))
        name, number = plain, 2
        while shared.setdefault(name, answer) != answer:
            name, number = f"{plain}.{number}", number + 1
        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _inline_form(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """The fields of a form stand beside the file in the document; hence not as a reference."""
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        reference = content.get("schema", {}).get("$ref")
        if media == "application/x-www-form-urlencoded" and reference:
            content["schema"] = dict(schemas[reference.rsplit("/", 1)[-1]])
