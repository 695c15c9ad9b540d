"""Who runs a conference finds its screens in flight mode; who does not is told so; small ways beside it."""

from playwright.sync_api import Browser, expect
from tests.support.browsing import heading
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight


def test_staff_find_the_screens_of_their_conference_in_flight_mode(
    browser: Browser, demo: DemoService
) -> None:
    conference = demo.story.conference
    with open_context(browser) as phone:
        demo.sign_in(phone, demo.story.staff)
        page = demo.open(phone)
        ready_for_flight(page)
        go(page, f"/chapter/meetings/{conference}")
        expect(page.get_by_role("link", name="Điểm cầu")).to_be_visible()
        # Who convened it sees whom no message reached, and may ask.
        expect(page.get_by_role("heading", name="Chưa nhận được tin")).to_be_visible()
        assert {one.status for one in demo.front.passed if "/deliveries" in one.path} == {200}
        page.close()

        phone.set_offline(True)
        for path, title in (
            (f"/conference/{conference}", "Điểm cầu"),
            (f"/conference/{conference}/roll", "Danh sách chung"),
        ):
            page = phone.new_page()
            page.goto(demo.url + path)
            heading(page, title)
            page.close()


def test_a_member_is_not_told_that_a_conference_has_no_sites(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as phone:
        demo.sign_in(phone, demo.story.member)
        asked: list[str] = []
        page = demo.open(phone, f"/conference/{demo.story.conference}")
        page.on("request", lambda request: asked.append(request.url))
        expect(page.get_by_text("Chưa có điểm cầu nào")).to_have_count(0)
        go(page, "/staff")
        assert [url for url in asked if url.endswith("/api/organizations/")] == []
        go(page, f"/chapter/meetings/{demo.story.open_meeting}/edit")
        expect(page.get_by_text("Đồng chí không sửa được cuộc họp này")).to_be_visible()


def test_the_secretary_writes_an_item_at_once_and_reads_english_in_one_row_of_tabs(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser) as phone:
        demo.sign_in(phone, demo.story.secretary)
        page = demo.open(phone, "/chapter/meetings/new")
        page.get_by_role("button", name="Thêm nội dung").click()
        field = page.locator("dialog[open] textarea").first
        expect(field).to_be_focused()
        page.keyboard.type("Học tập")
        expect(field).to_have_value("Học tập")

        page.evaluate(
            "localStorage.setItem('handbook.preferences', JSON.stringify({language: 'en', textSize: 200, theme: 'system'}))"
        )
        page = demo.open(phone, "/me")
        tabs = page.get_by_role("navigation", name="Main sections").get_by_role("link")
        expect(tabs).to_have_count(5)
        tops = {round((tab.bounding_box() or {"y": -1})["y"]) for tab in tabs.all()}
        assert len(tops) == 1, tops
