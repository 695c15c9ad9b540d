"""What is said where it is needed: before a sheet is printed, before a file is sent, before an act is done."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import Album
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight

from handbook.kernel.clock import SystemClock

LARGE_TEXT = "document.documentElement.style.fontSize = '200%'"


def test_staff_are_told_that_no_phone_opens_the_slips_of_a_service_on_this_computer(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser, worker=False) as desk:
        demo.sign_in(desk, demo.story.staff)
        page = demo.open(desk, f"/staff/organizations/{demo.story.cell}/activation")
        expect(page.get_by_text("điện thoại quét mã trên phiếu sẽ không vào được")).to_be_visible()
        expect(page.get_by_role("button", name="Tạo phiếu (PDF)")).to_be_enabled()


def test_a_secretary_is_told_the_same(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.secretary)
        page = demo.open(phone, "/chapter/members")
        expect(page.get_by_text("điện thoại quét mã trên phiếu sẽ không vào được")).to_be_visible()
        expect(page.get_by_role("button", name="Tạo phiếu kích hoạt")).to_be_enabled()


def test_the_kept_list_of_devices_says_its_time_and_asks_for_no_second_try(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser) as phone:
        demo.sign_in(phone, demo.story.member)
        page = demo.open(phone, "/me/devices")
        expect(page.get_by_text("Máy này")).to_be_visible()
        ready_for_flight(page)
        phone.set_offline(True)
        go(page, "/me")
        go(page, "/me/devices")
        expect(page.get_by_role("main").get_by_text("Bản lưu lúc")).to_be_visible()
        expect(page.get_by_text("Máy này")).to_be_visible()
        expect(page.get_by_text("thử lại")).to_have_count(0)


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large-text"])
def test_who_opens_the_meeting_of_tomorrow_is_asked_and_told_what_ends(
    browser: Browser, demo: DemoService, large: bool, album: Album
) -> None:
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.secretary)
        page = demo.open(phone, f"/chapter/meetings/{demo.story.next_meeting}/room")
        if large:
            page.evaluate(LARGE_TEXT)
        page.get_by_role("button", name="Mở cuộc họp").click()
        question = page.locator("dialog[open]")
        expect(question.get_by_text("Chưa đến giờ họp")).to_be_visible()
        told = question.get_by_text("lời nhắc chưa gửi sẽ không gửi nữa, và cuộc họp không dời hay hủy được")
        expect(told).to_be_visible()
        expect(told).to_contain_text("bỏ mở được khi chưa ai điểm danh")
        album.picture(page, "open-early")
        # Asked, and not done.
        question.get_by_role("button", name="Thôi", exact=True).last.click()
        expect(page.get_by_role("button", name="Mở cuộc họp")).to_be_visible()


@pytest.mark.parametrize("large", [False, True], ids=["usual", "large-text"])
def test_a_refused_paper_says_why_across_the_whole_width_under_its_name(
    browser: Browser, demo: DemoService, tmp_path: Path, large: bool, album: Album
) -> None:
    file = tmp_path / "Danh sách phân công nhiệm vụ quý bốn.exe"
    file.write_bytes(b"MZ" + bytes(200))
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.secretary)
        page = demo.open(phone, f"/chapter/meetings/{demo.story.next_meeting}")
        if large:
            page.evaluate(LARGE_TEXT)
        page.locator("input[type=file]").set_input_files(file)
        line = page.get_by_role("listitem").filter(has_text=file.name)
        refusal = line.get_by_text("Đồng chí chọn tệp PDF, DOCX hoặc ảnh.")
        expect(refusal).to_be_visible()
        # At one moment: what comes later above them moves all three.
        words, whole, name = page.evaluate(
            "(parts) => parts.map((part) => part.getBoundingClientRect().toJSON())",
            [part.element_handle() for part in (refusal, line, line.get_by_text(file.name))],
        )
        assert words["width"] > 0.8 * whole["width"]
        assert words["y"] >= name["y"] + name["height"] - 1
        assert refusal.evaluate("(one) => Number(getComputedStyle(one).fontWeight)") <= 400
        album.picture(page, "refused-paper")


def test_who_does_not_look_after_an_organisation_is_told_before_choosing_a_file(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    with open_context(browser, worker=False) as desk:
        demo.sign_in(desk, demo.story.staff)
        own = demo.open(desk, f"/staff/organizations/{demo.story.cell}/import")
        expect(own.get_by_text("Danh sách Excel", exact=True)).to_be_visible()
        foreign = demo.open(desk, "/staff/organizations/999999/import")
        expect(foreign.get_by_text("Đồng chí không phụ trách tổ chức này")).to_be_visible()
        expect(foreign.locator("input[type=file]")).to_have_count(0)
        expect(foreign.get_by_text("bí thư chi bộ")).to_have_count(0)
        album.picture(foreign, "import-foreign")
        foreign.get_by_role("link", name="Nhập vào nơi đồng chí phụ trách").click()
        expect(foreign.get_by_text("Danh sách Excel", exact=True)).to_be_visible()


def test_the_question_before_convening_says_by_how_much_the_agenda_is_too_long(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    starts = SystemClock().now() + timedelta(days=20)
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.secretary)
        answer = phone.request.post(
            f"{demo.url}/api/organizations/{demo.story.cell}/meetings",
            data={
                "kind": "regular",
                "title": "Cuộc họp có chương trình dài",
                "starts_at": starts.isoformat(),
                "ends_at": (starts + timedelta(minutes=90)).isoformat(),
                "place": "Nhà văn hóa",
                "agenda": [{"title": "Báo cáo", "minutes": 80}, {"title": "Thảo luận", "minutes": 35}],
            },
            headers={"Origin": demo.url},
        )
        assert answer.status == 201, answer.text()
        page = demo.open(phone, f"/chapter/meetings/{answer.json()['id']}")
        page.get_by_role("button", name="Triệu tập").click()
        question = page.locator("dialog[open]")
        expect(question.get_by_text("Chương trình dài hơn thời gian họp 25 phút.")).to_be_visible()
        album.picture(page, "convene-too-long")


def test_a_meeting_without_a_quorum_is_called_so_before_and_after_it_is_closed(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.host)
        page = demo.open(phone, f"/chapter/meetings/{demo.story.open_meeting}/room")
        missing = re.compile(r"Chính thức có mặt \d+/\d+, cần \d+, còn thiếu \d+")
        expect(page.get_by_text(missing).first).to_be_visible()
        album.picture(page, "room-without-quorum")
        page.get_by_role("button", name="Kết thúc cuộc họp").click()
        question = page.locator("dialog[open]")
        expect(question.get_by_text("Cuộc họp chưa đủ số: cần")).to_be_visible()
        album.picture(page, "close-without-quorum")
        question.get_by_role("button", name="Kết thúc cuộc họp").click()
        expect(page.get_by_text("Cuộc họp đã kết thúc.")).to_be_in_viewport()
        expect(page.get_by_text(missing)).to_have_count(0)
        expect(
            page.get_by_text(re.compile(r"Lúc kết thúc: chính thức có mặt .* không đủ số")).first
        ).to_be_visible()
        album.picture(page, "closed-without-quorum")
