"""What JSON may hold on its way in, and how it is written on its way out."""

import json
import re
from collections.abc import Callable

import pytest
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, draft, if_match, meeting_fields, opened
from werkzeug.test import TestResponse

from handbook.kernel.db import db
from handbook.meetings.models import Meeting

SignIn = Callable[[str], ApiClient]
JSON = {"Content-Type": "application/json"}


def test_vietnamese_is_written_as_itself(
    app: Flask, client: ApiClient, sign_in: SignIn, world: World
) -> None:
    """JSON in and out (UTF-8)"""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    made = secretary.post(f"/api/organizations/{cell}/meetings", meeting_fields(), expect=201)
    for answer in (
        made,
        secretary.get("/api/session", expect=200),
        secretary.get(f"/api/organizations/{cell}/members", expect=200),
        secretary.get("/api/sync", expect=200),
        client.post("/api/session", {"đăng nhập": "x"}, expect=422),
        client.get("/api/openapi.json", expect=200),
    ):
        text = answer.get_data(as_text=True)
        assert not text.isascii()
        assert "\\u" not in text
        json.loads(text)


@pytest.mark.parametrize("name", ["\\ud800", "a\\udfff", "\\u0000"])
def test_a_refusal_that_quotes_half_a_letter_is_still_an_answer(client: ApiClient, name: str) -> None:
    body = f'{{"login": "a", "password": "b", "{name}": 1}}'.encode()
    answer = client.request("POST", "/api/session", data=body, headers=JSON, expect=422)
    assert code_of(answer) == "unknown_field"
    answer.get_data().decode()


# Texts that JSON can carry and a database or a person cannot.
UNSTORABLE = {"a zero character": '"\\u0000x"', "half a letter": '"\\ud800"', "the other half": '"x\\udc00"'}
BIG = {"a huge number": "1" + "0" * 4000, "beyond 64 bits": str(2**64), "infinity": "1e999", "NaN": "NaN"}


Route = tuple[ApiClient, str, str, str, dict[str, str]]


def writing_routes(secretary: ApiClient, member: ApiClient, world: World) -> list[Route]:
    """Who writes which text where: method, path, a body with %s for the text, and the headers it needs."""
    cell = world.id_of("cell")
    ahead, now = convened(secretary, cell), opened(secretary, cell)
    meetings, resolutions = f"/api/organizations/{cell}/meetings", f"/api/organizations/{cell}/resolutions"
    times = '"starts_at":"2026-12-06T12:00:00Z","ends_at":"2026-12-06T14:00:00Z"'
    fresh = if_match(ahead)
    resolution = secretary.post(
        resolutions, {"symbol": "01-NQ/CB", "title": "x", "body": "x"}, expect=201
    ).json
    path, open_ = f"/api/meetings/{ahead['id']}", f"/api/meetings/{now['id']}"
    own, text = world.id_of("member"), '{"symbol":"02-NQ/CB","title":"x","body":"x"'
    return [
        (secretary, "POST", meetings, f'{{"kind":"regular","title":%s,{times},"place":"x"}}', {}),
        (secretary, "POST", meetings, f'{{"kind":"regular","title":"x",{times},"place":%s}}', {}),
        (secretary, "POST", meetings, f'{{"kind":"regular","title":"x",{times},"place":"x","agenda":[{{"title":%s}}]}}', {}),
        (secretary, "PATCH", path, '{"title":%s}', fresh),
        (secretary, "PUT", f"{path}/agenda", '[{"title":%s}]', fresh),
        (secretary, "PUT", f"{path}/agenda", '[{"title":"x","body":%s}]', fresh),
        (secretary, "POST", f"{path}/cancel", '{"reason":%s}', fresh),
        (secretary, "PUT", f"{open_}/attendance/{own}", '{"state":"excused","reason":%s}', {}),
        (member, "POST", f"{path}/absence-requests", '{"reason":%s}', {}),
        (member, "POST", f"{open_}/check-ins", '{"token":%s,"scanned_at":"2026-12-01T02:00:00Z"}', {}),
        (secretary, "POST", resolutions, '{"symbol":"02-NQ/CB","title":%s,"body":"x"}', {}),
        (secretary, "POST", resolutions, '{"symbol":"02-NQ/CB","title":"x","body":%s}', {}),
        (secretary, "POST", resolutions, '{"symbol":%s,"title":"x","body":"x"}', {}),
        (secretary, "POST", resolutions, f'{text},"tasks":[{{"title":%s,"assignee_ids":[]}}]}}', {}),
        (secretary, "POST", resolutions, f'{text},"tasks":[{{"title":"x","assignee_ids":[%s]}}]}}', {}),
        (secretary, "PATCH", f"/api/resolutions/{resolution['id']}", '{"title":%s}', if_match(resolution)),
        (member, "POST", "/api/session", '{"login":%s,"password":"x"}', {}),
        (member, "POST", "/api/session", '{"login":"x","password":%s}', {}),
        (member, "POST", "/api/activations", '{"code":%s,"password":"con duong sang"}', {}),
        (member, "POST", "/api/purpose-acceptances", '{"version":%s}', {}),
        (member, "PUT", "/api/session/password", '{"current_password":"x","new_password":%s}', {}),
        (member, "PUT", "/api/push/subscription", '{"endpoint":%s,"keys":{"p256dh":"AA","auth":"AA"}}', {}),
        (member, "PUT", "/api/push/subscription", '{"endpoint":"https://a.example/","keys":{"p256dh":%s,"auth":"AA"}}', {}),
        (sign_in_of(secretary, world), "POST", f"/api/members/{own}/citizen-id-views", '{"reason":%s}', {}),
    ]  # fmt: skip


def sign_in_of(client: ApiClient, world: World) -> ApiClient:
    return ApiClient(client.app, token=world.token_of("staff"))


@pytest.mark.parametrize("text", [*UNSTORABLE.values(), *BIG.values()], ids=[*UNSTORABLE, *BIG])
def test_what_cannot_be_stored_is_refused_by_every_route_that_writes_text(
    engine_name: str, sign_in: SignIn, world: World, text: str
) -> None:
    for who, method, path, body, headers in writing_routes(sign_in("secretary"), sign_in("member"), world):
        answer = who.request(method, path, data=(body % text).encode(), headers={**JSON, **headers})
        assert answer.status_code in (400, 401, 422, 429), f"{method} {path} {body}: {answer.status_code}"


def test_of_a_repeated_field_the_last_counts(sign_in: SignIn, world: World) -> None:
    """As RFC 8259 leaves it open: like every browser, so that both sides see the same."""
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    body = '{"title":"Một","title":"Hai"}'.encode()
    answer = secretary.request("PATCH", path, data=body, headers={**JSON, **if_match(meeting)}, expect=200)
    assert answer.json["title"] == "Hai"


def refused(answer: TestResponse) -> bool:
    return answer.status_code in (400, 415, 422)


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_content_type_is_not_read_as_json(sign_in: SignIn, world: World, kind: str) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    body = json.dumps(meeting_fields()).encode()
    headers = {"Content-Type": kind} if kind else {}
    before = db.session.query(Meeting).count()
    assert refused(
        secretary.request("POST", f"/api/organizations/{cell}/meetings", data=body, headers=headers)
    )
    db.session.rollback()
    assert db.session.query(Meeting).count() == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_a_change_sent_as_something_else_is_refused_and_not_answered_as_done(
    sign_in: SignIn, world: World, kind: str
) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    headers = {**if_match(meeting), **({"Content-Type": kind} if kind else {})}
    path = f"/api/meetings/{meeting['id']}"
    answer = secretary.request("PATCH", path, data=b"place=1", headers=headers, expect=415)
    assert (answer.mimetype, answer.json["code"]) == ("application/problem+json", "unsupported_media_type")
    body = b'{"place": "Kho"}'
    taken = secretary.request(
        "PATCH",
        path,
        data=body,
        headers={**if_match(meeting), "Content-Type": "application/json; charset=utf-8"},
        expect=200,
    )
    assert taken.json["place"] == "Kho"


def test_every_route_that_takes_json_refuses_another_kind(app: Flask, sign_in: SignIn) -> None:
    """By one rule for all: whoever may call a route is told so, whoever may not is told that."""
    staff, tried = sign_in("staff"), 0
    for rule in app.url_map.iter_rules():
        parameters = (
            getattr(app.view_functions[rule.endpoint], "_apidoc", {})
            .get("arguments", {})
            .get("parameters", ())
        )
        if not any(parameter["in"] == "json" for parameter in parameters):
            continue
        path = re.sub(r"<uuid:[^>]*>", "0f8fad5b-d9cb-469f-a165-70867728950e", rule.rule)
        path = re.sub(r"<[^>]*>", "1", path)
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            answer = staff.request(method, path, data=b"a=1", headers={"Content-Type": "text/plain"})
            assert answer.status_code in (403, 404, 415), f"{method} {rule.rule}: {answer.status_code}"
            tried += answer.status_code == 415
    assert tried > 10


@pytest.mark.parametrize(
    "path",
    [
        "/api/organizations",
        "/api/organizations/{cell}/members",
        "/api/organizations/{cell}/meetings",
        "/api/organizations/{cell}/resolutions",
        "/api/organizations/{cell}/reports/attendance",
        "/api/notices",
        "/api/sessions",
        "/api/members/me/access-log",
        "/api/sync",
    ],
)
def test_an_odd_value_of_a_query_parameter_is_no_fault(sign_in: SignIn, world: World, path: str) -> None:
    secretary, path = sign_in("secretary"), path.format(cell=world.id_of("cell"))
    for odd in (
        "cursor=%00",
        "cursor=%ED%A0%80",
        "cursor=%FF",
        "limit=9" + "9" * 5000,
        "%FF=1",
        "cursor=a&cursor=b",
    ):
        assert secretary.get(f"{path}?{odd}").status_code < 500, odd
