"""The meeting votes on its resolution while it is open: drafted in the room, put to the vote, issued only afterwards."""

import re

from playwright.sync_api import Browser, expect
from tests.browser.conftest import Album
from tests.support.browsing import heading
from tests.support.demo_service import DemoService, open_context


def test_the_open_meeting_drafts_its_resolution_and_votes_on_that_draft(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    meeting = demo.story.open_meeting
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{meeting}/room?tab=votes")
        album.picture(page, "room-votes")
        page.get_by_role("link", name="Soạn dự thảo nghị quyết").click()
        heading(page, "Nghị quyết")
        expect(page.get_by_label("Số, ký hiệu")).to_have_value(re.compile("-NQ/CB$"))
        expect(page.get_by_text("Cuộc họp đang diễn ra.").first).to_be_visible()
        expect(page.get_by_role("button", name="Ban hành")).to_have_count(0)
        body = page.get_by_label("Nội dung", exact=True)
        body.fill(body.input_value() + "\n2. Mỗi đảng viên giúp một hộ.")
        album.picture(page, "draft-while-open")
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()
        ((draft, symbol, state),) = demo.rows(
            "SELECT id, symbol, state FROM resolutions WHERE meeting_id = ?", int(meeting)
        )
        assert state == "draft"

        page.goto(f"{demo.url}/chapter/meetings/{meeting}/room?tab=votes")
        expect(page.get_by_role("link", name=re.compile("^Dự thảo nghị quyết"))).to_be_visible()
        page.goto(f"{demo.url}/chapter/meetings/{meeting}/ballots")
        page.get_by_role("button", name="Đưa ra biểu quyết").click()
        sheet = page.get_by_role("dialog", name="Biểu quyết việc gì?")
        on_draft = sheet.get_by_role("checkbox", name=re.compile("Biểu quyết về dự thảo nghị quyết"))
        expect(on_draft).to_be_checked()
        expect(sheet.get_by_text(str(symbol))).to_be_visible()
        album.picture(page, "vote-on-the-draft")
        sheet.get_by_role("button", name="Đưa ra biểu quyết").click()
        expect(sheet).to_have_count(0)
        assert demo.rows("SELECT resolution_id FROM ballots WHERE meeting_id = ?", int(meeting)) == [(draft,)]
