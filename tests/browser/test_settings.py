"""Staff change the rules of a committee; its cells' next meetings follow them, and what was convened before does not."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import meta

from handbook.kernel.clock import SystemClock


def test_a_quorum_set_at_the_committee_holds_for_the_next_meeting_of_a_cell(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser, desk=True, worker=False) as desk, open_context(browser, worker=False) as phone:
        demo.sign_in(desk, demo.story.staff)
        demo.sign_in(phone, demo.story.secretary)
        before = required(demo, phone, demo.story.next_meeting)

        staff = demo.open(desk, f"/staff/organizations/{demo.story.committee}")
        staff.get_by_role("link", name="Quy định").click()
        row = staff.get_by_role("button", name=re.compile("^Tỷ lệ đảng viên chính thức phải có mặt"))
        expect(row).to_contain_text("Theo quy định chung")
        row.click()
        sheet = staff.locator("dialog[open]")
        sheet.get_by_role("radio", name="Tất cả").check()
        sheet.get_by_role("button", name="Lưu", exact=True).click()
        expect(row).to_contain_text("Tất cả")
        expect(row).to_contain_text("Đặt riêng ở đây")
        assert_history(staff, row)

        go(staff, f"/staff/organizations/{demo.story.cell}/settings")
        inherited = staff.get_by_role("button", name=re.compile("^Tỷ lệ đảng viên chính thức phải có mặt"))
        expect(inherited).to_contain_text("Tất cả")
        expect(inherited).to_contain_text(re.compile("Theo Đảng bộ"))

        assert required(demo, phone, demo.story.next_meeting) == before
        meeting = convene(demo, phone)
        everybody = required(demo, phone, meeting)
        assert everybody > before
        secretary = demo.open(phone, f"/chapter/meetings/{meeting}/room")
        secretary.get_by_role("button", name="Mở cuộc họp").click()
        secretary.locator("dialog[open]").get_by_role("button", name=re.compile("^Mở")).click()
        quorum = f"Chính thức có mặt 1/{everybody}, cần {everybody}, còn thiếu {everybody - 1}"
        expect(secretary.get_by_text(quorum)).to_be_visible()


def test_the_days_that_the_committee_sets_are_offered_for_the_next_meeting(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser, worker=False) as staff, open_context(browser, worker=False) as phone:
        demo.sign_in(staff, demo.story.staff)
        demo.sign_in(phone, demo.story.secretary)
        page = demo.open(staff, f"/staff/organizations/{demo.story.committee}/settings")
        page.get_by_role("button", name=re.compile("^Ngày sinh hoạt định kỳ")).click()
        days = page.get_by_label("Các ngày trong tháng")
        days.fill("17, 44")
        page.get_by_role("button", name="Lưu", exact=True).click()
        expect(page.get_by_text("Phải từ 1 đến 31.")).to_be_visible()
        days.fill("18, 17")
        page.get_by_role("button", name="Lưu", exact=True).click()
        expect(page.get_by_text("Ngày 17, 18")).to_be_visible()

        form = demo.open(phone)
        wait_until(partial(meta, form, "synced_at"), "nothing was fetched", form)
        go(form, f"/chapter/meetings/new?cell={demo.story.cell}")
        for day in (17, 18):
            expect(form.get_by_role("radio", name=f"{day}/")).to_be_visible()


def assert_history(page: Page, row: Any) -> None:
    """It is asked for once, and stands still."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/history" in request.url else None)
    row.click()
    page.get_by_role("button", name="Lịch sử thay đổi").click()
    sheet = page.locator("dialog[open]")
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    expect(sheet.get_by_role("listitem")).to_contain_text("tất cả")
    # What is asked for again and again shows itself within a second or two.
    page.wait_for_timeout(2000)
    assert len(asked) == 1
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)


def required(demo: DemoService, context: BrowserContext, meeting: str) -> int:
    answer = context.request.get(f"{demo.url}/api/meetings/{meeting}/attendance")
    assert answer.ok, answer.text()
    return int(answer.json()["quorum"]["required"])


def convene(demo: DemoService, context: BrowserContext) -> str:
    """A new meeting of the cell that begins in half an hour, so that it can be opened at once."""
    starts = SystemClock().now() + timedelta(minutes=30)
    answer = context.request.post(
        f"{demo.url}/api/organizations/{demo.story.cell}/meetings",
        data={
            "kind": "regular",
            "title": "Sinh hoạt theo quy định mới",
            "place": "Hội trường",
            "starts_at": starts.isoformat(),
            "ends_at": (starts + timedelta(minutes=90)).isoformat(),
        },
        headers={"Origin": demo.url},
    )
    assert answer.ok, answer.text()
    made = answer.json()
    answer = context.request.post(
        f"{demo.url}/api/meetings/{made['id']}/convene",
        headers={"Origin": demo.url, "If-Match": f'"{made["etag"]}"'},
    )
    assert answer.ok, answer.text()
    return str(made["id"])
