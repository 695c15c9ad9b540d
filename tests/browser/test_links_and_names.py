"""A link to a meeting on a phone to which nothing has come yet; codes that are opened one after the other in one window; and
two members of one name on the screens."""

import re
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.browser.conftest import Album
from tests.support.demo_service import DemoService, open_context
from tests.support.phone import check_in_link

NOT_HERE = "Không có cuộc họp này trên máy"


@pytest.mark.parametrize("path", ["/meetings/{}", "/chapter/meetings/{}", "/chapter/meetings/{}/resolution"])
def test_a_link_on_a_fresh_phone_shows_the_meeting_before_anything_else_has_come(
    browser: Browser, demo: DemoService, path: str
) -> None:
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        asked: list[str] = []

        def no_sync(route: Route) -> None:
            asked.append(route.request.url)
            route.abort()

        context.route(re.compile("/api/sync"), no_sync)
        page = demo.open(context, path.format(meeting))
        expect(page.locator("main[aria-busy='false']")).to_be_visible()
        if path.endswith("resolution"):
            expect(page.get_by_label("Số, ký hiệu")).to_be_visible()
        else:
            ((title,),) = demo.rows("SELECT title FROM meetings WHERE id = ?", int(meeting))
            expect(page.get_by_role("heading", level=1)).to_have_text(str(title))
        expect(page.get_by_text(NOT_HERE)).to_have_count(0)
        assert asked


def test_a_link_to_a_meeting_of_others_says_that_it_is_not_here(browser: Browser, demo: DemoService) -> None:
    ((other,),) = demo.rows(
        "SELECT id FROM meetings WHERE organization_id NOT IN (SELECT organization_id FROM meetings WHERE id IN (?, ?))"
        " AND kind = 'regular' LIMIT 1",
        int(demo.story.open_meeting),
        int(demo.story.next_meeting),
    )
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.member)
        page = demo.open(context, f"/meetings/{other}")
        expect(page.get_by_text(NOT_HERE)).to_be_visible()


def test_a_fresh_code_counts_in_the_window_in_which_an_old_one_was_refused(
    browser: Browser, demo: DemoService
) -> None:
    """The phone opens the second link in the app that is open already, where only the part behind # is another."""
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as office, open_context(browser, worker=False) as phone:
        demo.sign_in(office, demo.story.host)
        demo.sign_in(phone, demo.story.guest)
        page = demo.open(phone, f"/c/{meeting}#1.{'A' * 22}")
        expect(page.get_by_text("Chưa điểm danh được")).to_be_visible()
        page.evaluate("window.same = true")
        page.goto(demo.url + check_in_link(demo, office, meeting))
        expect(page.get_by_text("Đã điểm danh", exact=True)).to_be_visible()
        assert page.evaluate("[window.same, location.hash]") == [True, ""]
    ((state,),) = demo.rows(
        "SELECT state FROM attendances WHERE meeting_id = ? AND member_id = ?",
        int(meeting),
        int(demo.story.guest_id),
    )
    assert state in ("present", "late")


def test_the_code_of_a_meeting_of_others_is_said_to_be_that(browser: Browser, demo: DemoService) -> None:
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as office, open_context(browser, worker=False) as phone:
        demo.sign_in(office, demo.story.host)
        demo.sign_in(phone, demo.story.member)
        page = demo.open(phone, check_in_link(demo, office, meeting))
        expect(page.get_by_text(re.compile("cuộc họp mà đồng chí không được triệu tập"))).to_be_visible()


def test_a_slip_that_is_scanned_while_the_activation_stands_is_read(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser, worker=False) as context:
        page = demo.open(context, "/activate")
        page.get_by_label("Mật khẩu mới").fill("giấy trắng mực đen")
        page.evaluate("window.same = true")
        for code in ("J4Q3-TMNA-G69X", "T7WX-PXAD-3GXT"):
            page.goto(f"{demo.url}/activate#{code}")
            expect(page.get_by_label("Mã kích hoạt")).to_have_value(code)
            expect(page.get_by_text("Đã đọc mã từ phiếu kích hoạt.")).to_be_visible()
            assert page.evaluate("[window.same, location.hash]") == [True, ""]
        expect(page.get_by_label("Mật khẩu mới")).to_have_value("giấy trắng mực đen")


def test_two_of_one_name_are_told_apart_in_the_roll_and_where_somebody_is_chosen(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    meeting = demo.story.open_meeting
    first, second = namesakes(demo, meeting)
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{meeting}/room?tab=roll")
        for name in (first, second):
            expect(page.locator(".name", has_text=name).first).to_be_visible()
        album.picture(page, "roll-two-of-one-name")
        options = [text.strip() for text in page.locator("select option").all_text_contents()]
        assert {first, second} <= set(options), options


def namesakes(demo: DemoService, meeting: str) -> tuple[str, str]:
    """Two official members of the meeting who are given one name; as the screen tells them apart."""
    people = demo.rows(
        "SELECT m.id FROM attendances a JOIN members m ON m.id = a.member_id WHERE a.meeting_id = ?"
        " AND a.state IS NULL AND m.status = 'official' AND m.id != ? ORDER BY m.id LIMIT 2",
        int(meeting),
        int(demo.story.guest_id),
    )
    name, marks = "Nguyễn Thị Trùng Tên", []
    with closing(sqlite3.connect(demo.folder / "handbook.sqlite3", timeout=10)) as connection:
        for (id_,), year in zip(people, (1962, 1975), strict=True):
            connection.execute(
                "UPDATE members SET full_name = ?, name_folded = 'nguyen thi trung ten',"
                " name_sort = 'ten nguyen thi trung', birth_date = ? WHERE id = ?",
                (name, f"{year}-05-01", id_),
            )
            marks.append(f"{name} ({year})")
        connection.commit()
    return marks[0], marks[1]
