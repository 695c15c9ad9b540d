"""A conference held at many sites: taken in from Excel, hosted without a network, checked in to, and seen as one roll."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import Album, Service
from tests.support.browsing import heading, read_qr, saved_on_the_phone, wait_until
from tests.support.conferences import workbook
from tests.support.factories import World
from tests.support.phone import ready_for_flight, rows
from tests.support.room_acts import line, stands

from handbook.access.actor import SYSTEM, OfficeTitle
from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.service import MeetingDraft, create_meeting
from handbook.members.enums import MemberStatus
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization

SITES = 12
TITLE = "Hội nghị học tập nghị quyết"
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ")
NUMBERS = ("Một", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Mười Hai")


@dataclass(frozen=True, slots=True)
class Hall:
    """The service with the drafted conference; at site N sit the host ``hostN`` and the delegates ``firstN``, ``secondN``."""

    service: Service
    world: World
    meeting_id: str
    make: Callable[..., BrowserContext]

    def enter(self, role: str, path: str = "/", **options: Any) -> Page:
        """A device of this person that has opened the app once."""
        context = self.make(**options)
        context.add_cookies([{"name": COOKIE, "value": self.world.token_of(role), "url": self.service.url}])
        page = context.new_page()
        page.goto(self.service.url)
        saved_on_the_phone(page)
        page.goto(self.service.url + path)
        return page

    def name(self, role: str) -> str:
        return str(self.world.members[role].full_name)

    def card(self, role: str) -> str:
        return str(self.world.members[role].card_number)

    def state(self, staff: Page) -> str:
        answer = staff.request.get(f"{self.service.url}/api/meetings/{self.meeting_id}")
        assert answer.ok, answer.text()
        return str(answer.json()["state"])


@pytest.fixture
def hall(start_service: Callable[..., Service], new_context: Callable[..., BrowserContext]) -> Hall:
    service = start_service()
    app = create_app(Settings.from_environment(service.environment))
    world = World()
    with app.app_context():
        with app.test_request_context(), unit_of_work() as uow:
            add = {"actor": SYSTEM, "uow": uow}
            root = create_organization(
                name="Đảng bộ xã Mẫu", kind=OrganizationKind.COMMUNE, parent=None, code="root", **add
            )
            world.organizations["root"] = root
            for number in range(1, SITES + 1):
                world.organizations[f"cell{number}"] = create_organization(
                    name=f"Chi bộ thôn {number}",
                    kind=OrganizationKind.CELL,
                    parent=root,
                    code=f"c{number}",
                    **add,
                )
                for place, role in enumerate(("host", "first", "second")):
                    name = f"{FAMILIES[(number + place) % 6]} {('Văn', 'Thị', 'Đức')[place]} {NUMBERS[number - 1]}"
                    world.add_member(
                        f"{role}{number}",
                        name,
                        f"cell{number}",
                        MemberStatus.OFFICIAL,
                        number=number * 3 + place,
                        uow=uow,
                    )
            world.add_member("staff", "Ngô Thị Cán", "cell1", MemberStatus.OFFICIAL, number=90, uow=uow)
            world.give_office("staff", "root", OfficeTitle.STAFF, uow=uow)
            for account in world.accounts.values():
                account.purpose_notice_version = PURPOSE_NOTICE_VERSION
                account.purpose_accepted_at = uow.clock.now()
            uow.session.flush()
            starts_at = uow.clock.now() + timedelta(minutes=5)
            draft = MeetingDraft(
                kind=MeetingKind.CONFERENCE,
                title=TITLE,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
                place="Hội trường Đảng ủy xã",
            )
            meeting = create_meeting(uow.session.get_one(Organization, root.id), draft, **add)
            uow.session.flush()
            meeting_id = str(meeting.id)
        db.session.remove()
        db.engine.dispose()
    return Hall(service, world, meeting_id, new_context)


def site(number: int) -> str:
    return f"Điểm cầu thôn {number}"


def file_of(hall: Hall, folder: Path) -> Path:
    """Twelve sites with their hosts and two delegates each; one row names nobody."""
    sites = [
        (site(n), f"Nhà văn hóa thôn {n}", f"https://hop.example.vn/thon-{n}", hall.card(f"host{n}"))
        for n in range(1, SITES + 1)
    ]
    delegates = [
        (hall.card(f"{role}{n}"), hall.name(f"{role}{n}"), site(n))
        for n in range(1, SITES + 1)
        for role in ("first", "second")
    ]
    content = workbook(
        diem_cau=[("Tên điểm cầu", "Địa chỉ", "Liên kết", "Số thẻ người phụ trách"), *sites],
        dai_bieu=[("Số thẻ", "Họ tên", "Điểm cầu"), *delegates, ("88.888888", "Không Có Ai", site(1))],
    )
    path = folder / "hoi-nghi.xlsx"
    path.write_bytes(content)
    return path


def test_a_conference_from_the_workbook_to_the_combined_roll(
    hall: Hall, album: Album, tmp_path: Path
) -> None:
    staff = hall.enter("staff", f"/conference/{hall.meeting_id}", desk=True)
    take_in(staff, hall, album, tmp_path)
    convene(staff, hall, album)
    open_it(staff, hall, album)

    host = hall.enter("host3", f"/meetings/{hall.meeting_id}")
    code = host_without_a_network(host, hall, album)
    host = host.context.pages[-1]
    delegate = hall.enter("first3", f"/meetings/{hall.meeting_id}")
    check_in(delegate, hall, code, album)
    other = hall.enter("first5", code.removeprefix(hall.service.url))
    told_of_another_site(other, hall, album)

    host.context.set_offline(False)
    host.reload()
    expect(line(host, hall.name("second3")).get_by_text(re.compile(r"ghi lúc \d\d:\d\d"))).to_be_visible()
    expect(line(host, hall.name("first3")).get_by_text(re.compile("Mở liên kết mã"))).to_be_visible()
    expect(line(host, hall.name("first5")).get_by_text(re.compile("điểm cầu khác"))).to_be_visible()
    host.get_by_text("Dòng kiểm diện của điểm cầu").click()
    expect(
        host.get_by_text(re.compile("đại biểu điểm cầu khác đến dự 1; đang ở đây 3 người"))
    ).to_be_visible()
    album.picture(host, "host-roll")

    see_the_board(staff, hall, album)
    see_the_combined_roll(staff, hall, album, tmp_path)
    change_a_site(staff, hall, album)
    close_it(staff, hall, album)


def take_in(page: Page, hall: Hall, album: Album, folder: Path) -> None:
    heading(page, "Điểm cầu")
    expect(page.get_by_text("Chưa có điểm cầu nào")).to_be_visible()
    album.picture(page, "sites-empty")
    page.get_by_role("link", name="Nhập từ Excel").click()
    heading(page, "Nhập điểm cầu và đại biểu")
    with page.expect_download() as form:
        page.get_by_role("link", name="Tải mẫu trống").click()
    assert form.value.suggested_filename.endswith(".xlsx")
    file = file_of(hall, folder)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra thử").click()
    expect(page.get_by_text("Kết quả kiểm tra thử").first).to_be_visible()
    expect(page.get_by_role("heading", name="Dòng cần sửa")).to_be_visible()
    expect(page.get_by_text("dai_bieu, dòng 26")).to_be_visible()
    expect(page.get_by_text(re.compile("Không có số thẻ đảng viên này trong đảng bộ"))).to_be_visible()
    album.picture(page, "import-checked")
    page.get_by_role("button", name="Nhập 12 điểm cầu, 24 đại biểu").click()
    expect(page.get_by_text("Kết quả nhập").first).to_be_visible()
    album.picture(page, "import-taken")
    page.get_by_role("button", name="Chọn tệp khác").click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Kiểm tra thử").click()
    expect(page.get_by_role("heading", name="Dòng cần sửa")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Nhập "))).to_have_count(0)
    page.goto(f"{hall.service.url}/conference/{hall.meeting_id}")
    expect(page.get_by_text("0/12 điểm cầu đã có người")).to_be_visible()
    expect(page.get_by_role("link", name=site(12))).to_be_visible()
    album.picture(page, "sites")


def convene(page: Page, hall: Hall, album: Album) -> None:
    """From the sites that were just taken in, on the screens of staff who belong to no site."""
    page.get_by_role("link", name="Xem lại, triệu tập hội nghị").click()
    heading(page, TITLE)
    album.picture(page, "before-convening")
    page.get_by_role("button", name="Triệu tập", exact=True).click()
    page.locator("dialog[open]").get_by_role("button", name="Triệu tập", exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    wait_until(lambda: hall.state(page) == "convened", "the conference was not convened", page)
    # Back to the conference as staff see it, not to a cell that they do not have.
    page.get_by_role("link", name="Quay lại", exact=True).click()
    expect(page.get_by_role("link", name="Mở hội nghị")).to_be_visible()
    album.picture(page, "convened")


def open_it(page: Page, hall: Hall, album: Album) -> None:
    page.get_by_role("link", name="Mở hội nghị").click()
    page.get_by_role("button", name="Mở cuộc họp").click()
    album.picture(page, "opening")
    page.locator("dialog[open]").get_by_role("button", name="Mở cuộc họp").click()
    wait_until(lambda: hall.state(page) == "open", "the conference was not opened", page)
    page.goto(f"{hall.service.url}/conference/{hall.meeting_id}")
    heading(page, "Điểm cầu")
    expect(page.get_by_role("link", name="Điều hành, kết thúc hội nghị")).to_be_visible()
    # One main act.
    expect(page.locator(".primary")).to_have_count(1)
    album.picture(page, "opened")


def close_it(page: Page, hall: Hall, album: Album) -> None:
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{hall.service.url}/staff/meetings/{hall.meeting_id}")
    heading(page, TITLE)
    album.picture(page, "staff-meeting")
    page.wait_for_timeout(2_000)
    assert sum(url.endswith("/score") for url in asked) < 6, "the screen asks without end"
    page.get_by_role("link", name="Điều hành, kết thúc hội nghị").click()
    appoint_a_minute_taker(page, hall, album)
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    dialog = page.locator("dialog[open]")
    expect(
        dialog.get_by_text(re.compile(r"Còn \d+ đại biểu chưa điểm danh|Chưa điểm danh \d+"))
    ).to_be_visible()
    album.picture(page, "closing")
    dialog.get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    wait_until(lambda: hall.state(page) == "closed", "the conference was not closed", page)


def appoint_a_minute_taker(page: Page, hall: Hall, album: Album) -> None:
    """Found by name among the delegates; staff begin no minutes themselves and are told where to go for it."""
    room = page.url
    page.goto(f"{hall.service.url}/chapter/meetings/{hall.meeting_id}/minutes")
    expect(page.get_by_role("heading", name="Biên bản do người khác lập")).to_be_visible()
    album.picture(page, "no-minutes-of-staff")
    page.get_by_role("link", name="Cử người ghi biên bản").click()
    page.get_by_role("button", name="Chọn: Người ghi biên bản").click()
    search = page.get_by_role("searchbox", name="Tìm tên đại biểu")
    # The tap shows what it opened, also on a phone, where the main act covers the foot of the screen.
    lies_open = """(field) => {
        const { x, y, width, height } = field.getBoundingClientRect();
        return field.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }"""
    wait_until(lambda: bool(search.evaluate(lies_open)), "the search lies under something", page)
    search.fill(hall.name("first3"))
    page.get_by_role("list", name="Chọn: Người ghi biên bản").get_by_role("button").first.click()
    expect(page.get_by_role("button", name="Đổi: Người ghi biên bản")).to_be_visible()
    expect(page.get_by_role("region", name="Chủ trì").get_by_text(hall.name("first3"))).to_be_visible()
    album.picture(page, "minute-taker")
    # Who asks for the minutes once more is told who writes them, and may change it; so on the conference's own page.
    for screen in ("/minutes", ""):
        page.goto(f"{hall.service.url}/chapter/meetings/{hall.meeting_id}{screen}")
        expect(page.get_by_text(f"Đồng chí {hall.name('first3')} được cử ghi biên bản")).to_be_visible()
        expect(page.get_by_role("link", name="Đổi người ghi biên bản")).to_be_visible()
        expect(page.get_by_role("link", name="Cử người ghi biên bản")).to_have_count(0)
        album.picture(page, f"minute-taker-told{screen.replace('/', '-')}")
    page.goto(room)


def host_without_a_network(page: Page, hall: Hall, album: Album) -> str:
    """The host opens the site once with a network, then shows its code and marks by hand without one."""
    page.get_by_role("link", name=f"Phụ trách {site(3)}").click()
    heading(page, site(3))
    expect(line(page, hall.name("first3"))).to_be_visible()
    expect(page.get_by_role("list", name="Danh sách điểm danh").get_by_role("listitem")).to_have_count(2)
    ready_for_flight(page)
    wait_until(lambda: rows(page, "check_in_keys") != [], "the code cannot be shown", page)
    context, address = page.context, page.url
    context.set_offline(True)
    page.close()
    page = context.new_page()
    page.goto(address)
    heading(page, site(3))
    page.get_by_role("button", name=f"Ghi có mặt: {hall.name('second3')}").click()
    stands(page, hall.name("second3"), "Có mặt")
    album.picture(page, "host-offline")
    page.get_by_role("button", name="Hiện mã QR").click()
    expect(page.get_by_role("img", name=re.compile("Mã QR để điểm danh tại"))).to_be_visible()
    code = read_qr(page)
    album.picture(page, "host-code-offline")
    site_id = address.rsplit("/", 1)[1]
    assert re.fullmatch(rf"{hall.service.url}/c/{hall.meeting_id}#\d+\.[\w-]{{22}}\.{site_id}", code)
    page.get_by_role("button", name="Đóng mã QR").click()
    return code


def check_in(page: Page, hall: Hall, code: str, album: Album) -> None:
    expect(page.get_by_role("heading", name="Điểm cầu của đồng chí")).to_be_visible()
    expect(page.get_by_text("Nhà văn hóa thôn 3")).to_be_visible()
    join = page.get_by_role("link", name="Vào phòng họp trực tuyến của điểm cầu")
    expect(join).to_have_attribute("href", "https://hop.example.vn/thon-3")
    album.picture(page, "delegate-site")
    page.goto(hall.service.url)
    expect(page.get_by_text(f"{site(3)}, Nhà văn hóa thôn 3")).to_be_visible()
    expect(page.get_by_role("link", name="Quét mã điểm danh")).to_be_visible()
    album.picture(page, "delegate-today")
    page.goto(code)
    expect(page.get_by_role("heading", name="Đã điểm danh")).to_be_visible()
    expect(page.get_by_text("mã của một điểm cầu khác")).to_have_count(0)


def told_of_another_site(page: Page, hall: Hall, album: Album) -> None:
    expect(page.get_by_role("heading", name="Đã điểm danh")).to_be_visible()
    expect(page.get_by_text(re.compile(f"mã của một điểm cầu khác.*{site(5)}"))).to_be_visible()
    album.picture(page, "delegate-elsewhere")
    page.goto(f"{hall.service.url}/meetings/{hall.meeting_id}")
    expect(page.get_by_text("Đồng chí được ghi có mặt tại một điểm cầu khác")).to_be_visible()


def test_staff_make_a_conference_from_their_screen(hall: Hall, album: Album) -> None:
    """Kind, place, time, a site with its host, delegates by organisation, office and name; ticked by keyboard."""
    staff = hall.enter("staff", "/staff")
    staff.get_by_role("link", name="Chuẩn bị hội nghị").click()
    heading(staff, "Hội nghị mới")
    expect(staff.get_by_label("Loại cuộc họp").get_by_role("option")).to_have_text(["Hội nghị"])
    save = staff.get_by_role("button", name="Lưu, lập điểm cầu")
    place = staff.get_by_role("textbox", name="Địa điểm")
    place.fill("")
    save.click()
    expect(staff.get_by_text("Đồng chí điền ô này.")).to_be_visible()
    expect(place).to_be_focused()
    place.fill("Hội trường Đảng ủy xã")
    save.click()
    heading(staff, "Điểm cầu")
    expect(staff.get_by_text("Chưa có điểm cầu nào")).to_be_visible()
    ask_to_convene(staff, "Triệu tập rồi thì không lập điểm cầu được nữa")

    staff.get_by_role("button", name="Thêm điểm cầu").click()
    dialog = staff.locator("dialog[open]")
    dialog.get_by_label("Tên điểm cầu").fill("Điểm cầu trung tâm")
    dialog.get_by_role("button", name="Tìm người phụ trách theo tên").press("Enter")
    dialog.get_by_role("searchbox").fill(hall.name("host2"))
    expect(dialog.get_by_text("1 đảng viên", exact=True)).to_be_visible()
    dialog.get_by_role("checkbox", name=hall.name("host2")).press("Space")
    expect(dialog.get_by_label("Số thẻ người phụ trách")).to_have_value(hall.card("host2"))
    album.picture(staff, "host-by-name")
    dialog.get_by_role("button", name="Lưu điểm cầu").click()
    expect(dialog).to_have_count(0)
    staff.get_by_role("link", name=re.compile("Điểm cầu trung tâm")).click()
    expect(staff.get_by_role("link", name=hall.name("host2"), exact=True)).to_be_visible()
    choose_delegates(staff, hall, album)
    staff.goto(staff.url.rsplit("/sites/", 1)[0])
    ask_to_convene(staff, "3 đại biểu của 1 điểm cầu sẽ nhận thông báo ngay")


def ask_to_convene(page: Page, words: str) -> None:
    page.get_by_role("link", name="Xem lại, triệu tập hội nghị").click()
    page.get_by_role("button", name="Triệu tập", exact=True).click()
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_text(re.compile(words))).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.go_back()
    heading(page, "Điểm cầu")


def choose_delegates(page: Page, hall: Hall, album: Album) -> None:
    page.get_by_role("button", name="Thêm đại biểu").click()
    dialog = page.locator("dialog[open]")
    boxes = dialog.get_by_role("checkbox")
    expect(boxes).to_have_count(37)
    dialog.get_by_role("button", name="Thêm 0 đại biểu").click()
    expect(dialog.get_by_text("Đồng chí chọn ít nhất một người.")).to_be_visible()
    dialog.get_by_label("Tổ chức đảng").select_option(hall.world.id_of("cell4"))
    expect(boxes).to_have_count(3)
    dialog.get_by_role("button", name="Chọn cả 3 người đang hiện").click()
    # Another organisation, and those stay chosen.
    dialog.get_by_label("Tổ chức đảng").select_option(hall.world.id_of("root"))
    dialog.get_by_role("searchbox").fill("khong co ai")
    expect(dialog.get_by_text("Không có đảng viên chính thức hoặc dự bị nào như vậy")).to_be_visible()
    dialog.get_by_role("searchbox").fill(hall.name("host9"))
    expect(boxes).to_have_count(1)
    boxes.first.press("Space")
    expect(dialog.get_by_text("Đã chọn 4 người.")).to_be_visible()
    album.picture(page, "delegates-chosen")
    dialog.get_by_role("button", name="Thêm 4 đại biểu").click()
    expect(page.get_by_text("Đã thêm 4 đại biểu", exact=True)).to_be_visible()
    expect(page.get_by_text("Đã có 4 đại biểu, sẽ được mời khi triệu tập.")).to_be_visible()
    named = page.get_by_role("list", name="Đại biểu của điểm cầu").get_by_role("listitem")
    expect(named).to_have_count(4)
    album.picture(page, "delegates-added")
    named.filter(has_text=hall.name("host9")).get_by_role("button").click()
    dialog.get_by_role("button", name="Bỏ khỏi danh sách đại biểu").click()
    expect(named).to_have_count(3)
    expect(page.get_by_text("Đã có 3 đại biểu, sẽ được mời khi triệu tập.")).to_be_visible()


def see_the_board(page: Page, hall: Hall, album: Album) -> None:
    """The board was open all the while and has moved by itself."""
    row = page.get_by_role("row").filter(has_text=site(3))
    expect(row.get_by_text("2/2")).to_be_visible()
    expect(row.get_by_text("1 từ điểm cầu khác")).to_be_visible()
    totals = page.get_by_role("region", name="đại biểu có mặt")
    expect(totals.locator(".there strong")).to_have_text("3")
    expect(totals.get_by_text("1/12 điểm cầu đã có người")).to_be_visible()
    expect(
        page.get_by_role("row").filter(has_text=site(5)).get_by_text("1 dự ở điểm cầu khác")
    ).to_be_visible()
    album.picture(page, "board")
    page.get_by_role("searchbox").fill("nha van hoa thon 12")
    expect(page.get_by_text("1 điểm cầu", exact=True)).to_be_visible()
    page.get_by_role("button", name="Xóa ô tìm").click()


def see_the_combined_roll(page: Page, hall: Hall, album: Album, folder: Path) -> None:
    page.get_by_role("link", name="Danh sách chung").click()
    heading(page, "Danh sách chung")
    expect(page.get_by_text("3 / 24")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(25)
    album.picture(page, "combined-roll")
    page.get_by_label("Điểm cầu", exact=True).select_option(label=f"3. {site(3)}")
    expect(page.get_by_role("row")).to_have_count(4)
    by_hand = page.get_by_role("row").filter(has_text=hall.name("second3"))
    expect(by_hand.get_by_text(re.compile(f"^{hall.name('host3')} ghi lúc"))).to_be_visible()
    elsewhere = page.get_by_role("row").filter(has_text=hall.name("first5"))
    expect(elsewhere.get_by_text(f"thuộc {site(5)}")).to_be_visible()
    page.get_by_role("searchbox").fill(hall.name("second3"))
    expect(page.get_by_role("row")).to_have_count(2)
    with page.expect_download() as download:
        page.get_by_role("button", name="Tải Excel").click()
    kept = folder / "roll.xlsx"
    download.value.save_as(kept)
    assert kept.read_bytes().startswith(b"PK")


def change_a_site(page: Page, hall: Hall, album: Album) -> None:
    page.goto(f"{hall.service.url}/conference/{hall.meeting_id}")
    page.get_by_role("link", name=site(4)).click()
    heading(page, site(4))
    page.get_by_role("button", name="Sửa điểm cầu").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Địa chỉ").fill("Trường tiểu học, cạnh chợ")
    dialog.get_by_label("Số thẻ người phụ trách").fill(f"{hall.card('host4')}\n{hall.card('host1')}")
    album.picture(page, "site-dialog")
    dialog.get_by_role("button", name="Lưu điểm cầu").click()
    expect(page.get_by_text("Trường tiểu học, cạnh chợ")).to_be_visible()
    expect(page.get_by_role("link", name=hall.name("host1"), exact=True)).to_be_visible()
    call = page.get_by_role("link", name=re.compile(f"^Gọi {hall.name('host1')}, 0"))
    expect(call).to_have_attribute("href", f"tel:{hall.world.members['host1'].phone}")
    page.get_by_role("button", name="Thêm đại biểu").click()
    dialog.get_by_role("radio", name="Ghi số thẻ").check()
    dialog.get_by_label("Số thẻ đảng viên").fill("77.777777")
    dialog.get_by_role("button", name="Thêm 1 đại biểu").click()
    expect(dialog.get_by_text(re.compile("Không nhận: 77.777777"))).to_be_visible()
    dialog.get_by_label("Số thẻ đảng viên").fill(hall.card("host6"))
    dialog.get_by_role("button", name="Thêm 1 đại biểu").click()
    expect(page.get_by_role("row").filter(has_text=hall.name("host6"))).to_be_visible()
    page.get_by_role("button", name=f"Chuyển hoặc bỏ: {hall.name('host6')}").click()
    dialog.get_by_label("Chuyển sang điểm cầu").select_option(label=f"7. {site(7)}")
    dialog.get_by_role("button", name="Chuyển", exact=True).click()
    expect(page.get_by_text(f"{hall.name('host6')} đã chuyển sang {site(7)}")).to_be_visible()
    album.picture(page, "site")
