"""Without a network the app opens and works; acts are sent once; and what belongs to a person leaves the phone with them."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.browsing import heading, wait_until
from tests.support.demo_service import PASSWORD, DemoService, go, open_context, settle
from tests.support.phone import check_in_link, dump, is_wiped, lines_of, meta, ready_for_flight, rows
from tests.support.visits import visits


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        yield context


# Two devices of one person are told apart by their times only.
SAME_FOR_ALL = {"/me/devices": ("Máy thử", "Máy này")}
# Without a network a count by hands takes its place.
NEEDS_THE_NETWORK = {"Đưa ra biểu quyết"}
# What staff do at an organisation; the works of their own are fetched ahead.
WORKS = ("import", "activation", "tasks", "score-sheet", "settings", "agendas")
ROLL = re.compile(r"/meetings/\d+/attendance")


@pytest.mark.parametrize("role", ["member", "secretary", "host"])
def test_after_one_visit_a_cold_start_in_flight_mode_opens_every_screen(
    phone: BrowserContext, browser: Browser, demo: DemoService, role: str
) -> None:
    own = visits(demo.story, role)
    expected = see_online(browser, demo, role)
    demo.sign_in(phone, own[0].login)
    page = demo.open(phone)
    ready_for_flight(page)
    assert_same_content(phone, page, demo, expected)


def test_what_staff_have_looked_at_opens_in_flight_mode(phone: BrowserContext, demo: DemoService) -> None:
    demo.sign_in(phone, demo.story.staff)
    page = demo.open(phone)
    ready_for_flight(page)
    expected = {}
    own = visits(demo.story, "staff")
    # The first look fetches a screen and what it shows; the second is what staff remember.
    for visit in own:
        go(page, visit.path)
    for visit in own:
        go(page, visit.path)
        expected[visit.path] = (page.title(), lines_of(page))
    assert_same_content(phone, page, demo, expected)


def test_after_one_visit_to_today_staff_find_their_board_in_flight_mode(
    phone: BrowserContext, browser: Browser, demo: DemoService
) -> None:
    story = demo.story
    below = demo.rows(
        "SELECT id FROM organizations WHERE kind IN ('cell', 'grassroots_committee') ORDER BY id"
    )
    board = ["/", "/staff", f"/staff/organizations/{story.block}"]
    board += [f"/staff/organizations/{one}" for (one,) in below]
    board += [f"/staff/organizations/{story.block}/{work}" for work in WORKS]
    expected = {}
    with open_context(browser) as context:
        demo.sign_in(context, story.staff)
        page = demo.open(context)
        ready_for_flight(page)
        for path in board:
            go(page, path)
            expected[path] = (page.title(), lines_of(page))
    before = len(demo.front.passed)
    demo.sign_in(phone, story.staff)
    page = demo.open(phone)
    ready_for_flight(page)
    read = [request.path for request in demo.front.passed[before:] if "/members" in request.path]
    assert [path for path in read if not path.startswith("/api/members/me")] == []
    # No roll but that of the conference which they run themselves.
    rolls = {one.path for one in demo.front.passed[before:] if ROLL.search(one.path)}
    assert rolls == {f"/api/meetings/{story.conference}/attendance"}
    assert_same_content(phone, page, demo, expected)

    phone.set_offline(True)
    page = phone.new_page()
    # One of the two is always of this month: at midnight between two months the open one may have begun in the last.
    meeting, title, name = next(
        (id_, title, name)
        for id_, title, name, starts_at in demo.rows(
            "SELECT m.id, m.title, o.name, m.starts_at FROM meetings m JOIN organizations o ON o.id = m.organization_id"
            " WHERE m.id IN (?, ?)",
            int(story.open_meeting),
            int(story.next_meeting),
        )
        if month_of(datetime.fromisoformat(starts_at).replace(tzinfo=UTC)) == month_of(datetime.now(UTC))
    )
    page.goto(f"{demo.url}/staff/meetings/{meeting}")
    heading(page, title)
    expect(page.get_by_text(name)).to_be_visible()
    expect(page.get_by_text("Trên máy mới có số liệu của cuộc họp này.")).to_be_visible()
    page.close()
    ((oldest,),) = demo.rows(
        "SELECT id FROM meetings WHERE organization_id = ? AND state IN ('closed', 'finalized') ORDER BY starts_at LIMIT 1",
        int(story.cell),
    )
    for path in (
        f"/staff/organizations/{story.cell}?month=2025-01",
        f"/staff/meetings/{oldest}",
        f"/staff/organizations/{story.cell}/members",
        f"/staff/members/{story.member_id}",
    ):
        page = phone.new_page()
        page.goto(demo.url + path)
        expect(page.get_by_role("heading", name="Chưa lưu trên máy")).to_be_visible()
        expect(page.get_by_text("Khi có mạng, đồng chí mở mục này một lần")).to_be_visible()
        page.get_by_role("link", name="Về Theo dõi").click()
        expect(page.get_by_text(re.compile(r"Không có mạng · đã lưu trên máy \d\d:\d\d"))).to_be_visible()
        page.close()
    phone.set_offline(False)


def month_of(instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m}"


def see_online(browser: Browser, demo: DemoService, role: str) -> dict[str, tuple[str, set[str]]]:
    """Title and lines of every screen of the role, seen on another device that has a network."""
    seen = {}
    with open_context(browser) as context:
        own = visits(demo.story, role)
        demo.sign_in(context, own[0].login)
        page = demo.open(context)
        ready_for_flight(page)
        for visit in own:
            go(page, visit.path)
            seen[visit.path] = (page.title(), lines_of(page))
    return seen


def assert_same_content(
    phone: BrowserContext, page: Page, demo: DemoService, expected: dict[str, tuple[str, set[str]]]
) -> None:
    """Each screen, started cold without a network, shows what it shows online."""
    phone.set_offline(True)
    page.close()
    page = phone.new_page()
    faults = []
    for path, (title, lines) in expected.items():
        # A new document: nothing of the app is left but what the phone has, because it keeps nothing for a single window.
        page.evaluate("window.earlier = true")
        page.goto(demo.url + path)
        assert page.evaluate("window.earlier") is None, path
        settle(page)
        wanted = set(SAME_FOR_ALL.get(path, lines)) - NEEDS_THE_NETWORK
        missing = wanted - lines_of(page)
        # A part of a screen may be read from the phone a moment after the rest; how long that takes is the machine's.
        for _ in range(50):
            if not missing:
                break
            page.wait_for_timeout(200)
            missing = wanted - lines_of(page)
        if page.title() != title:
            faults.append(f"{path}: “{page.title()}” instead of “{title}”")
        elif missing:
            faults.append(f"{path}: without {sorted(missing)[:4]}")
    page.close()
    phone.set_offline(False)
    assert faults == [], "\n".join(faults)


def test_a_check_in_without_a_network_survives_closing_and_is_sent_once(
    phone: BrowserContext, browser: Browser, demo: DemoService
) -> None:
    story = demo.story
    demo.sign_in(phone, story.guest)
    page = demo.open(phone)
    ready_for_flight(page)
    with open_context(browser) as host:
        demo.sign_in(host, story.host)
        link = check_in_link(demo, host, story.open_meeting)
    page = close_and_open(phone, page, demo, link, offline=True)
    expect(page.get_by_text("Đã ghi điểm danh")).to_be_visible()
    page = close_and_open(phone, page, demo, "/", offline=True)
    for words in ("Có mặt", "Chờ gửi"):
        expect(page.get_by_text(words, exact=True)).to_be_visible()
    page = close_and_open(phone, page, demo, "/me/outbox", offline=True)
    expect(page.get_by_text("Chờ gửi", exact=True)).to_be_visible()
    assert demo.front.sent("POST", "/check-ins") == []

    page = close_and_open(phone, page, demo, "/me/outbox", offline=False)
    expect(page.get_by_text("Đã gửi", exact=True)).to_be_visible()
    go(page, f"/meetings/{story.open_meeting}")
    expect(page.get_by_text("Có mặt").or_(page.get_by_text("Đến muộn")).first).to_be_visible()
    assert_sent_once(phone, page, demo, "POST", "/check-ins", {201, 200})
    ((state, method),) = demo.rows(
        "SELECT state, method FROM attendances WHERE meeting_id = ? AND member_id = ?",
        int(story.open_meeting),
        int(story.guest_id),
    )
    assert (state in ("present", "late"), method) == (True, "link")


def test_an_absence_request_without_a_network_survives_closing_and_is_sent_once(
    phone: BrowserContext, demo: DemoService
) -> None:
    meeting = demo.story.next_meeting
    demo.sign_in(phone, demo.story.member)
    page = demo.open(phone)
    ready_for_flight(page)
    page = close_and_open(phone, page, demo, f"/meetings/{meeting}/absence", offline=True)
    page.get_by_role("button", name="Đi công tác").click()
    page.get_by_role("button", name="Gửi đơn").click()
    heading(page, re.compile("Sinh hoạt"))
    expect(page.get_by_text("Chờ gửi", exact=True).first).to_be_visible()
    page = close_and_open(phone, page, demo, f"/meetings/{meeting}", offline=True)
    expect(page.get_by_text("Chờ gửi", exact=True).first).to_be_visible()

    page = close_and_open(phone, page, demo, f"/meetings/{meeting}", offline=False)
    expect(page.get_by_text("Đang chờ bí thư trả lời")).to_be_visible()
    assert_sent_once(phone, page, demo, "POST", f"/meetings/{meeting}/absence-requests", {201})


def test_a_mark_of_the_secretary_without_a_network_survives_closing_and_is_sent_once(
    phone: BrowserContext, demo: DemoService
) -> None:
    room = f"/chapter/meetings/{demo.story.open_meeting}/room"
    demo.sign_in(phone, demo.story.host)
    page = demo.open(phone)
    ready_for_flight(page)
    go(page, room)
    expect(page.get_by_role("button", name=re.compile("Ghi có mặt: ")).first).to_be_visible()
    page = close_and_open(phone, page, demo, room, offline=True)
    button = page.get_by_role("button", name=re.compile("Ghi có mặt: ")).first
    name = (button.get_attribute("aria-label") or "").removeprefix("Ghi có mặt: ")
    button.click()
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text("Chờ gửi", exact=True)).to_be_visible()
    page = close_and_open(phone, page, demo, room, offline=True)
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text("Chờ gửi", exact=True)).to_be_visible()

    before = len(demo.front.passed)
    page = close_and_open(phone, page, demo, room, offline=False)
    row = page.get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text(re.compile("ghi lúc"))).to_be_visible()
    expect(row.get_by_text("Chờ gửi", exact=True)).to_have_count(0)
    expect(row.get_by_text("Đang gửi", exact=True)).to_have_count(0)
    page.wait_for_timeout(1500)
    marks = [
        one
        for one in demo.front.passed[before:]
        if one.method == "POST" and one.path.endswith("/proceedings")
    ]
    assert [one.status for one in marks] == [200]


def test_the_worker_sends_what_waits_when_no_page_is_open(phone: BrowserContext, demo: DemoService) -> None:
    meeting = demo.story.next_meeting
    demo.sign_in(phone, demo.story.others[0])
    page = demo.open(phone)
    ready_for_flight(page)
    page = close_and_open(phone, page, demo, f"/meetings/{meeting}/absence", offline=True)
    page.get_by_role("button", name="Có việc gia đình").click()
    page.get_by_role("button", name="Gửi đơn").click()
    expect(page.get_by_text("Chờ gửi", exact=True).first).to_be_visible()
    suffix = f"/meetings/{meeting}/absence-requests"
    before = len(demo.front.sent("POST", suffix))

    session = phone.new_cdp_session(page)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(row["registrationId"] for row in event["registrations"]),
    )
    session.send("ServiceWorker.enable")
    wait_until(lambda: bool(found), "no service worker is registered", page)
    # The window leaves the app: from here on only the worker can send. In its last moment it hears of the network
    # (the browser's offline mode ends with the document); an answer that came then would be lost with it.
    page.route("**/absence-requests", lambda route: route.abort("internetdisconnected"))
    page.goto("about:blank")
    phone.set_offline(False)
    session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": demo.url, "registrationId": found[-1], "tag": "outbox", "lastChance": False},
    )
    wait_until(lambda: len(demo.front.sent("POST", suffix)) > before, "the worker sent nothing", page)
    page.unroute("**/absence-requests")
    page.goto(f"{demo.url}/meetings/{meeting}")
    expect(page.get_by_text("Đang chờ bí thư trả lời")).to_be_visible()
    page.wait_for_timeout(1000)
    sent = demo.front.sent("POST", suffix)[before:]
    assert [(one.status, one.replayed) for one in sent] == [(201, False)]


def test_an_answer_lost_with_its_window_is_asked_for_again_and_changes_nothing_twice(
    phone: BrowserContext, demo: DemoService
) -> None:
    meeting = demo.story.next_meeting
    path = f"/api/meetings/{meeting}/absence-requests"
    # As on an iPhone: a worker that sends by itself outlives the window, and would hear the answer in its place.
    phone.add_init_script(
        "Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: undefined })"
    )
    demo.sign_in(phone, demo.story.others[4])
    page = demo.open(phone)
    ready_for_flight(page)
    go(page, f"/meetings/{meeting}/absence")
    before = len(demo.front.sent("POST", path))
    done, go_on = threading.Event(), threading.Event()

    def hold(answer: bytes) -> bytes:
        done.set()
        go_on.wait(30)
        return answer

    demo.front.changes[path] = hold
    page.get_by_role("button", name="Đi công tác").click()
    page.get_by_role("button", name="Gửi đơn").click()
    # The server has done it, but the window is closed before it hears so: nobody can know, except by asking again.
    wait_until(done.is_set, "the request did not reach the server", page)
    page.close()
    go_on.set()
    del demo.front.changes[path]

    page = phone.new_page()
    page.goto(f"{demo.url}/meetings/{meeting}")
    expect(page.get_by_text("Đang chờ bí thư trả lời")).to_be_visible()
    wait_until(lambda: len(demo.front.sent("POST", path)) == before + 2, "it was not asked for again", page)
    page.wait_for_timeout(1000)
    sent = demo.front.sent("POST", path)[before:]
    assert [(one.status, one.replayed) for one in sent] == [(201, False), (201, True)]
    ((count,),) = demo.rows(
        "SELECT COUNT(*) FROM absence_requests r JOIN members m ON m.id = r.member_id"
        " WHERE r.meeting_id = ? AND m.card_number = ?",
        int(meeting),
        demo.story.others[4],
    )
    assert count == 1


def test_log_out_wipes_the_phone(phone: BrowserContext, demo: DemoService) -> None:
    demo.sign_in(phone, demo.story.others[1])
    page = demo.open(phone)
    ready_for_flight(page)
    assert is_wiped(page) != []
    go(page, "/me/logout")
    page.get_by_role("button", name="Đăng xuất và xóa dữ liệu").click()
    heading(page, "Đăng nhập")
    wait_until(lambda: is_wiped(page) == [], f"left: {is_wiped(page)}", page)
    assert [one for one in phone.cookies() if "session" in one["name"]] == []
    page.goto(demo.url + "/meetings")
    heading(page, "Đăng nhập")


def test_after_a_log_out_without_a_network_another_account_sees_nothing_of_the_first(
    phone: BrowserContext, demo: DemoService
) -> None:
    first, second = demo.story.others[2], demo.story.guest
    demo.sign_in(phone, first)
    page = demo.open(phone)
    ready_for_flight(page)
    session = meta(page, "session")
    papers = rows(page, "papers")
    assert papers
    phone.set_offline(True)
    go(page, "/me/logout")
    page.get_by_role("button", name="Đăng xuất và xóa dữ liệu").click()
    heading(page, "Đăng nhập")
    wait_until(
        lambda: all("logout-pending" in line for line in is_wiped(page)), "not everything is wiped", page
    )
    phone.set_offline(False)
    page.reload()
    heading(page, "Đăng nhập")

    page.get_by_label("Số điện thoại hoặc số thẻ đảng viên").fill(second)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    heading(page, "Hôm nay")
    ready_for_flight(page)
    kept = dump(page)
    assert session["member"]["full_name"] not in str(kept)
    assert session["member"]["card_number"] not in str(kept)
    assert demo.story.next_meeting not in {meeting["id"] for meeting in kept["stored"]["meetings"]}
    assert not {paper["id"] for paper in papers} & {paper["id"] for paper in kept["stored"]["papers"]}


def test_a_session_ended_from_another_device_wipes_the_phone(
    phone: BrowserContext, browser: Browser, demo: DemoService
) -> None:
    login = demo.story.others[3]
    demo.sign_in(phone, login)
    page = demo.open(phone)
    ready_for_flight(page)
    with open_context(browser) as other:
        demo.sign_in(other, login)
        sessions = other.request.get(f"{demo.url}/api/sessions").json()["items"]
        (mine,) = [one["id"] for one in sessions if not one["current"]]
        ended = other.request.delete(f"{demo.url}/api/sessions/{mine}", headers={"Origin": demo.url})
        assert ended.ok
    page.get_by_role("button", name="Làm mới").click()
    heading(page, "Đăng nhập")
    expect(page.get_by_text("Phiên đăng nhập trên máy này đã kết thúc")).to_be_visible()
    wait_until(lambda: is_wiped(page) == [], f"left: {is_wiped(page)}", page)


def close_and_open(phone: BrowserContext, page: Page, demo: DemoService, path: str, *, offline: bool) -> Page:
    """Close the app and start it again on this path, with or without a network."""
    page.close()
    phone.set_offline(offline)
    page = phone.new_page()
    page.goto(demo.url + path)
    settle(page)
    return page


def assert_sent_once(
    phone: BrowserContext, page: Page, demo: DemoService, method: str, suffix: str, statuses: set[int]
) -> None:
    """It was carried out once, and is not sent again by an app that has heard so and was started once more.

    A window that is closed hears of the network in its last moment and may send, and not live to hear the answer: whoever sends
    after it asks again, and the server says what it did then.
    """
    wait_until(lambda: demo.front.sent(method, suffix) != [], "it was not sent", page)
    wait_until(
        lambda: all(one["state"] == "done" for one in rows(page, "outbox")),
        "it did not hear the answer",
        page,
    )
    sent = demo.front.sent(method, suffix)
    page = close_and_open(phone, page, demo, "/", offline=False)
    page.wait_for_timeout(1500)
    assert demo.front.sent(method, suffix) == sent
    assert [one.replayed for one in sent] == [False] + [True] * (len(sent) - 1)
    assert sent[0].status in statuses
