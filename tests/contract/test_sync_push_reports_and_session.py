"""Session, sync, push, reports and the two health pages, by the contract's sentences."""

from collections.abc import Callable
from http.cookies import SimpleCookie
from io import BytesIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from tests.support.clients import ApiClient, code_of
from tests.support.contract import OUTSIDE
from tests.support.factories import PASSWORD, World
from tests.support.meetings import convened

from handbook.accounts.sessions import COOKIE
from handbook.config import Settings

SignIn = Callable[[str], ApiClient]
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_login_answers_201_with_who_one_is_and_a_guarded_cookie(client: ApiClient, world: World) -> None:
    """Session: cookie, HttpOnly, Secure (off only on plain localhost), SameSite=Lax or stricter"""
    card = world.members["member"].card_number
    answer = client.post("/api/session", {"login": card, "password": PASSWORD}, expect=201)
    assert set(answer.json) == {"account", "member", "offices", "must_change_password", "purpose_notice_due"}
    cookie = SimpleCookie(answer.headers["Set-Cookie"])[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] in ("Lax", "Strict")
    assert cookie["path"] == "/"
    assert not cookie["secure"]


@pytest.mark.parametrize(
    ("url", "secure"),
    [("https://sotay.example.vn", True), ("http://localhost:8000", False), ("http://127.0.0.1:9", False)],
)
def test_the_cookie_is_secure_but_on_plain_localhost(url: str, secure: bool) -> None:
    assert Settings.from_environment({"HANDBOOK_PUBLIC_URL": url}).cookie_secure is secure


def test_logging_out_clears_the_site_data(sign_in: SignIn) -> None:
    """DELETE /api/session: log out (Clear-Site-Data)"""
    member = sign_in("member")
    answer = member.delete("/api/session", expect=204)
    assert {'"cache"', '"cookies"', '"storage"'} <= set(answer.headers["Clear-Site-Data"].split(", "))
    member.get("/api/session", expect=401)


def test_a_wrong_login_is_401_invalid_credentials_and_too_many_429(client: ApiClient, world: World) -> None:
    """Too many: 429 with Retry-After."""
    body = {"login": world.members["member"].card_number, "password": "sai bét"}
    answers = [client.post("/api/session", body) for _ in range(11)]
    assert {answer.status_code for answer in answers[:5]} == {401}
    assert code_of(answers[0]) == "invalid_credentials"
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_shapes_of_organisations_and_members(sign_in: SignIn, world: World) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    organization = secretary.get(f"/api/organizations/{cell}", expect=200).json
    assert set(organization) >= {
        *("id", "parent_id", "kind", "name", "code", "path", "timezone", "member_counts"),
    }
    assert organization["path"] == [world.id_of("root"), world.id_of("committee"), cell]
    assert set(organization["member_counts"]) == {"official", "probationary", "exempt"}
    children = sign_in("staff").get(f"/api/organizations?parent={world.id_of('committee')}", expect=200).json
    assert {item["id"] for item in children["items"]} == {cell, world.id_of("other_cell")}
    found = secretary.get(f"/api/organizations/{cell}/members?q=DANG THI&status=official", expect=200).json
    (member,) = found["items"]
    assert member["full_name"] == "Đặng Thị Ngẫm"
    assert set(member) >= {
        *("id", "full_name", "birth_date", "sex", "card_number", "status", "admitted_on", "official_on"),
        *("organization_id", "offices", "phone"),
    }
    assert not {"citizen_id", "citizen_id_sealed"} & set(member)
    (office,) = secretary.get("/api/members/me", expect=200).json["offices"]
    told = {"organization_id": cell, "title": "secretary", "from": "2025-01-01", "to": None}
    assert office | told == office


def test_a_citizen_id_needs_a_reason_and_leaves_a_trace(sign_in: SignIn, world: World) -> None:
    """citizen ID only by POST /api/members/{id}/citizen-id-views with a reason, which is recorded"""
    path = f"/api/members/{world.id_of('member')}/citizen-id-views"
    sign_in("staff").post(path, {}, expect=422)
    sign_in("staff").post(path, {"reason": " " * 20}, expect=422)
    sign_in("secretary").post(path, {"reason": "Đối chiếu hồ sơ"}, expect=403)
    member = sign_in("member")
    assert member.get("/api/members/me/access-log", expect=200).json["items"] == []
    sign_in("staff").post(path, {"reason": "Đối chiếu hồ sơ"}, expect=201)
    (entry,) = member.get("/api/members/me/access-log", expect=200).json["items"]
    assert (entry["actor_name"], entry["reason"]) == ("Ngô Văn Cán", "Đối chiếu hồ sơ")


def test_sync_takes_its_cursor_in_the_query_or_as_if_none_match(sign_in: SignIn, world: World) -> None:
    """304 when nothing moved (cursor also as If-None-Match); an old or foreign cursor gives full: true"""
    member = sign_in("member")
    first = member.get("/api/sync", expect=200).json
    assert set(first) == {"cursor", "full", "changes", "gone"}
    assert first["full"] is True
    assert {"meetings", "resolutions", "notices"} <= set(first["changes"])
    cursor = first["cursor"]
    member.get("/api/sync", query_string={"cursor": cursor}, expect=304)
    for tag in (f'"{cursor}"', f'W/"{cursor}"'):
        member.get("/api/sync", headers={"If-None-Match": tag}, expect=304)
    convened(sign_in("secretary"), world.id_of("cell"))
    for kwargs in ({"query_string": {"cursor": cursor}}, {"headers": {"If-None-Match": f'W/"{cursor}"'}}):
        changed = member.get("/api/sync", expect=200, **kwargs).json
        assert changed["full"] is False
        assert len(changed["changes"]["meetings"]) == 1
    far = sign_in("far_member").get("/api/sync", expect=200).json["cursor"]
    account_version_of_nobody = ".".join(["9" * 40 if n == 2 else p for n, p in enumerate(cursor.split("."))])
    for strange in (far, "", "x", "x" * 5000, "1", "đ", "%", "1.1.1.1.1.1.1-1", account_version_of_nobody):
        answer = member.get("/api/sync", query_string={"cursor": strange})
        assert answer.status_code == 200, strange[:40]
        assert answer.json["full"] is True or strange == account_version_of_nobody


def test_a_private_endpoint_is_refused_and_a_browsers_json_is_understood(sign_in: SignIn) -> None:
    """bad or private endpoint: 422 code: endpoint_not_allowed"""
    member = sign_in("member")
    keys = {"p256dh": member.get("/api/push/key", expect=200).json["key"], "auth": "A" * 22}
    for endpoint in (
        *("https://127.0.0.1/x", "https://[::1]/x", "https://10.1.2.3/x", "https://169.254.169.254/x"),
        *(
            "http://fcm.googleapis.com/x",
            "https://evil.example/x",
            "https://fcm.googleapis.com@evil.example/x",
        ),
        *(
            "https://fcm.googleapis.com.evil.example/x",
            "ftp://fcm.googleapis.com/x",
            "rác",
            "https://localhost/x",
        ),
    ):
        answer = member.put("/api/push/subscription", {"endpoint": endpoint, "keys": keys}, expect=422)
        assert code_of(answer) == "endpoint_not_allowed", endpoint
    as_json = {"endpoint": "https://fcm.googleapis.com/fcm/send/x", "expirationTime": None, "keys": keys}
    member.put("/api/push/subscription", as_json, expect=204)
    member.put("/api/push/subscription", {**as_json, "device_name": "Máy của tôi"}, expect=204)
    member.delete("/api/push/subscription", expect=204)


def test_deliveries_are_told_per_member_and_name_whom_to_telephone(sign_in: SignIn, world: World) -> None:
    """per member: reminders queued, accepted, shown, opened, failed; unreached lists whom to telephone"""
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json
    for item in answer["items"]:
        assert set(item) >= {"member_id", "queued", "accepted", "shown", "opened", "failed"}
    assert world.id_of("member") in {item["member_id"] for item in answer["unreached"]}


def test_the_report_is_told_as_json_and_as_excel(sign_in: SignIn, world: World) -> None:
    """{"totals", "children": […], "exceptions": […]}; Accept: … gives the same as Excel"""
    path = f"/api/organizations/{world.id_of('committee')}/reports/attendance?month=2026-12"
    staff = sign_in("staff")
    report = staff.get(path, expect=200).json
    assert set(report) >= {"totals", "children", "exceptions"}
    assert {child["organization_id"] for child in report["children"]} == {
        world.id_of("cell"),
        world.id_of("other_cell"),
    }
    for child in report["children"]:
        assert set(child) >= {
            *("organization_id", "name", "cells", "cells_met", "summoned", "present", "late", "excused"),
            *("unexcused", "rate"),
        }
    answer = staff.get(path, headers={"Accept": WORKBOOK}, expect=200)
    assert answer.mimetype == WORKBOOK
    workbook = load_workbook(BytesIO(answer.data), read_only=True)
    names = {cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row}
    assert {"Chi bộ Văn phòng", "Chi bộ Kế toán"} <= names


def test_every_path_of_the_contract_is_in_the_openapi_document(client: ApiClient, app: Flask) -> None:
    """GET /api/openapi.json describes all of it; GET /api/docs shows it."""
    paths = client.get("/api/openapi.json", expect=200).json["paths"]
    documented = {(m.upper(), path) for path, item in paths.items() for m in item if m != "parameters"}
    served = {
        (method, "".join(f"{{{part}}}" if dynamic else part for dynamic, part in rule._trace).lstrip("|"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {path for _method, path in served - documented} == OUTSIDE
    assert documented <= served
    page = client.get("/api/docs", expect=200).get_data(as_text=True)
    for _method, path in documented:
        assert path in page


def test_the_health_pages_answer_anybody(client: ApiClient) -> None:
    """GET /healthz · GET /readyz: process up; database reachable and migrated"""
    client.get("/healthz", expect=200)
    client.get("/readyz", expect=200)
