"""The minute-taker on the own phone, signing on the printed page, and what is said before a meeting ends or settles."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.browser.test_minutes import call, close_the_meeting
from tests.support import files
from tests.support.browsing import heading
from tests.support.demo_service import DemoService, go, open_context

NOTE = "Đề nghị lắp thêm đèn ở ngõ 12."


@pytest.fixture
def demo(fresh_demo: DemoService) -> DemoService:
    """Every story begins in the open meeting; most end it."""
    return fresh_demo


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        yield context


def path_of(demo: DemoService) -> str:
    return f"/api/meetings/{demo.story.open_meeting}"


def appoint(office: BrowserContext, demo: DemoService) -> None:
    path = path_of(demo)
    call(office, demo, "PUT", f"{path}/attendance/{demo.story.guest_id}", data={"state": "present"})
    call(office, demo, "PUT", f"{path}/roles", data={"minute_taker_id": demo.story.guest_id})


def test_a_member_who_is_appointed_hears_of_it_writes_notes_and_the_minutes(
    browser: Browser, demo: DemoService, office: BrowserContext, album: Album
) -> None:
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as own:
        demo.sign_in(own, demo.story.guest)
        page = demo.open(own, f"/meetings/{meeting}")
        told = page.get_by_text("Đồng chí được cử ghi biên bản cuộc họp này.")
        expect(page.get_by_role("heading", name="Chương trình", exact=True)).to_be_visible()
        expect(told).to_have_count(0)
        appoint(office, demo)
        page.reload()
        expect(told).to_be_visible(timeout=30_000)
        album.picture(page, "appointed")
        large(page, album, "appointed-large")
        assert faults(page) == []

        page.get_by_role("link", name="Vào ghi chép").click()
        expect(page.get_by_text("ghi ý kiến, kết luận của từng nội dung")).to_be_visible()
        # Nothing of what runs the meeting is offered.
        expect(page.get_by_role("navigation", name="Các phần của phòng họp")).to_have_count(0)
        expect(page.get_by_role("button", name="Kết thúc cuộc họp")).to_have_count(0)
        page.get_by_role("button", name="Ghi ý kiến").last.click()
        dialog = page.locator("dialog[open]")
        speaker = demo.rows("SELECT full_name FROM members WHERE id = ?", int(demo.story.guest_id))[0][0]
        dialog.get_by_label("Tìm người phát biểu").fill(speaker)
        dialog.get_by_role("button", name=speaker).first.click()
        dialog.get_by_label("Nội dung phát biểu").fill(NOTE)
        album.picture(page, "note")
        dialog.get_by_role("button", name="Lưu ý kiến").click()
        expect(page.get_by_text(NOTE)).to_be_visible()
        album.picture(page, "notes")
        assert faults(page) == []

        page.get_by_role("link", name="Xem và đọc biên bản").click()
        heading(page, "Biên bản")
        expect(page.get_by_role("heading", name="Thời gian, địa điểm")).to_be_visible()
        expect(page.get_by_role("combobox")).to_have_count(0)
        expect(page.get_by_text(NOTE)).to_be_visible()
        album.picture(page, "minutes")
        assert faults(page) == []
        assert NOTE in str(call(office, demo, "GET", f"{path_of(demo)}/minutes"))


def test_minutes_signed_on_the_printed_page_become_final(
    demo: DemoService, office: BrowserContext, album: Album
) -> None:
    path = path_of(demo)
    appoint(office, demo)
    close_the_meeting(office, demo)
    made = call(office, demo, "POST", f"{path}/minutes/compose")
    tag = {"If-Match": f'"{made["etag"]}"'}
    call(office, demo, "POST", f"{path}/minutes/read-back", headers=tag)
    page = demo.open(office, f"/chapter/meetings/{demo.story.open_meeting}/minutes")
    page.get_by_text("Người ký không dùng điện thoại: ký trên giấy").click()
    expect(page.get_by_role("link", name="In biên bản để ký")).to_be_visible()
    page.get_by_role("button", name="Ghi nhận đã ký trên giấy").click()
    expect(page.get_by_text("Đồng chí chọn người đã ký trên giấy.")).to_be_visible()
    for role in ("Chủ trì", "Người ghi biên bản"):
        page.get_by_role("checkbox", name=re.compile(f"^{role}: ")).check()
    scan: Any = {"name": "trang-ky.png", "mimeType": "image/png", "buffer": files.png(8, 8)}
    page.locator("input[type=file]").set_input_files(scan)
    expect(page.get_by_text("trang-ky.png")).to_be_visible()
    # What was missing is there, and no other act stands beside this one.
    expect(page.get_by_text("Đồng chí chọn người đã ký trên giấy.")).to_have_count(0)
    expect(page.get_by_role("link", name="Ký biên bản")).to_have_count(0)
    album.picture(page, "on-paper")
    large(page, album, "on-paper-large")
    assert faults(page) == []
    page.get_by_role("button", name="Ghi nhận đã ký trên giấy").click()
    expect(page.get_by_text("Biên bản đã đủ hai chữ ký")).to_be_visible(timeout=30_000)
    assert call(office, demo, "GET", path)["state"] == "finalized"
    go(page, f"/meetings/{demo.story.open_meeting}/minutes")
    expect(page.get_by_text("Ký trên giấy", exact=True)).to_have_count(2)
    link = page.get_by_role("link", name="Xem trang đã ký").first
    album.picture(page, "signed-on-paper")
    assert faults(page) == []
    answer = office.request.get(demo.url + str(link.get_attribute("href")))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")


def confirm(page: Page, name: str) -> Any:
    page.get_by_role("button", name=name).last.click()
    return page.locator("dialog[open]")


def test_closing_warns_when_the_minutes_were_not_read_back(
    demo: DemoService, office: BrowserContext, album: Album
) -> None:
    path, room = path_of(demo), f"/chapter/meetings/{demo.story.open_meeting}/room"
    page = demo.open(office, room)
    expect(page.get_by_role("button", name=f"Ghi trạng thái khác: {demo.guest_name()}")).to_be_visible()
    dialog = confirm(page, "Kết thúc cuộc họp")
    expect(dialog.get_by_text("Chưa lập biên bản để đọc thông qua trước cuộc họp.")).to_be_visible()
    album.picture(page, "close-without-minutes")
    assert faults(page) == []
    dialog.get_by_role("button", name="Chưa, họp tiếp").last.click()

    made = call(office, demo, "POST", f"{path}/minutes/compose")
    dialog = confirm(page, "Kết thúc cuộc họp")
    expect(dialog.get_by_text("Biên bản chưa được đọc thông qua trước cuộc họp.")).to_be_visible()
    dialog.get_by_role("button", name="Chưa, họp tiếp").last.click()

    tag = {"If-Match": f'"{made["etag"]}"'}
    call(office, demo, "POST", f"{path}/minutes/read-back", headers=tag)
    dialog = confirm(page, "Kết thúc cuộc họp")
    expect(dialog.get_by_text(re.compile("trước cuộc họp"))).to_have_count(0)


def test_settling_a_meeting_without_signed_minutes_warns(
    demo: DemoService, office: BrowserContext, album: Album
) -> None:
    path = close_the_meeting(office, demo)
    page = demo.open(office, f"/chapter/meetings/{demo.story.open_meeting}")
    dialog = confirm(page, "Chốt cuộc họp")
    expect(dialog.get_by_text("Cuộc họp chưa có biên bản.")).to_be_visible()
    album.picture(page, "settle-without-minutes")
    assert faults(page) == []
    dialog.get_by_role("button", name="Chưa chốt").last.click()
    call(office, demo, "POST", f"{path}/minutes/compose")
    page.reload()
    dialog = confirm(page, "Chốt cuộc họp")
    expect(dialog.get_by_text("Biên bản chưa đủ chữ ký của chủ trì và người ghi biên bản.")).to_be_visible()
