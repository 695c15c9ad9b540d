"""What a room decides or takes back without a network: agenda, opening, closing, and everybody marked in one go."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import Album, Service
from tests.browser.test_ballots import faults, large
from tests.support import room_acts as acts
from tests.support.browsing import wait_until
from tests.support.chapter import AGENDA, Chapter
from tests.support.phone import ready_for_flight
from tests.support.room_seen import tab

RAISED = "Hỗ trợ hộ bị ngập ở ngõ 12"
WHY_NOT, SLIP = "Chờ số liệu của phường", "bấm nhầm"


@pytest.fixture
def secretary(hall: tuple[Service, Chapter], new_context: Callable[..., BrowserContext]) -> Page:
    """The secretary's phone in the room, before the opening, without a network."""
    page = acts.enter(new_context(), *hall, "secretary")
    page.context.set_offline(True)
    return page


def sent(page: Page) -> None:
    page.context.set_offline(False)
    page.reload()
    wait_until(lambda: acts.waiting(page) == 0, "the book was not sent", page, seconds=40)


def told(page: Page, hall: tuple[Service, Chapter]) -> Any:
    """The meeting as the server knows it."""
    service, chapter = hall
    answer = page.request.get(f"{service.url}/api/meetings/{chapter.meeting_id}")
    assert answer.ok, answer.text()
    return answer.json()


def step_back(page: Page, act: str, album: Album, name: str) -> None:
    page.get_by_role("button", name=act).click()
    dialog = page.locator("dialog[open]")
    confirm = dialog.get_by_role("button", name=act)
    confirm.click()
    expect(dialog.get_by_text("Đồng chí ghi lý do.")).to_be_visible()
    dialog.get_by_label("Lý do").fill(SLIP)
    album.picture(page, name)
    large(page, album, f"{name}-large")
    assert faults(page) == []
    confirm.click()
    expect(dialog).to_have_count(0)


def test_the_room_changes_its_agenda(
    hall: tuple[Service, Chapter], secretary: Page, new_context: Callable[..., BrowserContext], album: Album
) -> None:
    service, chapter = hall
    member = acts.sign_in(new_context(), service, chapter, "member3")
    member.goto(f"{service.url}/meetings/{chapter.meeting_id}")
    ready_for_flight(member)
    page, dialog = secretary, secretary.locator("dialog[open]")
    acts.open_the_meeting(page)
    tab(page, "Chương trình")
    album.picture(page, "agenda")
    large(page, album, "agenda-large")
    assert faults(page) == []

    page.get_by_role("button", name="Bổ sung nội dung").click()
    dialog.get_by_role("button", name="Bổ sung vào chương trình").click()
    expect(dialog.get_by_text("Đồng chí ghi tên nội dung.")).to_be_visible()
    dialog.get_by_label("Tên nội dung").fill(RAISED)
    dialog.get_by_label("Số phút dự kiến").fill("15")
    expect(dialog.get_by_text("Nội dung này đứng cuối chương trình.")).to_be_visible()
    album.picture(page, "raised")
    large(page, album, "raised-large")
    assert faults(page) == []
    dialog.get_by_role("button", name="Bổ sung vào chương trình").click()
    expect(dialog).to_have_count(0)
    titles = [title for title, _ in AGENDA]
    plan = page.get_by_role("main").locator("ol .title")
    expect(plan).to_have_text([*titles, RAISED])

    page.get_by_role("button", name="Sắp xếp chương trình").click()
    dialog.get_by_role("button", name=f"Đưa lên: {RAISED}").click()
    expect(dialog.get_by_role("listitem").nth(3)).to_contain_text(RAISED)
    dialog.get_by_role("button", name=f"Rút khỏi chương trình: {titles[1]}").click()
    reason = page.get_by_role("dialog", name="Rút nội dung này?")
    reason.get_by_label("Lý do").fill(WHY_NOT)
    album.picture(page, "dropping")
    assert faults(page) == []
    reason.get_by_role("button", name="Rút khỏi chương trình").click()
    expect(reason).to_have_count(0)
    album.picture(page, "arranging")
    large(page, album, "arranging-large")
    assert faults(page) == []
    dialog.get_by_role("button", name="Xong").last.click()
    wanted = [titles[0], titles[2], RAISED, titles[3]]
    expect(page.get_by_role("main").locator("ol li:not(.dropped) .title")).to_have_text(wanted)
    expect(page.get_by_text(f"đã rút khỏi chương trình: {WHY_NOT}")).to_be_visible()
    page.reload()
    expect(page.get_by_role("main").locator("ol li:not(.dropped) .title")).to_have_text(wanted)
    album.picture(page, "agenda-changed")
    large(page, album, "agenda-changed-large")
    assert faults(page) == []
    # What was raised is dealt with like every other item.
    for number in range(1, 4):
        page.get_by_role("button", name=re.compile(rf"^(Bắt đầu|Tiếp theo:) nội dung {number}$")).click()
    expect(page.get_by_text("Nội dung 3/4")).to_be_visible()
    expect(page.get_by_role("heading", name=RAISED)).to_be_visible()

    sent(page)
    agenda = sorted(told(page, hall)["agenda"], key=lambda item: item["position"])
    assert [item["title"] for item in agenda if not item["dropped"]] == wanted
    assert [item["drop_reason"] for item in agenda if item["dropped"]] == [WHY_NOT]
    member.reload()
    expect(member.get_by_text("Đang bàn nội dung 3/4")).to_be_visible(timeout=30_000)
    expect(member.get_by_role("heading", name=RAISED, level=3)).to_be_visible()
    expect(member.get_by_text(f": {WHY_NOT}")).to_be_visible()
    album.picture(member, "member-sees")
    assert faults(member) == []

    page.goto(f"{service.url}/chapter/meetings/{chapter.meeting_id}/minutes")
    expect(page.get_by_text(f"Bổ sung nội dung vào chương trình: “{RAISED}”.")).to_be_visible()
    dropped = f"Rút nội dung “{titles[1]}” khỏi chương trình. Lý do: {WHY_NOT}."
    expect(page.get_by_text(dropped)).to_be_visible()
    expect(page.get_by_text(f"3. {RAISED}")).to_be_visible()


def test_an_opening_and_a_closing_by_a_slip_are_taken_back(
    hall: tuple[Service, Chapter], secretary: Page, album: Album
) -> None:
    page, names = secretary, hall[1].names
    acts.open_the_meeting(page)
    step_back(page, "Trở lại lúc chưa mở", album, "unopen")
    expect(page.get_by_role("button", name="Mở cuộc họp", exact=True)).to_be_visible()
    # Nobody is there but by the opening, which was a slip.
    expect(page.get_by_text("người mở cuộc họp")).to_have_count(0)
    album.picture(page, "unopened")
    sent(page)
    assert (told(page, hall)["state"], told(page, hall)["opened_at"]) == ("convened", None)

    page.context.set_offline(True)
    acts.open_the_meeting(page)
    acts.mark_present(page, names["member4"])
    # Something has come of the opening.
    expect(page.get_by_role("button", name="Trở lại lúc chưa mở")).to_have_count(0)
    say_what_became_of_the_agenda(page, album)
    page.locator("dialog[open]").get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("Cuộc họp đã kết thúc.").first).to_be_visible()
    album.picture(page, "closed")
    step_back(page, "Mở lại cuộc họp", album, "reopen")
    tab(page, "Điểm danh")
    expect(page.get_by_role("button", name="Hiện mã QR")).to_be_visible()
    # Whom the closing alone had recorded as absent has no entry again.
    acts.mark_present(page, names["member5"])
    album.picture(page, "reopened")
    sent(page)
    meeting = told(page, hall)
    dropped = [(item["title"], item["drop_reason"]) for item in meeting["agenda"] if item["dropped"]]
    assert dropped == [(AGENDA[1][0], WHY_NOT)]
    # Something was said of every item, so that the question is not asked again.
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    expect(page.get_by_text("nội dung chưa có ghi chép")).to_have_count(0)
    assert (meeting["state"], meeting["closed_at"]) == ("open", None)
    assert (meeting["counts"]["present"], meeting["counts"]["unexcused"]) == (3, 0)


def say_what_became_of_the_agenda(page: Page, album: Album) -> None:
    """Nobody ran the agenda on the device: the question before the end names its items, and each is noted or dropped."""
    page.get_by_role("button", name="Kết thúc cuộc họp").click()
    dialog = page.locator("dialog[open]")
    first, second, *others = (title for title, _ in AGENDA)
    expect(dialog.get_by_text(f"{len(AGENDA)} nội dung chưa có ghi chép.")).to_be_visible()
    dialog.get_by_role("button", name=f"Đã tiến hành: {first}").click()
    dialog.get_by_role("button", name=f"Rút khỏi chương trình: {second}").click()
    dialog.get_by_label("Lý do").fill(WHY_NOT)
    album.picture(page, "closing-items")
    large(page, album, "closing-items-large")
    assert faults(page) == []
    dialog.get_by_role("button", name="Rút khỏi chương trình", exact=True).click()
    expect(dialog.get_by_text(f"{len(others)} nội dung chưa có ghi chép.")).to_be_visible()
    dialog.get_by_role("button", name=f"Đã tiến hành cả {len(others)} nội dung").click()
    expect(dialog.get_by_text("Nội dung nào của chương trình cũng đã được ghi nhận.")).to_be_visible()


def test_everybody_marked_in_one_go_is_taken_back_after_a_reload(
    hall: tuple[Service, Chapter], secretary: Page, album: Album
) -> None:
    page, names = secretary, hall[1].names
    acts.open_the_meeting(page)
    acts.mark_present(page, names["member4"])
    page.get_by_role("button", name=re.compile("^Tất cả còn lại có mặt")).click()
    album.picture(page, "everybody")
    large(page, album, "everybody-large")
    assert faults(page) == []
    page.locator("dialog[open]").get_by_role("button", name="Ghi có mặt tất cả").click()
    undo = page.get_by_role("button", name="Hoàn tác")
    expect(undo).to_be_visible()
    page.reload()
    acts.stands(page, names["member9"], "Có mặt")
    album.picture(page, "marked")
    large(page, album, "marked-large")
    undo.click()
    expect(undo).to_have_count(0)
    expect(page.get_by_role("button", name=f"Ghi có mặt: {names['member9']}", exact=True)).to_be_visible()
    acts.stands(page, names["member4"], "Có mặt")
    sent(page)
    counts = told(page, hall)["counts"]
    assert (counts["present"], counts["not_recorded"]) == (2, 19)
