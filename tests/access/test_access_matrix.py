"""The access matrix: every route and method × every actor × own, neighbouring, superior and foreign objects.

Generated from the application's URL map: a route without expectations fails, and so does a cell that was not tried.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from tests.access.expectations import DRAFTS, TABLE
from tests.access.places import FEED_TOKEN, PLACES, ROLES, SIGNED_PAGE_KEY, Objects, furnish
from tests.access.requests import Asking
from tests.access.who import EVERYBODY_PUBLIC, SELF_EVERYONE, Expected
from tests.conftest import NOW
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.accounts.sessions import start_session
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work

# What stands in an address beside ids.
WORDS = {
    "<path:path>": "khong-co-trang-nay",
    "<string:name>": "attendance.quorum",
    "<string:kind>": "regular",
    "<string:token>": FEED_TOKEN,
    "<string:sha256>": SIGNED_PAGE_KEY,
    "<uuid:key>": "6f1d9f6e-6f0b-4c4a-9d2b-0f3a2a5b7c11",
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CASES = [*((route, TABLE[route]) for route in TABLE), *((route, DRAFTS[route]) for route in DRAFTS)]
Setting = tuple[Flask, World, Objects]
ENDS_THE_SESSION = (("DELETE", "/api/session"), ("DELETE", "/api/sessions/<id:session_id>"))
tried: set[tuple[str, str, str, str]] = set()


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("matrix")
    for name in ("handbook.sqlite3", "secrets.json"):
        (folder / name).write_bytes((sqlite_template / name).read_bytes())
    environment = {
        "HANDBOOK_DATA_DIR": str(folder),
        "HANDBOOK_SMTP_URL": "smtp://127.0.0.1",
        "HANDBOOK_MAIL_FROM": "so-tay@example.vn",
    }
    app = create_app(Settings.from_environment(environment), clock=FixedClock(NOW))
    with app.app_context():
        world = World.build(app)
        objects = furnish(app, world)
        for role in ROLES[1:]:
            client = ApiClient(app, token=world.token_of(role))
            objects.ids["session", role] = int(client.get("/api/sessions", expect=200).json["items"][0]["id"])
        yield app, world, objects
        db.session.remove()
        db.engine.dispose()


def test_every_route_and_method_has_expectations(furnished: Setting) -> None:
    app, _, _ = furnished
    routes = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or ())
        if method in METHODS
    }
    assert routes - set(TABLE) == set(), "routes without expectations"
    assert set(TABLE) - routes == set(), "expectations without a route"
    assert set(DRAFTS) <= routes


def test_what_is_allowed_succeeds_or_says_why_not() -> None:
    for route, expected in CASES:
        succeeds = all(status < 400 for status in expected.done) and not expected.except_for
        assert succeeds == (not expected.because), route
    assert sum(bool(expected.because) for _, expected in CASES) <= 8


def test_the_watch_sees_a_change(furnished: Setting) -> None:
    app, world, _ = furnished
    state = _watch(app)
    before = state()
    ApiClient(app, token=world.tokens["member"]).get("/api/session", expect=200)
    assert state() == before
    with unit_of_work() as uow:
        start_session(world.accounts["member"], uow=uow, device_name="Thử")
    assert state() != before


@pytest.mark.parametrize(("route", "expected"), CASES, ids=[f"{r[0]} {r[1]} {e.objects}" for r, e in CASES])
def test_the_answer_to_everybody(furnished: Setting, route: tuple[str, str], expected: Expected) -> None:
    app, world, objects = furnished
    state = _watch(app)
    wrong = []
    for role in _doers_last(expected):
        for where in _places(expected, role):
            send = _prepare(Asking(app, world, objects, role, where), route, expected)
            before = state()
            status = send()
            tried.add((*route, role, where))
            allowed = _allowed(expected, role, where)
            if status not in allowed:
                wrong.append(f"{role} at {where}: {status} instead of {allowed}")
            if status >= 400 and state() != before:
                wrong.append(f"{role} at {where}: {status}, and yet something was written")
        if route in ENDS_THE_SESSION and role != "anonymous":
            _sign_in_again(world, objects, role)
    assert wrong == []


def test_no_cell_was_left_out(furnished: Setting, request: pytest.FixtureRequest) -> None:
    ran = {
        item.callspec.params["route"]
        for item in request.session.items
        if hasattr(item, "callspec") and "route" in item.callspec.params
    }
    expected_cells = {
        (*route, role, where)
        for route, expected in CASES
        if route in ran
        for role in ROLES
        for where in _places(expected, role)
    }
    assert expected_cells - tried == set()
    assert len(tried) > 300


def _places(expected: Expected, role: str) -> tuple[str, ...]:
    if expected.sees in (SELF_EVERYONE, EVERYBODY_PUBLIC):
        return ("self",)
    if expected.sees == "owner":
        return ("another's",) if role == "anonymous" else ("another's", "own")
    return PLACES


def _doers_last(expected: Expected) -> list[str]:
    """What is deleted by who may do so must still be there when the others ask."""
    does = frozenset().union(*expected.does.values()) if not isinstance(expected.does, str) else frozenset()
    return sorted(ROLES, key=lambda role: role in does)


def _allowed(expected: Expected, role: str, where: str) -> tuple[int, ...]:
    if expected.sees == EVERYBODY_PUBLIC:
        return expected.done
    if role == "anonymous":
        return (401,)
    if role in expected.except_for:
        return (expected.except_for[role],)
    if expected.sees == SELF_EVERYONE or where == "own":
        return expected.done
    if expected.sees == "owner":
        return (404,)
    assert not isinstance(expected.sees, str)
    assert not isinstance(expected.does, str)
    if role in expected.does[where]:
        return expected.done
    return (403,) if role in expected.sees[where] else (404,)


def _prepare(asking: Asking, route: tuple[str, str], expected: Expected) -> Callable[[], int]:
    """Everything that the request needs is made beforehand; what is answered is its status."""
    method, rule = route
    client = ApiClient(asking.app, token=asking.world.tokens.get(asking.role))
    path = re.sub(
        r"<id:(\w+)>",
        lambda match: _id(expected.objects[match[1]], asking.where, asking.role, asking.objects),
        rule,
    )
    for word, example in WORDS.items():
        path = path.replace(word, example)
    body = expected.body(asking) if callable(expected.body) else expected.body
    sent: dict[str, Any] = {"json": body}
    if expected.multipart:
        sent = {"data": body, "content_type": "multipart/form-data"}
    headers = {"If-Match": _tag(expected.match, asking)} if expected.match else {}
    query = dict(expected.query)
    return lambda: client.request(method, path, headers=headers, query_string=query, **sent).status_code


def _tag(kind: str, asking: Asking) -> str:
    """The version of the object as it is now."""
    if kind == "*":
        return "*"
    db.session.rollback()
    row = db.session.get_one(asking.objects.models[kind], asking.objects.ids[kind, asking.where])
    tag = f'"{etag_of(row)}"'
    db.session.rollback()
    return tag


def _watch(app: Flask) -> Callable[[], tuple[int, int]]:
    """A number that rises with every commit that wrote anything, and how many files are stored."""
    settings: Settings = app.extensions["handbook.settings"]
    connection = sqlite3.connect(settings.data_dir / "handbook.sqlite3")

    def state() -> tuple[int, int]:
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        return version, sum(path.is_file() for path in (settings.data_dir / "blobs").rglob("*"))

    return state


def _id(kind: str, where: str, role: str, objects: Objects) -> str:
    if where == "own":
        return str(objects.ids[kind, role])
    if where == "another's":
        return str(objects.ids[kind, "secretary" if role == "member" else "member"])
    return str(objects.ids[kind, where])


def _sign_in_again(world: World, objects: Objects, role: str) -> None:
    with unit_of_work() as uow:
        session, world.tokens[role] = start_session(world.accounts[role], uow=uow, device_name="Thử")
        objects.ids["session", role] = session.id
