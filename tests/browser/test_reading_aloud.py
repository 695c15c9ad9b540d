"""A member's month read aloud: what the screen reader finds on Hôm nay and on a meeting, and in which order."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight
from tests.support.reading import assert_well_formed, in_order


@pytest.fixture(scope="module")
def page(browser: Browser, demo: DemoService) -> Iterator[Page]:
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.member)
        page = demo.open(context)
        ready_for_flight(page)
        yield page


def test_today_is_read_from_the_next_meeting_to_what_is_to_be_done(page: Page, demo: DemoService) -> None:
    go(page, "/")
    assert_well_formed(page)
    title = demo.rows("SELECT title FROM meetings WHERE id = ?", int(demo.story.next_meeting))[0][0]
    in_order(page, r"- main", r"heading .*\[level=1\]", re.escape(title), r"- list")


def test_a_meeting_is_read_from_when_and_where_to_agenda_and_papers(page: Page, demo: DemoService) -> None:
    go(page, f"/meetings/{demo.story.next_meeting}")
    assert_well_formed(page)
    title, place = demo.rows("SELECT title, place FROM meetings WHERE id = ?", int(demo.story.next_meeting))[
        0
    ]
    agenda = [
        row[0]
        for row in demo.rows(
            "SELECT title FROM agenda_items WHERE meeting_id = ? ORDER BY position",
            int(demo.story.next_meeting),
        )
    ]
    expect(page.get_by_role("heading", level=2, name="Chương trình")).to_be_visible()
    in_order(
        page,
        r"- main",
        rf"heading \"{re.escape(title)}\" \[level=1\]",
        r"\d\d:\d\d",
        re.escape(place.split()[0]),
        r"heading \"Tài liệu\" \[level=2\]",
        r"- link",
        r"heading \"Chương trình\" \[level=2\]",
        r"- list",
        *(re.escape(item.split(",", maxsplit=1)[0]) for item in agenda),
    )


def test_what_was_decided_is_read_from_the_minutes_to_ones_own_task(page: Page, demo: DemoService) -> None:
    """The rest of the month: what the meeting that was held left behind, down to what this member has to do."""
    go(page, f"/meetings/{demo.story.past_meeting}/minutes")
    assert_well_formed(page)
    expect(page.locator("main h2").last).to_have_text("Chữ ký")
    headings = page.locator("main h2").all_inner_texts()
    assert len(headings) > 5
    in_order(page, r"- main", r"heading .*\[level=1\]", *(re.escape(one) for one in headings))
    assert headings[-1] == "Chữ ký"

    resolution = demo.rows("SELECT symbol, title FROM resolutions WHERE id = ?", int(demo.story.resolution))[
        0
    ]
    go(page, f"/resolutions/{demo.story.resolution}")
    assert_well_formed(page)
    in_order(
        page,
        r"- main",
        rf"heading \"{re.escape(resolution[1])}\" \[level=1\]",
        r"heading \"Nhiệm vụ\" \[level=2\]",
    )

    (task,) = demo.rows("SELECT title FROM tasks WHERE id = ?", int(demo.story.task))
    go(page, f"/tasks/{demo.story.task}")
    assert_well_formed(page)
    in_order(page, r"- main", rf"heading \"{re.escape(task[0])}\" \[level=1\]")
