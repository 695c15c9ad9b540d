"""The score of a room without a network: the room leads to it, the phone says why phones cannot score now, paper is counted,
stands in the minutes of the phone and reaches the record; and a sheet that was begun is not lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight, rows

STORED = "SELECT state, method, sheets, points, paper_sheets, paper_points FROM meeting_scores WHERE meeting_id = ?"


@pytest.fixture
def demo(fresh_demo: DemoService) -> DemoService:
    """Each story begins with a meeting that nobody has scored."""
    return fresh_demo


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[Page]:
    """The secretary's phone, with everybody of the roll in the room, as everybody of them knows."""
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        meeting = demo.story.open_meeting
        for (member,) in demo.rows("SELECT member_id FROM attendances WHERE meeting_id = ?", int(meeting)):
            context.request.put(
                f"{demo.url}/api/meetings/{meeting}/attendance/{member}",
                data={"state": "present"},
                headers={"Origin": demo.url},
            )
        page = demo.open(context, f"/chapter/meetings/{meeting}/score")
        expect(page.get_by_role("heading", name="Chấm điểm buổi sinh hoạt")).to_be_visible()
        ready_for_flight(page)
        yield page


def test_paper_is_counted_without_a_network_and_stands_in_the_minutes_of_the_phone(
    office: Page, demo: DemoService, album: Album
) -> None:
    meeting = demo.story.open_meeting
    office.context.set_offline(True)
    go(office, f"/chapter/meetings/{meeting}/room?tab=agenda")
    start = office.get_by_role("button", name=re.compile("^Bắt đầu"))
    jump = office.get_by_role("button", name=re.compile("chấm điểm chất lượng"))
    expect(start.or_(jump).first).to_be_visible()
    if start.count():
        start.click()
    jump.click()
    lead = office.get_by_role("link", name="Chấm điểm buổi sinh hoạt")
    expect(lead).to_be_visible()
    assert faults(office) == []
    album.picture(office, "room-leads-to-the-score")
    lead.click()

    office.get_by_role("button", name="Bắt đầu chấm điểm").click()
    expect(office.get_by_text("Chưa có mạng nên đảng viên chưa chấm trên máy được")).to_be_in_viewport()
    assert faults(office) == []
    album.picture(office, "why-not-by-phone")
    office.get_by_role("alert").get_by_role("button", name="Nhập kết quả phiếu giấy").click()
    dialog = office.locator("dialog[open]")
    save = dialog.get_by_role("button", name="Lưu kết quả")
    dialog.get_by_label("Số phiếu").fill("900")
    dialog.get_by_label("Tổng số điểm của các phiếu").fill("81000")
    save.click()
    expect(dialog.get_by_text("nên số phiếu giấy nhiều quá")).to_be_in_viewport()
    dialog.get_by_label("Số phiếu").fill("12")
    dialog.get_by_label("Tổng số điểm của các phiếu").fill("1100")
    expect(dialog.get_by_text("Trung bình: 91,66")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "paper-sheets")
    save.click()
    expect(office.get_by_text("Xếp loại: Tốt")).to_be_visible()
    expect(office.get_by_text("đã ghi trên máy này, gửi khi có mạng")).to_be_visible()
    assert faults(office) == []

    office.get_by_role("button", name="Sửa số phiếu giấy").click()
    expect(dialog.get_by_label("Tổng số điểm của các phiếu")).to_have_value("1100")
    dialog.get_by_label("Tổng số điểm của các phiếu").fill("1010")
    save.click()
    expect(office.get_by_text("Xếp loại: Khá")).to_be_visible()
    expect(office.get_by_text("Trước khi sửa: 12 phiếu, tổng số 1100 điểm.")).to_be_visible()
    album.picture(office, "result-with-both-counts")
    large(office, album, "result-with-both-counts-large")

    go(office, f"/chapter/meetings/{meeting}/minutes")
    expect(office.get_by_text("Chấm điểm buổi sinh hoạt: 84,16/100 điểm, xếp loại khá.")).to_be_visible()

    office.context.set_offline(False)
    wait_until(
        lambda: demo.rows(STORED, int(meeting)) == [("closed", "paper", 12, 1010, 12, 1010)],
        "the paper has not reached the record",
        office,
        seconds=40,
    )


def test_a_sheet_that_was_begun_is_kept_and_untouched_full_marks_are_said(
    office: Page, demo: DemoService, album: Album
) -> None:
    meeting = demo.story.open_meeting
    office.get_by_role("button", name="Bắt đầu chấm điểm").click()
    # The secretary is a member of the meeting and gives a sheet like the others.
    office.get_by_role("link", name="Gửi phiếu của tôi").click()
    send = office.get_by_role("button", name=re.compile("^Gửi phiếu"))
    expect(send).to_contain_text("100/100")
    send.click()
    dialog = office.locator("dialog[open]")
    expect(dialog.get_by_text("Đồng chí chưa bớt điểm ở tiêu chí nào")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "untouched-full-marks")
    dialog.get_by_role("button", name="Xem lại").last.click()
    less = office.get_by_role("button", name=re.compile("^Bớt một điểm"))
    for _ in range(3):
        less.first.click()
    expect(send).to_contain_text("97/100")
    wait_until(lambda: drafts(office) != [], "the sheet is not kept on the phone", office)
    go(office, f"/meetings/{meeting}")
    # What is asked of a member now stands above what is good to know.
    lead = office.get_by_role("link", name="Chấm điểm", exact=True)
    expect(lead).to_be_in_viewport()
    assert faults(office) == []
    album.picture(office, "meeting-asks-for-the-sheet")
    lead.click()
    expect(send).to_contain_text("97/100")
    office.reload()
    expect(send).to_contain_text("97/100")
    expect(office.get_by_text("được giữ trên máy này đến khi gửi")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "begun-sheet")
    send.click()
    expect(dialog.get_by_text("Đồng chí chưa bớt điểm")).to_have_count(0)
    dialog.get_by_role("button", name="Gửi phiếu", exact=True).click()
    expect(office.get_by_text("Đồng chí đã gửi phiếu")).to_be_visible()
    wait_until(lambda: not drafts(office), "the sheet is still kept on the phone", office)


def drafts(page: Page) -> list[str]:
    return [row["key"] for row in rows(page, "views") if row["key"].startswith("draft:score-sheet:")]
