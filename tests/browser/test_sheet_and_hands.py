"""Without a network: a signed sheet of paper is read into the roll; a count by hands is corrected, with reserved opinions."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import drafts, ready_for_flight, wait_for_draft


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[Page]:
    """The secretary's phone, which has seen the room once with a network."""
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{demo.story.open_meeting}/room?tab=roll")
        expect(page.get_by_role("button", name=re.compile("^Ghi có mặt: ")).first).to_be_visible()
        ready_for_flight(page)
        yield page


def roll(demo: DemoService) -> list[tuple[Any, ...]]:
    """The roll in the order of the printed sheet."""
    return demo.rows(
        "SELECT m.full_name, a.state, a.method FROM attendances a JOIN members m ON m.id = a.member_id"
        " WHERE a.meeting_id = ? ORDER BY m.name_sort, m.id",
        int(demo.story.open_meeting),
    )


def test_a_signed_sheet_of_paper_is_read_into_the_roll(office: Page, demo: DemoService, album: Album) -> None:
    before = roll(demo)
    missing = [name for name, state, _ in before if state is None]
    assert len(missing) > 3
    album.picture(office, "roll-with-the-way-in")
    office.get_by_role("link", name="Nhập từ danh sách ký giấy").click()
    lines = office.get_by_role("list", name="Danh sách ký giấy").get_by_role("listitem")
    expect(lines).to_have_count(len(before))
    numbered = [f"{number}" for number in range(1, len(before) + 1)]
    expect(lines.locator(".number")).to_have_text(numbered)
    expect(lines.locator(".name")).to_have_text([name for name, _, _ in before])
    assert faults(office) == []
    album.picture(office, "sheet")

    office.context.set_offline(True)
    office.get_by_role("button", name="Chọn tất cả, rồi bỏ người không ký").click()
    ticked = lines.locator("button[aria-pressed=true]")
    expect(ticked).to_have_count(len(missing))
    lines.filter(has_text=missing[0]).locator("button[aria-pressed]").first.click()
    expect(ticked).to_have_count(len(missing) - 1)
    office.get_by_role("button", name=f"Giờ đến: {missing[1]}").first.click()
    asked = office.locator("dialog[open]")
    album.picture(office, "arrival")
    asked.get_by_role("button", name="Ghi giờ đến").click()
    expect(office.get_by_text(re.compile("Đã ký · đến lúc"))).to_be_visible()
    assert faults(office) == []
    album.picture(office, "ticked")
    large(office, album, "ticked-large")
    the_ticks_outlive_the_app(office, ticked, len(missing) - 1, album)
    office.get_by_role("button", name=f"Ghi {len(missing) - 1} người có mặt").click()
    done = office.get_by_text(f"Đã ghi {len(missing) - 1} người có mặt theo danh sách ký giấy.").first
    expect(done).to_be_visible()
    album.picture(office, "written")
    office.get_by_role("button", name="Hoàn tác").click()
    away = [name for name, state, _ in before if state not in ("present", "late")]
    expect(lines.locator("button[aria-pressed=false]")).to_have_count(len(away))
    throw_kept_ticks_away(office, lines.filter(has_text=missing[0]), ticked)
    lines.filter(has_text=missing[-1]).locator("button[aria-pressed]").first.click()
    office.get_by_role("button", name="Ghi 1 người có mặt").click()
    expect(lines.filter(has_text=missing[-1]).get_by_text("đã điểm danh")).to_be_visible()
    office.context.set_offline(False)
    read = (missing[-1], "present", "sheet")
    after = [read if line[0] == read[0] else line for line in before]
    wait_until(lambda: roll(demo) == after, "the sheet has not reached the server", office, seconds=40)


def the_ticks_outlive_the_app(page: Page, ticked: Locator, count: int, album: Album) -> None:
    """Leave for another screen, then close the app: what was read off the paper is still there, and said to be."""
    kept = page.get_by_text("Đang mở các chữ ký chọn dở lúc")
    expect(kept).to_have_count(0)
    go(page, "/")
    page.go_back()
    expect(ticked).to_have_count(count)
    page.reload()
    expect(ticked).to_have_count(count)
    expect(kept).to_be_visible()
    expect(page.get_by_text(re.compile("Đã ký · đến lúc"))).to_be_visible()
    assert faults(page) == []
    album.picture(page, "kept")


def throw_kept_ticks_away(page: Page, line: Locator, ticked: Locator) -> None:
    line.locator("button[aria-pressed]").first.click()
    wait_for_draft(page)
    page.reload()
    expect(ticked).to_have_count(1)
    page.get_by_role("button", name="Bỏ các dấu chọn này").click()
    expect(ticked).to_have_count(0)
    wait_until(lambda: not drafts(page), "a dropped draft is kept on the phone", page)
    page.reload()
    expect(page.get_by_role("button", name="Chưa chọn ai")).to_be_disabled()
    expect(page.get_by_text("Đang mở các chữ ký chọn dở lúc")).to_have_count(0)
    expect(ticked).to_have_count(0)


def test_a_count_by_hands_is_corrected_and_both_counts_are_shown(
    office: Page, demo: DemoService, album: Album
) -> None:
    title = "Nâng mức đóng góp quỹ"
    room = f"/chapter/meetings/{demo.story.open_meeting}/room"
    go(office, f"{room}?tab=votes")
    office.context.set_offline(True)
    office.get_by_role("button", name="Ghi biểu quyết giơ tay").click()
    dialog = office.locator("dialog[open]")
    dialog.get_by_role("radio", name="Việc khác").check()
    dialog.get_by_label("Thuộc nội dung chương trình").select_option(label="Không thuộc nội dung nào")
    dialog.get_by_label("Nội dung biểu quyết").fill(title)
    for label, number in (("Đồng ý", "3"), ("Không đồng ý", "1"), ("Ý kiến khác", "0")):
        dialog.get_by_label(label, exact=True).fill(number)
    dialog.get_by_role("button", name="Thêm ý kiến bảo lưu").click()
    dialog.get_by_label("Đảng viên bảo lưu ý kiến").select_option(index=1)
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(dialog.get_by_text("Ý kiến bảo lưu cần có tên đảng viên và nội dung.")).to_be_visible()
    dialog.get_by_label("Nội dung ý kiến").fill("Đề nghị bàn thêm ở kỳ sau.")
    assert faults(office) == []
    album.picture(office, "hands-with-an-opinion")
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(office.get_by_text("3 đồng ý, 1 không đồng ý, 0 ý kiến khác")).to_be_visible()
    expect(office.get_by_text("Đề nghị bàn thêm ở kỳ sau.")).to_be_visible()

    office.get_by_role("button", name=f"Sửa số, ý kiến bảo lưu: {title}").click()
    dialog.get_by_label("Đồng ý", exact=True).fill("2")
    dialog.get_by_label("Nội dung ý kiến").fill("Đề nghị bàn thêm ở kỳ sau, sau khi có số liệu.")
    album.picture(office, "corrects")
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(office.get_by_text("2 đồng ý, 1 không đồng ý, 0 ý kiến khác")).to_be_visible()
    office.get_by_text("Đã sửa số 1 lần").click()
    expect(office.get_by_text("3 đồng ý, 1 không đồng ý, 0 ý kiến khác")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "both-counts")

    office.get_by_role("button", name="Ghi biểu quyết giơ tay").click()
    dialog.get_by_role("radio", name="Việc khác").check()
    dialog.get_by_label("Thuộc nội dung chương trình").select_option(label="Không thuộc nội dung nào")
    dialog.get_by_label("Nội dung biểu quyết").fill(f" {title.upper()}")
    expect(dialog.get_by_text("Nội dung này đã có kết quả")).to_be_visible()
    album.picture(office, "counted-already")
    office.keyboard.press("Escape")

    office.context.set_offline(False)
    stored = "SELECT agree, disagree, denominator FROM ballots WHERE title = ?"
    wait_until(
        lambda: [row[:2] for row in demo.rows(stored, title)] == [(2, 1)],
        "the count has not reached the server",
        office,
        seconds=40,
    )
    go(office, f"/chapter/meetings/{demo.story.open_meeting}/ballots")
    expect(
        office.get_by_text(re.compile("^Đã sửa số. Trước đó ghi: 3 đồng ý, 1 không đồng ý"))
    ).to_be_visible()
    expect(office.get_by_text("Đề nghị bàn thêm ở kỳ sau, sau khi có số liệu.")).to_be_visible()
    album.picture(office, "result-says-it-was-corrected")
