"""Who runs a conference finds its screens in flight mode; who does not is told so; small ways beside it."""

from playwright.sync_api import Browser, expect
from tests.support.browsing import heading, wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight


def test_staff_find_the_screens_of_their_conference_in_flight_mode(
    browser: Browser, demo: DemoService
) -> None:
    conference = demo.story.conference
    place = "SELECT o.path FROM organizations o JOIN meetings m ON m.organization_id = o.id WHERE m.id = ?"
    read = f"SELECT COUNT(*) FROM audit_entries WHERE tag = 'members:phone:read' AND path = ({place})"
    with open_context(browser) as phone:
        demo.sign_in(phone, demo.story.staff)
        page = demo.open(phone)
        ready_for_flight(page)
        # That the phone fetches ahead is nobody's look at the telephone numbers of the hosts.
        assert demo.rows(read, int(conference)) == [(0,)]
        go(page, f"/chapter/meetings/{conference}")
        expect(page.get_by_role("link", name="Điểm cầu")).to_be_visible()
        # Who convened it sees whom no message reached, and may ask.
        expect(page.get_by_role("heading", name="Chưa nhận được tin")).to_be_visible()
        wait_until(lambda: demo.front.sent("GET", "/deliveries") != [], "nobody asked whom it reached", page)
        assert {one.status for one in demo.front.passed if "/deliveries" in one.path} == {200}
        page.close()

        phone.set_offline(True)
        sites = "SELECT name, number FROM meeting_sites WHERE id = ?"
        ((name, number),) = demo.rows(sites, int(demo.story.site))
        roll = "SELECT m.full_name FROM attendances a JOIN members m ON m.id = a.member_id WHERE a.meeting_id = ?"
        ((first,), *_) = demo.rows(f"{roll} ORDER BY m.name_sort, m.id", int(conference))
        for path, title, content in (
            (f"/conference/{conference}", "Điểm cầu", f"{number}. {name}"),
            (f"/conference/{conference}/sites/{demo.story.site}", name, "Địa chỉ"),
            (f"/conference/{conference}/roll", "Danh sách chung", first),
        ):
            page = phone.new_page()
            page.goto(demo.url + path)
            heading(page, title)
            expect(page.locator("main").get_by_text(content).first).to_be_visible()
            page.close()


def test_a_member_is_not_told_that_a_conference_has_no_sites(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as phone:
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
    with open_context(browser, worker=False) as phone:
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
