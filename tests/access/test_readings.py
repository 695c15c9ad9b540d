"""Every route that answers something about other people writes an audit row for it, and the person concerned can see that.

Which routes these are is read from the OpenAPI document: a new answer with somebody's name, phone, card number or birth date,
and a new file, fails here until it is placed in one of the two tables.
"""

import pickle
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.access.places import SIGNED_PAGE_KEY, Objects, furnish
from tests.conftest import NOW
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.app import create_app
from handbook.audit.models import AuditEntry
from handbook.config import Settings
from handbook.extensions import api
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.reports import excel

SignIn = Callable[[str], ApiClient]
PERSONAL = {"phone", "birth_date", "card_number", "citizen_id", "full_name", "login", "actor_name"}
# Route: who reads, the tag, and whether a member of the cell (``second_member``) sees it in the own access log.
RECORDED: dict[tuple[str, str], tuple[str, str, bool]] = {
    ("get", "/api/organizations/{organization_id}/members"): ("staff", "members:member:read", True),
    ("get", "/api/members/{member_id}"): ("staff", "members:member:read", True),
    ("post", "/api/members/{member_id}/citizen-id-views"): ("staff", "members:citizen_id:viewed", True),
    ("get", "/api/meetings/{meeting_id}/attendance"): ("staff", "attendance:roll:read", True),
    ("get", "/api/meetings/{meeting_id}/attendance/{member_id}/history"): (
        "staff",
        "attendance:roll:read",
        True,
    ),
    ("get", "/api/sites/{site_id}/delegates"): ("staff", "attendance:roll:read", True),
    ("get", "/api/meetings/{meeting_id}/absence-requests"): (
        "staff",
        "attendance:absence_request:read",
        True,
    ),
    ("get", "/api/absence-requests/{request_id}"): ("staff", "attendance:absence_request:read", True),
    ("get", "/api/meetings/{meeting_id}/deliveries"): ("secretary", "members:phone:read", True),
    ("get", "/api/organizations/{organization_id}/reports/attendance"): (
        "staff",
        "members:phone:read",
        False,
    ),
    ("get", "/api/organizations/{organization_id}/reports/attendance/exceptions"): (
        "staff",
        "members:phone:read",
        False,
    ),
    ("get", "/api/meetings/{meeting_id}/minutes"): ("staff", "minutes:minutes:read", True),
    ("get", "/api/meetings/{meeting_id}/minutes.pdf"): ("staff", "minutes:minutes:read", True),
    ("get", "/api/meetings/{meeting_id}/minutes.docx"): ("staff", "minutes:minutes:read", True),
    ("get", "/api/meetings/{meeting_id}/minutes/paper-signatures/{sha256}"): (
        "staff",
        "minutes:minutes:read",
        True,
    ),
    ("get", "/api/organizations/{organization_id}/roster.xlsx"): ("staff", "members:roster:exported", True),
    ("post", "/api/organizations/{organization_id}/activation-sheets"): (
        "staff",
        "accounts:activation_code:issued",
        True,
    ),
    ("post", "/api/members/{member_id}/activation-sheets"): (
        "staff",
        "accounts:activation_code:issued",
        True,
    ),
    ("get", "/api/sync"): ("secretary", "members:list:read", False),
}
# Why an answer with names is no reading of another person's record.
NOT_READINGS = {
    ("post", "/api/session"): "the own record",
    ("get", "/api/session"): "the own record",
    ("post", "/api/activations"): "the own record",
    ("get", "/api/members/me"): "the own record",
    ("get", "/api/members/me/access-log"): "who read the own record",
    ("post", "/api/meetings/{meeting_id}/absence-requests"): "the own request",
    ("get", "/api/meetings/{meeting_id}/calendar.ics"): "a meeting and nobody in it",
    ("get", "/calendar/{token}.ics"): "the own meetings",
    (
        "get",
        "/api/meetings/{meeting_id}/opinions",
    ): "opinions addressed to who runs the meeting; nobody else sees others' names",
    ("put", "/api/meetings/{meeting_id}/opinions/{key}"): "the own opinion",
    ("post", "/api/meetings/{meeting_id}/opinions/groups"): "opinions addressed to who groups them",
    ("patch", "/api/opinions/{opinion_id}"): "the same",
    (
        "put",
        "/api/meetings/{meeting_id}/attendance/{member_id}",
    ): "the line that was just written, and recorded",
    ("patch", "/api/absence-requests/{request_id}"): "the request that was just answered, and recorded",
    (
        "get",
        "/api/meetings/{meeting_id}/sites",
    ): "who looks after a site; a host's number is recorded as read",
    (
        "post",
        "/api/meetings/{meeting_id}/sites",
    ): "hosts whom the same person has just named, recorded likewise",
    ("patch", "/api/sites/{site_id}"): "the same",
    ("get", "/api/papers/{paper_id}/content"): "a paper of the meeting",
    ("get", "/api/conference-import-template.xlsx"): "an empty form",
    ("get", "/api/meetings/{meeting_id}/pack.pdf"): "agenda and papers, which every member reads",
    ("get", "/api/meetings/{meeting_id}/roll-sheet.pdf"): "for who runs the meeting, and recorded as printed",
    ("post", "/api/meetings/{meeting_id}/minutes/compose"): "who runs the meeting writes about it",
    ("post", "/api/meetings/{meeting_id}/minutes/from-room"): "the same",
    ("patch", "/api/meetings/{meeting_id}/minutes"): "the same",
    ("post", "/api/meetings/{meeting_id}/minutes/read-back"): "the same",
    ("post", "/api/meetings/{meeting_id}/minutes/signatures"): "the same",
    ("post", "/api/meetings/{meeting_id}/minutes/paper-signatures"): "the same",
    ("post", "/api/meetings/{meeting_id}/minutes/addenda"): "the same",
    ("delete", "/api/meetings/{meeting_id}/minutes/addenda/{number}"): "the same",
    ("get", "/api/resolutions/{resolution_id}"): "who answers for a task, in a document for all members",
    ("patch", "/api/resolutions/{resolution_id}"): "the same",
    ("post", "/api/resolutions/{resolution_id}/issue"): "the same",
    ("post", "/api/resolutions/{resolution_id}/revoke"): "the same",
    ("get", "/api/resolutions/{resolution_id}/document.pdf"): "the same",
    ("get", "/api/resolutions/{resolution_id}/document.docx"): "the same",
    ("post", "/api/meetings/{meeting_id}/resolution-draft"): "the same",
    ("get", "/api/tasks/{task_id}"): "the same, with what was reported of the task",
    ("put", "/api/tasks/{task_id}/updates/{key}"): "the same",
    ("get", "/api/organizations/{organization_id}/tasks"): "the same",
    ("get", "/api/organizations/{organization_id}/resolutions"): "the same",
    ("post", "/api/organizations/{organization_id}/resolutions"): "the same",
    (
        "get",
        "/api/ballots/{ballot_id}",
    ): "opinions that members put on record by name, part of the vote's result",
    ("get", "/api/ballots/{ballot_id}/result"): "the same, as a document of the meeting",
    ("get", "/api/meetings/{meeting_id}/ballots"): "the same",
    ("post", "/api/meetings/{meeting_id}/ballots"): "the same",
    ("post", "/api/ballots/{ballot_id}/open"): "the same",
    ("post", "/api/ballots/{ballot_id}/begin-casting"): "the same",
    ("post", "/api/ballots/{ballot_id}/close"): "the same",
    ("post", "/api/ballots/{ballot_id}/withdraw"): "the same",
    ("put", "/api/ballots/{ballot_id}/reservations"): "the same",
}


def personal_routes() -> Iterator[tuple[str, str]]:
    """Operations whose answer has a personal field somewhere, or is a file."""
    spec = api.document()
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}) if str(status).startswith("2") else {}
                if any(_is_personal(media.get("schema", {}), spec, set()) for media in content.values()):
                    yield method, path


def _is_personal(schema: Any, spec: dict[str, Any], seen: set[str]) -> bool:
    if isinstance(schema, list):
        return any(_is_personal(item, spec, seen) for item in schema)
    if not isinstance(schema, dict):
        return False
    reference = schema.get("$ref")
    if reference is not None:
        if reference in seen:
            return False
        return _is_personal(
            spec["components"]["schemas"][reference.rsplit("/", 1)[1]], spec, seen | {reference}
        )
    if schema.get("format") == "binary" or PERSONAL & set(schema.get("properties", {})):
        return True
    return any(_is_personal(value, spec, seen) for value in schema.values() if isinstance(value, dict | list))


def test_every_answer_about_people_is_placed(app: Flask) -> None:
    found = set(personal_routes())
    assert len(found) > 20
    assert found - set(RECORDED) - set(NOT_READINGS) == set(), "is this a reading of another person's record?"
    assert (set(RECORDED) | set(NOT_READINGS)) - found == set(), "no such route answers anything about people"
    assert set(RECORDED) & set(NOT_READINGS) == set()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> tuple[Path, bytes]:
    """A furnished installation that every test works on a copy of, and who and what is in it."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copytree(sqlite_template, folder, dirs_exist_ok=True)
    app = create_app(Settings.from_environment({"HANDBOOK_DATA_DIR": str(folder)}), clock=FixedClock(NOW))
    with app.app_context():
        world = World.build(app)
        objects = furnish(app, world)
        db.session.remove()
        db.engine.dispose()
    return folder, pickle.dumps((world, objects))


@pytest.fixture
def settings(settings: Settings, kept: tuple[Path, bytes]) -> Settings:
    shutil.copytree(kept[0], settings.data_dir, dirs_exist_ok=True)
    return settings


@pytest.fixture
def known(kept: tuple[Path, bytes]) -> tuple[World, Objects]:
    there: tuple[World, Objects] = pickle.loads(kept[1])
    return there


@pytest.fixture
def world(known: tuple[World, Objects]) -> World:
    return known[0]


@pytest.fixture
def furnished(known: tuple[World, Objects]) -> Objects:
    return known[1]


def entries(tag: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.tag == tag).order_by(AuditEntry.id)))


def read(reader: ApiClient, method: str, path: str, objects: Objects, *, cell: str = "cell") -> None:
    ids = {
        "organization_id": objects.ids["organization", cell],
        "meeting_id": objects.ids["signed_meeting" if "/minutes" in path else "meeting", cell],
        "member_id": objects.ids["member", cell],
        "request_id": objects.ids["absence_request", cell],
        "site_id": objects.ids["site", cell],
        "sha256": SIGNED_PAGE_KEY,
    }
    query: dict[str, Any] = {"kind": "no_meeting", "month": "2026-11"} if path.endswith("/exceptions") else {}
    query |= {"month": "2026-11"} if path.endswith("/reports/attendance") else {}
    body = {"reason": "Đối chiếu hồ sơ"} if path.endswith("views") else {} if method == "post" else None
    answer = reader.request(method.upper(), path.format(**ids), json=body, query_string=query)
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)[:300]


@pytest.mark.parametrize("route", RECORDED, ids=" ".join)
def test_reading_about_others_is_recorded_and_seen_by_them(
    route: tuple[str, str],
    app: Flask,
    world: World,
    sign_in: SignIn,
    furnished: Objects,
    clock: FixedClock,
) -> None:
    role, tag, seen = RECORDED[route]
    if route[1].endswith("/activation-sheets") and "organizations" in route[1]:
        world.accounts["second_member"].password_hash = None
        db.session.merge(world.accounts["second_member"])
        db.session.commit()
    before = len(entries(tag))
    read(sign_in(role), *route, furnished)
    written = entries(tag)[before:]
    assert written
    assert {entry.actor_account_id for entry in written} == {world.accounts[role].id}
    assert all(entry.request_id for entry in written)
    log = sign_in("second_member").get("/api/members/me/access-log", expect=200).json["items"]
    assert (tag in {entry["action"] for entry in log}) is seen
    elsewhere = sign_in("far_member").get("/api/members/me/access-log", expect=200).json["items"]
    assert elsewhere == []


LISTS = [route for route in RECORDED if route[0] == "get" and "{member_id}" not in route[1]]


@pytest.mark.parametrize("route", [r for r in LISTS if not r[1].endswith(".xlsx")], ids=" ".join)
def test_a_list_that_is_opened_often_is_recorded_once_a_day(
    route: tuple[str, str], app: Flask, sign_in: SignIn, furnished: Objects, clock: FixedClock
) -> None:
    role, tag, _seen = RECORDED[route]
    reader = sign_in(role)
    read(reader, *route, furnished)
    first = len(entries(tag))
    read(reader, *route, furnished)
    assert len(entries(tag)) == first
    clock.set(clock.now() + timedelta(days=1))
    read(reader, *route, furnished)
    assert len(entries(tag)) > first


def test_the_workbook_of_a_report_is_a_reading_of_its_phones(
    app: Flask, world: World, sign_in: SignIn, furnished: Objects
) -> None:
    path = f"/api/organizations/{world.id_of('committee')}/reports/attendance?month=2026-11"
    sign_in("staff").get(path, headers={"Accept": excel.MEDIA_TYPE}, expect=200)
    read_of = {entry.member_id for entry in entries("members:phone:read")}
    assert read_of == {world.members["secretary"].id, world.members["other_secretary"].id}
    log = sign_in("secretary").get("/api/members/me/access-log", expect=200).json["items"]
    assert [(entry["action"], entry["actor_name"]) for entry in log] == [
        ("members:phone:read", "Ngô Văn Cán")
    ]


def test_reasons_of_absence_sent_to_the_phone_of_staff_are_readings(
    app: Flask, world: World, sign_in: SignIn, furnished: Objects
) -> None:
    sign_in("staff").get("/api/sync", expect=200)
    seen = entries("attendance:absence_request:read")
    of_committee = [furnished.ids[kind, "committee"] for kind in ("conference_request", "absence_request")]
    assert [entry.subject_id for entry in seen] == of_committee
