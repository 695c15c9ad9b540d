"""The service worker and pushes: Vietnamese words made on the phone, taps that lead to the right screen, reports that count."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Worker, expect
from tests.support.browsing import (
    deliver_push,
    heading,
    notifications,
    stub_push_vendor,
    time_in_words,
    wait_until,
)
from tests.support.demo_service import DemoService, go, open_context, serve_demo
from tests.support.phone import is_wiped, ready_for_flight, rows
from tests.support.push_service import FakePushService

NEUTRAL = {"title": "Sổ tay có nội dung mới", "body": "Chạm để xem.", "tag": "handbook"}

# STUB of the notification tray, which a browser without a screen does not have: a tap is dispatched as the event that
# it causes, and the two acts that only a real tap may do (bring a window to the front, open one) are written down.
WINDOWS = "async () => (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).length"
CLEAR_THE_TRAY = """async () => {
    const registration = await navigator.serviceWorker.ready;
    for (const one of await registration.getNotifications()) one.close();
}"""
TAP = """async (tag) => {
    const [notification] = await self.registration.getNotifications({ tag });
    self.acts = [];
    WindowClient.prototype.focus = async function () { self.acts.push('focus'); return this; };
    Clients.prototype.openWindow = async (url) => { self.acts.push(url); return null; };
    const pending = [];
    const event = new NotificationEvent('notificationclick', { notification });
    event.waitUntil = (promise) => pending.push(promise);
    self.dispatchEvent(event);
    await Promise.all(pending);
    return self.acts;
}"""


@pytest.fixture(scope="module")
def vendor() -> Iterator[FakePushService]:
    with FakePushService() as service:
        yield service


@pytest.fixture(scope="module")
def demo(
    prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory, vendor: FakePushService
) -> Iterator[DemoService]:
    """The demo with a push vendor on this machine."""
    with serve_demo(prepared_demo, tmp_path_factory.mktemp("pushing"), vendor) as service:
        yield service


@pytest.fixture
def phone(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        context.grant_permissions(["notifications"], origin=demo.url)
        yield context


@pytest.fixture(scope="module")
def visited(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    """The demo member's phone after its first visit, for all tests that leave it as it is; nobody looks at it."""
    with open_context(browser) as context:
        context.grant_permissions(["notifications"], origin=demo.url)
        demo.sign_in(context, demo.story.member)
        page = demo.open(context)
        ready_for_flight(page)
        page.close()
        yield context


@pytest.fixture
def page(visited: BrowserContext, demo: DemoService) -> Iterator[Page]:
    """The app, opened on that phone; afterwards it is closed and the tray is empty."""
    page = demo.open(visited)
    yield page
    visited.set_offline(False)
    if page.url == "about:blank":
        page.goto(demo.url)
    page.evaluate(CLEAR_THE_TRAY)
    wait_until(lambda: notifications(page) == [], "a notification stays", page)
    page.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "{ ...options, userVisibleOnly: false }",
        "{ ...options, applicationServerKey: options.applicationServerKey.slice(1) }",
        "{ ...options, applicationServerKey: options.applicationServerKey.map((byte) => byte ^ 1) }",
        "{ ...options, applicationServerKey: btoa(options.applicationServerKey) }",
        "{ userVisibleOnly: true }",
    ],
)
def test_what_a_browser_would_refuse_the_stub_of_the_vendor_refuses(
    browser: Browser, demo: DemoService, vendor: FakePushService, wrong: str
) -> None:
    with open_context(browser) as phone:
        subscription = vendor.subscribe()
        stub_push_vendor(phone, demo.url, subscription)
        phone.add_init_script(
            "(() => { const subscribe = PushManager.prototype.subscribe;"
            f"PushManager.prototype.subscribe = function (options) {{ return subscribe.call(this, {wrong}); }}; }})()"
        )
        demo.sign_in(phone, demo.story.member)
        page = demo.open(phone, "/me/notifications")
        page.get_by_role("button", name="Bật thông báo").click()
        expect(page.get_by_text("không nối được tới dịch vụ thông báo")).to_be_visible()
        assert subscription.application_server_key is None


def test_a_decision_travels_from_the_secretary_to_the_ledger(
    phone: BrowserContext, browser: Browser, demo: DemoService, vendor: FakePushService
) -> None:
    story = demo.story
    stub_push_vendor(phone, demo.url, vendor.subscribe())
    demo.sign_in(phone, story.member)
    page = demo.open(phone)
    ready_for_flight(page)
    go(page, "/me/notifications")
    page.get_by_role("button", name="Bật thông báo").click()
    expect(page.get_by_text("Thông báo đang bật")).to_be_visible()

    asked = phone.request.post(
        f"{demo.url}/api/meetings/{story.next_meeting}/absence-requests",
        data={"reason": "Đi công tác"},
        headers={"Origin": demo.url},
    ).json()
    with open_context(browser) as desk:
        demo.sign_in(desk, story.secretary)
        answer = desk.request.patch(
            f"{demo.url}/api/absence-requests/{asked['id']}",
            data={"decision": "approved"},
            headers={"Origin": demo.url, "If-Match": f'"{asked["etag"]}"'},
        )
        assert answer.ok, answer.text()

    plaintext = vendor.wait_for(1, seconds=30)[-1].plaintext.decode()
    payload = json.loads(plaintext)
    assert payload["t"] == "absence_decided"
    assert set(payload) <= {"t", "m", "r", "d"}
    deliver_push(page, plaintext)
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    assert notifications(page)[0]["title"] == "Đơn xin vắng đã được trả lời"
    wait_until(lambda: ledger(demo, payload["d"])[0] is not None, "showing was not reported", page)
    assert ledger(demo, payload["d"])[1] is None

    go(page, "/me")
    assert tap(phone, f"meeting:{story.next_meeting}") == ["focus"]
    heading(page, re.compile("Sinh hoạt chi bộ"))
    assert page.url == f"{demo.url}/meetings/{story.next_meeting}"
    assert notifications(page) == []
    wait_until(lambda: ledger(demo, payload["d"])[1] is not None, "opening was not reported", page)


def test_the_words_come_from_the_phone_also_without_a_network(
    visited: BrowserContext, page: Page, demo: DemoService
) -> None:
    meeting = next(one for one in rows(page, "meetings") if one["id"] == demo.story.next_meeting)
    visited.set_offline(True)
    deliver_push(page, push(t="meeting_reminder", m=meeting["id"]))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    assert notifications(page) == [
        {"title": "Nhắc lịch họp", "body": time_in_words(meeting), "tag": f"meeting:{meeting['id']}"}
    ]


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("meeting_convened", "Lịch họp mới"),
        ("meeting_changed", "Lịch họp có thay đổi"),
        ("meeting_cancelled", "Cuộc họp đã hủy"),
    ],
)
def test_pushes_about_one_meeting_replace_each_other(
    page: Page, demo: DemoService, kind: str, title: str
) -> None:
    for sent in ("meeting_reminder", kind):
        deliver_push(page, push(t=sent, m=demo.story.next_meeting))
    wait_until(lambda: [one["title"] for one in notifications(page)] == [title], "not replaced", page)


def test_place_and_title_stand_on_the_lock_screen_only_when_asked_for(page: Page, demo: DemoService) -> None:
    meeting = next(one for one in rows(page, "meetings") if one["id"] == demo.story.next_meeting)
    deliver_push(page, push(t="meeting_convened", m=meeting["id"]))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    (shown,) = notifications(page)
    assert meeting["place"] not in shown["body"]
    assert meeting["title"] not in shown["body"]


@pytest.mark.parametrize("content", ["", "not json", "[]", '{"t":"something_new","m":"1"}'])
def test_what_the_phone_does_not_understand_is_shown_in_neutral_words(page: Page, content: str) -> None:
    deliver_push(page, content)
    wait_until(lambda: notifications(page) == [NEUTRAL], f"{notifications(page)}", page)


def test_after_a_log_out_a_push_says_nothing(phone: BrowserContext, demo: DemoService) -> None:
    meeting = demo.story.next_meeting
    demo.sign_in(phone, demo.story.member)
    page = demo.open(phone)
    ready_for_flight(page)
    deliver_push(page, push(t="meeting_convened", m=meeting))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    go(page, "/me/logout")
    page.get_by_role("button", name="Đăng xuất và xóa dữ liệu").click()
    heading(page, "Đăng nhập")
    wait_until(lambda: is_wiped(page) == [], f"left: {is_wiped(page)}", page)
    # The page starts anew when everything is gone, so what is asked here is asked until it is answered.
    page.wait_for_function("() => navigator.serviceWorker.ready.then(() => true)")
    # What was in the tray went, too.
    assert notifications(page) == []

    def said() -> list[dict[str, str]]:
        """What another push brings: the worker is registered anew, and one that went to the worker before is lost."""
        deliver_push(page, push(t="meeting_convened", m=meeting))
        page.wait_for_timeout(1_000)
        return notifications(page)

    wait_until(lambda: said() == [NEUTRAL], "no neutral words", page)


@pytest.mark.parametrize("kind", ["meeting", "resolution"])
def test_a_tap_opens_a_window_when_there_is_none(
    visited: BrowserContext, page: Page, demo: DemoService, kind: str
) -> None:
    about = demo.story.next_meeting if kind == "meeting" else demo.story.resolution
    payload = {"m": about} if kind == "meeting" else {"r": about}
    deliver_push(page, push(t="meeting_convened" if kind == "meeting" else "resolution_issued", **payload))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    page.goto("about:blank")
    # The browser takes a moment to tell the worker that the window has gone.
    wait_until(lambda: visited.service_workers[-1].evaluate(WINDOWS) == 0, "the window is still there", page)
    assert tap(visited, f"{kind}:{about}") == [f"/{kind}s/{about}"]


def push(**payload: str) -> str:
    return json.dumps(payload)


def tap(phone: BrowserContext, tag: str) -> list[str]:
    """Tap the notification with this tag; what the worker then did."""
    worker: Worker = phone.service_workers[-1]
    acts: list[str] = worker.evaluate(TAP, tag)
    return acts


def ledger(demo: DemoService, delivery: str) -> tuple[Any, Any]:
    """When the delivery was shown and opened, as the server knows it."""
    ((shown, opened),) = demo.rows("SELECT shown_at, opened_at FROM deliveries WHERE id = ?", int(delivery))
    return shown, opened
