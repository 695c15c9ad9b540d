"""The staff's board: walked by keyboard, one count of who came on every screen, and lists that say when they go on."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from tests.support.browsing import heading
from tests.support.demo_service import DemoService, go, open_context

from handbook.reports.rules import shift_month


@pytest.fixture
def desk(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    with open_context(browser, desk=True, worker=False) as context:
        demo.sign_in(context, demo.story.staff)
        yield context


def test_the_day_of_staff_leads_to_the_board(desk: BrowserContext, demo: DemoService) -> None:
    reports: list[str] = []
    desk.on(
        "request", lambda asked: reports.append(asked.url) if "/reports/attendance?" in asked.url else None
    )
    page = demo.open(desk)
    heading(page, "Hôm nay")
    expect(page.get_by_text(re.compile("chi bộ đã họp trong tháng"))).to_be_visible()
    # Nobody's telephone number stands here, so none is asked for and no reading of one is recorded.
    assert reports
    assert [url for url in reports if not url.endswith("&phones=false")] == []
    with page.expect_request(re.compile(r"/reports/attendance\?month=\d{4}-\d{2}$")):
        page.get_by_role("link", name="Mở Theo dõi").click()
    expect(page.get_by_role("tree")).to_be_visible()
    expect(page.get_by_role("link", name="Theo dõi", exact=True)).to_have_attribute("aria-current", "page")


def test_the_tree_is_walked_by_arrow_keys(desk: BrowserContext, demo: DemoService) -> None:
    page = demo.open(desk, "/staff")
    committee = demo.rows("SELECT name FROM organizations WHERE id = ?", int(demo.story.committee))[0][0]
    closed = page.get_by_role("treeitem", name=committee)
    expect(closed).to_have_attribute("aria-expanded", "false")
    page.get_by_role("treeitem").first.focus()
    for _ in range(20):
        if closed.evaluate("(line) => line === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(closed).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[role=treeitem][aria-level='3']").first).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(closed).to_be_focused()
    page.keyboard.press("Enter")
    heading(page, committee)


def test_who_came_is_the_same_number_for_the_meeting_and_for_its_month(
    desk: BrowserContext, demo: DemoService
) -> None:
    # A month in which somebody came late to a cell's only meeting.
    meeting, cell, month, came, late = demo.rows(
        "SELECT m.id, m.organization_id, c.month, c.present + c.late, c.late FROM cell_months c"
        " JOIN meetings m ON m.organization_id = c.organization_id AND substr(m.starts_at, 1, 7) = c.month"
        " WHERE c.meetings = 1 AND c.late > 0 AND m.state IN ('closed', 'finalized') ORDER BY m.id"
    )[0]
    page = demo.open(desk, f"/staff/meetings/{meeting}")
    expect(_figure(page, "có mặt")).to_have_text(str(came))
    expect(_figure(page, "Trong đó đến muộn")).to_have_text(str(late))
    go(page, f"/staff/organizations/{cell}?month={month}")
    counts = page.get_by_role("list").filter(has_text="Trong đó đến muộn")
    expect(counts.get_by_text(f"Có mặt {came}")).to_be_visible()
    expect(counts.get_by_text(f"Trong đó đến muộn {late}")).to_be_visible()
    expect(page.get_by_text(re.compile("Có mặt gồm cả người đến muộn"))).to_be_visible()


def test_exceptions_that_go_on_say_so_and_are_read_on(desk: BrowserContext, demo: DemoService) -> None:
    """The front cuts the report after its first exception, as the server does after two hundred."""

    def cut(body: bytes) -> bytes:
        report = json.loads(body)
        missing = [found for found in report["exceptions"] if found["kind"] == "no_meeting"]
        report["exceptions"] = missing[:1]
        report["exceptions_next"]["no_meeting"] = first_cursor
        return json.dumps(report).encode()

    # Before the story began no cell met; since then every cell has met or has its meeting before it.
    month = shift_month(demo.rows("SELECT min(month) FROM cell_months")[0][0], -1)
    base = f"/api/organizations/{demo.story.block}/reports/attendance"
    asked = f"{demo.url}{base}/exceptions?kind=no_meeting&month={month}"
    first_cursor = desk.request.get(f"{asked}&limit=1").json()["next"]
    whole = desk.request.get(asked).json()["items"]
    assert first_cursor is not None
    demo.front.changes[base] = cut
    try:
        page = demo.open(desk, f"/staff/organizations/{demo.story.block}?month={month}")
        expect(page.get_by_role("heading", name="Chưa họp (hơn 1)")).to_be_visible()
        page.get_by_role("button", name="Và còn nữa: xem tiếp").click()
        expect(page.get_by_role("heading", name=f"Chưa họp ({len(whole)})")).to_be_visible()
        for found in whole[:3]:
            expect(page.locator("#ask").get_by_role("link", name=found["name"])).to_be_visible()
    finally:
        demo.front.changes.clear()


def _figure(page: Page, label: str) -> Locator:
    return page.locator(".stat").filter(has_text=label).locator("strong")


def test_work_that_the_server_gave_up_is_seen_at_the_top_and_tried_again(
    browser: Browser, demo: DemoService
) -> None:
    ((top,),) = demo.rows("SELECT id FROM organizations WHERE parent_id IS NULL")
    moment = "2026-11-20 03:00:00"
    with closing(sqlite3.connect(demo.folder / "handbook.sqlite3", timeout=20)) as connection, connection:
        connection.execute(
            "INSERT INTO jobs (name, key, args, due_at, state, attempts, last_error, created_at, finished_at)"
            " VALUES ('notifications.plan_again', 'test', '{}', ?, 'dead', 10, 'OperationalError', ?, ?)",
            (moment, moment, moment),
        )
        # The demo's administrator looks after a commune; who set up an installation looks after all of it.
        connection.execute(
            "UPDATE offices SET organization_id = ?"
            " WHERE account_id = (SELECT id FROM accounts WHERE user_name = 'demo-admin')",
            (top,),
        )
    with open_context(browser, desk=True, worker=False) as desk:
        demo.sign_in(desk, "demo-admin")
        page = demo.open(desk, f"/staff/organizations/{top}/deliveries")
        expect(page.get_by_role("heading", name="Việc máy chủ chưa làm được")).to_be_visible()
        expect(page.get_by_text("Xếp lại lịch nhắc theo quy định mới")).to_be_visible()
        expect(page.get_by_text("notifications.plan_again · OperationalError")).to_be_visible()
        page.get_by_role("button", name="Làm lại tất cả").click()
        expect(page.get_by_text("Đang làm lại 1 việc")).to_be_visible()
        expect(page.get_by_role("heading", name="Việc máy chủ chưa làm được")).to_have_count(0)
        assert demo.rows("SELECT count(*) FROM jobs WHERE key = 'test' AND state = 'dead'") == [(0,)]
