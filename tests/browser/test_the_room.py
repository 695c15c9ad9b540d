"""A whole meeting of 22 members in a room without a network, written down on two devices, and what the server knows after."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, BrowserType, Page, expect
from tests.browser.conftest import Album, Service
from tests.support import room_acts as acts
from tests.support import room_minutes as minutes
from tests.support import room_seen as screens
from tests.support.browsing import read_qr, wait_until
from tests.support.camera import SIZE, launched, look_at, take_aim, with_camera
from tests.support.chapter import AGENDA, Chapter
from tests.support.factories import PASSWORD
from tests.support.phone import ready_for_flight
from tests.support.rooms import Device

# Whose phone reads the secretary's code, whose own code the secretary's camera reads, and what the deputy writes.
SCANS, IS_SCANNED = "member8", "member9"
THEIR_NOTE = "Nhất trí với dự thảo."
VOTE = "Biểu quyết “Thông qua nghị quyết”."


@dataclass(frozen=True, slots=True)
class Room:
    """The room with its two devices, of the secretary and of the deputy, and two members' phones. ``film``: what the
    secretary's camera sees."""

    service: Service
    chapter: Chapter
    secretary: Page
    deputy: Page
    member: Page
    scanned: Page
    film: Path

    @property
    def both(self) -> tuple[Page, Page]:
        return self.secretary, self.deputy

    def cut_off(self, offline: bool) -> None:
        for page in (*self.both, self.member, self.scanned):
            page.context.set_offline(offline)

    def read(self, path: str) -> Any:
        """What the server says, to the secretary."""
        answer = self.secretary.request.get(
            f"{self.service.url}/api/meetings/{self.chapter.meeting_id}{path}"
        )
        assert answer.ok, answer.text()
        return answer.json()


@pytest.fixture
def room(
    hall: tuple[Service, Chapter],
    new_context: Callable[..., BrowserContext],
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    tmp_path: Path,
) -> Iterator[Room]:
    service, chapter = hall
    film = tmp_path / "camera.y4m"
    look_at(Image.new("RGB", SIZE, "grey"), film)
    with launched(browser_type, with_camera(browser_type_launch_args, film)) as with_a_camera:
        pages = [
            acts.enter(context, service, chapter, role)
            for context, role in ((with_a_camera, "secretary"), (new_context(), "deputy"))
        ]
        members = [acts.sign_in(new_context(), service, chapter, role) for role in (SCANS, IS_SCANNED)]
        for member, path in zip(members, ("", f"/meetings/{chapter.meeting_id}"), strict=True):
            member.goto(service.url + path)
            ready_for_flight(member)
        # Seen once with a network, so that it opens without one.
        pages[0].goto(f"{service.url}/chapter/meetings/{chapter.meeting_id}/scan")
        ready_for_flight(pages[0])
        pages[0].goto(f"{service.url}/chapter/meetings/{chapter.meeting_id}/room")
        expect(pages[0].get_by_role("button", name="Mở cuộc họp")).to_be_visible()
        expect(pages[0].get_by_text(chapter.names["member22"])).to_be_visible()
        yield Room(service, chapter, *pages, *members, film)


@pytest.mark.pictures
def test_the_room(room: Room, album: Album) -> None:
    ours, theirs, chapter = room.secretary, room.deputy, room.chapter
    album.picture(ours, "before-opening")
    room.cut_off(True)
    for page in room.both:
        acts.open_the_meeting(page)
    album.picture(ours, "open-without-network")

    there = chapter.others[:14]
    differing = there[0]
    scan_the_code(room, album)
    scan_a_members_code(room, album)
    acts.take_the_roll(ours, chapter, album)
    acts.mark_present(theirs, chapter.names["member4"])
    acts.mark(theirs, chapter.names[differing], "Đến muộn")

    acts.run_the_agenda(ours, chapter, album)
    acts.write_a_note(theirs, chapter.names["member4"], THEIR_NOTE, about=AGENDA[0][0])
    album.picture(theirs, "deputy-note")
    acts.count_a_vote(ours, chapter, album)
    acts.count_it_too(theirs, album)
    acts.count_papers(ours, album)
    screens.tab(ours, "Ghi chép")
    expect(ours.get_by_text(acts.CONCLUSION)).to_be_visible()
    album.picture(ours, "notes")
    minutes.write_here(ours, album)
    read = minutes.read_to_the_room(ours, album)
    ours.goto(f"{room.service.url}/chapter/meetings/{chapter.meeting_id}/room?tab=agenda")
    acts.close_the_meeting(ours, album)
    seen = screens.on_screen(ours)

    room.cut_off(False)
    for page in (room.member, room.scanned, theirs, ours):
        page.reload()
        wait_until(lambda page=page: acts.waiting(page) == 0, "the book was not sent", page, seconds=40)
    settle_the_vote(room, album)
    the_server_knows(room, there, differing)
    the_minutes_are_what_was_read(room, read, differing)
    settle_the_difference(room, differing, album)
    the_screens_said_what_the_server_says(room, seen, differing)
    for page in room.both:
        expect(page.get_by_text(re.compile("hai máy ghi khác nhau"))).to_have_count(0)
    sign_the_minutes(room, read, album)


def test_a_member_follows_the_item_under_discussion(
    hall: tuple[Service, Chapter], new_context: Callable[..., BrowserContext], album: Album
) -> None:
    service, chapter = hall
    secretary = acts.sign_in(new_context(), service, chapter, "secretary").request
    device, member = Device(), acts.sign_in(new_context(), service, chapter, "member3")

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


def scan_the_code(room: Room, album: Album) -> None:
    """A member's phone reads the code off the secretary's; neither has a network."""
    page, member = room.secretary, room.member
    page.get_by_role("button", name="Hiện mã QR").click()
    member.goto(read_qr(page))
    expect(member.get_by_text("Đã ghi điểm danh")).to_be_visible()
    album.picture(member, "scanned-without-network")
    page.get_by_role("button", name="Đóng mã QR").click()


def scan_a_members_code(room: Room, album: Album) -> None:
    """The secretary's camera reads the own code of a member who holds the phone up to it; neither has a network."""
    page, address = room.secretary, room.secretary.url
    page.goto(f"{room.service.url}/chapter/meetings/{room.chapter.meeting_id}/scan")
    expect(page.get_by_text("Đảng viên mở cuộc họp trên máy mình")).to_be_visible()
    room.scanned.get_by_role("button", name="Mã của tôi").click()
    expect(room.scanned.get_by_role("img", name="Mã của tôi")).to_be_visible()
    take_aim(room.scanned, room.film)
    name = room.chapter.names[IS_SCANNED]
    expect(page.get_by_role("status").get_by_text(name)).to_be_visible()
    album.picture(page, "scanned-a-member")
    page.goto(address)
    expect(acts.line(page, name).get_by_text("quét mã của đảng viên lúc")).to_be_visible()


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
    assert notes[acts.NOTE]["speaker_member_id"] == chapter.id_of("member3")
    assert notes[acts.NOTE]["agenda_item_id"] == chapter.items[1]
    assert set(notes) == {acts.NOTE, THEIR_NOTE}
    assert [entry["data"]["text"] for entry in book if entry["kind"] == "conclusion"] == [acts.CONCLUSION]
    ballots = {ballot["method"]: ballot for ballot in counted(room)}
    assert set(ballots) == {"hand", "secret_paper"}
    for result in (ballot["result"] for ballot in ballots.values()):
        assert (result["agree"], result["disagree"], result["other"], result["passed"]) == (13, 1, 0, True)
        assert (result["denominator"], result["voters_present"]) == (19, 15)
    assert ballots["secret_paper"]["kind"] == "admission"
    assert ballots["secret_paper"]["result"]["papers"] == {
        "given_out": 15,
        "returned": 15,
        "valid": 14,
        "invalid": 1,
    }
    (reserved,) = ballots["hand"]["reserved"]
    assert (reserved["member_id"], reserved["text"]) == (chapter.id_of("member5"), acts.RESERVED)
    (by_camera,) = (one for one in roll["items"] if one["method"] == "reverse_scan")
    assert by_camera["member_id"] == chapter.id_of(IS_SCANNED)


def the_screens_said_what_the_server_says(room: Room, seen: dict[str, Any], differing: str) -> None:
    """Every number, name, time and line that stood on the secretary's screens without a network, and nothing else.

    Two devices recorded the same of some members, each before it knew of the other: how and when is the first one's there.
    """
    names = room.chapter.names
    entries = room.read("/proceedings")["items"]
    unknown = {one["id"] for one in entries if one["kind"] == "note" and one["data"]["text"] == THEIR_NOTE}
    told = screens.as_told(room.read(""), room.read("/attendance"), entries, counted(room), not_of=unknown)
    twice = {names[role] for role in ("deputy", "member4", SCANS, differing)}
    assert screens.without_how(seen, twice) == screens.without_how(told, twice)


def counted(room: Room) -> list[Any]:
    """The votes that count."""
    return [one for one in room.read("/ballots")["items"] if one["state"] == "closed"]


def settle_the_vote(room: Room, album: Album) -> None:
    """Both counted it, one of them under no item: it was one vote, and the deputy, who miscounted, says so."""
    assert len(counted(room)) == 3, "nothing is merged or dropped before somebody says what it was"
    theirs = room.deputy
    for page in room.both:
        expect(page.get_by_text(re.compile("2 chỗ hai máy ghi khác nhau"))).to_be_visible()
    theirs.get_by_role("button", name="Xem và chọn").click()
    dialog = theirs.locator("dialog[open]")
    expect(dialog.get_by_text("Cùng một lần biểu quyết?")).to_be_visible()
    album.picture(theirs, "one-vote-or-two")
    dialog.get_by_role("button", name=f"Lấy số này: {acts.COUNT}").click()
    expect(dialog.get_by_text("Cùng một lần biểu quyết?")).to_have_count(0)
    dialog.get_by_role("button", name="Đóng").last.click()
    wait_until(lambda: len(counted(room)) == 2, "the vote is told twice", theirs)
    (out,) = (one for one in room.read("/ballots")["items"] if one["state"] == "withdrawn")
    assert [(one["agree"], one["withdrawn"]) for one in out["corrections"]] == [
        (12, "Cùng một lần biểu quyết với “Thông qua nghị quyết”")
    ]


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
    note, twice = (text for text in new if not text.startswith("Buổi sinh hoạt kết thúc"))
    assert note == f"Đồng chí {room.chapter.names['member4']}: {THEIR_NOTE}"
    # Told when the deputy's book arrived, before it was said that this was no other vote.
    assert twice.startswith(VOTE)
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
    assert sum(text.startswith(VOTE) for text in minutes.printed(now)) == 1
    for line in read:
        assert line in minutes.printed(now)
    for kind, words_of in (("pdf", minutes.words_of_pdf), ("docx", minutes.words_of_docx)):
        answer = page.request.get(f"{room.service.url}/api/meetings/{chapter.meeting_id}/minutes.{kind}")
        assert answer.ok, answer.text()
        album.folder.joinpath(f"minutes.{kind}").write_bytes(answer.body())
        whole = words_of(answer.body())
        assert [line for line in read if minutes.flat(line) not in whole] == []
