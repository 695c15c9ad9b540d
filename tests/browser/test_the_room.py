"""A whole meeting of 22 members in a room without a network, written down on two devices, and what the server knows after."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from tests.browser.conftest import Album, Service
from tests.support import room_minutes as minutes
from tests.support.browsing import heading, read_qr, wait_until
from tests.support.chapter import Chapter, build_chapter
from tests.support.factories import PASSWORD
from tests.support.phone import ready_for_flight, rows
from tests.support.rooms import Device

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db

TITLE = "Sinh hoạt chi bộ thường kỳ"
NOTE, CONCLUSION = "Đề nghị rà soát lại danh sách hộ nghèo.", "Giao tổ 4 rà soát xong trước ngày 20."
SCANS = "member8"
THEIR_NOTE, RESERVED = "Nhất trí với dự thảo.", "Chưa rõ nguồn kinh phí."


@dataclass(frozen=True, slots=True)
class Room:
    """The room with its two devices, of the secretary and of the deputy, and a member's phone."""

    service: Service
    chapter: Chapter
    secretary: Page
    deputy: Page
    member: Page

    @property
    def both(self) -> tuple[Page, Page]:
        return self.secretary, self.deputy

    def cut_off(self, offline: bool) -> None:
        for page in (*self.both, self.member):
            page.context.set_offline(offline)

    def read(self, path: str) -> Any:
        """What the server says, to the secretary."""
        answer = self.secretary.request.get(
            f"{self.service.url}/api/meetings/{self.chapter.meeting_id}{path}"
        )
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture
def hall(start_service: Callable[..., Service]) -> tuple[Service, Chapter]:
    """A service with the cell and its convened meeting."""
    service = start_service(("migrate",))
    app = create_app(Settings.from_environment(service.environment))
    with app.app_context():
        chapter = build_chapter(app)
        db.engine.dispose()
    return service, chapter


@pytest.fixture
def room(hall: tuple[Service, Chapter], new_context: Callable[..., BrowserContext]) -> Room:
    service, chapter = hall
    pages = [enter(new_context(), service, chapter, role) for role in ("secretary", "deputy")]
    member = sign_in(new_context(), service, chapter, SCANS)
    member.goto(service.url)
    ready_for_flight(member)
    return Room(service, chapter, *pages, member)


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


def test_the_room(room: Room, album: Album) -> None:
    ours, theirs, chapter = room.secretary, room.deputy, room.chapter
    album.picture(ours, "before-opening")
    room.cut_off(True)
    for page in room.both:
        open_the_meeting(page)
    album.picture(ours, "open-without-network")

    there = chapter.others[:14]
    differing = there[0]
    scan_the_code(room, album)
    take_the_roll(ours, chapter, album)
    mark_present(theirs, chapter.names["member4"])
    mark(theirs, chapter.names[differing], "Đến muộn")

    run_the_agenda(ours, chapter, album)
    write_a_note(theirs, chapter, chapter.names["member4"], THEIR_NOTE)
    album.picture(theirs, "deputy-note")
    count_a_vote(ours, chapter, album)
    tab(ours, "Ghi chép")
    expect(ours.get_by_text(CONCLUSION)).to_be_visible()
    album.picture(ours, "notes")
    seen = told(ours)
    minutes.write_here(ours, album)
    read = minutes.read_to_the_room(ours, album)
    ours.goto(f"{room.service.url}/chapter/meetings/{chapter.meeting_id}/room?tab=agenda")
    close_the_meeting(ours, album)

    room.cut_off(False)
    for page in (room.member, theirs, ours):
        page.reload()
        wait_until(lambda page=page: waiting(page) == 0, "the book was not sent", page, seconds=40)
    the_server_knows(room, there, differing)
    assert seen["notes"] == [NOTE]
    the_minutes_are_what_was_read(room, read, differing)
    settle_the_difference(room, differing, album)
    for page in room.both:
        expect(page.get_by_text(re.compile("hai máy ghi khác nhau"))).to_have_count(0)
    sign_the_minutes(room, read, album)


def test_a_member_follows_the_item_under_discussion(
    hall: tuple[Service, Chapter], new_context: Callable[..., BrowserContext], album: Album
) -> None:
    service, chapter = hall
    secretary = sign_in(new_context(), service, chapter, "secretary").request
    device, member = Device(), sign_in(new_context(), service, chapter, "member3")

    def write(kind: str, **data: Any) -> None:
        now = datetime.now(UTC)
        body = {"now": now.isoformat(), "entries": [device.write(kind, now, **data)]}
        path = f"{service.url}/api/meetings/{chapter.meeting_id}/proceedings"
        answer = secretary.post(path, data=body, headers={"Origin": service.url})
        assert answer.ok, answer.text()

    write("open", present=True)
    write("item", agenda_item_id=chapter.items[1], state="started")
    member.goto(f"{service.url}/meetings/{chapter.meeting_id}")
    expect(member.get_by_text("Đang bàn nội dung 2/4")).to_be_visible()
    album.picture(member, "member-follows")
    write("item", agenda_item_id=chapter.items[2], state="started")
    expect(member.get_by_text("Đang bàn nội dung 3/4")).to_be_visible()


def open_the_meeting(page: Page) -> None:
    page.get_by_role("button", name="Mở cuộc họp").click()
    page.locator("dialog[open]").get_by_role("button", name="Mở cuộc họp").click()
    expect(page.get_by_role("button", name="Hiện mã QR")).to_be_visible()


def line(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Danh sách điểm danh").get_by_role("listitem").filter(has_text=name)


def mark_present(page: Page, name: str) -> None:
    page.get_by_role("button", name=f"Ghi có mặt: {name}", exact=True).click()
    expect(line(page, name).get_by_text("Có mặt", exact=True)).to_be_visible()


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
    expect(line(page, name).get_by_text(state, exact=True)).to_be_visible()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Các phần của phòng họp").get_by_role("link", name=name).click()


def scan_the_code(room: Room, album: Album) -> None:
    """A member's phone reads the code off the secretary's; neither has a network."""
    page, member = room.secretary, room.member
    page.get_by_role("button", name="Hiện mã QR").click()
    member.goto(read_qr(page))
    expect(member.get_by_text("Đã ghi điểm danh")).to_be_visible()
    album.picture(member, "scanned-without-network")
    page.get_by_role("button", name="Đóng mã QR").click()


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
    dialog.get_by_label("Tìm người phát biểu").fill(plain(chapter.names["member3"]))
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


def plain(name: str) -> str:
    """The name as it is typed in a hurry."""
    from handbook.kernel.text import fold

    return fold(name)


def write_a_note(page: Page, chapter: Chapter, speaker: str, text: str) -> None:
    tab(page, "Chương trình")
    page.get_by_role("button", name="Bắt đầu nội dung 1").click()
    page.get_by_role("button", name="Ghi ý kiến").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Tìm người phát biểu").fill(speaker)
    dialog.get_by_role("button", name=speaker).click()
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
    dialog.get_by_role("button", name="Lưu kết quả").click()
    expect(page.get_by_text("13 đồng ý, 1 không đồng ý, 0 ý kiến khác")).to_be_visible()
    album.picture(page, "vote-recorded")


def close_the_meeting(page: Page, album: Album) -> None:
    tab(page, "Chương trình")
    page.get_by_role("button", name="Xong nội dung cuối").click()
    album.picture(page, "agenda-done")
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    album.picture(page, "closing")
    page.locator("dialog[open]").get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    album.picture(page, "closed-without-network")


def told(page: Page) -> dict[str, list[str]]:
    """What the secretary's device has of the room."""
    return {"notes": page.get_by_role("list", name="Ý kiến đã ghi").locator(".text").all_inner_texts()}


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


def the_server_knows(room: Room, there: list[str], differing: str) -> None:
    """Roll, agenda, notes, conclusion, vote and hours are what the room saw."""
    chapter = room.chapter
    meeting, roll = room.read(""), room.read("/attendance")
    states = {one["member_id"]: one["state"] for one in roll["items"]}
    expected = {chapter.id_of(role): "present" for role in (*there, "secretary", "deputy")}
    expected |= {chapter.id_of("member18"): "excused", chapter.id_of("member20"): "exempt"}
    # Both wrote it down, and the deputy later.
    expected[chapter.id_of(differing)] = "late"
    expected[chapter.id_of("member6")] = "late"
    absent = {chapter.id_of(role): "unexcused" for role in chapter.names}
    assert states == absent | expected
    scanned = next(one for one in roll["items"] if one["member_id"] == chapter.id_of(SCANS))
    assert scanned["checked_in_at"] is not None
    assert meeting["state"] == "closed"
    assert meeting["counts"]["present"] == 14
    assert meeting["counts"]["late"] == 2
    book = room.read("/proceedings")["items"]
    assert {entry["outcome"] for entry in book} == {"applied"}
    opened = min(entry["at"] for entry in book if entry["kind"] == "open")
    closed = min(entry["at"] for entry in book if entry["kind"] == "close")
    assert (meeting["opened_at"], meeting["closed_at"]) == (opened, closed)
    notes = {entry["data"]["text"]: entry["data"] for entry in book if entry["kind"] == "note"}
    assert notes[NOTE]["speaker_member_id"] == chapter.id_of("member3")
    assert notes[NOTE]["agenda_item_id"] == chapter.items[1]
    assert set(notes) == {NOTE, THEIR_NOTE}
    assert [entry["data"]["text"] for entry in book if entry["kind"] == "conclusion"] == [CONCLUSION]
    (ballot,) = room.read("/ballots")["items"]
    result = ballot["result"]
    assert (result["agree"], result["disagree"], result["other"], result["passed"]) == (13, 1, 0, True)


def settle_the_difference(room: Room, differing: str, album: Album) -> None:
    for page in room.both:
        expect(page.get_by_text(re.compile("1 chỗ hai máy ghi khác nhau"))).to_be_visible()
    ours = room.secretary
    album.picture(ours, "difference")
    ours.get_by_role("button", name="Xem và chọn").click()
    dialog = ours.locator("dialog[open]")
    expect(dialog.get_by_text(f"Điểm danh: {room.chapter.names[differing]}")).to_be_visible()
    album.picture(ours, "difference-dialog")
    dialog.get_by_role("button", name="Chọn bản này: Có mặt").click()
    expect(dialog.get_by_text("Không còn chỗ nào khác nhau.")).to_be_visible()
    dialog.get_by_role("button", name="Đóng").last.click()
    chosen = room.chapter.id_of(differing)

    def stands() -> bool:
        lines = room.read("/attendance")["items"]
        return bool(next(one for one in lines if one["member_id"] == chosen)["state"] == "present")

    wait_until(stands, "the settlement did not reach the roll", ours)
    album.picture(ours, "settled")


def the_minutes_are_what_was_read(room: Room, read: list[str], differing: str) -> None:
    """Every line that the room heard stands; what the other device knew, and the hour of the end, came to it and is told."""
    now = room.read("/minutes")
    lines = {one["id"]: one for section in now["sections"] for one in section["paragraphs"]}
    texts = minutes.printed(now)
    assert [text for text in texts if text in read] == read
    new = [text for text in texts if text not in read]
    assert [text for text in new if not text.startswith("Buổi sinh hoạt kết thúc")] == [
        f"Đồng chí {room.chapter.names['member4']}: {THEIR_NOTE}"
    ]
    # The deputy saw somebody come late: the words that were read stand, and the other count is shown beside them.
    assert [id_ for id_, one in lines.items() if one["differs"]] == ["late"]
    assert room.chapter.names[differing] in lines["late"]["facts"]
    assert lines["place"]["text"] == minutes.PLACE
    assert (now["state"], now["symbol"]) == ("draft", "01-BB/CB")


def sign_the_minutes(room: Room, read: list[str], album: Album) -> None:
    """Brought up to date after the difference is settled, read once more, signed by both; the files hold every line."""
    page, chapter = room.secretary, room.chapter
    page.goto(f"{room.service.url}/chapter/meetings/{chapter.meeting_id}/minutes")
    expect(page.get_by_text("Dữ liệu cuộc họp nay là")).to_be_visible()
    album.picture(page, "minutes-after")
    page.get_by_role("button", name="Cập nhật từ dữ liệu cuộc họp").click()
    # A short message stays under the pointer, over the main act.
    page.mouse.move(1, 1)
    expect(page.get_by_text("Dữ liệu cuộc họp nay là")).to_have_count(0)
    said = page.get_by_text("Chỗ đồng chí đã sửa được giữ nguyên.")
    expect(said).to_be_visible()
    expect(said).to_have_count(0)
    page.get_by_role("link", name="Đọc lại trước cuộc họp").click()
    page.get_by_role("button", name="Nhất trí thông qua").click()
    expect(page.get_by_role("button", name="Ký: Chủ trì")).to_be_visible()
    for role, words, login in (
        ("secretary", "Chủ trì", None),
        ("deputy", "Người ghi biên bản", "99.000002"),
    ):
        minutes.sign_as(page, words, name=chapter.names[role], login=login, password=PASSWORD, album=album)
    expect(page.get_by_text("Biên bản đã đủ hai chữ ký")).to_be_visible()
    album.picture(page, "minutes-signed")
    now = room.read("/minutes")
    assert (now["state"], now["intact"], room.read("")["state"]) == ("signed", True, "finalized")
    for line in read:
        assert line in minutes.printed(now)
    for kind, words_of in (("pdf", minutes.words_of_pdf), ("docx", minutes.words_of_docx)):
        answer = page.request.get(f"{room.service.url}/api/meetings/{chapter.meeting_id}/minutes.{kind}")
        assert answer.ok, answer.text()
        album.folder.joinpath(f"minutes.{kind}").write_bytes(answer.body())
        whole = words_of(answer.body())
        assert [line for line in read if minutes.flat(line) not in whole] == []
