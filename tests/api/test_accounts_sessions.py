from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from tests.support.clients import ApiClient, code_of
from tests.support.factories import PASSWORD, World

from handbook.accounts import passwords
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Member
from handbook.worker import housekeeping

SignIn = Callable[[str], ApiClient]
SHARED = "0987654321"


def test_a_member_signs_in_with_phone_or_card_number_and_out_again(
    engine_name: str, client: ApiClient, world: World
) -> None:
    member = world.members["member"]
    for login in (member.phone, "0" + member.phone[3:], member.card_number):
        response = client.post("/api/session", {"login": login, "password": PASSWORD}, expect=201)
        assert response.json["member"]["full_name"] == "Đặng Thị Ngẫm"
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
    client.token = cookie.split("=", 1)[1].split(";")[0]
    assert client.get("/api/session", expect=200).json["account"]["id"] == str(world.accounts["member"].id)
    out = client.delete("/api/session", expect=204)
    assert "storage" in out.headers["Clear-Site-Data"]
    client.get("/api/session", expect=401)


def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(client: ApiClient, world: World) -> None:
    known = client.post("/api/session", {"login": "99.000001", "password": "sai rồi"}, expect=401).json
    unknown = client.post("/api/session", {"login": "99.999999", "password": "sai rồi"}, expect=401).json
    assert {**known, "request_id": ""} == {**unknown, "request_id": ""}
    assert known["code"] == "invalid_credentials"


def test_every_login_costs_one_hash_whether_it_exists_is_shared_or_is_unknown(
    client: ApiClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    share_phone(world, "member", "second_member", "secretary")
    verified: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            verified.append(stored)
            return PasswordHasher().verify(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    answers = []
    for login in (SHARED, "0912000000", "99.000001", "99.999999", "khong-co"):
        refused = client.post("/api/session", {"login": login, "password": "sai rồi"}, expect=401).json
        answers.append({**refused, "request_id": ""})
    assert len(verified) == 5
    # Each of them is a hash with the parameters of all others, or the time would differ.
    assert len({str(extract_parameters(stored)) for stored in verified}) == 1
    assert all(answer == answers[0] for answer in answers)


def test_a_phone_that_two_share_signs_in_who_has_no_card_number(
    engine_name: str, client: ApiClient, world: World
) -> None:
    def sign_in_as(login: str, expect: int) -> dict[str, Any]:
        return dict(client.post("/api/session", {"login": login, "password": PASSWORD}, expect=expect).json)

    share_phone(world, "member", "second_member")
    assert sign_in_as(SHARED, 401)["code"] == "invalid_credentials"
    by_card = sign_in_as(world.members["member"].card_number or "", 201)
    assert by_card["member"]["id"] == world.id_of("member")

    share_phone(world, "member", "second_member", "probationary")
    assert world.members["probationary"].card_number is None
    assert sign_in_as(SHARED, 201)["member"]["id"] == world.id_of("probationary")
    assert sign_in_as("+84 987.654.321", 201)["member"]["id"] == world.id_of("probationary")


def share_phone(world: World, *roles: str) -> None:
    with unit_of_work() as uow:
        for role in roles:
            uow.session.get_one(Member, world.members[role].id).phone = "+84" + SHARED[1:]
    db.session.remove()


def test_a_phone_number_is_one_login_to_the_limit_however_it_is_typed(
    client: ApiClient, world: World
) -> None:
    forms = ("0912000001", "+84912000001", "84912000001", "0912 000 001", "+84 912.000.001")
    for number in range(10):
        login = forms[number % len(forms)]
        client.post("/api/session", {"login": login, "password": "sai rồi"}, expect=401)
    for login in forms:
        refused = client.post("/api/session", {"login": login, "password": PASSWORD}, expect=429)
        assert code_of(refused) == "too_many_attempts"


def test_guessing_is_stopped_after_ten_failures_until_the_window_ends(
    client: ApiClient, world: World, clock: FixedClock
) -> None:
    for _ in range(10):
        client.post("/api/session", {"login": "99.000001", "password": "sai rồi"}, expect=401)
    refused = client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=429)
    assert code_of(refused) == "too_many_attempts"
    assert int(refused.headers["Retry-After"]) <= 900
    clock.advance(minutes=16)
    client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=201)


def test_counts_of_failures_are_forgotten_when_their_window_has_ended(
    app: Flask, client: ApiClient, world: World, clock: FixedClock
) -> None:
    client.post("/api/session", {"login": "99.000001", "password": "sai rồi"}, expect=401)
    assert db.session.scalar(db.text("SELECT count(*) FROM login_throttles")) == 2
    clock.advance(minutes=16)
    housekeeping(app)
    db.session.rollback()
    assert db.session.scalar(db.text("SELECT count(*) FROM login_throttles")) == 0


def test_an_ended_device_is_refused_at_its_next_request(
    sign_in: SignIn, client: ApiClient, world: World
) -> None:
    first = sign_in("member")
    login = client.post(
        "/api/session", {"login": "99.000001", "password": PASSWORD, "device_name": "Máy cũ"}, expect=201
    )
    second = ApiClient(first.app, token=login.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])
    devices = second.get("/api/sessions", expect=200).json["items"]
    assert [device["device_name"] for device in devices] == ["Máy cũ", "Thử"]
    other = next(device for device in devices if not device["current"])
    second.delete(f"/api/sessions/{other['id']}", expect=204)
    first.get("/api/session", expect=401)
    second.get("/api/session", expect=200)


def test_another_persons_device_does_not_exist_for_me(sign_in: SignIn, world: World) -> None:
    theirs = sign_in("secretary").get("/api/sessions").json["items"][0]["id"]
    sign_in("member").delete(f"/api/sessions/{theirs}", expect=404)
    sign_in("secretary").get("/api/session", expect=200)


def test_a_new_password_ends_every_other_device(sign_in: SignIn, client: ApiClient, world: World) -> None:
    client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=201)
    member = sign_in("member")
    member.put(
        "/api/session/password", {"current_password": PASSWORD, "new_password": "trang sách mới"}, expect=204
    )
    assert len(member.get("/api/sessions").json["items"]) == 1
    client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=401)
    client.post("/api/session", {"login": "99.000001", "password": "trang sách mới"}, expect=201)


def test_the_purpose_notice_is_due_until_it_is_accepted(sign_in: SignIn) -> None:
    member = sign_in("member")
    assert member.get("/api/session").json["purpose_notice_due"] is True
    assert (
        code_of(member.post("/api/purpose-acceptances", {"version": "1999-1"}, expect=422))
        == "validation_failed"
    )
    member.post("/api/purpose-acceptances", {"version": "2026-1"}, expect=201)
    assert member.get("/api/session").json["purpose_notice_due"] is False


def test_requests_from_another_origin_are_refused(client: ApiClient, world: World) -> None:
    body = {"login": "99.000001", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        assert code_of(client.post("/api/session", body, headers=headers, expect=403)) == "wrong_origin"
    client.post("/api/session", body, headers={"Origin": "http://localhost:8000"}, expect=201)


def test_broken_bodies_are_refused_with_a_code(client: ApiClient) -> None:
    broken = {"data": b'{"login": "\xff\xfe"}', "content_type": "application/json"}
    assert code_of(client.request("POST", "/api/session", expect=400, **broken)) == "malformed_body"
    unfinished = {"data": b'{"login": ', "content_type": "application/json"}
    assert code_of(client.request("POST", "/api/session", expect=400, **unfinished)) == "malformed_body"
    extra = client.post("/api/session", {"login": "a", "password": "b", "admin": True}, expect=422)
    assert code_of(extra) == "unknown_field"
    assert extra.json["errors"] == [{"pointer": "/admin", "code": "unknown_field"}]
