"""What hosts write without a network, and what phones share of a conference."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from tests.support.clients import ApiClient
from tests.support.conferences import add_delegates, add_site, begin, card_of, conference, fresh, sites_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, step
from tests.support.rooms import Device, book, send

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]


class Prepared:
    """A conference of the province: member and second_member belong to one site, far_member to another, whose host is
    far_secretary."""

    def __init__(self, sign_in: SignIn, world: World) -> None:
        self.staff = sign_in("root_staff")
        self.meeting = conference(self.staff, world.id_of("root"))
        self.here = add_site(self.staff, self.meeting, "Điểm cầu Sở Mẫu")
        self.there = add_site(self.staff, self.meeting, "Điểm cầu Sở Khác", card_of(world, "far_secretary"))
        add_delegates(self.staff, self.meeting, self.here, card_of(world, "member", "second_member"))
        add_delegates(self.staff, self.meeting, self.there, card_of(world, "far_member"))


@pytest.fixture
def prepared(engine_name: str, sign_in: SignIn, world: World) -> Prepared:
    return Prepared(sign_in, world)


def test_a_host_marks_the_own_site_in_the_book_and_nothing_else(
    prepared: Prepared, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    begin(prepared.staff, prepared.meeting)
    clock.set(STARTS_AT)
    host, device, now = sign_in("far_secretary"), Device(), clock.now()
    lines = [
        device.mark(now, world.id_of("far_member"), "present"),
        device.mark(now, world.id_of("member"), "present"),
        device.mark(now, world.id_of("other_member"), "present"),
        device.write("chair", now, member_id=world.id_of("far_member")),
        device.write("close", now),
    ]
    answers = send(host, prepared.meeting, lines, now=now)
    assert [answer["code"] for answer in answers] == [
        None,
        "not_summoned",
        "not_summoned",
        "not_in_office",
        "not_in_office",
    ]
    assert fresh(prepared.staff, prepared.meeting)["state"] == "open"
    counts = sites_of(prepared.staff, prepared.meeting)
    assert counts["Điểm cầu Sở Khác"]["counts"]["present"] == 1
    assert counts["Điểm cầu Sở Mẫu"]["counts"]["present"] == 0
    assert send(host, prepared.meeting, lines[:1], now=now) == answers[:1]
    entries = book(prepared.staff, prepared.meeting)["items"]
    assert [entry["outcome"] for entry in entries] == ["applied", *["refused"] * 4]


def test_a_mark_that_a_host_wrote_before_the_opening_got_through_counts_afterwards(
    prepared: Prepared, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    step(prepared.staff, fresh(prepared.staff, prepared.meeting), "convene")
    clock.set(STARTS_AT)
    device, now = Device(), clock.now()
    lines = [
        device.mark(now, world.id_of("far_member"), "present"),
        device.mark(now, world.id_of("member"), "present"),
    ]
    early = send(sign_in("far_secretary"), prepared.meeting, lines, now=now)
    assert [answer["code"] for answer in early] == ["not_open", "not_summoned"]
    send(prepared.staff, prepared.meeting, [Device().write("open", now, present=False)], now=now)
    totals = prepared.staff.get(f"/api/meetings/{prepared.meeting['id']}/sites", expect=200).json["totals"]
    assert (totals["present"], totals["not_recorded"]) == (1, 2)


def test_who_is_no_host_writes_nothing_into_the_book(
    prepared: Prepared, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    begin(prepared.staff, prepared.meeting)
    clock.set(STARTS_AT)
    body = {
        "now": clock.now().isoformat(),
        "entries": [Device().mark(clock.now(), world.id_of("member"), "present")],
    }
    sign_in("member").post(f"/api/meetings/{prepared.meeting['id']}/proceedings", body, expect=403)


def test_a_phone_never_gets_the_site_of_another_one_from_what_its_cell_shares(
    prepared: Prepared, app: Flask, sign_in: SignIn
) -> None:
    """The answer to a member without a site is kept for the cell; delegates and hosts of the same cell get their own."""
    roles = ("probationary", "exempt_member", "member", "second_member")
    clients = {role: sign_in(role) for role in roles}
    cursors = {role: client.get("/api/sync", expect=200).json["cursor"] for role, client in clients.items()}
    step(prepared.staff, fresh(prepared.staff, prepared.meeting), "convene")

    def site(role: str) -> str | None:
        answer = clients[role].get(f"/api/sync?cursor={cursors[role]}", expect=200).json
        (meeting,) = answer["changes"]["meetings"]
        return None if meeting["my_site"] is None else str(meeting["my_site"]["id"])

    for _ in range(2):
        assert [site(role) for role in roles] == [None, None, prepared.here["id"], prepared.here["id"]]


def test_a_new_address_of_a_site_reaches_its_delegates(prepared: Prepared, sign_in: SignIn) -> None:
    step(prepared.staff, fresh(prepared.staff, prepared.meeting), "convene")
    member = sign_in("member")
    cursor = member.get("/api/sync", expect=200).json["cursor"]
    site = sites_of(prepared.staff, prepared.meeting)["Điểm cầu Sở Mẫu"]
    changes = {"address": "Nhà văn hóa", "online_url": "https://hop.example.vn/moi"}
    headers = {"If-Match": f'"{site["etag"]}"'}
    prepared.staff.patch(f"/api/sites/{site['id']}", changes, headers=headers, expect=200)
    (meeting,) = member.get(f"/api/sync?cursor={cursor}", expect=200).json["changes"]["meetings"]
    assert (meeting["my_site"]["address"], meeting["my_site"]["online_url"]) == (
        "Nhà văn hóa",
        "https://hop.example.vn/moi",
    )


def test_a_phone_forgets_the_own_line_of_a_conference_that_it_is_taken_out_of(
    prepared: Prepared, sign_in: SignIn, world: World
) -> None:
    """By version, without a full answer; the other delegates of the cell keep theirs."""
    step(prepared.staff, fresh(prepared.staff, prepared.meeting), "convene")
    roles = ("member", "second_member", "probationary", "exempt_member")
    clients = {role: sign_in(role) for role in roles}
    firsts = {role: client.get("/api/sync", expect=200).json for role, client in clients.items()}
    conference_id = prepared.meeting["id"]
    held = {role: [line["meeting_id"] for line in firsts[role]["changes"]["attendance"]] for role in roles}
    assert (conference_id in held["member"], conference_id in held["probationary"]) == (True, False)

    def next_of(role: str, cursor: str) -> dict[str, Any]:
        answer: dict[str, Any] = clients[role].get(f"/api/sync?cursor={cursor}", expect=200).json
        assert answer["full"] is False
        return answer

    delegate = f"/api/meetings/{conference_id}/delegates/{world.id_of('member')}"
    prepared.staff.delete(delegate, expect=204)
    taken_out = {"type": "attendance", "id": conference_id}
    for _ in range(2):
        answers = {role: next_of(role, firsts[role]["cursor"]) for role in roles}
        assert {role: taken_out in answer["gone"] for role, answer in answers.items()} == {
            "member": True,
            "second_member": False,
            "probationary": True,
            "exempt_member": True,
        }
    clients["member"].get(f"/api/sync?cursor={answers['member']['cursor']}", expect=304)

    add_delegates(prepared.staff, prepared.meeting, prepared.there, card_of(world, "member"))
    again = next_of("member", answers["member"]["cursor"])
    assert [line["meeting_id"] for line in again["changes"]["attendance"]] == [conference_id]
    assert again["gone"] == []
