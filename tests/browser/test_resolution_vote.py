"""The meeting votes on its resolution while it is open: drafted in the room, put to the vote, issued only afterwards."""

import json
import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.support.browsing import heading, wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.rooms import Device


def test_the_open_meeting_drafts_its_resolution_and_votes_on_that_draft(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{meeting}/room?tab=votes")
        write = page.get_by_role("link", name="Soạn dự thảo nghị quyết")
        expect(write).to_be_visible()
        album.picture(page, "room-votes")
        write.click()
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
        an_open_vote_holds_the_draft(demo, page, album)
        withdraw_the_votes(demo, context)


def an_open_vote_holds_the_draft(demo: DemoService, page: Page, album: Album) -> None:
    go(page, f"/chapter/meetings/{demo.story.open_meeting}/resolution")
    expect(
        page.get_by_text("Dự thảo đang được biểu quyết. Kết thúc hoặc hủy biểu quyết rồi mới sửa")
    ).to_be_visible()
    body = page.get_by_label("Nội dung", exact=True)
    body.fill(body.input_value() + "\n3. Thu thêm quỹ.")
    page.get_by_role("button", name="Lưu nháp").click()
    expect(page.get_by_text(re.compile("Dự thảo đang được biểu quyết nên chưa sửa được."))).to_be_visible()
    album.picture(page, "draft-under-vote")


def test_conclusions_written_after_the_draft_was_begun_are_offered_to_it(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    """The draft of the first story goes on being written; what was typed in it stays."""
    meeting, later = demo.story.open_meeting, "Giao tổ 4 rà soát hộ bị ngập xong trước ngày 20."
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{meeting}/room?tab=agenda")
        page.get_by_role("button", name="Bắt đầu nội dung 1").click()

        def conclude(text: str) -> None:
            page.get_by_role("button", name=re.compile("^(Ghi|Sửa) kết luận")).last.click()
            dialog = page.locator("dialog[open]")
            dialog.get_by_label("Kết luận nội dung này").fill(text)
            dialog.get_by_role("button", name="Lưu kết luận").click()
            expect(dialog).to_have_count(0)
            go(page, f"/chapter/meetings/{meeting}/resolution")
            expect(offer).to_be_visible()

        offer = page.get_by_text("1 kết luận của cuộc họp chưa có trong dự thảo này:")
        body = page.get_by_label("Nội dung", exact=True)
        conclude(later)
        body.fill(body.input_value() + "\n3. Báo cáo vào kỳ họp sau.")
        album.picture(page, "later-conclusion")
        large(page, album, "later-conclusion-large")
        assert faults(page) == []
        page.get_by_role("button", name="Đưa vào dự thảo").click()
        expect(offer).to_have_count(0)
        expect(body).to_have_value(re.compile(rf"Mỗi đảng viên giúp một hộ\.\n3\. Báo cáo .*\n4\. {later}"))
        album.picture(page, "taken-over")
        who_came_later_is_offered_too(demo, page, album)
        page.get_by_role("button", name="Lưu nháp").click()
        expect(page.get_by_text("Đã lưu nháp.")).to_be_visible()

        go(page, f"/chapter/meetings/{meeting}/room?tab=agenda")
        conclude("Chưa kết luận, để kỳ sau.")
        page.get_by_role("button", name="Không lấy").click()
        expect(offer).to_have_count(0)
        page.reload()
        expect(body).to_have_value(re.compile(later))
        expect(offer).to_have_count(0)


def who_came_later_is_offered_too(demo: DemoService, page: Page, album: Album) -> None:
    """The opening sentence is of the hour of drafting; somebody comes, and it is brought up to the roll by one tap."""
    body = page.get_by_label("Nội dung", exact=True)
    opening = re.compile(r"có mặt (\d+)/(\d+) đảng viên")
    found = opening.search(body.input_value())
    assert found
    there, of = int(found[1]), int(found[2])
    path = f"{demo.url}/api/meetings/{demo.story.open_meeting}/attendance/{demo.story.guest_id}"
    answer = page.context.request.put(path, data={"state": "late"}, headers={"Origin": demo.url})
    assert answer.ok, answer.text()
    told = f"Dự thảo ghi có mặt {there}/{of} đảng viên; theo điểm danh nay là {there + 1}/{of}."
    expect(page.get_by_text(told)).to_be_visible(timeout=30_000)
    album.picture(page, "later-roll")
    large(page, album, "later-roll-large")
    assert faults(page) == []
    page.get_by_role("button", name="Cập nhật", exact=True).click()
    expect(page.get_by_text("theo điểm danh nay là")).to_have_count(0)
    expect(body).to_have_value(re.compile(f"có mặt {there + 1}/{of} đảng viên"))


def test_issued_without_a_vote_the_dialog_says_so_and_the_reason_stays_on_the_resolution(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    """The vote of the first story is withdrawn: nothing was voted on the draft."""
    meeting = demo.story.open_meeting
    reason = "Đã lấy ý kiến bằng văn bản"
    with open_context(browser, worker=False) as context, open_context(browser, worker=False) as other:
        demo.sign_in(context, demo.story.host)
        demo.sign_in(other, demo.story.host)
        withdraw_the_votes(demo, context)
        watching = demo.open(other, f"/chapter/meetings/{meeting}/resolution")
        expect(watching.get_by_text("Cuộc họp đang diễn ra.").first).to_be_visible()
        page = demo.open(context, f"/chapter/meetings/{meeting}/room")
        page.get_by_role("button", name="Kết thúc cuộc họp").click()
        page.locator("dialog[open]").get_by_role("button", name="Kết thúc cuộc họp").click()
        expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
        closed = "SELECT id FROM meetings WHERE id = ? AND state = 'closed'"
        wait_until(lambda: demo.rows(closed, int(meeting)) != [], "the meeting is not closed", page)
        # The other device hears of it from the book of the room, before its next sync.
        expect(watching.get_by_role("button", name="Ban hành")).to_be_visible(timeout=20_000)
        album.picture(watching, "closed-on-another-device")
        page.goto(f"{demo.url}/chapter/meetings/{meeting}/resolution")
        expect(page.get_by_label("Số, ký hiệu")).to_have_value(re.compile("-NQ/CB$"))
        page.get_by_role("button", name="Ban hành").click()
        dialog = page.get_by_role("alertdialog")
        expect(dialog.get_by_text("Cuộc họp chưa biểu quyết nghị quyết này.")).to_be_visible()
        dialog.get_by_role("button", name="Ban hành").click()
        expect(dialog.get_by_text("Đồng chí điền ô này.")).to_be_in_viewport(ratio=1)
        album.picture(page, "issue-without-a-vote")
        dialog.get_by_label("Lý do vẫn ban hành").fill(reason)
        dialog.get_by_role("button", name="Ban hành").click()
        expect(dialog).to_have_count(0)
        ((resolution, kept, answered),) = demo.rows(
            "SELECT id, issue_exception, issue_exception_for FROM resolutions"
            " WHERE meeting_id = ? AND state = 'issued'",
            int(meeting),
        )
        assert (kept, "no_vote" in json.loads(answered)) == (reason, True)
        page.goto(f"{demo.url}/resolutions/{resolution}")
        expect(page.get_by_text(reason)).to_be_visible()


def withdraw_the_votes(demo: DemoService, office: BrowserContext) -> None:
    found = office.request.get(f"{demo.url}/api/meetings/{demo.story.open_meeting}/ballots").json()
    for ballot in (one for one in found["items"] if "withdraw" in one["can"]):
        answer = office.request.post(
            f"{demo.url}/api/ballots/{ballot['id']}/withdraw",
            headers={"Origin": demo.url, "If-Match": ballot["etag"]},
        )
        assert answer.ok, answer.text()


def test_a_disputed_count_is_said_before_the_tap_and_the_dialog_leads_to_the_room(
    browser: Browser, fresh_demo: DemoService, album: Album
) -> None:
    """Two devices counted the vote on the draft differently: no reason helps, so none is asked for."""
    demo = fresh_demo
    meeting = demo.story.open_meeting
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        draft = two_counts(demo, context)
        page = demo.open(context, f"/chapter/meetings/{meeting}/resolution")
        said = page.get_by_text(re.compile("Hai máy ghi kết quả biểu quyết khác nhau, hoặc ghi một lần"))
        expect(said).to_be_visible()
        album.picture(page, "disputed-before-the-tap")
        page.get_by_role("button", name="Ban hành").click()
        dialog = page.get_by_role("alertdialog", name=re.compile("^Chưa ban hành được"))
        expect(dialog.get_by_text(re.compile("Đồng chí vào phòng họp chọn kết quả đúng"))).to_be_visible()
        expect(dialog.get_by_label("Lý do vẫn ban hành")).to_have_count(0)
        expect(dialog.get_by_role("button", name="Ban hành")).to_have_count(0)
        assert faults(page) == []
        album.picture(page, "disputed-dialog")
        large(page, album, "disputed-dialog-large")
        page.goto(f"{demo.url}/resolutions/{draft}")
        expect(said).to_be_visible()
        album.picture(page, "disputed-draft")
        page.goto(f"{demo.url}/chapter/meetings/{meeting}/resolution")
        page.get_by_role("button", name="Ban hành").click()
        dialog.get_by_role("link", name="Chọn kết quả đúng").click()
        expect(page.get_by_text(re.compile("1 chỗ hai máy ghi khác nhau"))).to_be_visible()
        album.picture(page, "disputed-room")
        page.get_by_role("button", name="Xem và chọn").click()
        choose = page.get_by_role("dialog")
        choose.get_by_role("button", name=re.compile("^Chọn")).first.click()
        expect(page.get_by_text(re.compile("chỗ hai máy ghi khác nhau"))).to_have_count(0)


def two_counts(demo: DemoService, office: BrowserContext) -> str:
    """The draft of the open meeting with a count of 3 and one of 2, each by a device of its own; the meeting is over."""
    meeting = f"{demo.url}/api/meetings/{demo.story.open_meeting}"
    origin = {"Origin": demo.url}
    draft = office.request.post(f"{meeting}/resolution-draft", headers=origin).json()
    now = datetime.now(UTC)
    for seconds, agree in ((2, 3), (1, 2)):
        vote = {
            "title": "Thông qua nghị quyết",
            "kind": "resolution",
            "resolution_id": draft["id"],
            "denominator": None,
            "agree": agree,
            "disagree": 1,
            "other": 0,
        }
        line = Device().write("hand_vote", now - timedelta(seconds=seconds), ballot=vote)
        answer = office.request.post(
            f"{meeting}/proceedings",
            data={"now": now.isoformat(), "entries": [line]},
            headers={"Origin": demo.url},
        )
        assert [one["outcome"] for one in answer.json()["items"]] == ["applied"], answer.text()
    withdraw_the_votes(demo, office)
    etag = office.request.get(meeting).json()["etag"]
    answer = office.request.post(f"{meeting}/close", headers={**origin, "If-Match": etag})
    assert answer.ok, answer.text()
    return str(draft["id"])
