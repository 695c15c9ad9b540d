"""The combined roll of a conference: counts of both sites, pages, Excel, minutes, and what is mended."""

from collections.abc import Callable
from io import BytesIO

import pytest
from openpyxl import load_workbook
from tests.support.clients import ApiClient, code_of
from tests.support.conferences import (
    Laid,
    assert_counters_are_true,
    fresh,
)
from tests.support.factories import World
from tests.support.meetings import step

from handbook.attendance.excel import MEDIA_TYPE
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Site
from handbook.minutes.compose import compose
from handbook.minutes.gathering import gather, read_record
from handbook.reports.rebuild import rebuild_rollups

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def laid(engine_name: str, sign_in: SignIn, world: World) -> Laid:
    return Laid(sign_in, world)


def test_a_moved_delegate_belongs_to_the_new_site_and_is_counted_there(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("second_member"), clock)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    for role in ("member", "secretary"):
        path = f"{laid.path}/delegates/{world.id_of(role)}"
        laid.staff.put(path, {"site_id": laid.there["id"]}, expect=204)
    came, absent = laid.line(world, "member"), laid.line(world, "secretary")
    assert (came["home_site_id"], came["site_id"]) == (laid.there["id"], laid.here["id"])
    assert came["flags"] == ["other_site"]
    assert (absent["home_site_id"], absent["site_id"]) == (laid.there["id"], laid.there["id"])
    assert (laid.counts("Sở Mẫu")["delegates"], laid.counts("Sở Khác")["delegates"]) == (1, 4)
    assert laid.counts("Sở Mẫu")["from_other_sites"] == 1
    assert_counters_are_true(laid.meeting["id"])


def test_what_is_said_of_a_delegate_heeds_a_version(laid: Laid, world: World) -> None:
    """ADR 18: none is needed; who names the sites as they were read is told when they have moved, and nothing is changed."""
    path, body = f"{laid.path}/delegates/{world.id_of('member')}", {"site_id": laid.there["id"]}
    read = {"If-Match": laid.staff.get(f"{laid.path}/sites", expect=200).headers["ETag"]}
    laid.staff.put(path, body, headers=read, expect=204)
    laid.staff.put(path, {"site_id": laid.here["id"]}, headers=read, expect=412)
    laid.staff.delete(path, headers=read, expect=412)
    assert (laid.counts("Sở Mẫu")["delegates"], laid.counts("Sở Khác")["delegates"]) == (2, 3)
    laid.staff.delete(path, expect=204)
    assert laid.counts("Sở Khác")["delegates"] == 2


def test_a_delegate_who_was_there_stays_on_the_roll(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("second_member"), clock)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    answer = laid.staff.delete(f"{laid.path}/delegates/{world.id_of('member')}", expect=409)
    assert code_of(answer) == "presence_recorded"
    laid.staff.delete(f"{laid.path}/delegates/{world.id_of('secretary')}", expect=204)
    laid.staff.delete(f"{laid.path}/delegates/{world.id_of('secretary')}", expect=404)
    assert laid.counts("Sở Mẫu")["delegates"] == 2
    assert_counters_are_true(laid.meeting["id"])


def test_a_late_check_in_after_the_closing_counts_for_site_and_meeting(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("second_member"), clock)
    closed = step(laid.staff, fresh(laid.staff, laid.meeting), "close")
    assert closed["counts"]["unexcused"] == 5
    clock.advance(hours=2)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    after = fresh(laid.staff, laid.meeting)["counts"]
    assert (after["present"], after["unexcused"]) == (1, 4)
    db.session.rollback()
    site = db.session.get_one(Site, int(laid.here["id"]), populate_existing=True)
    db.session.refresh(site.meeting)
    assert (site.meeting.present_count, site.meeting.unexcused_count) == (1, 4)
    assert_counters_are_true(laid.meeting["id"])


def test_the_combined_roll_is_paged_filtered_and_searched(
    laid: Laid, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    names, cursor = [], ""
    while cursor is not None:
        page = laid.staff.get(f"{laid.path}/attendance?limit=2&cursor={cursor}", expect=200).json
        names += [line["full_name"] for line in page["items"]]
        cursor = page["next"]
    assert sorted(names) == sorted(
        world.members[role].full_name
        for role in ("member", "second_member", "secretary", "far_member", "far_staff")
    )
    laid.staff.put(f"{laid.path}/roles", {"minute_taker_id": world.id_of("far_member")}, expect=200)
    first = laid.staff.get(f"{laid.path}/attendance?limit=2", expect=200).json
    taker = {"member_id": world.id_of("far_member"), "full_name": "Đỗ Văn Xa"}
    assert first["officers"] == [taker], "also while that line is on another page"
    assert taker["member_id"] not in [line["member_id"] for line in first["items"]]
    there = laid.staff.get(f"{laid.path}/attendance?site={laid.there['id']}", expect=200).json
    assert "officers" not in there
    assert there["counts"]["summoned"] == len(there["items"]) == 2
    found = laid.staff.get(f"{laid.path}/attendance?q=do van", expect=200).json["items"]
    assert [line["full_name"] for line in found] == ["Đỗ Văn Xa"]
    laid.staff.get(f"{laid.path}/attendance?site=999999", expect=404)


def test_a_host_reads_the_lines_of_the_own_site_and_a_delegate_the_own_line(
    laid: Laid, sign_in: SignIn, clock: FixedClock, world: World
) -> None:
    laid.begin(clock)
    host = sign_in("far_secretary").get(f"{laid.path}/attendance", expect=200).json
    assert {line["full_name"] for line in host["items"]} == {"Đỗ Văn Xa", "Lý Văn Ngoài"}
    assert (host["counts"]["summoned"], host["quorum"]["required"]) == (2, 2)
    sign_in("far_secretary").get(f"{laid.path}/attendance?site={laid.here['id']}", expect=404)
    own = sign_in("member").get(f"{laid.path}/attendance", expect=200).json
    assert [line["member_id"] for line in own["items"]] == [world.id_of("member")]


def test_the_list_of_sites_and_the_roll_move_with_every_check_in(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    laid.begin(clock)
    asked = [(laid.staff, "sites"), (laid.staff, "attendance"), (sign_in("second_member"), "attendance")]
    tags = [client.get(f"{laid.path}/{name}", expect=200).headers["ETag"] for client, name in asked]
    for (client, name), tag in zip(asked, tags, strict=True):
        client.get(f"{laid.path}/{name}", headers={"If-None-Match": tag}, expect=304)
    other = sign_in("far_secretary")
    theirs = other.get(f"{laid.path}/attendance", expect=200).headers["ETag"]
    body = laid.code(sign_in("second_member"), clock)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    for (client, name), tag in zip(asked, tags, strict=True):
        client.get(f"{laid.path}/{name}", headers={"If-None-Match": tag}, expect=200)
    other.get(f"{laid.path}/attendance", headers={"If-None-Match": theirs}, expect=304)


def test_the_combined_roll_as_excel_says_site_cell_card_and_state(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("far_secretary"), clock)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    accept = {"Accept": MEDIA_TYPE}
    answer = laid.staff.get(f"{laid.path}/attendance", headers=accept, expect=200)
    rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    lines = {row[1]: row for row in rows[3:]}
    assert len(lines) == 5
    visitor = lines["Đặng Thị Ngẫm"]
    assert visitor[0] == "2. Điểm cầu Sở Khác"
    assert (visitor[2], visitor[3], visitor[4]) == ("Chi bộ Văn phòng", "99.000001", "Có mặt")
    assert (visitor[6], visitor[7]) == ("Quét mã", "Có")
    assert lines["Đỗ Văn Xa"][4] == "Chưa điểm danh"
    sign_in("member").get(f"{laid.path}/attendance", headers=accept, expect=403)


def test_counters_of_sites_that_went_wrong_are_mended_and_named(laid: Laid, clock: FixedClock) -> None:
    laid.begin(clock)
    assert rebuild_rollups() == []
    site_id = int(laid.here["id"])
    with unit_of_work() as uow:
        uow.session.get_one(Site, site_id).present_count = 7
    (found,) = rebuild_rollups()
    assert (found.table, found.id, found.field, found.kept, found.counted) == (
        "meeting_sites",
        site_id,
        "present_count",
        7,
        0,
    )
    assert_counters_are_true(laid.meeting["id"])


def test_the_minutes_of_a_conference_tell_sites_and_their_absent_delegates(
    laid: Laid, sign_in: SignIn, clock: FixedClock
) -> None:
    laid.begin(clock)
    body = laid.code(sign_in("far_secretary"), clock)
    sign_in("member").post(f"{laid.path}/check-ins", body, expect=201)
    step(laid.staff, fresh(laid.staff, laid.meeting), "close")
    db.session.rollback()
    meeting = db.session.get_one(Meeting, int(laid.meeting["id"]))
    facts = gather(meeting, read_record(meeting), chair_id=None, minute_taker_id=None)
    (attendance,) = [section for section in compose(facts) if section.key == "attendance"]
    said = [paragraph.text for paragraph in attendance.paragraphs]
    assert said[0].startswith("Triệu tập: 5 đại biểu")
    assert (
        "1. Điểm cầu Sở Mẫu: triệu tập 3 đại biểu, có mặt 1. Dự tại điểm cầu khác: 1."
        " Vắng không phép: 2 (Lê Văn Thử; Nguyễn Văn Ước)."
    ) in said
    assert (
        "2. Điểm cầu Sở Khác: triệu tập 2 đại biểu, có mặt 0. Đại biểu của điểm cầu khác đến dự: 1."
        " Vắng không phép: 2 (Lý Văn Ngoài; Đỗ Văn Xa)."
    ) in said
    assert not any("Đặng Thị Ngẫm" in text for text in said)
