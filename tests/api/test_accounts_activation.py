import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.pdf import page_texts

from handbook.access.actor import SYSTEM
from handbook.accounts.codes import ALPHABET, normalize_code
from handbook.accounts.service import draw_activation_codes, issue_activation_codes
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Member

Issue = Callable[[str], str]
NEW = {"password": "con đường sáng"}


@pytest.fixture
def issue(app: Flask, world: World) -> Issue:
    """Issue an activation code for a person of the world."""

    def make(role: str) -> str:
        with unit_of_work() as uow:
            member = uow.session.get_one(Member, world.members[role].id)
            (drawn,) = draw_activation_codes([member])
            issue_activation_codes([drawn], actor=SYSTEM, uow=uow)
            return drawn.code

    return make


def test_a_code_opens_the_account_once(
    engine_name: str, client: ApiClient, issue: Issue, world: World
) -> None:
    code = issue("member")
    typed = code.lower().replace("-", " ")
    session = client.post("/api/activations", {"code": typed, **NEW}, expect=201).json
    assert session["member"]["id"] == world.id_of("member")
    assert session["purpose_notice_due"] is True
    again = client.post("/api/activations", {"code": code, **NEW}, expect=422)
    assert code_of(again) == "invalid_activation_code"
    client.post("/api/session", {"login": "99.000001", "password": NEW["password"]}, expect=201)


def test_activation_ends_the_devices_of_before(
    sign_in: Callable[[str], ApiClient], client: ApiClient, issue: Issue
) -> None:
    old = sign_in("member")
    client.post("/api/activations", {"code": issue("member"), **NEW}, expect=201)
    old.get("/api/session", expect=401)


def test_a_newer_code_replaces_the_older_one(client: ApiClient, issue: Issue) -> None:
    first, second = issue("member"), issue("member")
    assert (
        code_of(client.post("/api/activations", {"code": first, **NEW}, expect=422))
        == "invalid_activation_code"
    )
    client.post("/api/activations", {"code": second, **NEW}, expect=201)


def test_a_code_expires(client: ApiClient, issue: Issue, clock: FixedClock) -> None:
    code = issue("member")
    clock.set(clock.now() + timedelta(days=60, seconds=1))
    assert code_of(client.post("/api/activations", {"code": code, **NEW}, expect=422)) == "activation_expired"


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("ngắn", "too_short"),
        ("12345678", "too_common"),
        ("aaaaaaaaaa", "too_common"),
        ("x99.000001x", "contains_login"),
    ],
)
def test_a_weak_password_is_refused_and_the_code_stays_good(
    client: ApiClient, issue: Issue, password: str, reason: str
) -> None:
    code = issue("member")
    refused = client.post("/api/activations", {"code": code, "password": password}, expect=422)
    assert code_of(refused) == "weak_password"
    assert refused.json["errors"][0]["code"] == reason
    client.post("/api/activations", {"code": code, **NEW}, expect=201)


def test_guessing_codes_is_stopped(client: ApiClient, world: World) -> None:
    for _ in range(30):
        client.post("/api/activations", {"code": "AAAA-AAAA-AAAA", **NEW}, expect=422)
    assert (
        code_of(client.post("/api/activations", {"code": "AAAA", **NEW}, expect=429)) == "too_many_attempts"
    )


def test_codes_have_no_letters_that_look_alike(issue: Issue) -> None:
    letters = set("".join(normalize_code(issue("member")) for _ in range(40)))
    assert letters <= set(ALPHABET)
    assert not letters & set("0O1IL2Z5S8BUV")


def test_codes_are_stored_hashed(app: Flask, issue: Issue) -> None:
    code = issue("member")
    dump = str([tuple(row) for row in db.session.execute(db.text("SELECT * FROM activation_codes"))])
    assert code not in dump
    assert normalize_code(code) not in dump


def test_staff_renew_the_access_of_who_forgot_the_password(
    engine_name: str, sign_in: Callable[[str], ApiClient], client: ApiClient, world: World
) -> None:
    old, url = sign_in("member"), f"/api/members/{world.id_of('member')}/activation-sheets"
    sheet = sign_in("staff").post(url, {}, expect=201)
    assert sheet.mimetype == "application/pdf"
    assert sheet.headers["Cache-Control"] == "no-store"
    code = next(re.finditer(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", "\n".join(page_texts(sheet.data))))[0]
    old.get("/api/session", expect=200)
    client.post("/api/activations", {"code": code, **NEW}, expect=201)
    old.get("/api/session", expect=401)


def test_nobody_takes_over_an_account_with_more_rights(
    sign_in: Callable[[str], ApiClient], world: World
) -> None:
    secretary_of_staff = f"/api/members/{world.id_of('staff')}/activation-sheets"
    above = f"/api/members/{world.id_of('root_staff')}/activation-sheets"
    sign_in("secretary").post(f"/api/members/{world.id_of('member')}/activation-sheets", {}, expect=403)
    sign_in("other_secretary").post(secretary_of_staff, {}, expect=403)
    sign_in("far_staff").post(above, {}, expect=403)
    sign_in("root_staff").post(secretary_of_staff, {}, expect=201)
