"""Sites and delegates from a workbook: what people write, what is refused, and that nothing is done twice."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from tests.support.clients import ApiClient
from tests.support.conferences import card_of, conference, fresh, hand_in, sites_of, workbook
from tests.support.factories import World
from tests.support.meetings import step

from handbook.kernel.db import db
from handbook.meetings.sites import Delegate

SignIn = Callable[[str], ApiClient]
HEADER = ["STT", "Tên điểm cầu", "Địa chỉ", "Liên kết trực tuyến", "Số thẻ người phụ trách"]
PEOPLE = ["STT", "Họ và tên", "Số thẻ đảng viên", "Điểm cầu"]


class Desk:
    def __init__(self, sign_in: SignIn, world: World) -> None:
        self.staff, self.world = sign_in("root_staff"), world
        self.meeting = conference(self.staff, world.id_of("root"))

    def card(self, role: str) -> str:
        return card_of(self.world, role)[0]

    def person(self, role: str, site: str) -> list[Any]:
        return [1, self.world.members[role].full_name, self.card(role), site]

    def hand_in(self, *, dry_run: bool = False, **sheets: Any) -> dict[str, Any]:
        return hand_in(self.staff, self.meeting, workbook(**sheets), dry_run=dry_run)

    def delegates(self) -> dict[int, int]:
        db.session.rollback()
        rows = db.session.query(Delegate).filter(Delegate.meeting_id == int(self.meeting["id"]))
        return {row.member_id: row.site_id for row in rows}


@pytest.fixture
def desk(engine_name: str, sign_in: SignIn, world: World) -> Desk:
    return Desk(sign_in, world)


def codes(report: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    return [(p["sheet"], p["row"], p["field"], p["code"]) for p in report["problems"]]


def test_a_printed_list_with_titles_numbers_and_merged_cells_is_read(desk: Desk, world: World) -> None:
    sites = [
        ["ĐẢNG BỘ TỈNH THỬ NGHIỆM"],
        ["DANH SÁCH ĐIỂM CẦU HỘI NGHỊ"],
        [],
        HEADER,
        [1, "Điểm cầu  Sở Mẫu", "Hội trường tầng 2", "https://hop.example.vn/a", desk.card("second_member")],
        [2, "ĐIỂM CẦU SỞ KHÁC", None, None, f"{desk.card('far_secretary')}; {desk.card('far_staff')}"],
        [],
        [None, "Tổng cộng: 2 điểm cầu"],
    ]
    book = Workbook()
    page = book.active
    page.title = "Điểm cầu"
    for row in sites:
        page.append(row)
    people = book.create_sheet("Đại biểu")
    people.append(["Danh sách đại biểu"])
    people.append(["TT", "Họ, chữ đệm và tên", "Số thẻ Đảng", "Điểm cầu tham dự"])
    people.append(["I", "Các cơ quan"])
    people.append(desk.person("member", "điểm cầu sở mẫu"))
    people.append(desk.person("secretary", ""))
    people.merge_cells("D4:D5")
    people.append([None, "Điểm cầu Sở Khác (1 đại biểu)", None, None])
    people.append(desk.person("far_member", ""))
    target = BytesIO()
    book.save(target)
    report = hand_in(desk.staff, desk.meeting, target.getvalue())
    assert report["problems"] == []
    assert (report["sites_created"], report["delegates_created"], report["refused"]) == (2, 3, 0)
    found = sites_of(desk.staff, desk.meeting)
    assert list(found) == ["Điểm cầu Sở Mẫu", "ĐIỂM CẦU SỞ KHÁC"]
    assert [host["full_name"] for host in found["ĐIỂM CẦU SỞ KHÁC"]["hosts"]] == [
        "Lý Văn Ngoài",
        "Hồ Thị Vời",
    ]
    here, there = (int(site["id"]) for site in found.values())
    ids = {role: world.members[role].id for role in ("member", "secretary", "far_member")}
    assert desk.delegates() == {ids["member"]: here, ids["secretary"]: here, ids["far_member"]: there}


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    sheets = {
        "Sites": [HEADER, [1, "A", "Nhà văn hóa", "https://hop.example.vn/a", desk.card("second_member")]],
        "People": [PEOPLE, desk.person("member", "A"), desk.person("far_member", "A")],
    }
    desk.hand_in(**sheets)
    before = fresh(desk.staff, desk.meeting)["etag"]
    report = desk.hand_in(**sheets)
    assert {**report, "problems": []} == {
        "sites": 1,
        "sites_created": 0,
        "sites_updated": 0,
        "delegates": 2,
        "delegates_created": 0,
        "delegates_moved": 0,
        "unchanged": 3,
        "refused": 0,
        "problems": [],
    }
    assert fresh(desk.staff, desk.meeting)["etag"] == before


def test_a_trial_says_what_would_be_done_and_does_nothing(desk: Desk) -> None:
    sheets = {"Sites": [HEADER, [1, "A"]], "People": [PEOPLE, desk.person("member", "A")]}
    report = desk.hand_in(dry_run=True, **sheets)
    assert (report["sites_created"], report["delegates_created"]) == (1, 1)
    assert sites_of(desk.staff, desk.meeting) == {}
    assert desk.delegates() == {}


def test_refused_rows_are_named_and_change_nothing_while_the_rest_goes_in(desk: Desk) -> None:
    member, exempt = desk.card("member"), desk.card("exempt_member")
    report = desk.hand_in(
        Sites=[
            HEADER,
            [1, "A", None, "http://hop.example.vn/a", None],
            [2, None, "Không tên", None, None],
            [3, "B", None, None, "00.000000"],
            [4, "C", None, None, None],
            [5, "c", None, None, None],
        ],
        People=[
            PEOPLE,
            [1, "Đặng Thị Ngẫm", member, "C"],
            [2, "Đặng Thị Ngẫm", member, "C"],
            [3, "Ai Đó Khác", desk.card("second_member"), "C"],
            [4, None, "00.123456", "C"],
            [5, None, exempt, "C"],
            [6, "Không Có Thẻ", None, "C"],
            [7, None, "không rõ", "C"],
            [8, None, desk.card("far_member"), "B"],
            [9, None, desk.card("far_staff"), None],
        ],
    )
    assert codes(report) == [
        ("Sites", 2, "link", "invalid"),
        ("Sites", 3, "site", "missing"),
        ("Sites", 4, "hosts", "unknown"),
        ("Sites", 6, "site", "duplicate"),
        ("People", 3, "card", "duplicate"),
        ("People", 4, "name", "mismatch"),
        ("People", 5, "card", "unknown"),
        ("People", 6, "card", "not_eligible"),
        ("People", 7, "card", "missing"),
        ("People", 8, "card", "invalid"),
        ("People", 9, "site", "unknown"),
        ("People", 10, "site", "missing"),
    ]
    assert all(problem["message"].endswith(".") for problem in report["problems"])
    assert (report["sites_created"], report["delegates_created"], report["refused"]) == (1, 1, 12)
    assert list(sites_of(desk.staff, desk.meeting)) == ["C"]


def test_a_foreign_card_is_refused_by_row(engine_name: str, sign_in: SignIn, world: World) -> None:
    staff = sign_in("far_staff")
    meeting = conference(staff, world.id_of("elsewhere"))
    people = [PEOPLE, *([1, None, card, "A"] for card in card_of(world, "member", "far_member"))]
    report = hand_in(staff, meeting, workbook(Sites=[HEADER, [1, "A"]], People=people))
    assert codes(report) == [("People", 2, "card", "unknown")]
    assert report["delegates_created"] == 1


def test_a_second_file_moves_delegates_and_changes_sites_and_leaves_what_it_does_not_tell(
    desk: Desk, world: World
) -> None:
    card = desk.card("second_member")
    desk.hand_in(
        Sites=[HEADER, [1, "A", "Nhà văn hóa", "https://hop.example.vn/a", card], [2, "B"]],
        People=[PEOPLE, desk.person("member", "A"), desk.person("far_member", "A")],
    )
    step(desk.staff, fresh(desk.staff, desk.meeting), "convene")
    report = desk.hand_in(
        Sites=[["Tên điểm cầu", "Địa chỉ"], ["A", "Hội trường lớn"]],
        People=[PEOPLE, desk.person("member", "B"), desk.person("far_staff", "B")],
    )
    assert (report["sites_updated"], report["delegates_moved"], report["delegates_created"]) == (1, 1, 1)
    found = sites_of(desk.staff, desk.meeting)
    assert found["A"]["address"] == "Hội trường lớn"
    assert found["A"]["online_url"] == "https://hop.example.vn/a"
    assert [host["member_id"] for host in found["A"]["hosts"]] == [world.id_of("second_member")]
    assert (found["A"]["counts"]["delegates"], found["B"]["counts"]["delegates"]) == (1, 2)
    roll = desk.staff.get(f"/api/meetings/{desk.meeting['id']}/attendance", expect=200).json["items"]
    assert {line["member_id"]: line["home_site_id"] for line in roll} == {
        world.id_of("member"): found["B"]["id"],
        world.id_of("far_member"): found["A"]["id"],
        world.id_of("far_staff"): found["B"]["id"],
    }


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"PK not really", "unsupported_file_type"),
        (workbook(Trang=[["Xin chào"], ["Không có bảng"]]), "no_table"),
    ],
    ids=["no workbook", "no table"],
)
def test_a_file_without_a_table_is_refused(desk: Desk, content: bytes, code: str) -> None:
    assert hand_in(desk.staff, desk.meeting, content, expect=422)["code"] == code


def test_the_empty_form_is_understood_and_its_examples_are_refused_by_themselves(desk: Desk) -> None:
    form = desk.staff.get("/api/conference-import-template.xlsx", expect=200).data
    report = hand_in(desk.staff, desk.meeting, form)
    assert (report["sites"], report["delegates"], report["refused"]) == (1, 1, 2)
    assert sites_of(desk.staff, desk.meeting) == {}
