"""A whole meeting of 22 members in a room without a network, written down on two devices, and what the server knows after."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from tests.browser.conftest import Album, Service
from tests.support.browsing import heading, saved_on_the_phone, wait_until
from tests.support.chapter import Chapter, build_chapter
from tests.support.rooms import Device

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db

TITLE = "Sinh hoạt chi bộ thường kỳ"
NOTE, CONCLUSION = "Đề nghị rà soát lại danh sách hộ nghèo.", "Giao tổ 4 rà soát xong trước ngày 20."


@dataclass(frozen=True, slots=True)
class Room:
    """The room with its two devices: of the secretary and of the deputy."""

    service: Service
    chapter: Chapter
    secretary: Page
    deputy: Page

    @property
    def both(self) -> tuple[Page, Page]:
        return self.secretary, self.deputy

    def cut_off(self, offline: bool) -> None:
        for page in self.both:
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
    return Room(service, chapter, *pages)


def sign_in(context: BrowserContext, service: Service, chapter: Chapter, role: str) -> Page:
    context.add_cookies([{"name": COOKIE, "value": chapter.world.token_of(role), "url": service.url}])
    return context.new_page()


def enter(context: BrowserContext, service: Service, chapter: Chapter, role: str) -> Page:
    """A device that has seen the room once with a network."""
    page = sign_in(context, service, chapter, role)
    page.goto(service.url)
    saved_on_the_phone(page)
    page.goto(f"{service.url}/chapter/meetings/{chapter.meeting_id}/room")
    heading(page, TITLE)
    expect(page.get_by_text(chapter.names["member22"])).to_be_visible()
    page.wait_for_timeout(1500)
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
    for role in there[:8]:
        mark_present(ours, chapter.names[role])
    for role in there[8:]:
        mark_present(theirs, chapter.names[role])
    mark(theirs, chapter.names[differing], "Đến muộn")
    mark(ours, chapter.names["member18"], "Vắng có phép", reason="Đi công tác")
    album.picture(ours, "roll")

    run_the_agenda(ours, chapter, album)
    write_a_note(theirs, chapter, chapter.names["member4"], "Nhất trí với dự thảo.")
    album.picture(theirs, "deputy-note")
    count_a_vote(ours, album)
    tab(ours, "Ghi chép")
    expect(ours.get_by_text(CONCLUSION)).to_be_visible()
    album.picture(ours, "notes")
    seen = told(ours)
    close_the_meeting(ours, album)

    room.cut_off(False)
    for page in (theirs, ours):
        page.reload()
        wait_until(lambda page=page: waiting(page) == 0, "the book was not sent", page, seconds=40)
    the_server_knows(room, there, differing)
    assert seen["notes"] == [NOTE]
    settle_the_difference(room, differing, album)
    for page in room.both:
        expect(page.get_by_text(re.compile("hai máy ghi khác nhau"))).to_have_count(0)


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


def mark(page: Page, name: str, state: str, reason: str = "") -> None:
    line(page, name).get_by_role("button").first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("radio", name=state).check()
    if reason:
        dialog.get_by_label("Lý do").fill(reason)
    dialog.get_by_role("button", name="Ghi điểm danh").click()
    expect(line(page, name).get_by_text(state, exact=True)).to_be_visible()


def tab(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Các phần của phòng họp").get_by_role("link", name=name).click()


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


def count_a_vote(page: Page, album: Album) -> None:
    tab(page, "Biểu quyết")
    album.picture(page, "votes-none")
    page.get_by_role("button", name="Ghi biểu quyết giơ tay").click()
    dialog = page.locator("dialog[open]")
    for label, number in (("Đồng ý", "99"), ("Không đồng ý", "1"), ("Ý kiến khác", "0")):
        dialog.get_by_label(label, exact=True).fill(number)
    expect(dialog.get_by_text("Đồng chí đếm lại")).to_be_visible()
    album.picture(page, "vote-too-many")
    dialog.get_by_label("Đồng ý", exact=True).fill("13")
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
    absent = {chapter.id_of(role): "unexcused" for role in chapter.names}
    assert states == absent | expected
    assert meeting["state"] == "closed"
    assert meeting["counts"]["present"] == 15
    assert meeting["counts"]["late"] == 1
    book = room.read("/proceedings")["items"]
    assert {entry["outcome"] for entry in book} == {"applied"}
    opened = min(entry["at"] for entry in book if entry["kind"] == "open")
    closed = min(entry["at"] for entry in book if entry["kind"] == "close")
    assert (meeting["opened_at"], meeting["closed_at"]) == (opened, closed)
    notes = {entry["data"]["text"]: entry["data"] for entry in book if entry["kind"] == "note"}
    assert notes[NOTE]["speaker_member_id"] == chapter.id_of("member3")
    assert notes[NOTE]["agenda_item_id"] == chapter.items[1]
    assert set(notes) == {NOTE, "Nhất trí với dự thảo."}
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
    dialog.get_by_role("button", name="Chọn cách này: Có mặt").click()
    expect(dialog.get_by_text("Không còn chỗ nào khác nhau.")).to_be_visible()
    dialog.get_by_role("button", name="Đóng").last.click()
    chosen = room.chapter.id_of(differing)

    def stands() -> bool:
        lines = room.read("/attendance")["items"]
        return bool(next(one for one in lines if one["member_id"] == chosen)["state"] == "present")

    wait_until(stands, "the settlement did not reach the roll", ours)
    album.picture(ours, "settled")
