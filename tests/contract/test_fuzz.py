"""Every operation of the OpenAPI document with odd input: whatever comes, no answer of the server's own fault.

The cases are made from the document itself with a fixed seed, so that every run tries the same.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from flask import Flask
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened

from handbook.extensions import api

SignIn = Callable[[str], ApiClient]
SEED = 20261201
CASES_PER_OPERATION = 12
METHODS = ("get", "post", "put", "patch", "delete")
# Printing sheets is slow and has tests of its own; ending the session would end the test.
LEFT_OUT = {
    ("post", "/api/organizations/{organization_id}/activation-sheets"),
    ("delete", "/api/session"),
    ("put", "/api/session/password"),
}
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, 1e308),
    *("", " ", "\0", "\ud800", "\u202e", "đ", "x" * 70_000, "1", "0", "-1", "9" * 18, "9" * 19, "٣", "1_0"),
    *(
        "2026-12-05",
        "2026-13-45",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-12-05T12:00:00Z",
    ),
    *(
        "%",
        "_",
        "\\",
        "'; --",
        "../../etc/passwd",
        "https://[",
        "https://a:99999999/",
        "{}",
        "1.1.1.1.1.1.1-1",
    ),
    *([], {}, [[]], [None], {"": ""}, {"a": {"b": []}}),
)
IDS = ("0", "1", "2", "999999", "9" * 18, "9" * 19, "-1", "abc", "1.5", "%00", "٣")


class Maker:
    """Values after a schema, some of them right and some odd."""

    def __init__(self, spec: dict[str, Any], random: Random) -> None:
        self._spec = spec
        self._random = random

    def value(self, schema: dict[str, Any], *, odd: float) -> Any:
        if self._random.random() < odd:
            return self._random.choice(ODD)
        schema = self._resolved(schema)
        if "enum" in schema:
            return self._random.choice(schema["enum"])
        kind = schema.get("type", "string")
        kind = self._random.choice(kind) if isinstance(kind, list) else kind
        if kind == "object":
            return self._object(schema, odd)
        if kind == "array":
            return [self.value(schema.get("items", {}), odd=odd) for _ in range(self._random.randint(0, 3))]
        return self._scalar(kind, schema)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self._spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                return self._resolved(self._random.choice(schema[name]))
        return schema

    def _object(self, schema: dict[str, Any], odd: float) -> dict[str, Any]:
        required = set(schema.get("required", []))
        made = {
            name: self.value(inner, odd=odd)
            for name, inner in schema.get("properties", {}).items()
            if name in required or self._random.random() < 0.7
        }
        if self._random.random() < odd / 2:
            made["khong_co"] = self._random.choice(ODD)
        return made

    def _scalar(self, kind: str, schema: dict[str, Any]) -> Any:
        if kind == "integer":
            return self._random.randint(0, 300)
        if kind == "number":
            return self._random.random() * 100
        if kind == "boolean":
            return self._random.random() < 0.5
        if kind == "null":
            return None
        if schema.get("format") == "date-time":
            return f"2026-12-{self._random.randint(1, 28):02d}T{self._random.randint(0, 23):02d}:00:00Z"
        if schema.get("format") == "date":
            return f"2026-12-{self._random.randint(1, 28):02d}"
        return self._random.choice(("1", "2", "01-NQ/CB", "2026-12", "Nội dung", "https://a.example/x"))


def operations(
    spec: dict[str, Any],
) -> Iterator[tuple[str, str, list[dict[str, Any]], dict[str, Any] | None]]:
    """Method, path, parameters and the schema of the JSON body, if there is one."""
    for path, item in sorted(spec["paths"].items()):
        for method in METHODS:
            if method in item and (method, path) not in LEFT_OUT:
                operation = item[method]
                content = operation.get("requestBody", {}).get("content", {})
                body = content.get("application/json", {}).get("schema")
                yield method, path, item.get("parameters", []) + operation.get("parameters", []), body


def test_odd_input_is_never_the_servers_fault(
    app: Flask, engine_name: str, sign_in: SignIn, world: World
) -> None:
    spec = api.document()
    random = Random(SEED)
    maker = Maker(spec, random)
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meetings = [convened(secretary, cell), opened(secretary, cell)]
    known = {
        "organization_id": [cell, world.id_of("committee")],
        "meeting_id": [meeting["id"] for meeting in meetings],
        "member_id": [world.id_of("member")],
    }
    tried = 0
    wrong = []
    for method, path, parameters, body in operations(spec):
        for case in range(CASES_PER_OPERATION):
            client = sign_in(random.choice(("secretary", "secretary", "member", "staff", "administrator")))
            odd = random.choice((0.0, 0.1, 0.4))
            target, query = path, {}
            for parameter in parameters:
                name = parameter["name"]
                if parameter["in"] == "path":
                    ids = IDS if random.random() < 0.2 else known.get(name, ["1"])
                    target = target.replace(f"{{{name}}}", random.choice(ids))
                elif parameter["in"] == "query" and random.random() < 0.6:
                    value = maker.value(parameter.get("schema", {}), odd=odd)
                    query[name] = str(value).encode("utf-8", "surrogatepass")[:2000]
            headers = {}
            if random.random() < 0.6:
                headers |= if_match(random.choice(meetings)) if random.random() < 0.3 else {"If-Match": "*"}
            if random.random() < 0.1:
                headers["Idempotency-Key"] = f"khoa {case}"
            sent = {} if body is None else {"json": maker.value(body, odd=odd)}
            answer = client.request(method.upper(), target, headers=headers, query_string=query, **sent)
            tried += 1
            if answer.status_code >= 500:
                wrong.append(f"{method.upper()} {target} {query} {str(sent)[:300]}: {answer.status_code}")
    assert tried > 400
    assert wrong == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b"[" * 50_000,
        b'{"a":' * 5_000,
        b"1e999",
    ],
    ids=[
        "empty",
        "null",
        "list",
        "text",
        "half",
        "not UTF-8",
        "BOM",
        "NaN",
        "deep list",
        "deep object",
        "infinite",
    ],
)
def test_a_body_that_is_no_object_is_refused_by_every_operation(
    app: Flask, sign_in: SignIn, world: World, body: bytes
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    for method, path, _parameters, schema in operations(api.document()):
        if schema is None:
            continue
        target = path.replace("{organization_id}", cell).replace("{member_id}", world.id_of("member"))
        for name in ("meeting_id", "resolution_id", "request_id", "delivery_id"):
            target = target.replace(f"{{{name}}}", "1")
        headers = {"Content-Type": "application/json", "If-Match": "*"}
        answer = secretary.request(method.upper(), target, data=body, headers=headers)
        assert 400 <= answer.status_code < 500, f"{method} {target}: {answer.status_code}"
