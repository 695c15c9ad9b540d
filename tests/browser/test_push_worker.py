"""The service worker and pushes: Vietnamese words made on the phone, taps that lead to the right screen, reports that count."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Worker, expect
from tests.support.browsing import (
    deliver_push,
    heading,
    notifications,
    stub_push_vendor,
    time_in_words,
    wait_until,
)
from tests.support.demo_service import DemoService, go, open_context, serve_demo, settle
from tests.support.phone import is_wiped, ready_for_flight, rows
from tests.support.push_service import FakePushService

from handbook.notifications.enums import NoticeKind

_numbers = count(1)
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
    assert set(payload) <= {"t", "m", "r", "k", "d"}
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


# Kind, what it is about, title, and the screen that a tap leads to.
KINDS = [
    ("meeting_convened", "m", "Lịch họp mới", "/meetings/{m}"),
    ("meeting_changed", "m", "Lịch họp có thay đổi", "/meetings/{m}"),
    ("meeting_cancelled", "m", "Cuộc họp đã hủy", "/meetings/{m}"),
    ("meeting_reminder", "m", "Nhắc lịch họp", "/meetings/{m}"),
    ("absence_decided", "m", "Đơn xin vắng đã được trả lời", "/meetings/{m}"),
    ("resolution_issued", "r", "Nghị quyết mới", "/resolutions/{r}"),
    ("resolution_revoked", "r", "Thu hồi nghị quyết", "/resolutions/{r}"),
    ("task_due", "rk", "Nhắc việc", "/tasks/{k}"),
    ("meeting_due", "", "Sổ tay có nội dung mới", "/notices"),
    ("minutes_due", "m", "Sổ tay có nội dung mới", "/notices"),
    ("absence_asked", "m", "Sổ tay có nội dung mới", "/notices"),
]


def test_every_kind_of_notice_has_a_row_here() -> None:
    assert {kind for kind, *_ in KINDS} == set(NoticeKind)


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_a_tap_brings_the_open_window_to_the_screen_of_each_kind(
    visited: BrowserContext, page: Page, demo: DemoService, offline: bool
) -> None:
    ids = {"m": demo.story.next_meeting, "r": demo.story.resolution, "k": demo.story.task}
    # What opens without a network has been seen once with one.
    for seen in (f"/meetings/{ids['m']}", f"/resolutions/{ids['r']}", f"/tasks/{ids['k']}", "/notices"):
        go(page, seen)
    visited.set_offline(offline)
    for kind, about, title, path in KINDS:
        go(page, "/me")
        deliver_push(page, push(t=kind, **{name: ids[name] for name in about}))
        wait_until(lambda: len(notifications(page)) == 1, f"{kind}: no notification was shown", page)
        (shown,) = notifications(page)
        assert shown["title"] == title
        assert tap(visited, shown["tag"]) == ["focus"], kind
        page.wait_for_url(demo.url + path.format(**ids))
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        assert notifications(page) == []


def test_two_tasks_of_one_resolution_stand_beside_each_other(page: Page, demo: DemoService) -> None:
    resolution = demo.story.resolution
    for payload in ({"k": "71"}, {"k": "72"}, {"k": "71"}):
        deliver_push(page, push(t="task_due", r=resolution, **payload))
    # What an older server sends names no task.
    deliver_push(page, push(t="task_due", r=resolution))
    wait_until(
        lambda: (
            sorted(one["tag"] for one in notifications(page))
            == [f"resolution:{resolution}", "task:71", "task:72"]
        ),
        "not one of each",
        page,
    )


def test_what_came_twice_is_shown_once(page: Page, demo: DemoService) -> None:
    """Who was killed while sending cannot know what had arrived, and sends it once more under the same id."""
    delivery = accepted_delivery(demo, demo.story.member)
    first = push(t="meeting_reminder", m=demo.story.next_meeting, d=delivery)
    deliver_push(page, first)
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    page.evaluate(CLEAR_THE_TRAY)
    wait_until(lambda: notifications(page) == [], "a notification stays", page)
    deliver_push(page, first)
    # What is put away stays away; what comes next is shown.
    later = accepted_delivery(demo, demo.story.member)
    deliver_push(page, push(t="meeting_changed", m=demo.story.next_meeting, d=later))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    deliver_push(page, first)
    assert [one["title"] for one in notifications(page)] == ["Lịch họp có thay đổi"]


def test_a_payload_of_a_later_version_is_read_as_far_as_it_is_known(page: Page, demo: DemoService) -> None:
    later = {"v": 2, "t": "meeting_reminder", "m": demo.story.next_meeting, "room": {"floor": 3}}
    deliver_push(page, json.dumps(later))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    (shown,) = notifications(page)
    assert (shown["title"], shown["tag"]) == ("Nhắc lịch họp", f"meeting:{demo.story.next_meeting}")


def test_what_was_shown_and_opened_without_a_network_is_accounted_for_when_it_returns(
    visited: BrowserContext, page: Page, demo: DemoService
) -> None:
    meeting = demo.story.next_meeting
    delivery = accepted_delivery(demo, demo.story.member)
    visited.set_offline(True)
    deliver_push(page, push(t="meeting_reminder", m=meeting, d=delivery))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    assert tap(visited, f"meeting:{meeting}") == ["focus"]
    page.wait_for_url(f"{demo.url}/meetings/{meeting}")
    assert ledger(demo, delivery) == (None, None)
    wait_until(lambda: len(waiting_reports(page)) == 2, "showing and opening do not wait", page)
    back = datetime.now(UTC).replace(tzinfo=None)
    visited.set_offline(False)
    # STUB of the browser's word: what cuts this window off from the network brings it back without saying so.
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until(lambda: None not in ledger(demo, delivery), "never reported", page)
    shown, opened = (datetime.fromisoformat(moment) for moment in ledger(demo, delivery))
    assert shown <= opened <= back, "the hour is that of the phone, not of the report"
    wait_until(lambda: waiting_reports(page) == [], "a report still waits", page)


def test_a_push_for_who_had_the_phone_before_tells_the_next_account_nothing(
    phone: BrowserContext, demo: DemoService
) -> None:
    delivery = accepted_delivery(demo, demo.story.member)
    demo.sign_in(phone, demo.story.guest)
    page = demo.open(phone)
    ready_for_flight(page)
    assert demo.story.next_meeting not in [one["id"] for one in rows(page, "meetings")]
    deliver_push(page, push(t="meeting_convened", m=demo.story.next_meeting, d=delivery))
    wait_until(lambda: bool(notifications(page)), "no notification was shown", page)
    (shown,) = notifications(page)
    assert shown["body"] == "Chạm để xem."
    # The report is refused, and is not tried for ever.
    wait_until(lambda: waiting_reports(page) == [], "a report still waits", page)
    assert ledger(demo, delivery) == (None, None)
    tap(phone, shown["tag"])
    page.wait_for_url(f"{demo.url}/meetings/{demo.story.next_meeting}")
    settle(page)
    title = demo.rows("SELECT title FROM meetings WHERE id = ?", int(demo.story.next_meeting))[0][0]
    expect(page.get_by_text(title)).to_have_count(0)
    assert ledger(demo, delivery) == (None, None)


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
    wait_until(lambda: tray(page) == [], "something is left in the tray", page)

    delivery = accepted_delivery(demo, demo.story.member)

    def said() -> list[dict[str, str]] | None:
        """What another push brings: the worker is registered anew, and one that went to the worker before is lost."""
        try:
            deliver_push(page, push(t="meeting_convened", m=meeting, d=delivery), seconds=5)
        except AssertionError:
            return None
        return tray(page)

    wait_until(lambda: said() == [NEUTRAL], "no neutral words", page)
    # A tap leads to nobody's meeting, and nothing is reported for somebody who is not there.
    assert tap(phone, NEUTRAL["tag"]) == ["focus"]
    # The heading was there before the tap; the address tells when its way over the notices has come to the end.
    signed_out = ("/login", "next=%2Fnotices", "")
    wait_until(lambda: urlsplit(page.url)[2:] == signed_out, lambda: f"the tap led to {page.url}", page)
    heading(page, "Đăng nhập")
    assert is_wiped(page) == []
    assert ledger(demo, delivery) == (None, None)


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


def tray(page: Page) -> list[dict[str, str]] | None:
    """The notifications that are on the phone's screen; None while the page is being loaded anew."""
    try:
        return notifications(page)
    except Error as error:
        if "navigation" not in error.message:
            raise
        return None


def tap(phone: BrowserContext, tag: str) -> list[str]:
    """Tap the notification with this tag; what the worker then did."""
    worker: Worker = phone.service_workers[-1]
    acts: list[str] = worker.evaluate(TAP, tag)
    return acts


def waiting_reports(page: Page) -> list[dict[str, Any]]:
    """What the phone has to report of deliveries and has not got rid of."""
    return [one for one in rows(page, "outbox") if one["kind"] == "delivery_event"]


def accepted_delivery(demo: DemoService, login: str) -> str:
    """A message to this account that its push service has taken, written into the ledger; its id."""
    query = "SELECT id, member_id FROM accounts WHERE user_name = ?"
    ((account, member),) = demo.rows(query, login)
    slot = f"test:{next(_numbers)}"
    now = datetime.now(UTC).replace(tzinfo=None).isoformat(" ")
    with closing(sqlite3.connect(demo.folder / "handbook.sqlite3", timeout=20)) as connection, connection:
        reminder = connection.execute(
            "INSERT INTO reminders (slot, kind, step, meeting_id, params, due_at, state, created_at)"
            " VALUES (?, 'meeting_reminder', '1d', ?, '{}', ?, 'done', ?)",
            (slot, int(demo.story.next_meeting), now, now),
        ).lastrowid
        delivery = connection.execute(
            "INSERT INTO deliveries (slot, reminder_id, member_id, account_id, channel, state, attempts, created_at,"
            " accepted_at) VALUES (?, ?, ?, ?, 'push', 'accepted', 1, ?, ?)",
            (slot, reminder, member, account, now, now),
        ).lastrowid
    return str(delivery)


def ledger(demo: DemoService, delivery: str) -> tuple[Any, Any]:
    """When the delivery was shown and opened, as the server knows it."""
    ((shown, opened),) = demo.rows("SELECT shown_at, opened_at FROM deliveries WHERE id = ?", int(delivery))
    return shown, opened
