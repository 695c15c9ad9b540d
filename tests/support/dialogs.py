"""Every dialog of the app and the way to it on the demo: the tap that opens it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, Page, expect
from tests.support.axe import bring_axe
from tests.support.demo_service import DemoService, go

FEATURES = Path(__file__).resolve().parents[2] / "pwa" / "src" / "features"
_OPENS = re.compile(r"<(Dialog|ConfirmDialog|ActDialog|WhiteScreen)\b")
# Frames that others fill; they are examined with what fills them.
FRAMES = {"ActDialog"}


@dataclass(frozen=True, slots=True)
class Way:
    """How the dialog of one component is opened, by whom and on which screen."""

    component: str
    login: str
    path: str
    tap: Callable[[Page], None]


def components() -> set[str]:
    """The components that open a dialog of their own, from the source of the app."""
    found = {file.stem for file in FEATURES.rglob("*.svelte") if _OPENS.search(file.read_text("utf-8"))}
    assert found, "dialogs are written in another way now"
    return found - FRAMES


def button(name: str | re.Pattern[str]) -> Callable[[Page], None]:
    """Tap the first button of this name."""
    return lambda page: page.get_by_role("button", name=name).first.click()


def ways(demo: DemoService, secretary: BrowserContext) -> Iterator[Way]:
    """The dialogs on the demo; ``secretary`` is signed in as the secretary of the demo member's cell."""
    story = demo.story
    chapter, room = f"/chapter/meetings/{story.next_meeting}", f"/chapter/meetings/{story.open_meeting}/room"
    draft = a_draft(demo, secretary)
    yield Way("OpenMeeting", story.secretary, f"{chapter}/room", button("Mở cuộc họp"))
    yield Way("MarkDialog", story.host, room, lambda page: page.locator(".lines button.who").first.click())
    yield Way("GuestDialog", story.host, room, button("Thêm khách mời"))
    yield Way("BulkMark", story.host, room, button(re.compile("^Tất cả còn lại có mặt")))
    yield Way("CloseMeeting", story.host, room, button("Kết thúc cuộc họp"))
    yield Way("MyCode", story.guest, f"/meetings/{story.open_meeting}", button("Mã của tôi"))
    yield Way("QrFull", story.host, room, show_code)
    yield Way("AbsenceRequests", story.secretary, chapter, button(re.compile("^Không đồng ý cho ")))
    yield Way("CancelMeeting", story.secretary, chapter, button("Hủy cuộc họp"))
    yield Way(
        "RemindersScreen",
        story.secretary,
        f"{chapter}/reminders",
        button(re.compile("^Nhắc lịch trước cuộc họp")),
    )
    yield Way("Papers", story.secretary, chapter, button(re.compile("^Bỏ tài liệu ")))
    yield Way("Convene", story.secretary, f"/chapter/meetings/{draft}", button("Triệu tập"))
    yield Way("AgendaItemDialog", story.secretary, f"/chapter/meetings/{draft}/edit", button("Thêm nội dung"))
    yield Way(
        "ConflictDialog",
        story.secretary,
        f"/chapter/meetings/{draft}/edit",
        lambda page: cross(demo, secretary, draft, page),
    )
    yield Way("ActivationSheet", story.secretary, "/chapter/members", button("Tạo phiếu kích hoạt"))
    yield Way("OpinionsScreen", story.member, f"/meetings/{story.next_meeting}/opinions", button("Góp ý"))
    schedule = f"/chapter/schedule/{story.cell}"
    yield Way("ScheduleScreen", story.secretary, schedule, set_and_drop_schedule)
    an_opinion(demo, secretary)
    yield Way("SortScreen", story.secretary, f"{chapter}/opinions", group_opinion)
    yield Way("CalendarScreen", story.member, "/me/calendar", make_and_revoke_calendar)
    yield Way("DevicesScreen", story.secretary, "/me/devices", button("Cho đăng xuất"))
    yield Way(
        "RenewAccess", story.staff, f"/staff/members/{story.member_id}", button("In phiếu kích hoạt mới")
    )
    yield Way("CitizenId", story.staff, f"/staff/members/{story.member_id}", button("Xem số căn cước"))
    yield Way(
        "SheetsScreen",
        story.staff,
        f"/staff/organizations/{story.cell}/activation",
        button("Tạo phiếu (PDF)"),
    )
    rules = f"/staff/organizations/{story.committee}/settings"
    yield Way("SettingDialog", story.staff, rules, button(re.compile("^Ngày sinh hoạt định kỳ")))
    yield Way("HistoryDialog", story.staff, rules, tell_history)
    conference = f"/conference/{story.conference}"
    yield Way("SiteDialog", story.staff, conference, button("Thêm điểm cầu"))
    yield Way("DelegatesDialog", story.staff, f"{conference}/sites/{story.site}", button("Thêm đại biểu"))
    yield Way("DelegateDialog", story.staff, f"{conference}/roll", take_a_delegate)
    yield Way("SiteScreen", story.staff, conference, drop_a_site)
    yield Way("TemplatesScreen", story.secretary, f"/chapter/agendas/{story.cell}", own_agenda)
    yield Way("ReportDialog", story.member, f"/tasks/{story.task}", button("Báo cáo kết quả"))
    yield Way("TaskScreen", story.member, f"/tasks/{story.task}", report_and_reopen)
    yield Way("ResolutionActs", story.secretary, f"/resolutions/{story.resolution}", button("Thu hồi"))
    scoring = f"/chapter/meetings/{story.open_meeting}/score"
    yield Way("PaperDialog", story.host, scoring, button("Nhập kết quả phiếu giấy"))
    votes = f"/chapter/meetings/{story.open_meeting}/ballots"
    yield Way("ProposeDialog", story.host, votes, button("Đưa ra biểu quyết"))
    yield Way("SecretBallot", story.host, votes, give_out_papers)
    yield Way("OpenBallot", story.host, votes, put_to_the_vote)
    yield Way("VoteCard", story.host, f"/meetings/{story.open_meeting}/ballots", choose)
    yield Way("ScoreScreen", story.host, f"/meetings/{story.open_meeting}/score", hand_in_score)
    yield Way("ReserveDialog", story.host, votes, close_the_vote)
    yield Way("SheetTime", story.host, f"/chapter/meetings/{story.open_meeting}/sheet", set_arrival)
    yield Way("FloorAgenda", story.host, f"{room}?tab=agenda", button("Bổ sung nội dung"))
    yield Way("NoteDialog", story.host, f"{room}?tab=notes", button("Ghi ý kiến"))
    yield Way("HandVoteDialog", story.host, f"{room}?tab=votes", button("Ghi biểu quyết giơ tay"))
    yield Way("VoteOut", story.host, f"{room}?tab=votes", take_a_vote_out)
    yield Way("ConclusionDialog", story.host, f"{room}?tab=notes", conclude)
    yield Way("Differences", story.host, room, differ)
    # Last, because the meeting is over afterwards.
    ended = f"/chapter/meetings/{story.open_meeting}"
    yield Way("Settle", story.host, ended, lambda page: finish(page, room, ended))
    yield Way("StepBack", story.host, room, button("Mở lại cuộc họp"))
    yield Way("TaskDialog", story.host, f"{ended}/resolution", button("Thêm nhiệm vụ"))
    yield Way("IssueDialog", story.host, f"{ended}/resolution", issue)


def show_code(page: Page) -> None:
    button("Hiện mã QR")(page)
    expect(page.get_by_role("img", name=re.compile("Mã QR để điểm danh"))).to_be_visible()


def tell_history(page: Page) -> None:
    button(re.compile("^Ngày sinh hoạt định kỳ"))(page)
    page.locator("dialog[open]").get_by_role("button", name="Lịch sử thay đổi").click()
    expect(page.locator("dialog[open]").get_by_text("Chưa ai đổi mục này ở đây.")).to_be_visible()


def take_a_delegate(page: Page) -> None:
    page.get_by_role("list", name="Danh sách chung").get_by_role("button").first.click()


def drop_a_site(page: Page) -> None:
    """A site without delegates, and the question before it is taken out."""
    button("Thêm điểm cầu")(page)
    sheet = page.locator("dialog[open]")
    sheet.get_by_label("Tên điểm cầu").fill("Điểm cầu thử")
    sheet.get_by_role("button", name="Lưu điểm cầu").click()
    page.get_by_role("link", name=re.compile("Điểm cầu thử")).click()
    button("Bỏ điểm cầu này")(page)


def own_agenda(page: Page) -> None:
    """An agenda of the cell's own, and the question before it is dropped."""
    page.get_by_role("button", name=re.compile("^Chuyển xuống: Tuyên bố")).first.click()
    button("Lưu chương trình mẫu")(page)
    button("Theo cấp trên")(page)


def set_and_drop_schedule(page: Page) -> None:
    """A usual day of the cell, and the question before it is dropped."""
    page.get_by_label("Địa điểm").fill("Hội trường")
    button("Lưu lịch")(page)
    button("Bỏ lịch định kỳ")(page)


def group_opinion(page: Page) -> None:
    page.locator("main").get_by_role("checkbox").first.check()
    button("Gom nhóm")(page)


def make_and_revoke_calendar(page: Page) -> None:
    """A calendar's address, and the question before it is revoked."""
    button("Tạo địa chỉ lịch")(page)
    button(re.compile("^Thu hồi"))(page)


def report_and_reopen(page: Page) -> None:
    """A task that is done, and the question before it is opened again."""
    button("Báo cáo kết quả")(page)
    sheet = page.locator("dialog[open]")
    sheet.get_by_role("radio", name="Đã xong").check()
    sheet.get_by_role("button", name="Gửi báo cáo").click()
    button("Mở lại nhiệm vụ")(page)


def set_arrival(page: Page) -> None:
    """A signature on the sheet of paper, and when the member came."""
    page.locator("main button[aria-pressed=false]").first.click()
    button(re.compile("^Giờ đến"))(page)


def propose(page: Page, method: str) -> None:
    button("Đưa ra biểu quyết")(page)
    sheet = page.locator("dialog[open]")
    sheet.get_by_role("radio", name=re.compile(f"^{method}")).check()
    sheet.get_by_role("button", name="Đưa ra biểu quyết").click()


def give_out_papers(page: Page) -> None:
    """A secret ballot by phone, and the question before votes are cast."""
    propose(page, "Phiếu kín, điện thoại")
    button("Bắt đầu bỏ phiếu")(page)


def put_to_the_vote(page: Page) -> None:
    """An open vote by phone in place of the secret one, and the question before it is closed."""
    button("Hủy biểu quyết này")(page)
    page.locator("dialog[open]").get_by_role("button", name="Hủy biểu quyết này").click()
    propose(page, "Điện thoại")
    button("Kết thúc và công bố")(page)


def choose(page: Page) -> None:
    """The secretary is in the room and votes like everybody."""
    meeting = page.url.split("/")[-2]
    api = f"{page.evaluate('location.origin')}/api"
    own = page.request.get(f"{api}/members/me").json()["id"]
    answer = page.request.put(f"{api}/meetings/{meeting}/attendance/{own}", data={"state": "present"})
    assert answer.ok, answer.text()
    page.get_by_role("button", name="Đồng ý", exact=True).click()


def hand_in_score(page: Page) -> None:
    """The scoring is begun, and the secretary, who is in the room, is asked before the sheet goes."""
    origin, meeting = page.evaluate("location.origin"), page.url.split("/")[-2]
    path = f"{origin}/api/meetings/{meeting}/score"
    answer = page.request.post(f"{path}/open", headers={"Origin": origin})
    assert answer.ok, answer.text()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^Gửi phiếu"))).to_be_visible()
    bring_axe(page)
    button(re.compile("^Gửi phiếu"))(page)


def close_the_vote(page: Page) -> None:
    button("Kết thúc và công bố")(page)
    page.locator("dialog[open]").get_by_role("button", name="Kết thúc và công bố").click()
    button("Ghi ý kiến bảo lưu")(page)


def write_in_the_book(page: Page, text: str) -> None:
    """Another device of the secretary concludes on the first item, without having seen what others wrote."""
    origin, meeting = page.evaluate("location.origin"), page.url.split("/meetings/")[1].split("/")[0]
    path = f"{origin}/api/meetings/{meeting}"
    item = page.request.get(path).json()["agenda"][0]["id"]
    now = datetime.now(UTC).isoformat()
    entry = {"kind": "conclusion", "data": {"agenda_item_id": item, "text": text}, "sequence": 1, "at": now}
    entry |= {"id": str(uuid4()), "device_id": str(uuid4())}
    body = {"now": now, "entries": [entry]}
    answer = page.request.post(f"{path}/proceedings", data=body, headers={"Origin": origin})
    assert answer.ok, answer.text()


def conclude(page: Page) -> None:
    write_in_the_book(page, "Giao tổ 4 rà soát.")
    button("Sửa kết luận")(page)


def take_a_vote_out(page: Page) -> None:
    """Count a vote by hands, and ask to take it out again."""
    button("Ghi biểu quyết giơ tay")(page)
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("radio", name="Việc khác").check()
    dialog.get_by_label("Thuộc nội dung chương trình").select_option(label="Không thuộc nội dung nào")
    dialog.get_by_label("Nội dung biểu quyết").fill("Lịch trực quý sau")
    for label in ("Đồng ý", "Không đồng ý", "Ý kiến khác"):
        dialog.get_by_label(label, exact=True).fill("1")
    dialog.get_by_role("button", name="Lưu kết quả").click()
    button("Bỏ kết quả ghi nhầm: Lịch trực quý sau")(page)


def differ(page: Page) -> None:
    """A second device has concluded otherwise."""
    write_in_the_book(page, "Giao tổ 5 rà soát.")
    button("Xem và chọn")(page)


def finish(page: Page, room: str, meeting: str) -> None:
    """Close the meeting that is open, and ask to settle its roll."""
    go(page, room)
    button("Kết thúc cuộc họp")(page)
    page.locator("dialog[open]").get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    go(page, meeting)
    button("Chốt cuộc họp")(page)


def issue(page: Page) -> None:
    for label in ("Số, ký hiệu", "Tên nghị quyết", "Nội dung"):
        page.get_by_label(label).first.fill("15-NQ/CB" if label == "Số, ký hiệu" else "Chi bộ thống nhất")
    button("Ban hành")(page)


def an_opinion(demo: DemoService, secretary: BrowserContext) -> None:
    """An opinion on the next meeting, sent by its secretary."""
    path = f"{demo.url}/api/meetings/{demo.story.next_meeting}/opinions/{uuid4()}"
    data = {"kind": "opinion", "text": "Họp sớm hơn nửa giờ"}
    answer = secretary.request.put(path, data=data, headers={"Origin": demo.url})
    assert answer.ok, answer.text()


def a_draft(demo: DemoService, secretary: BrowserContext) -> str:
    """A meeting of the demo member's cell that is being prepared, after the pattern of the next one."""
    known: dict[str, Any] = secretary.request.get(f"{demo.url}/api/meetings/{demo.story.next_meeting}").json()
    answer = secretary.request.post(
        f"{demo.url}/api/organizations/{demo.story.cell}/meetings",
        data={
            **{name: known[name] for name in ("kind", "place", "starts_at", "ends_at")},
            "title": "Sinh hoạt chi bộ chuyên đề",
            "agenda": [{"title": "Đọc báo cáo", "minutes": 20}],
        },
        headers={"Origin": demo.url, "Idempotency-Key": "a-draft-for-dialogs"},
    )
    assert answer.ok, answer.text()
    return str(answer.json()["id"])


def cross(demo: DemoService, secretary: BrowserContext, meeting: str, page: Page) -> None:
    """Two people change one meeting: the other one is first."""
    known = secretary.request.get(f"{demo.url}/api/meetings/{meeting}").json()
    page.get_by_label("Địa điểm").fill("Nhà văn hóa")
    answer = secretary.request.patch(
        f"{demo.url}/api/meetings/{meeting}",
        data={"place": "Hội trường"},
        headers={
            "Origin": demo.url,
            "If-Match": known["etag"] if known["etag"].startswith('"') else f'"{known["etag"]}"',
        },
    )
    assert answer.ok, answer.text()
    button("Lưu")(page)
