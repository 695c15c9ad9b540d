from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World

from handbook.access.actor import OfficeTitle
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Member, Office, StatusChange
from handbook.members.service import set_citizen_id

SignIn = Callable[[str], ApiClient]
CITIZEN_ID = "001160000017"


@pytest.fixture
def citizen_id(app: Flask, world: World) -> None:
    with unit_of_work() as uow:
        set_citizen_id(uow.session.get_one(Member, world.members["member"].id), CITIZEN_ID)


@pytest.mark.parametrize("query", ["ngam", "NGẪM", "dang thi", "Đặng"])
def test_names_are_found_without_diacritics(
    engine_name: str, sign_in: SignIn, world: World, query: str
) -> None:
    url = f"/api/organizations/{world.id_of('cell')}/members"
    page = sign_in("secretary").get(url, query_string={"q": query}, expect=200).json
    assert [item["full_name"] for item in page["items"]] == ["Đặng Thị Ngẫm"]


def test_percent_and_underscore_are_only_characters(sign_in: SignIn, world: World) -> None:
    url = f"/api/organizations/{world.id_of('cell')}/members"
    assert sign_in("secretary").get(url, query_string={"q": "%"}, expect=200).json["items"] == []


def test_who_holds_an_office_today_is_found_in_the_whole_tree(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    def found(**query: str) -> set[str]:
        url = f"/api/organizations/{world.id_of('root')}/members"
        page = sign_in("root_staff").get(url, query_string={"below": "true", **query}, expect=200)
        return {item["id"] for item in page.json["items"]}

    secretaries = found(office="secretary")
    assert {world.id_of("secretary"), world.id_of("far_secretary")} <= secretaries
    assert world.id_of("member") not in secretaries
    with unit_of_work() as uow:
        office = uow.session.scalars(
            select(Office).where(
                Office.member_id == world.members["secretary"].id, Office.title == "secretary"
            )
        ).one()
        office.to_date = uow.clock.now().date() - timedelta(days=1)
    assert found(office="secretary") == secretaries - {world.id_of("secretary")}


def test_a_list_is_paged_by_key_in_the_order_of_given_names(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    secretary, url = sign_in("secretary"), f"/api/organizations/{world.id_of('cell')}/members"
    whole = [item["id"] for item in secretary.get(url).json["items"]]
    walked, cursor = [], None
    while True:
        page = secretary.get(
            url, query_string={"limit": 2, **({"cursor": cursor} if cursor else {})}, expect=200
        ).json
        walked += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert walked == whole
    assert len(walked) == 6
    for broken in ("%%%", "WyJhIl0", "bnVsbA"):
        secretary.get(url, query_string={"cursor": broken}, expect=422)


def test_only_who_may_see_a_phone_sees_it(sign_in: SignIn, world: World) -> None:
    url = f"/api/members/{world.id_of('member')}"
    assert sign_in("secretary").get(url, expect=200).json["phone"] == "+84900000001"
    assert sign_in("staff").get(url, expect=200).json["phone"] == "+84900000001"
    assert sign_in("member").get("/api/members/me", expect=200).json["phone"] == "+84900000001"
    sign_in("second_member").get(url, expect=404)
    sign_in("other_secretary").get(url, expect=404)
    sign_in("far_staff").get(url, expect=404)


def test_a_member_sees_who_read_the_own_record_and_why(
    sign_in: SignIn, world: World, citizen_id: None
) -> None:
    member = sign_in("member")
    member.get("/api/members/me", expect=200)
    assert member.get("/api/members/me/access-log", expect=200).json["items"] == []
    sign_in("staff").get(f"/api/members/{world.id_of('member')}", expect=200)
    views = f"/api/members/{world.id_of('member')}/citizen-id-views"
    sign_in("staff").post(views, {"reason": ""}, expect=422)
    seen = sign_in("staff").post(views, {"reason": "Đối chiếu thẻ đảng viên"}, expect=201)
    assert seen.json["citizen_id"] == CITIZEN_ID
    log = member.get("/api/members/me/access-log", expect=200).json["items"]
    assert [(entry["action"], entry["actor_name"], entry["reason"]) for entry in log] == [
        ("members:citizen_id:viewed", "Ngô Văn Cán", "Đối chiếu thẻ đảng viên"),
        ("members:member:read", "Ngô Văn Cán", None),
    ]


def test_the_access_log_names_the_office_of_that_day(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """The one that was held where it was read or above on the day of the reading, whatever is held today."""
    sign_in("staff").get(f"/api/members/{world.id_of('member')}", expect=200)
    sign_in("administrator").get(f"/api/members/{world.id_of('member')}", expect=200)

    def offices() -> list[object]:
        log = sign_in("member").get("/api/members/me/access-log", expect=200).json["items"]
        return [entry["actor_office"] for entry in log]

    names = {name: world.organizations[name].name for name in ("root", "committee")}
    held = [
        {"title": "administrator", "organization_name": names["root"]},
        {"title": "staff", "organization_name": names["committee"]},
    ]
    assert offices() == held
    with unit_of_work() as uow:
        world.give_office("staff", "elsewhere", OfficeTitle.SECRETARY, uow=uow)
        for office in uow.session.scalars(select(Office)):
            if office.member_id == world.members["staff"].id and office.title == OfficeTitle.STAFF:
                office.to_date = clock.now().date()
    clock.advance(days=2)
    assert offices() == held
    with unit_of_work() as uow:
        for office in uow.session.scalars(select(Office)):
            if office.member_id == world.members["staff"].id:
                office.from_date = office.to_date = clock.now().date()
    assert offices() == [held[0], None]


def test_a_secretary_does_not_see_citizen_ids(sign_in: SignIn, world: World, citizen_id: None) -> None:
    views = f"/api/members/{world.id_of('member')}/citizen-id-views"
    sign_in("secretary").post(views, {"reason": "Muốn xem thử"}, expect=403)
    assert sign_in("member").get("/api/members/me/access-log").json["items"] == []


def test_a_citizen_id_is_sealed_in_the_database(app: Flask, world: World, citizen_id: None) -> None:
    rows = db.session.execute(db.text("SELECT citizen_id_sealed, citizen_id_index FROM members")).all()
    assert any(row[0] for row in rows)
    assert CITIZEN_ID not in str(rows)
    assert not any(CITIZEN_ID.encode() in bytes(row[0]) for row in rows if row[0])


def test_an_organization_answers_304_to_who_holds_it(sign_in: SignIn, world: World) -> None:
    member, url = sign_in("member"), f"/api/organizations/{world.id_of('cell')}"
    first = member.get(url, expect=200)
    assert first.json["path"] == [world.id_of(name) for name in ("root", "committee", "cell")]
    assert first.json["member_counts"] == {"official": 4, "probationary": 1, "exempt": 1}
    member.get(url, headers={"If-None-Match": first.headers["ETag"]}, expect=304)


def test_the_tree_is_walked_from_its_root(sign_in: SignIn, world: World) -> None:
    staff = sign_in("root_staff")
    roots = staff.get("/api/organizations", expect=200).json["items"]
    assert [item["id"] for item in roots] == [world.id_of("root")]
    below = staff.get("/api/organizations", query_string={"parent": world.id_of("root")}, expect=200).json[
        "items"
    ]
    assert [item["code"] for item in below] == ["committee", "elsewhere"]
    seen = (
        sign_in("member")
        .get("/api/organizations", query_string={"parent": world.id_of("root")})
        .json["items"]
    )
    assert [item["code"] for item in seen] == ["committee"]


def test_a_record_tells_every_change_of_status_the_oldest_first(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    member_id = world.members["member"].id
    with unit_of_work() as uow:
        for status, day, decision in (
            ("official", date(1991, 5, 19), "12-QĐ/ĐU"),
            ("probationary", date(1990, 5, 19), None),
        ):
            uow.session.add(
                StatusChange(
                    member_id=member_id,
                    status=status,
                    effective_on=day,
                    decision=decision,
                    recorded_at=uow.clock.now(),
                )
            )
    record = sign_in("staff").get(f"/api/members/{world.id_of('member')}", expect=200).json
    assert record["history"] == [
        {"status": "probationary", "effective_on": "1990-05-19", "decision": None},
        {"status": "official", "effective_on": "1991-05-19", "decision": "12-QĐ/ĐU"},
    ]


def test_staff_who_read_a_list_or_a_reason_are_seen_by_each_member(sign_in: SignIn, world: World) -> None:
    sign_in("secretary").get(f"/api/organizations/{world.id_of('cell')}/members", expect=200)
    assert sign_in("member").get("/api/members/me/access-log").json["items"] == []
    sign_in("staff").get(f"/api/organizations/{world.id_of('cell')}/members", expect=200)
    seen = sign_in("member").get("/api/members/me/access-log").json["items"]
    assert [(entry["action"], entry["actor_name"]) for entry in seen] == [
        ("members:member:read", "Ngô Văn Cán")
    ]
    sign_in("other_member").get("/api/members/me/access-log", expect=200)
