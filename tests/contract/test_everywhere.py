"""The sentences of the contract's head, which hold for the whole API."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import PASSWORD, World
from tests.support.meetings import convened, draft, if_match, meeting_fields, opened

SignIn = Callable[[str], ApiClient]
RESOLUTION = {"symbol": "01-NQ/CB", "title": "Nghị quyết tháng 12", "body": "Nội dung", "tasks": []}


def instants(node: Any) -> list[str]:
    """Every value of a field that is named like an instant, however deep."""
    if isinstance(node, dict):
        own = [v for name, v in node.items() if (name.endswith("_at") or name == "at") and v is not None]
        return own + [found for value in node.values() for found in instants(value)]
    return [found for item in node for found in instants(item)] if isinstance(node, list) else []


def ids(node: Any) -> list[Any]:
    """Every id, however deep."""
    if isinstance(node, dict):
        own = [v for name, v in node.items() if (name == "id" or name.endswith("_id")) and v is not None]
        return own + [found for value in node.values() for found in ids(value)]
    return [found for item in node for found in ids(item)] if isinstance(node, list) else []


def test_ids_are_opaque_strings_and_times_are_rfc_3339_with_offset(sign_in: SignIn, world: World) -> None:
    """Ids are opaque strings. Times are RFC 3339 with offset, dates ISO."""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = opened(secretary, cell)
    answers = [
        secretary.get(path, expect=200).json
        for path in (
            *("/api/session", "/api/sessions", "/api/organizations", f"/api/organizations/{cell}"),
            *(f"/api/organizations/{cell}/members", "/api/members/me", f"/api/organizations/{cell}/meetings"),
            *(f"/api/meetings/{meeting['id']}", f"/api/meetings/{meeting['id']}/attendance"),
            *(f"/api/meetings/{meeting['id']}/deliveries", f"/api/organizations/{cell}/reports/attendance"),
            *("/api/sync", "/api/notices"),
        )
    ]
    found = ids(answers)
    assert len(found) > 50
    assert {type(value) for value in found} == {str}
    times = instants(answers)
    assert len(times) > 10
    for text in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
        assert datetime.fromisoformat(text).tzinfo is not None


LISTS = (
    *("/api/sessions", "/api/organizations", "/api/notices", "/api/members/me/access-log"),
    *("/api/organizations/{cell}/members", "/api/organizations/{cell}/meetings"),
    *("/api/organizations/{cell}/resolutions", "/api/meetings/{meeting}/absence-requests"),
)


def test_lists_answer_items_and_next_with_a_limit_up_to_200(sign_in: SignIn, world: World) -> None:
    """Lists answer {"items": [...], "next": cursor|null}, ?limit= up to 200"""
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    for template in LISTS:
        path = template.format(cell=world.id_of("cell"), meeting=meeting["id"])
        answer = secretary.get(f"{path}?limit=200", expect=200).json
        assert set(answer) >= {"items", "next"}, path
        assert answer["next"] is None
        for limit in ("201", "0", "-1", "x"):
            assert secretary.get(f"{path}?limit={limit}").status_code == 422, (path, limit)
        assert secretary.get(f"{path}?cursor=%00nonsense").status_code == 422, path


@pytest.mark.parametrize(
    "query",
    [
        "organizations?parent=",
        "organizations/{cell}/members?q=&status=",
        "organizations/{cell}/meetings?from=&to=&state=",
    ],
)
def test_a_filter_written_as_in_the_contract_but_left_blank_is_none(
    sign_in: SignIn, world: World, query: str
) -> None:
    path = f"/api/{query.format(cell=world.id_of('cell'))}"
    secretary = sign_in("secretary")
    draft(secretary, world.id_of("cell"))
    blank = secretary.get(path, expect=200).json
    assert blank["items"] != []
    assert blank == secretary.get(path.partition("?")[0], expect=200).json


def test_single_resources_carry_an_etag_and_answer_304(sign_in: SignIn, world: World) -> None:
    """Single resources carry ETag; If-None-Match gives 304"""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = convened(secretary, cell)
    absence = sign_in("member").post(
        f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Đi khám"}, expect=201
    )
    resolution = secretary.post(f"/api/organizations/{cell}/resolutions", RESOLUTION, expect=201)
    for path in (
        *("/api/session", f"/api/organizations/{cell}", "/api/members/me"),
        *(f"/api/members/{world.id_of('member')}", f"/api/meetings/{meeting['id']}"),
        *(f"/api/absence-requests/{absence.json['id']}", f"/api/resolutions/{resolution.json['id']}"),
        *(f"/api/meetings/{meeting['id']}/attendance", f"/api/organizations/{cell}/reports/attendance"),
    ):
        tag = secretary.get(path, expect=200).headers.get("ETag", "")
        assert re.fullmatch(r'(W/)?"[^"]+"', tag), path
        unchanged = secretary.get(path, headers={"If-None-Match": tag}, expect=304)
        assert unchanged.data == b""
        secretary.get(path, headers={"If-None-Match": '"another"'}, expect=200)
    assert absence.headers["ETag"]
    assert resolution.headers["ETag"]


def test_changes_need_if_match(sign_in: SignIn, world: World) -> None:
    """PATCH/PUT/state changes of shared resources need If-Match (428 without, 412 when stale)"""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = convened(secretary, cell)
    path = f"/api/meetings/{meeting['id']}"
    absence = sign_in("member").post(f"{path}/absence-requests", {"reason": "Đi khám"}, expect=201).json
    resolution = secretary.post(f"/api/organizations/{cell}/resolutions", RESOLUTION, expect=201).json
    for method, target, body in (
        ("PATCH", path, {"title": "Tên khác"}),
        ("PUT", f"{path}/agenda", []),
        *(("POST", f"{path}/{step}", None) for step in ("convene", "open", "close", "finalize")),
        ("POST", f"{path}/cancel", {"reason": "Bão"}),
        ("PATCH", f"/api/absence-requests/{absence['id']}", {"decision": "approved"}),
        ("PATCH", f"/api/resolutions/{resolution['id']}", {"title": "Tên khác"}),
        ("POST", f"/api/resolutions/{resolution['id']}/issue", None),
    ):
        missing = secretary.request(method, target, json=body, expect=428)
        assert code_of(missing) == "precondition_required"
        stale = secretary.request(method, target, json=body, headers={"If-Match": '"0-0"'}, expect=412)
        assert code_of(stale) == "precondition_failed"
    changed = secretary.patch(path, {"title": "Tên khác"}, headers=if_match(meeting), expect=200)
    secretary.patch(path, {"title": "Tên nữa"}, headers=if_match(meeting), expect=412)
    # A proxy that compresses makes the tag weak; it still names this version.
    weak = {"If-Match": f"W/{changed.headers['ETag']}"}
    secretary.patch(path, {"title": "Tên nữa"}, headers=weak, expect=200)


def test_a_mark_needs_no_if_match_and_heeds_one(sign_in: SignIn, world: World) -> None:
    """The one exception (ADR 18): a line of the roll has a natural key, the latest mark stands, and no version is needed. Who
    names one, the roll's or the meeting's, is told when it is stale, and nothing is changed then."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    everybody = f"/api/meetings/{meeting['id']}/attendance"
    path = f"{everybody}/{world.id_of('member')}"
    secretary.put(path, {"state": "present"}, expect=200)
    read = secretary.get(everybody, expect=200).headers["ETag"]
    secretary.put(path, {"state": "late"}, headers={"If-Match": read}, expect=200)
    marks = {"items": [{"member_id": world.id_of("member"), "state": "excused"}]}
    for tag in (read, '"0-0"'):
        for target, body in ((path, {"state": "present"}), (everybody, marks)):
            stale = secretary.put(target, body, headers={"If-Match": tag}, expect=412)
            assert code_of(stale) == "precondition_failed"
    now = secretary.get(everybody, expect=200)
    assert stale.headers["ETag"] == now.headers["ETag"]
    states = {line["member_id"]: line["state"] for line in now.json["items"]}
    assert states[world.id_of("member")] == "late"
    for tag in (now.headers["ETag"], f"W/{now.headers['ETag']}", "*"):
        headers = {"If-Match": f'"{meeting["etag"]}", {tag}' if tag != "*" else tag}
        secretary.put(path, {"state": "present"}, headers=headers, expect=200)
    # Marks do not move the meeting; its version is taken as long as it is that one.
    secretary.put(path, {"state": "late"}, headers=if_match(meeting), expect=200)


def test_chair_and_minute_taker_heed_an_if_match(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    path, body = f"/api/meetings/{meeting['id']}/roles", {"chair_id": world.id_of("deputy")}
    read = {"If-Match": secretary.get(f"/api/meetings/{meeting['id']}/attendance").headers["ETag"]}
    secretary.put(path, body, headers={"If-Match": '"0-0"'}, expect=412)
    secretary.put(path, body, headers=read, expect=200)
    secretary.put(path, {"chair_id": None}, headers=read, expect=412)
    secretary.put(path, {"chair_id": None}, expect=200)


def test_an_answer_without_a_body_names_no_kind_of_body(sign_in: SignIn, world: World) -> None:
    member = sign_in("member")
    for method, path, body in (
        ("DELETE", "/api/push/subscription", None),
        ("PUT", "/api/session/password", {"current_password": PASSWORD, "new_password": PASSWORD}),
        ("DELETE", "/api/session", None),
    ):
        answer = member.request(method, path, json=body, expect=204)
        assert "Content-Type" not in answer.headers, path
        assert answer.data == b""


def test_posts_that_create_take_an_idempotency_key(sign_in: SignIn, world: World) -> None:
    """same key and body: the first answer again; other body: 422"""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = convened(secretary, cell)
    member = sign_in("member")
    for number, (client, path, body, other) in enumerate(
        (
            (
                secretary,
                f"/api/organizations/{cell}/meetings",
                meeting_fields(),
                meeting_fields(title="Khác"),
            ),
            (
                secretary,
                f"/api/organizations/{cell}/resolutions",
                RESOLUTION,
                {**RESOLUTION, "title": "Khác"},
            ),
            (member, f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Ốm"}, {"reason": "Bận"}),
            (member, "/api/purpose-acceptances", {"version": "2026-1"}, {"version": "khác"}),
        )
    ):
        key = {"Idempotency-Key": f"khoa-{number}"}
        first = client.post(path, body, headers=key, expect=201)
        again = client.post(path, body, headers=key, expect=201)
        assert again.json == first.json
        assert again.headers.get("ETag") == first.headers.get("ETag")
        assert code_of(client.post(path, other, headers=key, expect=422)) == "idempotency_conflict"
    titles = [item["title"] for item in secretary.get(f"/api/organizations/{cell}/meetings").json["items"]]
    assert len(titles) == 2


def test_errors_are_problem_documents(client: ApiClient, sign_in: SignIn, world: World) -> None:
    """{"type", "title", "status", "code", "detail"?, "errors"?: [{"pointer", "code", "params"?}], "request_id"}"""
    known = {"type", "title", "status", "code", "detail", "errors", "request_id"}
    member = sign_in("member")
    for answer in (
        client.get("/api/members/me", expect=401),
        client.get("/api/khong-co", expect=404),
        member.post(f"/api/organizations/{world.id_of('cell')}/meetings", meeting_fields(), expect=403),
        member.get("/api/meetings/999999", expect=404),
        member.get("/api/meetings/mot", expect=404),
        member.delete("/api/members/me", expect=405),
        client.post("/api/session", {"login": 1, "password": PASSWORD}, expect=422),
        client.post("/api/session", data=b"{", headers={"Content-Type": "application/json"}, expect=400),
        client.post(
            "/api/session", data=b'{"login":"\xff"}', headers={"Content-Type": "application/json"}, expect=400
        ),
        client.post("/api/session", {"login": "x" * 2_000_000, "password": "y"}, expect=413),
    ):
        body = answer.json
        assert known >= set(body) >= known - {"detail", "errors"}
        assert answer.headers["X-Request-Id"] == body["request_id"]
        for error in body.get("errors", []):
            assert {"pointer", "code", "params"} >= set(error) >= {"pointer", "code"}
            assert error["pointer"].startswith("/")


def test_an_unknown_field_is_422_wherever_a_body_is_read(sign_in: SignIn, world: World) -> None:
    """Unknown field: 422."""
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting = opened(secretary, cell)
    path = f"/api/meetings/{meeting['id']}"
    for method, target, body in (
        ("POST", "/api/session", {"login": "a", "password": "b"}),
        ("POST", "/api/activations", {"code": "AAAA-AAAA-AAAA", "password": "con đường sáng"}),
        ("PUT", "/api/session/password", {"current_password": "a", "new_password": "b"}),
        ("POST", f"/api/organizations/{cell}/meetings", meeting_fields()),
        (
            "POST",
            f"/api/organizations/{cell}/meetings",
            meeting_fields(agenda=[{"title": "x", "speaker": "y"}]),
        ),
        ("PATCH", path, {"title": "Tên khác"}),
        ("PUT", f"{path}/agenda", {"agenda": []}),
        ("POST", f"{path}/cancel", {"reason": "Bão"}),
        ("POST", f"{path}/check-ins", {"token": "1." + "A" * 22, "scanned_at": "2026-12-05T12:00:00Z"}),
        ("PUT", f"{path}/attendance/{world.id_of('member')}", {"state": "present"}),
        ("POST", f"{path}/absence-requests", {"reason": "Ốm"}),
        ("POST", f"/api/organizations/{cell}/resolutions", RESOLUTION),
        (
            "PUT",
            "/api/push/subscription",
            {"endpoint": "https://a.example/", "keys": {"p256dh": "a", "auth": "b"}},
        ),
    ):
        sent = body if any("speaker" in item for item in body.get("agenda", [])) else {**body, "khong_co": 1}
        answer = secretary.request(method, target, json=sent, headers=if_match(meeting), expect=422)
        assert "unknown_field" in {error["code"] for error in answer.json["errors"]}, (method, target)


def test_an_unknown_query_parameter_is_refused_by_every_operation(
    app: Flask, client: ApiClient, sign_in: SignIn, world: World
) -> None:
    """Unknown field: 422."""
    secretary = sign_in("secretary")
    asked = 0
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        path = re.sub(r"<uuid:[^>]+>", str(uuid4()), rule.rule)
        path = re.sub(r"<[^>]+>", "1", path)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            refused = secretary.request(method, f"{path}?colour=red", expect=422)
            assert code_of(refused) == "unknown_field", (method, path)
            assert [error["pointer"] for error in refused.json["errors"]] == ["/colour"]
            asked += 1
    assert asked > 100
    client.get("/api/members/me?colour=red", expect=401)


def test_an_unknown_query_parameter_beside_a_known_one_is_refused_on_the_short_path_too(
    sign_in: SignIn, world: World
) -> None:
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    member.get(f"/api/sync?cursor={cursor}", headers={"If-None-Match": f'"{cursor}"'}, expect=304)
    for query in (f"cursor={cursor}&colour=red", f"colour=&cursor={cursor}", "colour=red"):
        for headers in ({}, {"If-None-Match": f'"{cursor}"'}):
            refused = member.get(f"/api/sync?{query}", headers=headers, expect=422)
            assert code_of(refused) == "unknown_field"
