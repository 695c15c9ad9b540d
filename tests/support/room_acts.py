"""What people do in a room: open the meeting, take the roll, run the agenda, keep notes, count votes, close."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext, Locator, Page, expect
from tests.browser.conftest import Album, Service
from tests.support.browsing import heading, wait_until
from tests.support.chapter import Chapter
from tests.support.phone import ready_for_flight, rows
from tests.support.room_seen import tab

from handbook.accounts.sessions import COOKIE
from handbook.kernel.text import fold

TITLE = "Sinh hoạt chi bộ thường kỳ"
NOTE, CONCLUSION = "Đề nghị rà soát lại danh sách hộ nghèo.", "Giao tổ 4 rà soát xong trước ngày 20."
RESERVED = "Chưa rõ nguồn kinh phí."
COUNT, OTHERWISE = (f"{n} đồng ý, {14 - n} không đồng ý, 0 ý kiến khác" for n in (13, 12))
ADMISSION = "Kết nạp quần chúng Lý Thị Sen"
PAPERS = (
    *(("Phiếu phát ra", "15"), ("Phiếu thu về", "15"), ("Phiếu hợp lệ", "14"), ("Phiếu không hợp lệ", "1")),
    *(("Đồng ý", "13"), ("Không đồng ý", "1"), ("Ý kiến khác", "0")),
)


def sign_in(context: BrowserContext, service: Service, chapter: Chapter, role: str) -> Page:
    context.add_cookies([{"name": COOKIE, "value": chapter.world.token_of(role), "url": service.url}])
    return context.new_page()


def enter(context: BrowserContext, service: Service, chapter: Chapter, role: str) -> Page:
    """A device that has seen the room once with a network."""
    page = sign_in(context, service, chapter, role)
    page.goto(service.url)
    ready_for_flight(page)
    page.goto(f"{service.url}/chapter/meetings/{chapter.meeting_id}/room")
    heading(page, TITLE)
    expect(page.get_by_text(chapter.names["member22"])).to_be_visible()
    wait_until(lambda: rows(page, "check_in_keys") != [], "the code cannot be shown", page)
    wait_until(lambda: rows(page, "rolls") != [], "the roll is not on the phone", page)
    wait_until(lambda: rows(page, "books") != [], "the book is not on the phone", page)
    return page


def open_the_meeting(page: Page) -> None:
    page.get_by_role("button", name="Mở cuộc họp").click()
    page.locator("dialog[open]").get_by_role("button", name="Mở cuộc họp").click()
    expect(page.get_by_role("button", name="Hiện mã QR")).to_be_visible()


def line(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Danh sách điểm danh").get_by_role("listitem").filter(has_text=name)


def stands(page: Page, name: str, state: str) -> None:
    """The member's line says so. The button that is there before a line is written says "Có mặt" too."""
    expect(line(page, name).get_by_role("button", name=re.compile("^Ghi có mặt"))).to_have_count(0)
    expect(line(page, name).get_by_text(state, exact=True)).to_be_visible()


def mark_present(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Ghi có mặt: {name}", exact=True).click()
    stands(page, name, "Có mặt")


def mark(
    page: Page, name: str, state: str, reason: str = "", times: Mapping[str, tuple[str, str]] | None = None
) -> None:
    line(page, name).get_by_role("button").first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("radio", name=state).check()
    if reason:
        dialog.get_by_label("Lý do").fill(reason)
    for legend, (hour, minute) in (times or {}).items():
        group = dialog.get_by_role("group", name=legend)
        group.get_by_label("giờ").select_option(value=hour)
        group.get_by_label("phút").select_option(value=minute)
    dialog.get_by_role("button", name="Ghi điểm danh").click()
    stands(page, name, state)


def take_the_roll(page: Page, chapter: Chapter, album: Album) -> None:
    """By name, with reasons and times, and everybody else in one go; who takes the minutes, and a guest."""
    names = chapter.names
    for role in ("member3", "member4"):
        mark_present(page, names[role])
    mark(page, names["member18"], "Vắng có phép", reason="Đi công tác")
    for role in ("member17", "member19", "member21", "member22"):
        mark(page, names[role], "Vắng không phép")
    hour, minute = clock(datetime.now(UTC))
    mark(page, names["member6"], "Đến muộn", times={"Đến lúc": (hour, minute)})
    mark(page, names["member7"], "Có mặt", times={"Về sớm lúc": (hour, minute)})
    album.picture(page, "roll-by-name")
    page.get_by_role("button", name=re.compile("^Tất cả còn lại có mặt")).click()
    # A trembling finger: the second tap is not meant for what lies beneath the dialog.
    page.locator("dialog[open]").get_by_role("button", name="Ghi có mặt tất cả").dblclick()
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_visible()
    officers = page.get_by_role("region", name="Chủ trì, người ghi biên bản, khách mời")
    officers.get_by_label("Chủ trì", exact=True).select_option(value=chapter.id_of("secretary"))
    officers.get_by_label("Người ghi biên bản").select_option(value=chapter.id_of("deputy"))
    officers.get_by_role("button", name="Thêm khách mời").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Họ và tên").fill("Trần Văn Khách")
    dialog.get_by_label("Đơn vị, chức vụ").fill("Đảng ủy phường")
    dialog.get_by_role("button", name="Ghi khách mời").click()
    expect(officers.get_by_text("Trần Văn Khách")).to_be_visible()
    album.picture(page, "roll")


def clock(instant: datetime) -> tuple[str, str]:
    """Hour and minute on the wall, to the five minutes before."""
    local = instant.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    return f"{local.hour:02}", f"{local.minute // 5 * 5:02}"


def run_the_agenda(page: Page, chapter: Chapter, album: Album) -> None:
    tab(page, "Chương trình")
    album.picture(page, "agenda-before")
    page.get_by_role("button", name="Bắt đầu nội dung 1").click()
    expect(page.get_by_text("Nội dung 1/4")).to_be_visible()
    page.get_by_role("button", name="Tiếp theo: nội dung 2").click()
    expect(page.get_by_text("Nội dung 2/4")).to_be_visible()
    album.picture(page, "agenda-item")
    page.get_by_role("button", name="Ghi ý kiến").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Tìm người phát biểu").fill(fold(chapter.names["member3"]))
    album.picture(page, "note-speaker")
    dialog.get_by_role("button", name=chapter.names["member3"]).click()
    dialog.get_by_label("Nội dung phát biểu").fill(NOTE)
    album.picture(page, "note-text")
    dialog.get_by_role("button", name="Lưu ý kiến").click()
    expect(page.get_by_text(NOTE)).to_be_visible()
    page.get_by_role("button", name="Ghi kết luận").click()
    dialog.get_by_label("Kết luận nội dung này").fill(CONCLUSION)
    album.picture(page, "conclusion")
    dialog.get_by_role("button", name="Lưu kết luận").click()
    expect(page.get_by_text(CONCLUSION)).to_be_visible()
    album.picture(page, "agenda-written")
    page.get_by_role("button", name="Tiếp theo: nội dung 3").click()
    page.get_by_role("button", name="Tiếp theo: nội dung 4").click()
    expect(page.get_by_text("Nội dung 4/4")).to_be_visible()


def write_a_note(page: Page, speaker: str, text: str, *, about: str) -> None:
    """On the second device, which does not run the agenda: the clocks of the items are the other's."""
    tab(page, "Ghi chép")
    page.get_by_role("button", name="Ghi ý kiến").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Tìm người phát biểu").fill(speaker)
    dialog.get_by_role("button", name=speaker).click()
    dialog.get_by_label("Ghi vào nội dung").select_option(label=about)
    dialog.get_by_label("Nội dung phát biểu").fill(text)
    dialog.get_by_role("button", name="Lưu ý kiến").click()
    expect(page.get_by_text(text)).to_be_visible()


def count_a_vote(page: Page, chapter: Chapter, album: Album) -> None:
    tab(page, "Biểu quyết")
    album.picture(page, "votes-none")
    page.get_by_role("button", name="Ghi biểu quyết giơ tay").click()
    dialog = page.locator("dialog[open]")
    for label, number in (("Đồng ý", "99"), ("Không đồng ý", "1"), ("Ý kiến khác", "0")):
        dialog.get_by_label(label, exact=True).fill(number)
    expect(dialog.get_by_text("Đồng chí đếm lại")).to_be_visible()
    album.picture(page, "vote-too-many")
    dialog.get_by_label("Đồng ý", exact=True).fill("13")
    dialog.get_by_role("button", name="Thêm ý kiến bảo lưu").click()
    dialog.get_by_label("Đảng viên bảo lưu ý kiến").select_option(value=chapter.id_of("member5"))
    dialog.get_by_label("Nội dung ý kiến").fill(RESERVED)
    album.picture(page, "vote-numbers")
    # Tapped twice, it is one vote.
    dialog.get_by_role("button", name="Lưu kết quả").dblclick()
    expect(page.get_by_text(COUNT)).to_be_visible()
    album.picture(page, "vote-recorded")


def count_it_too(page: Page, album: Album) -> None:
    """The same vote on the second device, which knows of no item that runs, and counts otherwise."""
    tab(page, "Biểu quyết")
    page.get_by_role("button", name="Ghi biểu quyết giơ tay").click()
    dialog = page.locator("dialog[open]")
    for label, number in (("Đồng ý", "12"), ("Không đồng ý", "2"), ("Ý kiến khác", "0")):
        dialog.get_by_label(label, exact=True).fill(number)
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(dialog.get_by_text("Đồng chí chọn nội dung mà cuộc họp biểu quyết.").first).to_be_visible()
    album.picture(page, "deputy-chooses-the-item")
    dialog.get_by_label("Thuộc nội dung chương trình").select_option(label="Không thuộc nội dung nào")
    dialog.get_by_label("Số đếm đúng, danh sách điểm danh còn thiếu").check()
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(page.get_by_text(OTHERWISE)).to_be_visible()


def count_papers(page: Page, album: Album) -> None:
    """A secret vote that no phone takes part in: papers out, papers back, and what stood on them."""
    page.get_by_role("button", name="Ghi bỏ phiếu kín bằng giấy").click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_role("radio", name="Kết nạp đảng viên")).to_be_checked()
    dialog.get_by_label("Nội dung biểu quyết").fill(ADMISSION)
    for label, number in PAPERS:
        dialog.get_by_label(label, exact=True).fill(number)
    album.picture(page, "paper-numbers")
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(page.get_by_text("Phát 15, thu 15, hợp lệ 14, không hợp lệ 1")).to_be_visible()
    album.picture(page, "paper-vote-recorded")


def close_the_meeting(page: Page, album: Album) -> None:
    tab(page, "Chương trình")
    page.get_by_role("button", name="Xong nội dung cuối").click()
    album.picture(page, "agenda-done")
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    album.picture(page, "closing")
    page.locator("dialog[open]").get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    # What the screen says comes next is its act, also without a network.
    expect(page.get_by_role("link", name="Đọc lại và ký biên bản")).to_be_visible()
    album.picture(page, "closed-without-network")


def waiting(page: Page) -> int:
    """How many acts of this device the server has not answered."""
    count: int = page.evaluate(
        """async () => {
            const asked = (request) => new Promise((done, failed) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            });
            const database = await asked(indexedDB.open('handbook'));
            const items = await asked(database.transaction('outbox').objectStore('outbox').getAll());
            database.close();
            return items.filter((item) => item.state !== 'done').length;
        }"""
    )
    return count
