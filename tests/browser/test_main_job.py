"""The main job, end to end: three people with a browser each, an empty database and a messy roster.

Staff import the roster and print activation sheets; secretary and member activate; the secretary convenes a meeting with a
paper; the member gets a push, reads the pack without a network and checks in without a network by the code on the secretary's
screen, which has no network either; the secretary sees the roll; staff see attendance over the tree.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import TIMEZONE, Album, Service
from tests.support.browsing import (
    accept_purpose,
    activate,
    activation_codes,
    deliver_push,
    heading,
    nothing_stored,
    notifications,
    read_qr,
    stub_push_vendor,
    wait_until,
)
from tests.support.files import pdf
from tests.support.phone import ready_for_flight, rows
from tests.support.push_service import FakePushService

ROSTER = Path(__file__).parents[1] / "data" / "rosters" / "block.xlsx"
CELL = "Chi bộ Bưu điện số 1"
SECRETARY_CARD, MEMBER_CARD, MEMBER_NAME = "33.711001", "26.264739", "Ngô Văn An"
PAPER = "bao-cao-thang.pdf"
TITLE = "Sinh hoạt chi bộ bàn về chuyển đổi số"


@pytest.mark.pictures
def test_the_main_job(
    start_service: Callable[..., Service],
    new_context: Callable[..., BrowserContext],
    push_service: FakePushService,
    album: Album,
    tmp_path: Path,
) -> None:
    password = tmp_path / "password"
    password.write_text("con đường sáng")
    init = ("init", "--name", "Đảng bộ Khối", "--kind", "province", "--admin", "can-bo")
    service = start_service((*init, "--password-file", str(password), "--json"), push=push_service)
    staff, secretary, member = new_context(desk=True), new_context(), new_context()

    office = staff.new_page()
    sign_in_as_staff(office, service, album)
    import_the_roster(office, service, album)
    codes = print_activation_sheets(office, service, album, tmp_path)

    subscription = push_service.subscribe()
    stub_push_vendor(member, service.url, subscription)
    phone = member.new_page()
    first_access(phone, service, codes[MEMBER_CARD], album)
    allow_notifications(phone, album)
    assert (
        subscription.application_server_key == member.request.get(f"{service.url}/api/push/key").json()["key"]
    )

    desk = secretary.new_page()
    activate(desk, service.url, codes[SECRETARY_CARD])
    accept_purpose(desk)
    meeting_path = convene_a_meeting(desk, service, album, tmp_path)
    meeting_id = meeting_path.rsplit("/", 1)[1]

    message = receive_the_push(phone, push_service, album)
    assert message["m"] == meeting_id
    phone = read_the_pack_without_a_network(member, phone, service, meeting_id, tmp_path / PAPER, album)
    code = open_the_room_and_show_the_code(secretary, desk, album)
    check_in_without_a_network(member, phone, code, album)
    see_the_roll(secretary, desk, album)
    mark_by_hand_without_a_network(secretary, desk, album)
    close_the_meeting(desk, album)
    see_attendance_over_the_tree(office, service, album, tmp_path)
    log_out_wipes_the_phone(phone, album)


def sign_in_as_staff(page: Page, service: Service, album: Album) -> None:
    page.goto(service.url)
    heading(page, "Đăng nhập")
    album.picture(page, "login")
    page.get_by_label("Số điện thoại hoặc số thẻ đảng viên").fill("can-bo")
    page.get_by_label("Mật khẩu", exact=True).fill("con đường sáng")
    page.get_by_role("button", name="Đăng nhập").click()
    heading(page, "Sổ tay dùng dữ liệu nào")
    album.picture(page, "purpose-notice")
    accept_purpose(page)


def import_the_roster(page: Page, service: Service, album: Album) -> None:
    page.goto(f"{service.url}/staff/organizations/{service.made['organization_id']}/import")
    heading(page, "Nhập danh sách đảng viên")
    expect(page.get_by_role("button", name="Chọn tệp Excel")).to_be_visible()
    # Nobody has chosen a file yet that another could take the place of.
    expect(page.get_by_role("button", name="Chọn tệp khác")).to_have_count(0)
    page.locator("input[type=file]").set_input_files(ROSTER)
    # Nothing lies below yet, so the file is to bring the cells.
    expect(page.get_by_label("Tạo các chi bộ, đảng bộ bộ phận có tên trong danh sách")).to_be_checked()
    album.picture(page, "import-file-chosen")
    page.get_by_role("button", name="Kiểm tra thử").click()
    expect(page.get_by_text("Kết quả kiểm tra thử").first).to_be_visible(timeout=90_000)
    album.picture(page, "import-checked")
    page.get_by_role("button", name=re.compile(r"Nhập 5\D?206 đảng viên")).click()
    expect(page.get_by_text("Đã tạo 78 tổ chức mới").first).to_be_visible(timeout=120_000)
    album.picture(page, "import-done")


def print_activation_sheets(page: Page, service: Service, album: Album, folder: Path) -> dict[str, str]:
    page.goto(f"{service.url}/staff/organizations/{service.made['organization_id']}")
    page.get_by_role("link", name=CELL).or_(page.get_by_role("treeitem", name=CELL)).first.click()
    heading(page, CELL)
    album.picture(page, "staff-cell")
    page.get_by_role("link", name="Phiếu kích hoạt").or_(
        page.get_by_role("button", name="Phiếu kích hoạt")
    ).first.click()
    page.get_by_role("button", name="Tạo phiếu (PDF)").click()
    with page.expect_download() as download:
        page.locator("dialog[open]").get_by_role("button", name="Tạo phiếu (PDF)").click()
    album.picture(page, "activation-sheets")
    sheet = folder / "activation.pdf"
    download.value.save_as(sheet)
    codes = activation_codes(sheet)
    assert {SECRETARY_CARD, MEMBER_CARD} <= set(codes)
    return codes


def first_access(page: Page, service: Service, code: str, album: Album) -> None:
    page.goto(f"{service.url}/activate#{code}")
    heading(page, "Kích hoạt tài khoản")
    album.picture(page, "member-activation")
    activate(page, service.url, code)
    heading(page, "Sổ tay dùng dữ liệu nào")
    accept_purpose(page)
    heading(page, "Hôm nay")
    album.picture(page, "member-today-empty")


def allow_notifications(page: Page, album: Album) -> None:
    page.goto(page.url.rstrip("/") + "/me/notifications")
    page.get_by_role("button", name="Bật thông báo").click()
    expect(page.get_by_text("Thông báo đang bật").first).to_be_visible()
    album.picture(page, "member-notifications-on")


def convene_a_meeting(page: Page, service: Service, album: Album, folder: Path) -> str:
    heading(page, "Hôm nay")
    album.picture(page, "secretary-today-empty")
    page.get_by_role("link", name="Chi bộ", exact=True).click()
    heading(page, CELL)
    album.picture(page, "chapter-empty")
    page.get_by_role("button", name="Chuẩn bị sinh hoạt", exact=True).click()
    heading(page, "Cuộc họp mới")
    page.get_by_label("Tên cuộc họp").fill(TITLE)
    page.get_by_role("radio", name=re.compile("Ngày khác")).check()
    page.get_by_label("Chọn ngày").fill(day_of_the_meeting().strftime("%Y-%m-%d"))
    page.get_by_label("Địa điểm").fill("Nhà văn hóa tầng 2")
    page.get_by_role("button", name="Thêm nội dung").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Nội dung").first.fill("Thảo luận: mỗi đảng viên một việc số")
    dialog.get_by_label("Số phút").fill("25")
    dialog.get_by_role("button", name="Xong").click()
    page.get_by_role("button", name=re.compile("Chuyển lên: Thảo luận: mỗi đảng viên")).click()
    album.picture(page, "meeting-new")
    page.get_by_role("button", name="Lưu và xem lại").click()
    heading(page, TITLE)
    attach_papers(page, album, folder)
    album.picture(page, "meeting-review")
    page.get_by_role("button", name="Triệu tập").first.click()
    album.picture(page, "convene-confirm")
    page.locator("dialog[open]").get_by_role("button", name="Triệu tập", exact=True).click()
    expect(page.get_by_text("Đã triệu tập").first).to_be_visible()
    # The papers were attached far down; what has become of the meeting stands at the top.
    wait_until(lambda: page.evaluate("scrollY") == 0, "the state of the meeting is out of sight", page)
    album.picture(page, "meeting-convened")
    return page.url


def attach_papers(page: Page, album: Album, folder: Path) -> None:
    marked, good = folder / "ke-hoach_toi-mat.pdf", folder / PAPER
    marked.write_bytes(pdf("= Kế hoạch"))
    good.write_bytes(pdf("= Báo cáo công tác tháng và phương hướng tháng tới"))
    page.locator("input[type=file]").set_input_files(marked)
    expect(page.get_by_text("TỐI MẬT").first).to_be_visible()
    page.get_by_text("TỐI MẬT").first.scroll_into_view_if_needed()
    album.picture(page, "paper-refused")
    page.locator("input[type=file]").set_input_files(good)
    expect(page.get_by_text("Đã đính kèm").first).to_be_visible()


def receive_the_push(page: Page, push_service: FakePushService, album: Album) -> dict[str, str]:
    received = push_service.wait_for(1, seconds=30)[0]
    message = received.json()
    assert message["t"] == "meeting_convened"
    assert set(message) == {"t", "m", "d"}
    deliver_push(page, received.plaintext.decode())
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    shown = notifications(page)
    assert len(shown) == 1
    page.goto(page.url.split("/me")[0] + "/")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(page.get_by_text("1/1 tài liệu đã lưu trên máy").first).to_be_visible()
    album.picture(page, "member-today-convened")
    return dict(message)


def read_the_pack_without_a_network(
    context: BrowserContext, page: Page, service: Service, meeting_id: str, paper: Path, album: Album
) -> Page:
    ready_for_flight(page)
    context.set_offline(True)
    page.close()
    page = context.new_page()
    page.goto(f"{service.url}/meetings/{meeting_id}")
    heading(page, TITLE)
    expect(page.get_by_text("Thảo luận: mỗi đảng viên một việc số").first).to_be_visible()
    album.picture(page, "member-meeting-offline")
    page.get_by_role("link", name=re.compile("^bao-cao-thang")).click()
    heading(page, "bao-cao-thang")
    with page.expect_download() as download:
        page.get_by_role("link", name="Tải tệp về").click()
    assert download.value.path().read_bytes() == paper.read_bytes()
    album.picture(page, "member-paper-offline")
    for path in ("/", "/meetings", "/documents", "/me", "/me/record", "/me/attendance", "/notices"):
        page.goto(service.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_text("Không có mạng").first).to_be_visible()
    return page


def open_the_room_and_show_the_code(context: BrowserContext, page: Page, album: Album) -> str:
    page.get_by_role("link", name="Danh sách điểm danh").click()
    expect(page.get_by_role("button", name="Mở cuộc họp")).to_be_visible()
    page.get_by_role("button", name="Mở cuộc họp").click()
    page.locator("dialog[open]").get_by_role("button", name="Mở cuộc họp").click()
    expect(page.get_by_role("button", name="Hiện mã QR")).to_be_visible()
    expect(page.get_by_text("người mở cuộc họp")).to_be_visible()
    album.picture(page, "room-open")
    wait_until(lambda: rows(page, "check_in_keys") != [], "the code cannot be shown", page)
    context.set_offline(True)
    page.get_by_role("button", name="Hiện mã QR").click()
    code = read_qr(page)
    album.picture(page, "room-qr-offline")
    context.set_offline(False)
    page.get_by_role("button", name="Đóng mã QR").click()
    return code


def check_in_without_a_network(context: BrowserContext, page: Page, code: str, album: Album) -> None:
    page.goto(code)
    expect(page.get_by_text("Đã ghi điểm danh").first).to_be_visible()
    album.picture(page, "member-checked-in-offline")
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(
        code.split("/c/", maxsplit=1)[0] + "/meetings/" + code.split("/c/")[1].split("#", maxsplit=1)[0]
    )
    expect(page.get_by_text("Có mặt").first).to_be_visible()
    album.picture(page, "member-check-in-sent")


def see_the_roll(context: BrowserContext, page: Page, album: Album) -> None:
    row = page.get_by_role("listitem").filter(has_text=MEMBER_NAME)
    expect(row.get_by_text(re.compile("Mở liên kết mã|Quét mã"))).to_be_visible(timeout=10_000)
    album.picture(page, "room-roll")


def mark_by_hand_without_a_network(context: BrowserContext, page: Page, album: Album) -> None:
    context.set_offline(True)
    page.get_by_role("button", name=re.compile("Ghi có mặt: ")).first.click()
    expect(page.get_by_text("Chờ gửi", exact=True).first).to_be_visible()
    album.picture(page, "room-marked-offline")
    context.set_offline(False)
    page.reload()
    expect(page.get_by_text(re.compile("ghi lúc")).first).to_be_visible()
    album.picture(page, "room-mark-sent")


def close_the_meeting(page: Page, album: Album) -> None:
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    dialog = page.locator("dialog[open]")
    unrecorded = dialog.get_by_role("listitem").filter(has_text="Sẽ ghi: Vắng không phép")
    before = unrecorded.count()
    assert before > 0
    album.picture(page, "room-close-names")
    dialog.get_by_role("button", name=re.compile("Ghi có mặt: ")).first.click()
    expect(unrecorded).to_have_count(before - 1)
    dialog.get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    album.picture(page, "room-closed")


def day_of_the_meeting() -> date:
    """In two days: at every hour of today the meeting is more than a day ahead, so that the screens show the same acts."""
    return (datetime.now(ZoneInfo(TIMEZONE)) + timedelta(days=2)).date()


def see_attendance_over_the_tree(page: Page, service: Service, album: Album, folder: Path) -> None:
    month = day_of_the_meeting().strftime("%Y-%m")
    page.goto(f"{service.url}/staff/organizations/{service.made['organization_id']}?month={month}")
    expect(page.get_by_text("1/78").first).to_be_visible()
    album.picture(page, "staff-tree")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.get_by_role("link", name=CELL).or_(page.get_by_role("treeitem", name=CELL)).first.click()
    heading(page, CELL)
    expect(page.get_by_text(TITLE).first).to_be_visible()
    album.picture(page, "staff-cell-met")
    page.get_by_role("link", name=TITLE).first.click()
    album.picture(page, "staff-meeting")


def log_out_wipes_the_phone(page: Page, album: Album) -> None:
    page = page.context.pages[-1]
    page.goto(page.url.split("/meetings")[0] + "/me/logout")
    album.picture(page, "member-log-out")
    page.get_by_role("button", name="Đăng xuất và xóa dữ liệu").click()
    heading(page, "Đăng nhập")
    wait_until(lambda: nothing_stored(page), "something of the member is left on the phone", page)
    album.picture(page, "member-logged-out")
