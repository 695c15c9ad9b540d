"""Conferences at many sites: who is summoned, who sees what, and check-in per site."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.support.clients import ApiClient, code_of
from tests.support.conferences import (
    Laid,
    add_delegates,
    add_site,
    assert_counters_are_true,
    begin,
    card_of,
    conference,
    fresh,
    site_code,
    site_key,
    sites_of,
)
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, draft, if_match, key_of, step

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.sites import site_key as derive

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def laid(engine_name: str, sign_in: SignIn, world: World) -> Laid:
    return Laid(sign_in, world)


def test_summoned_to_a_conference_are_its_delegates_and_nobody_else(
    laid: Laid, sign_in: SignIn, world: World
) -> None:
    convened = step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    roll = laid.staff.get(f"{laid.path}/attendance", expect=200).json
    roles = ("member", "second_member", "secretary", "far_member", "far_staff")
    assert {line["member_id"] for line in roll["items"]} == {world.id_of(role) for role in roles}
    assert convened["counts"]["summoned"] == roll["counts"]["summoned"] == 5
    add_delegates(laid.staff, laid.meeting, laid.there, card_of(world, "other_member"))
    roll = laid.staff.get(f"{laid.path}/attendance", expect=200).json
    late = next(line for line in roll["items"] if line["member_id"] == world.id_of("other_member"))
    assert (late["home_site_id"], late["site_id"]) == (laid.there["id"], laid.there["id"])
    assert roll["counts"]["summoned"] == 6
    notices = sign_in("other_member").get("/api/notices", expect=200).json["items"]
    assert [(notice["kind"], notice["meeting_id"]) for notice in notices] == [
        ("meeting_convened", laid.meeting["id"])
    ]


def test_who_prepares_a_draft_reads_who_belongs_to_a_site_and_moves_one(
    laid: Laid, sign_in: SignIn, world: World
) -> None:
    def named(site: dict[str, Any]) -> list[str]:
        path, found, cursor = f"/api/sites/{site['id']}/delegates?limit=2", [], ""
        while cursor is not None:
            page = laid.staff.get(f"{path}{cursor and f'&cursor={cursor}'}", expect=200).json
            found += [one["member_id"] for one in page["items"]]
            assert all(one["full_name"] and one["organization_name"] for one in page["items"])
            cursor = page["next"]
        return found

    assert laid.staff.get(f"{laid.path}/attendance", expect=200).json["items"] == []
    here, there = named(laid.here), named(laid.there)
    roles = ("member", "second_member", "secretary", "far_member", "far_staff")
    assert sorted(here + there) == sorted(world.id_of(role) for role in roles)
    moved = here[0]
    laid.staff.put(f"{laid.path}/delegates/{moved}", {"site_id": laid.there["id"]}, expect=204)
    assert named(laid.here) == here[1:]
    assert sorted(named(laid.there)) == sorted([*there, moved])
    laid.staff.delete(f"{laid.path}/delegates/{moved}", expect=204)
    assert moved not in named(laid.there)
    sign_in("member").get(f"/api/sites/{laid.here['id']}/delegates", expect=404)


def test_a_delegate_who_left_before_the_convening_is_not_summoned(laid: Laid, world: World) -> None:
    member = world.members["far_member"]
    db.session.rollback()
    row = db.session.get_one(type(member), member.id)
    row.status = "transferred"
    db.session.commit()
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    assert laid.counts("Sở Khác")["delegates"] == 1
    assert_counters_are_true(laid.meeting["id"])


def test_the_vote_of_a_conference_counts_as_any_other(laid: Laid) -> None:
    """No denominator changes: the official members who were summoned."""
    convened = begin(laid.staff, laid.meeting)
    roll = laid.staff.get(f"{laid.path}/attendance", expect=200).json
    assert roll["quorum"] == {"required": 4, "reached": False}
    assert convened["counts"]["not_recorded"] == 5


def test_a_foreign_card_an_exempt_member_and_an_unknown_one_are_refused_together(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff = sign_in("far_staff")
    meeting = conference(staff, world.id_of("elsewhere"))
    site = add_site(staff, meeting, "Điểm cầu A")
    cards = [*card_of(world, "far_member", "member"), "00.000000"]
    body = {"card_numbers": cards, "site_id": site["id"]}
    answer = staff.post(f"/api/meetings/{meeting['id']}/delegates", body, expect=422)
    assert [(error["pointer"], error["code"]) for error in answer.json["errors"]] == [
        ("/card_numbers/1", "unknown"),
        ("/card_numbers/2", "unknown"),
    ]
    assert sites_of(staff, meeting)["Điểm cầu A"]["counts"]["delegates"] == 0


def test_who_is_exempt_cannot_be_a_delegate(laid: Laid, world: World) -> None:
    body = {"card_numbers": card_of(world, "exempt_member"), "site_id": laid.here["id"]}
    answer = laid.staff.post(f"{laid.path}/delegates", body, expect=422)
    assert answer.json["errors"][0]["code"] == "not_eligible"


def test_delegates_are_named_by_who_they_are_as_well(laid: Laid, world: World) -> None:
    """A probationary member has no card yet."""
    body = {
        "member_ids": [world.id_of("other_member"), world.id_of("member")],
        "card_numbers": card_of(world, "second_member"),
        "site_id": laid.there["id"],
    }
    answer = laid.staff.post(f"{laid.path}/delegates", body, expect=200)
    assert answer.json == {"created": 1, "moved": 2, "unchanged": 0}
    assert laid.counts("Sở Khác")["delegates"] == 5
    refused = {"member_ids": [world.id_of("exempt_member"), "999999"], "site_id": laid.there["id"]}
    wrong = laid.staff.post(f"{laid.path}/delegates", refused, expect=422).json["errors"]
    assert [(error["pointer"], error["code"]) for error in wrong] == [
        ("/member_ids/0", "not_eligible"),
        ("/member_ids/1", "unknown"),
    ]
    nobody = laid.staff.post(f"{laid.path}/delegates", {"site_id": laid.there["id"]}, expect=422)
    assert nobody.json["errors"] == [{"pointer": "/card_numbers", "code": "required"}]
    assert_counters_are_true(laid.meeting["id"])


def test_everybody_sees_the_own_part_of_the_conference(laid: Laid, sign_in: SignIn, world: World) -> None:
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    assert list(sites_of(laid.staff, laid.meeting)) == ["Điểm cầu Sở Mẫu", "Điểm cầu Sở Khác"]
    (own,) = sites_of(sign_in("member"), laid.meeting).values()
    assert (own["name"], own["online_url"]) == ("Điểm cầu Sở Mẫu", "https://hop.example.vn/so-mau")
    assert own["counts"] is None
    assert own["hosts"][0] == {
        "member_id": world.id_of("second_member"),
        "full_name": "Lê Văn Thử",
        "card_number": None,
        "phone": None,
    }
    (hosted,) = sites_of(sign_in("far_secretary"), laid.meeting).values()
    assert hosted["counts"]["delegates"] == 2
    assert sites_of(sign_in("other_member"), laid.meeting) == {}


def test_who_prepares_the_conference_can_call_its_hosts_and_nobody_else_can(
    laid: Laid, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    for role, phone in (("second_member", "+84912345678"), ("far_secretary", None)):
        db.session.get_one(type(world.members[role]), world.members[role].id).phone = phone
    db.session.commit()
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")

    def phones(role: str, query: str = "") -> list[str | None]:
        sites = sites_of(sign_in(role), laid.meeting, query).values()
        return [host["phone"] for site in sites for host in site["hosts"]]

    def read() -> int:
        log = sign_in("second_member").get("/api/members/me/access-log", expect=200).json["items"]
        return [entry["action"] for entry in log].count("members:phone:read")

    # Who laid the site down saw one that day; what a phone fetches ahead on the next is nobody's reading.
    assert read() == 1
    clock.set(clock.now() + timedelta(days=1))
    assert phones("root_staff", "?phones=false") == [None, None]
    assert read() == 1
    tags = [laid.staff.get(f"{laid.path}/sites{query}").headers["ETag"] for query in ("", "?phones=false")]
    assert tags[0] != tags[1]
    assert phones("root_staff") == ["+84912345678", None]
    # A delegate of the site, a host of the other one, and the host himself.
    assert [phones(role) for role in ("member", "far_secretary", "second_member")] == [[None], [None], [None]]
    phones("root_staff")
    assert read() == 2


def test_the_phone_learns_its_site_and_the_sites_it_is_host_of(
    laid: Laid, sign_in: SignIn, world: World
) -> None:
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")

    def seen(role: str) -> tuple[Any, list[str]]:
        meetings = sign_in(role).get("/api/sync", expect=200).json["changes"]["meetings"]
        (meeting,) = [one for one in meetings if one["id"] == laid.meeting["id"]]
        return meeting["my_site"], meeting["my_sites_as_host"]

    assert seen("member") == (
        {
            "id": laid.here["id"],
            "name": "Điểm cầu Sở Mẫu",
            "address": "Hội trường tầng 2",
            "online_url": "https://hop.example.vn/so-mau",
        },
        [],
    )
    assert seen("far_secretary") == (None, [laid.there["id"]])
    assert seen("second_member")[1] == [laid.here["id"]]
    assert seen("other_member") == (None, [])


def test_a_delegate_checks_in_with_the_code_of_the_own_site(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("second_member"), clock)
    answer = sign_in("member").post(f"{laid.path}/check-ins", body, expect=201).json
    assert (answer["state"], answer["flags"]) == ("present", [])
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=200)
    line = laid.line(world, "member")
    assert (line["site_id"], line["home_site_id"]) == (laid.here["id"], laid.here["id"])
    counts = laid.counts("Sở Mẫu")
    assert (counts["present"], counts["not_recorded"], counts["at_other_sites"]) == (1, 2, 0)
    assert laid.counts("Sở Khác")["present"] == 0
    assert sites_of(laid.staff, laid.meeting)["Điểm cầu Sở Mẫu"]["opened_at"] is not None
    assert_counters_are_true(laid.meeting["id"])


def test_who_checks_in_at_another_site_is_recorded_there_and_both_sites_say_so(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("far_secretary"), clock)
    answer = sign_in("member").post(f"{laid.path}/check-ins", body, expect=201).json
    assert answer["flags"] == ["other_site"]
    line = laid.line(world, "member")
    assert (line["site_id"], line["home_site_id"]) == (laid.there["id"], laid.here["id"])
    assert (laid.counts("Sở Mẫu")["present"], laid.counts("Sở Mẫu")["at_other_sites"]) == (1, 1)
    assert (laid.counts("Sở Khác")["present"], laid.counts("Sở Khác")["from_other_sites"]) == (0, 1)
    totals = laid.staff.get(f"{laid.path}/sites", expect=200).json["totals"]
    assert (totals["delegates"], totals["present"], totals["not_recorded"]) == (5, 1, 4)
    for host in ("second_member", "far_secretary"):
        lines = sign_in(host).get(f"{laid.path}/attendance", expect=200).json["items"]
        assert world.id_of("member") in {one["member_id"] for one in lines}
    laid.staff.put(f"{laid.path}/attendance/{world.id_of('member')}", {"state": "excused"}, expect=200)
    assert laid.counts("Sở Mẫu")["at_other_sites"] == laid.counts("Sở Khác")["from_other_sites"] == 0
    assert_counters_are_true(laid.meeting["id"])


def test_the_code_of_the_whole_conference_records_a_delegate_at_the_own_site(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = check_in_body(key_of(laid.staff, laid.meeting), laid.meeting, clock.now())
    sign_in("far_member").post(f"{laid.path}/check-ins", body, expect=201)
    assert laid.line(world, "far_member")["site_id"] == laid.there["id"]
    assert laid.counts("Sở Khác")["present"] == 1


def test_no_site_can_make_the_code_of_another_one_or_of_the_conference(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    laid.begin(clock)
    key, own = site_key(sign_in("second_member"), laid.meeting)
    other, now = laid.there["id"], clock.now()
    scanned = {"scanned_at": now.isoformat()}
    forged = (
        site_code(key, laid.meeting, other, now),
        site_code(key, laid.meeting, own, now).replace(f".{own}", f".{other}"),
        site_code(key, laid.meeting, own, now).removesuffix(f".{own}"),
        check_in_body(key, laid.meeting, now)["token"],
        site_code(key, laid.meeting, own, now) + "0",
        site_code(key_of(laid.staff, laid.meeting), laid.meeting, own, now),
    )
    for token in forged:
        answer = sign_in("member").post(f"{laid.path}/check-ins", {"token": token, **scanned}, expect=422)
        assert code_of(answer) == "invalid_check_in_token"


def test_the_code_of_a_site_that_was_taken_out_is_no_code(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    add_site(laid.staff, laid.meeting, "Điểm cầu thứ ba", card_of(world, "deputy"))
    laid.begin(clock)
    body = laid.code(sign_in("deputy"), clock)
    third = sites_of(laid.staff, laid.meeting)["Điểm cầu thứ ba"]
    laid.staff.delete(f"/api/sites/{third['id']}", headers=if_match(third), expect=204)
    answer = sign_in("member").post(f"{laid.path}/check-ins", body, expect=422)
    assert code_of(answer) == "invalid_check_in_token"


def test_the_code_of_a_site_opens_no_other_meeting(sign_in: SignIn, world: World, clock: FixedClock) -> None:
    secretary = sign_in("secretary")
    meeting = draft(secretary, world.id_of("cell"))
    meeting = step(secretary, step(secretary, meeting, "convene"), "open")
    clock.set(STARTS_AT)
    key = derive(key_of(secretary, meeting), int(meeting["id"]), 1)
    body = {"token": site_code(key, meeting, "1", clock.now()), "scanned_at": clock.now().isoformat()}
    answer = sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=422)
    assert code_of(answer) == "invalid_check_in_token"


def test_a_host_who_shows_codes_has_not_opened_the_conference(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    clock.set(STARTS_AT)
    body = laid.code(sign_in("second_member"), clock)
    clock.advance(minutes=5)
    answer = sign_in("member").post(f"{laid.path}/check-ins", body, expect=409)
    assert code_of(answer) == "check_in_closed"
    assert fresh(laid.staff, laid.meeting)["state"] == "convened"


def test_a_host_marks_the_delegates_of_the_own_site_and_of_no_other(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    host = sign_in("far_secretary")
    own, foreign = world.id_of("far_member"), world.id_of("member")
    line = host.put(f"{laid.path}/attendance/{own}", {"state": "late"}, expect=200).json
    assert (line["state"], line["recorded_by"]) == ("late", world.id_of("far_secretary"))
    host.put(f"{laid.path}/attendance/{foreign}", {"state": "present"}, expect=404)
    many = {"items": [{"member_id": id_, "state": "present"} for id_ in (own, foreign)]}
    answers = host.put(f"{laid.path}/attendance", many, expect=200).json
    assert [item["code"] for item in answers["items"]] == [None, "not_found"]
    assert answers["counts"]["summoned"] == 2
    assert laid.counts("Sở Mẫu")["present"] == 0
    assert laid.counts("Sở Khác")["present"] == 1
    assert_counters_are_true(laid.meeting["id"])


def test_a_host_neither_opens_nor_changes_the_conference(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    convened = step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    host = sign_in("far_secretary")
    for act in ("open", "close", "cancel", "finalize"):
        body = {"reason": "Bận"} if act == "cancel" else None
        host.post(f"{laid.path}/{act}", body, headers=if_match(convened), expect=403)
    host.patch(laid.path, {"title": "Khác"}, headers=if_match(convened), expect=403)
    host.put(f"{laid.path}/roles", {"chair_id": None}, expect=403)
    host.post(f"{laid.path}/sites", {"name": "Mới"}, expect=403)
    site = f"/api/sites/{laid.there['id']}"
    host.patch(site, {"name": "Khác"}, headers=if_match(laid.there), expect=403)
    host.delete(site, expect=403)
    assert fresh(host, laid.meeting)["can"] == []


def test_a_host_gets_the_keys_of_the_own_sites_and_no_other(
    laid: Laid, sign_in: SignIn, world: World
) -> None:
    third = add_site(laid.staff, laid.meeting, "Điểm cầu thứ ba", card_of(world, "far_secretary"))
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    host = sign_in("far_secretary")
    assert site_key(host, laid.meeting)[1] == laid.there["id"]
    assert site_key(host, laid.meeting, third["id"])[1] == third["id"]
    host.get(f"{laid.path}/check-in-key?site={laid.here['id']}", expect=404)
    assert site_key(laid.staff, laid.meeting, third["id"]) == site_key(host, laid.meeting, third["id"])
    assert site_key(laid.staff, laid.meeting)[1] == ""
    laid.staff.get(f"{laid.path}/check-in-key?site=999999", expect=404)
    sign_in("member").get(f"{laid.path}/check-in-key", expect=403)


def test_who_is_no_host_any_more_keeps_nothing(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    site = sites_of(laid.staff, laid.meeting)["Điểm cầu Sở Khác"]
    cards = {"host_cards": card_of(world, "far_member")}
    changed = laid.staff.patch(f"/api/sites/{site['id']}", cards, headers=if_match(site), expect=200).json
    assert [host["full_name"] for host in changed["hosts"]] == ["Đỗ Văn Xa"]
    former = sign_in("far_secretary")
    former.get(f"{laid.path}/check-in-key", expect=403)
    former.put(f"{laid.path}/attendance/{world.id_of('far_member')}", {"state": "present"}, expect=403)
    laid.staff.patch(f"/api/sites/{site['id']}", cards, headers=if_match(site), expect=412)


def test_a_delegate_asks_to_be_excused_and_a_member_who_is_none_may_not(laid: Laid, sign_in: SignIn) -> None:
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    sign_in("member").post(f"{laid.path}/absence-requests", {"reason": "Ốm"}, expect=201)
    sign_in("other_member").post(f"{laid.path}/absence-requests", {"reason": "Ốm"}, expect=403)


def test_a_site_with_delegates_is_not_taken_out(laid: Laid) -> None:
    site = sites_of(laid.staff, laid.meeting)["Điểm cầu Sở Mẫu"]
    path = f"/api/sites/{site['id']}"
    assert code_of(laid.staff.delete(path, headers=if_match(site), expect=409)) == "site_not_empty"


def test_a_site_that_another_has_changed_is_not_taken_out(laid: Laid) -> None:
    site = add_site(laid.staff, laid.meeting, "Điểm cầu thứ ba")
    path = f"/api/sites/{site['id']}"
    laid.staff.delete(path, expect=428)
    laid.staff.patch(path, {"address": "Tầng 3"}, headers=if_match(site), expect=200)
    laid.staff.delete(path, headers=if_match(site), expect=412)


def test_two_sites_of_a_conference_have_two_names(laid: Laid) -> None:
    answer = laid.staff.post(f"{laid.path}/sites", {"name": "DIEM CAU so mau"}, expect=422)
    assert answer.json["errors"] == [{"pointer": "/name", "code": "duplicate"}]


def test_sites_are_laid_down_before_the_convening_or_never(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff = sign_in("root_staff")
    plain = step(staff, conference(staff, world.id_of("root")), "convene")
    answer = staff.post(f"/api/meetings/{plain['id']}/sites", {"name": "A"}, expect=409)
    assert code_of(answer) == "wrong_state"


def test_a_conference_stays_one_and_no_other_meeting_gets_sites(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff, secretary = sign_in("root_staff"), sign_in("secretary")
    meeting = conference(staff, world.id_of("root"))
    refused = staff.patch(
        f"/api/meetings/{meeting['id']}", {"kind": "regular"}, headers=if_match(meeting), expect=422
    )
    assert refused.json["errors"] == [{"pointer": "/kind", "code": "conference_stays"}]
    ordinary = draft(secretary, world.id_of("cell"))
    secretary.post(f"/api/meetings/{ordinary['id']}/sites", {"name": "A"}, expect=409)


def test_the_secretariat_of_a_committee_drafts_its_conferences_and_nothing_else(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    staff = sign_in("root_staff")
    conference(staff, world.id_of("root"))
    path = f"/api/organizations/{world.id_of('root')}/meetings"
    fields = {
        "kind": "committee",
        "title": "Họp",
        "place": "A",
        "agenda": [],
        "starts_at": STARTS_AT.isoformat(),
        "ends_at": (STARTS_AT + timedelta(hours=2)).isoformat(),
    }
    staff.post(path, fields, expect=403)
    elsewhere = f"/api/organizations/{world.id_of('committee')}/meetings"
    staff.post(elsewhere, {**fields, "kind": "conference"}, expect=403)
