"""The rest of a member's month read aloud: what is done before, at and after a meeting, in the order in which it is meant."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import check_in_link, ready_for_flight, rows
from tests.support.reading import assert_well_formed, in_order

LEVEL_1 = r"- main[\s\S]*?heading .*\[level=1\]"
CHOICES = ("Đồng ý", "Không đồng ý", "Ý kiến khác")


def button(name: str) -> str:
    return rf"button \"{re.escape(name)}"


@pytest.fixture(scope="module")
def phone(browser: Browser, demo: DemoService) -> Iterator[Page]:
    """The phone of the member whose cell meets tomorrow."""
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.member)
        page = demo.open(context)
        ready_for_flight(page)
        yield page


@pytest.fixture
def guest(browser: Browser, demo: DemoService) -> Iterator[Page]:
    """The phone of a member whose meeting is open now and who has just come."""
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.guest)
        page = demo.open(context)
        ready_for_flight(page)
        yield page


@pytest.fixture
def host(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        yield context


def act(demo: DemoService, host: BrowserContext, path: str, data: dict[str, Any] | None = None) -> Any:
    """What who runs the open meeting does on another device, having seen how it stands."""
    tag = {}
    if data is None:
        seen = host.request.get(f"{demo.url}/api/{path.rsplit('/', 1)[0]}").json()
        tag = {"If-Match": f'"{seen["etag"]}"'} if seen.get("etag") else {}
    answer = host.request.post(f"{demo.url}/api/{path}", data=data, headers={"Origin": demo.url, **tag})
    assert answer.ok, answer.text()
    return answer.json()


def agenda_of(demo: DemoService, meeting: str) -> list[str]:
    query = "SELECT title FROM agenda_items WHERE meeting_id = ? ORDER BY position"
    return [str(row[0]) for row in demo.rows(query, int(meeting))]


def leads_to(notice: dict[str, Any]) -> str:
    if notice["kind"] == "task_due":
        return f"/tasks/{notice['params']['task_id']}"
    if notice["resolution_id"]:
        return f"/resolutions/{notice['resolution_id']}"
    return f"/meetings/{notice['meeting_id']}"


def test_opinions_are_read_item_by_item_each_with_its_own_acts(phone: Page, demo: DemoService) -> None:
    go(phone, "/")
    phone.get_by_role("link", name="Đọc tài liệu").click()
    # What there is to read, and not the top of the meeting's page.
    expect(phone.get_by_role("heading", name="Tài liệu", exact=True)).to_be_in_viewport()
    go(phone, f"/meetings/{demo.story.next_meeting}/opinions")
    items = agenda_of(demo, demo.story.next_meeting)
    in_order(
        phone,
        LEVEL_1,
        r"heading \"Ý kiến chung về cuộc họp\" \[level=2\]",
        button("Góp ý chung về cuộc họp"),
        *(
            part
            for number, item in enumerate(items, 1)
            for part in (
                rf"heading \"{number}\. {re.escape(item)}\" \[level=2\]",
                button(f"Góp ý về “{item}”"),
            )
        ),
    )
    assert_well_formed(phone)
    # What was written under an item is read before the next item begins: what it is, the words, then what can be done.
    phone.get_by_role("button", name=f"Góp ý về “{items[1]}”").click()
    dialog = phone.locator("dialog[open]")
    in_order(phone, r"dialog", r"heading", "Góp ý", "Hỏi", r"textbox \"Nội dung", button("Gửi"))
    dialog.get_by_role("radio", name="Hỏi").check()
    dialog.get_by_label("Nội dung").fill("Bao giờ sửa xong đường vào Tổ 4?")
    dialog.get_by_role("button", name="Gửi").click()
    expect(phone.get_by_text("Bao giờ sửa xong đường vào Tổ 4?")).to_be_visible()
    in_order(
        phone,
        rf"heading \"2\. {re.escape(items[1])}\"",
        "Hỏi",
        re.escape("Bao giờ sửa xong đường vào Tổ 4?"),
        button("Sửa"),
        button("Rút lại"),
        rf"heading \"3\. {re.escape(items[2])}\"",
    )


def test_a_request_to_be_excused_is_read_from_the_meeting_to_the_reason_to_sending(
    phone: Page, demo: DemoService
) -> None:
    go(phone, f"/meetings/{demo.story.next_meeting}/absence")
    title = demo.rows("SELECT title FROM meetings WHERE id = ?", int(demo.story.next_meeting))[0][0]
    in_order(
        phone,
        r"heading \"Xin vắng\" \[level=1\]",
        re.escape(title),
        r"group \"Lý do thường gặp\"",
        *map(button, ("Ốm, đi khám bệnh", "Đi công tác", "Có việc gia đình")),
        r"textbox \"Lý do vắng",
        button("Gửi đơn"),
    )
    assert_well_formed(phone)


def test_notices_are_read_from_the_newest_and_the_calendar_from_the_choice_to_what_was_made(
    phone: Page, demo: DemoService
) -> None:
    go(phone, "/notices")
    in_order(phone, r"heading \"Thông báo\" \[level=1\]", r"list \"Thông báo\"", r"listitem")
    assert_well_formed(phone)
    newest_first = sorted(rows(phone, "notices"), key=lambda one: one["created_at"], reverse=True)
    assert len(newest_first) > 1
    links = phone.locator("main li a").evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
    assert links == [leads_to(one) for one in newest_first]

    go(phone, "/me/calendar")
    in_order(
        phone,
        LEVEL_1,
        r"radio",
        r"radio",
        r"textbox",
        r"button",
        r"heading .*\[level=2\]",
        r"list ",
        r"listitem",
        r"button",
    )
    assert_well_formed(phone)


def test_an_evening_is_read_from_the_check_in_to_the_vote_to_the_score(
    guest: Page, host: BrowserContext, demo: DemoService
) -> None:
    meeting = demo.story.open_meeting
    guest.goto(demo.url + check_in_link(demo, host, meeting))
    expect(guest.get_by_role("heading", name="Đã điểm danh")).to_be_visible()
    title = demo.rows("SELECT title FROM meetings WHERE id = ?", int(meeting))[0][0]
    in_order(
        guest,
        LEVEL_1,
        r"heading \"Đã điểm danh\" \[level=2\]",
        re.escape(title),
        r"Lúc \d\d:\d\d",
        r"link \"Xem cuộc họp\"",
    )
    assert_well_formed(guest)

    ballot = "Chọn ngày lao động của chi bộ"
    asked = {"key": str(uuid4()), "title": ballot, "kind": "other", "method": "phone"}
    proposed = act(demo, host, f"meetings/{meeting}/ballots", asked)
    act(demo, host, f"ballots/{proposed['id']}/open")
    go(guest, f"/meetings/{meeting}/ballots")
    expect(guest.get_by_role("heading", name=ballot)).to_be_visible()
    in_order(
        guest,
        r"heading \"Biểu quyết\" \[level=1\]",
        re.escape(title),
        r"heading \"Đang biểu quyết\" \[level=2\]",
        rf"heading \"{ballot}\"",
        r"group",
        *map(button, CHOICES),
    )
    assert_well_formed(guest)
    guest.get_by_role("button", name=CHOICES[0], exact=True).click()
    # The question is read with what was chosen, and whoever thinks better of it finds the way back.
    in_order(guest, r"alertdialog", r"heading .*Đồng ý", re.escape(ballot), r"button", r"button")
    guest.keyboard.press("Escape")
    expect(guest.get_by_role("alertdialog")).to_have_count(0)

    criteria = [one["title"] for one in act(demo, host, f"meetings/{meeting}/score/open")["criteria"]]
    assert len(criteria) > 3
    go(guest, f"/meetings/{meeting}/score")
    expect(guest.get_by_role("slider")).to_have_count(len(criteria))
    in_order(
        guest,
        r"heading \"Chấm điểm buổi sinh hoạt\" \[level=1\]",
        *(
            part
            for one in criteria
            for part in (
                button(f"Bớt một điểm: {one}"),
                rf"slider \"{re.escape(one)}",
                button(f"Thêm một điểm: {one}"),
            )
        ),
        "Tổng điểm",
        button("Gửi phiếu"),
    )
    assert_well_formed(guest)


def test_what_was_voted_and_scored_is_read_with_its_numbers_after_its_name(
    phone: Page, demo: DemoService
) -> None:
    meeting = int(demo.story.past_meeting)
    titles = [
        str(row[0])
        for row in demo.rows("SELECT title FROM ballots WHERE meeting_id = ? AND state = 'closed'", meeting)
    ]
    assert titles
    go(phone, f"/meetings/{meeting}/ballots")
    expect(phone.get_by_role("heading", name="Kết quả biểu quyết")).to_be_visible()
    for title in titles:
        in_order(
            phone,
            r"heading \"Biểu quyết\" \[level=1\]",
            r"heading \"Kết quả biểu quyết\" \[level=2\]",
            rf"heading \"{re.escape(title)}\"",
            r"\d+\s?/\s?\d+",
        )
    assert_well_formed(phone)
    go(phone, f"/meetings/{meeting}/score")
    in_order(
        phone, r"heading \"Chấm điểm buổi sinh hoạt\" \[level=1\]", "Xếp loại|Điểm trung bình", "Tiêu chí"
    )
    assert_well_formed(phone)
