"""The issue's sentence "no refused request changes anything", for bad input of every kind at once."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import (
    STARTS_AT,
    check_in_body,
    convened,
    draft,
    if_match,
    key_of,
    meeting_fields,
    opened,
)

from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
JSON = {"Content-Type": "application/json"}
# Counting failures is what these are for.
COUNTERS = {"login_throttles"}


def everything(settings: Settings) -> dict[str, Any]:
    """Every row of every table, and every stored file."""
    db.session.rollback()
    rows = {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in db.metadata.sorted_tables
        if table.name not in COUNTERS
    }
    db.session.rollback()
    blobs = settings.data_dir / "blobs"
    return rows | {"blobs": sorted(str(path) for path in blobs.rglob("*") if path.is_file())}


def test_the_snapshot_sees_a_change(sign_in: SignIn, world: World, settings: Settings) -> None:
    before = everything(settings)
    assert len(before) > 20
    draft(sign_in("secretary"), world.id_of("cell"))
    changed = {name for name, rows in everything(settings).items() if rows != before[name]}
    assert {"meetings", "agenda_items", "audit_entries", "organizations"} <= changed


def test_no_refused_request_changes_anything(
    client: ApiClient, sign_in: SignIn, world: World, settings: Settings, clock: FixedClock
) -> None:
    secretary, member, other = sign_in("secretary"), sign_in("member"), sign_in("other_secretary")
    cell, own_id = world.id_of("cell"), world.id_of("member")
    announced = convened(secretary, cell)
    clock.set(STARTS_AT)
    current = opened(secretary, cell, starts_at=STARTS_AT + timedelta(minutes=1))
    key = key_of(secretary, current)
    absence = member.post(
        f"/api/meetings/{announced['id']}/absence-requests", {"reason": "Đi khám"}, expect=201
    ).json
    resolution = secretary.post(
        f"/api/organizations/{cell}/resolutions",
        {"symbol": "01-NQ/CB", "title": "Nghị quyết", "body": "Nội dung"},
        headers={"Idempotency-Key": "mot"},
        expect=201,
    ).json
    device = other.get("/api/sessions", expect=200).json["items"][0]["id"]
    ahead, now_on = f"/api/meetings/{announced['id']}", f"/api/meetings/{current['id']}"
    meetings, resolutions = f"/api/organizations/{cell}/meetings", f"/api/organizations/{cell}/resolutions"
    fresh = if_match(announced)
    hour = timedelta(hours=1)
    refused: list[tuple[str, ApiClient, str, str, dict[str, Any]]] = [
        # Stale edits and edits without a version.
        ("no version", secretary, "PATCH", ahead, {"json": {"title": "x"}}),
        ("stale", secretary, "PATCH", ahead, {"json": {"title": "x"}, "headers": {"If-Match": '"1-0"'}}),
        ("stale agenda", secretary, "PUT", f"{ahead}/agenda", {"json": [], "headers": {"If-Match": '"1-0"'}}),
        ("stale answer", secretary, "PATCH", f"/api/absence-requests/{absence['id']}",
         {"json": {"decision": "approved"}, "headers": {"If-Match": '"1-0"'}}),
        # Wrong states.
        ("convene twice", secretary, "POST", f"{ahead}/convene", {"headers": fresh}),
        ("close unopened", secretary, "POST", f"{ahead}/close", {"headers": fresh}),
        ("finalize unopened", secretary, "POST", f"{ahead}/finalize", {"headers": fresh}),
        ("edit the open", secretary, "PATCH", now_on, {"json": {"title": "x"}, "headers": if_match(current)}),
        ("cancel the open", secretary, "POST", f"{now_on}/cancel",
         {"json": {"reason": "x"}, "headers": if_match(current)}),
        ("present too early", secretary, "PUT", f"{ahead}/attendance/{own_id}", {"json": {"state": "present"}}),
        # Bodies that are none, or not this one's.
        ("no reason", secretary, "POST", f"{ahead}/cancel", {"json": {}, "headers": fresh}),
        ("unknown field", secretary, "POST", meetings, {"json": {**meeting_fields(), "owner": "1"}}),
        ("ends before", secretary, "POST", meetings,
         {"json": meeting_fields(ends_at=(STARTS_AT - hour).isoformat())}),
        ("no offset", secretary, "POST", meetings, {"json": meeting_fields() | {"starts_at": "2026-12-05T12:00:00"}}),
        ("broken UTF-8", secretary, "POST", meetings, {"data": b'{"title":"\xff\xfe"}', "headers": JSON}),
        ("lone surrogate", secretary, "POST", meetings,
         {"data": b'{"kind":"regular","title":"\\ud800","starts_at":"2026-12-06T12:00:00Z",'
                  b'"ends_at":"2026-12-06T14:00:00Z","place":"x"}', "headers": JSON}),
        ("zero byte", secretary, "POST", meetings, {"json": meeting_fields(title="\x00")}),
        ("half a document", secretary, "POST", meetings, {"data": b'{"kind":', "headers": JSON}),
        ("not an object", secretary, "POST", meetings, {"data": b"[[[[]]]]", "headers": JSON}),
        ("too large", secretary, "POST", meetings, {"data": b" " * 2_000_000 + b"{}", "headers": JSON}),
        ("too deep", secretary, "POST", meetings, {"data": b"[" * 100_000, "headers": JSON}),
        ("marked", secretary, "POST", resolutions, {"json": {"symbol": "02-NQ/CB", "title": "TUYỆT MẬT", "body": "x"}}),
        ("taken", secretary, "POST", resolutions, {"json": {"symbol": "01-NQ/CB", "title": "x", "body": "x"}}),
        # Another body under a used key.
        ("used key", secretary, "POST", resolutions,
         {"json": {"symbol": "03-NQ/CB", "title": "x", "body": "x"}, "headers": {"Idempotency-Key": "mot"}}),
        ("bad key", secretary, "POST", meetings, {"json": meeting_fields(), "headers": {"Idempotency-Key": "x" * 200}}),
        # Other people's things.
        ("nobody", client, "POST", meetings, {"json": meeting_fields()}),
        ("member", member, "POST", meetings, {"json": meeting_fields()}),
        ("foreign cell", other, "POST", meetings, {"json": meeting_fields()}),
        ("foreign meeting", other, "POST", f"{ahead}/cancel", {"json": {"reason": "x"}, "headers": fresh}),
        ("foreign resolution", other, "POST", f"/api/resolutions/{resolution['id']}/issue", {"headers": fresh}),
        ("foreign line", secretary, "PUT", f"{now_on}/attendance/{world.id_of('far_member')}",
         {"json": {"state": "present"}}),
        ("foreign assignee", secretary, "POST", resolutions,
         {"json": {"symbol": "04-NQ/CB", "title": "x", "body": "x",
                   "tasks": [{"title": "x", "assignee_ids": [world.id_of("far_member")]}]}}),
        ("foreign pattern", other, "POST", f"/api/organizations/{world.id_of('other_cell')}/meetings",
         {"json": {"from_meeting_id": announced["id"]}}),
        ("foreign device", member, "DELETE", f"/api/sessions/{device}", {}),
        ("own answer", member, "PATCH", f"/api/absence-requests/{absence['id']}",
         {"json": {"decision": "approved"}, "headers": if_match(absence)}),
        ("foreign origin", secretary, "POST", meetings,
         {"json": meeting_fields(), "headers": {"Origin": "https://evil.example"}}),
        ("foreign site", secretary, "POST", meetings,
         {"json": meeting_fields(), "headers": {"Sec-Fetch-Site": "cross-site"}}),
        # Check-ins of another time, another meeting, a clock that is too wrong.
        ("forged", member, "POST", f"{now_on}/check-ins",
         {"json": check_in_body(b"x" * 32, current, clock.now())}),
        ("old code", member, "POST", f"{now_on}/check-ins",
         {"json": check_in_body(key, current, clock.now() - hour, clock.now())}),
        ("before the opening", member, "POST", f"{now_on}/check-ins",
         {"json": check_in_body(key, current, clock.now() - hour)}),
        ("clock too wrong", member, "POST", f"{now_on}/check-ins",
         {"json": check_in_body(key, current, clock.now(), clock.now() + timedelta(minutes=12))}),
        ("code of another meeting", member, "POST", f"{ahead}/check-ins",
         {"json": check_in_body(key, current, clock.now())}),
        ("not of the cell", other, "POST", f"{now_on}/check-ins",
         {"json": check_in_body(key, current, clock.now())}),
        # Files.
        ("marked file", secretary, "POST", f"{ahead}/papers",
         {"data": {"file": (BytesIO(b"%PDF-1.7"), "tài liệu mật.pdf")}}),
        ("no file", secretary, "POST", f"{ahead}/papers", {"data": {"title": "x"}}),
        ("not a paper", secretary, "POST", f"{ahead}/papers", {"data": {"file": (BytesIO(b"MZ"), "a.exe")}}),
        ("private endpoint", member, "PUT", "/api/push/subscription",
         {"json": {"endpoint": "https://10.0.0.1/x", "keys": {"p256dh": "AA", "auth": "AA"}}}),
        ("wrong password", client, "POST", "/api/session", {"json": {"login": "ai-do", "password": "sai"}}),
        ("wrong code", client, "POST", "/api/activations",
         {"json": {"code": "AAAA-AAAA-AAAA", "password": "con đường sáng"}}),
        ("wrong old password", member, "PUT", "/api/session/password",
         {"json": {"current_password": "sai", "new_password": "con đường sáng"}}),
    ]  # fmt: skip
    for signed_in in (secretary, member, other):
        # The first request after a while marks the device as seen.
        signed_in.get("/api/session", expect=200)
    before = everything(settings)
    for name, who, method, path, kwargs in refused:
        answer = who.request(method, path, **kwargs)
        assert 400 <= answer.status_code < 500, f"{name}: {answer.status_code}"
        after = everything(settings)
        assert [table for table in after if after[table] != before[table]] == [], name


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_another_origin_is_refused_before_anything_is_read(
    sign_in: SignIn, world: World, method: str
) -> None:
    """state-changing requests from another origin are refused"""
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        answer = sign_in("secretary").request(
            method, f"/api/organizations/{world.id_of('cell')}", headers=headers, expect=403
        )
        assert answer.json["code"] == "wrong_origin"
