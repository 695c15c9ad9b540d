"""Preparing the month: from the cell's page to a convened meeting in few taps, counted as the browser sees them."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.conftest import TIMEZONE, Album
from tests.support.browsing import heading, wait_until
from tests.support.demo_service import DemoService
from tests.support.files import pdf

MOST_TAPS = 12
MOST_SECONDS = 60
# What the system's own file picker takes: the folder it opens in, and the file.
IN_THE_PICKER = 2
COUNT = """
  const counted = ['click', 'keydown'];
  for (const kind of counted) addEventListener(kind, (event) => {
    // A tap on a label makes the browser click its field as well; a tap is one.
    if (event.isTrusted && (kind === 'keydown' || event.detail > 0 || event.pointerType))
      sessionStorage.setItem('taps', String(Number(sessionStorage.getItem('taps') ?? 0) + 1));
  }, true);
"""
PAPERS_OF_THE_NEWEST = (
    "SELECT COUNT(*) FROM papers WHERE meeting_id = (SELECT MAX(id) FROM meetings WHERE state = 'convened')"
)


def taps(page: Page) -> int:
    return int(page.evaluate("Number(sessionStorage.getItem('taps') ?? 0)"))


def call_off_the_next_meeting(demo: DemoService, context: BrowserContext) -> None:
    """The demo's cell has convened already; the month begins anew."""
    path = f"{demo.url}/api/meetings/{demo.story.next_meeting}"
    tag = context.request.get(path).headers["etag"]
    headers = {"Origin": demo.url, "If-Match": tag}
    answer = context.request.post(f"{path}/cancel", data={"reason": "Chuyển ngày"}, headers=headers)
    assert answer.ok, answer.text()


def passing_message_leaves_the_facts_alone(page: Page) -> None:
    """It lies over the name of the screen and no further, and is heard without being looked at."""
    page.evaluate("scrollTo(0, 0)")
    message, facts = page.locator(".toast").bounding_box(), page.locator("main .page > .body").bounding_box()
    assert message is not None
    assert facts is not None
    assert 0 <= message["y"] <= message["y"] + message["height"] <= facts["y"]
    expect(page.get_by_role("region", name="Thông báo ngắn")).to_have_attribute("aria-live", "polite")


def test_the_secretary_sets_the_usual_day_and_convenes_a_month_in_few_taps(
    demo: DemoService, new_context: Callable[..., BrowserContext], album: Album, tmp_path: Path
) -> None:
    context = new_context()
    context.add_init_script(COUNT)
    demo.sign_in(context, demo.story.secretary)
    call_off_the_next_meeting(demo, context)
    page = demo.open(context, f"/chapter/schedule/{demo.story.cell}")
    usual = datetime.now(ZoneInfo(TIMEZONE)) + timedelta(days=6)
    page.get_by_label("Ngày", exact=True).select_option(str(usual.day))
    page.get_by_label("Địa điểm").fill("Nhà văn hóa ấp 3")
    album.picture(page, "schedule")
    page.get_by_role("button", name="Lưu lịch").click()
    said = page.get_by_text("Đã lưu lịch sinh hoạt")
    # Under the pointer its time stands still.
    said.hover(force=True)
    passing_message_leaves_the_facts_alone(page)
    # A tap anywhere on it is one on its button, which lies over its words.
    said.click(force=True)
    expect(said).to_have_count(0)

    page.goto(f"{demo.url}/")
    heading(page, "Hôm nay")
    page.get_by_role("link", name="Chi bộ", exact=True).wait_for()
    page.evaluate("sessionStorage.setItem('taps', '0')")
    started = time.monotonic()
    page.get_by_role("link", name="Chi bộ", exact=True).click()
    act = page.get_by_role("button", name=re.compile(r"^Chuẩn bị sinh hoạt tháng \d+$"))
    act.click()
    page.wait_for_url(re.compile(r"/chapter/meetings/\d+$"))
    expect(page.get_by_text("Nhà văn hóa ấp 3").first).to_be_visible()
    expect(page.get_by_text("Kiểm điểm việc thực hiện nghị quyết tháng trước").first).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Chọn tệp").first.click()
    paper = tmp_path / "bao-cao-thang.pdf"
    paper.write_bytes(pdf("Báo cáo công tác tháng"))
    chooser.value.set_files(paper)
    expect(page.get_by_text("bao-cao-thang").first).to_be_visible()
    page.get_by_role("button", name="Triệu tập").first.click()
    page.locator("dialog[open]").get_by_role("button", name="Triệu tập", exact=True).click()
    expect(page.get_by_text("Đã triệu tập").first).to_be_visible()
    needed, seconds = taps(page) + IN_THE_PICKER, time.monotonic() - started
    assert 4 < needed <= MOST_TAPS, f"{needed} taps"
    assert seconds < MOST_SECONDS, f"{seconds:.0f} s"
    album.picture(page, "convened")
    # The file may still be on its way when the meeting is convened.
    wait_until(lambda: demo.rows(PAPERS_OF_THE_NEWEST) == [(1,)], "the paper did not arrive", page)


def test_a_member_asks_beforehand_without_a_network_and_the_secretary_sorts_it(
    demo: DemoService, new_context: Callable[..., BrowserContext], album: Album
) -> None:
    (meeting,) = demo.rows(
        "SELECT id FROM meetings WHERE organization_id = ? AND state = 'convened'", int(demo.story.cell)
    )[0]
    context = new_context()
    demo.sign_in(context, demo.story.member)
    page = demo.open(context, f"/meetings/{meeting}")
    page.get_by_role("link", name="Góp ý về Thảo luận").wait_for()
    # What the screen needs is loaded before the network goes.
    page.get_by_role("link", name="Góp ý, đặt câu hỏi trước").click()
    heading(page, "Góp ý trước cuộc họp")
    context.set_offline(True)
    page.get_by_role("button", name="Góp ý chung về cuộc họp").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_role("radio", name="Hỏi").check()
    dialog.get_by_label("Nội dung").fill("Bao giờ sửa đường vào ấp?")
    album.picture(page, "opinion-dialog")
    # A trembling finger sends it once.
    dialog.get_by_role("button", name="Gửi").dblclick()
    expect(page.get_by_text("Bao giờ sửa đường vào ấp?")).to_be_visible()
    expect(page.get_by_text(re.compile("Chờ gửi|Đang gửi")).first).to_be_visible()
    context.set_offline(False)
    page.reload()
    arrived = "SELECT COUNT(*) FROM opinions WHERE meeting_id = ? AND text = 'Bao giờ sửa đường vào ấp?'"
    wait_until(lambda: demo.rows(arrived, meeting) == [(1,)], "the opinion did not arrive", page, seconds=40)
    album.picture(page, "opinion-sent")

    desk = new_context()
    demo.sign_in(desk, demo.story.secretary)
    page = demo.open(desk, f"/chapter/meetings/{meeting}/opinions")
    expect(page.get_by_text("Bao giờ sửa đường vào ấp?")).to_be_visible()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Gom nhóm").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Tên nhóm").fill("Đường sá")
    dialog.get_by_role("button", name="Gom nhóm").click()
    expect(page.get_by_role("heading", name="Nhóm: Đường sá")).to_be_visible()
    page.get_by_role("button", name="Ghi câu trả lời").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Câu trả lời").fill("Quý tới")
    dialog.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Trả lời: Quý tới")).to_be_visible()
    album.picture(page, "opinions-sorted")


def test_a_calendar_address_is_shown_once_and_revoked(
    demo: DemoService, new_context: Callable[..., BrowserContext], album: Album
) -> None:
    context = new_context()
    demo.sign_in(context, demo.story.secretary)
    page = demo.open(context, "/me/calendar")
    page.get_by_label("Tên để nhớ").fill("Điện thoại")
    page.get_by_role("button", name="Tạo địa chỉ lịch").click()
    shown = page.locator(".address")
    expect(shown).to_contain_text("/calendar/")
    token = (shown.text_content() or "").rsplit("/", 1)[1]
    album.picture(page, "calendar")
    outside = new_context().request
    answer = outside.get(f"{demo.url}/calendar/{token}")
    assert answer.ok
    assert answer.text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="Thu hồi").click()
    page.locator("dialog[open]").get_by_role("button", name="Thu hồi").click()
    expect(page.get_by_text("Đã thu hồi địa chỉ lịch")).to_be_visible()
    assert outside.get(f"{demo.url}/calendar/{token}").status == 404
