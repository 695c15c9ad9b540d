"""A secret vote on paper in a room without a network: offered where the network was asked for, written down, sent later."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import card, close, faults, large, propose
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight

COUNTED = (
    *(("Phiếu phát ra", "4"), ("Phiếu thu về", "4"), ("Phiếu hợp lệ", "3"), ("Phiếu không hợp lệ", "1")),
    *(("Đồng ý", "2"), ("Không đồng ý", "1"), ("Ý kiến khác", "0")),
)
STORED = (
    "SELECT method, agree, papers_given_out, papers_invalid, voters_present, count_confirmed FROM ballots"
    " WHERE title = ?"
)


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[Page]:
    """The secretary's phone, which has seen the votes of the room once with a network."""
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{demo.story.open_meeting}/room?tab=votes")
        expect(page.get_by_role("button", name="Ghi bỏ phiếu kín bằng giấy")).to_be_visible()
        ready_for_flight(page)
        yield page


def test_papers_are_counted_without_a_network_and_reach_the_record(
    office: Page, demo: DemoService, album: Album
) -> None:
    meeting, title = demo.story.open_meeting, "Kết nạp đồng chí Lý Thị Sen"
    # Who asks for a vote by the network is told beside the button, and led to where it works without.
    go(office, f"/chapter/meetings/{meeting}/ballots")
    office.get_by_role("button", name="Đưa ra biểu quyết").click()
    office.context.set_offline(True)
    dialog = office.locator("dialog[open]")
    dialog.get_by_role("radio", name="Phiếu kín, giấy").check()
    put = dialog.get_by_role("button", name="Đưa ra biểu quyết")
    put.click()
    told = dialog.get_by_text("Giơ tay và bỏ phiếu kín bằng giấy không cần mạng")
    expect(told).to_be_in_viewport()
    expect(put).to_be_in_viewport()
    assert faults(office) == []
    album.picture(office, "led-to-the-room")
    dialog.get_by_role("link", name="Ghi kết quả đếm tại phòng họp").click()

    office.get_by_role("button", name="Ghi bỏ phiếu kín bằng giấy").click()
    expect(dialog.get_by_role("radio", name="Kết nạp đảng viên")).to_be_checked()
    dialog.get_by_label("Thuộc nội dung chương trình").select_option(label="Không thuộc nội dung nào")
    dialog.get_by_label("Nội dung biểu quyết").fill(title)
    for label, number in COUNTED:
        dialog.get_by_label(label, exact=True).fill(number)
    dialog.get_by_label("Phiếu thu về", exact=True).fill("5")
    expect(dialog.get_by_text("Phiếu thu về nhiều hơn phiếu phát ra")).to_be_visible()
    dialog.get_by_label("Phiếu thu về", exact=True).fill("4")
    # More papers than people in the room are asked about, and never kept in silence.
    for label, number in (("Phiếu phát ra", "36"), ("Phiếu thu về", "36"), ("Phiếu không hợp lệ", "33")):
        dialog.get_by_label(label, exact=True).fill(number)
    save = dialog.get_by_role("button", name="Lưu kết quả")
    save.click()
    expect(dialog.get_by_text("đánh dấu xác nhận số đếm ở trên")).to_be_in_viewport()
    expect(save).to_be_in_viewport()
    assert faults(office) == []
    album.picture(office, "more-papers-than-people")
    dialog.get_by_label("Số đếm đúng, danh sách điểm danh còn thiếu").check()
    save.click()
    result = card(office, title)
    expect(result.get_by_text("Phát 36, thu 36, hợp lệ 3, không hợp lệ 33")).to_be_visible()
    expect(result.get_by_text("người có quyền biểu quyết được ghi có mặt")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "result-in-the-room")
    large(office, album, "result-in-the-room-large")

    office.get_by_role("button", name=f"Sửa số, ý kiến bảo lưu: {title}").click()
    for label, number in COUNTED:
        dialog.get_by_label(label, exact=True).fill(number)
    save.click()
    expect(office.get_by_text("Phát 4, thu 4, hợp lệ 3, không hợp lệ 1")).to_be_visible()

    office.context.set_offline(False)
    wait_until(
        lambda: [row[:4] for row in demo.rows(STORED, title)] == [("secret_paper", 2, 4, 1)],
        "the papers have not reached the record",
        office,
        seconds=40,
    )
    go(office, f"/chapter/meetings/{meeting}/ballots")
    expect(office.get_by_role("heading", name=title)).to_be_visible()
    expect(office.get_by_text("Phát 4, thu 4, hợp lệ 3, không hợp lệ 1")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "on-record")


def test_hands_of_those_without_a_phone_are_added_to_a_vote_by_phone(
    office: Page, demo: DemoService, album: Album
) -> None:
    title = "Chọn ngày lao động cộng sản"
    go(office, f"/chapter/meetings/{demo.story.open_meeting}/ballots")
    propose(office, kind="Việc khác", method="Điện thoại", title=title)
    sheet = card(office, title)
    sheet.get_by_text("Thêm phiếu giơ tay").click()
    sheet.get_by_label("Đồng ý", exact=True).fill("900")
    expect(sheet.get_by_text("Giơ tay cộng lại là 900")).to_be_visible()
    expect(sheet.get_by_role("button", name="Kết thúc và công bố")).to_be_disabled()
    assert faults(office) == []
    album.picture(office, "too-many-hands")
    for label, number in (("Đồng ý", "3"), ("Không đồng ý", "1")):
        sheet.get_by_label(label, exact=True).fill(number)
    album.picture(office, "hands-beside")
    large(office, album, "hands-beside-large")
    close(office)
    expect(sheet.get_by_text("Trong đó giơ tay: 3 đồng ý, 1 không đồng ý, 0 ý kiến khác")).to_be_visible()
    expect(sheet.get_by_text(re.compile(r"^3 / \d+$"))).to_be_visible()
    assert faults(office) == []
    album.picture(office, "hands-in-the-result")
