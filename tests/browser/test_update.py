"""A new version of the app waits for the member's word and costs nobody unsaved work."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.demo_service import DemoService, go, open_context, settle
from tests.support.phone import ready_for_flight

MARK = "second-version"


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        yield context


@pytest.fixture
def publish(demo: DemoService) -> Iterator["Publication"]:
    """Call to serve a second build from now on; the first one is back after the test."""
    publication = Publication(demo)
    yield publication
    demo.front.changes.clear()
    demo.front.aliases.clear()


class Publication:
    """A second build: another version in the worker, another list of the shell, another document."""

    def __init__(self, demo: DemoService) -> None:
        self.demo = demo
        self.old = ""

    def __call__(self, version: str = "0123456789ab") -> None:
        def worker(content: bytes) -> bytes:
            # The build writes twelve digits of a hash into the worker; they name its cache and its list.
            found = re.search(rb"[\"'`]([0-9a-f]{12})[\"'`]", content)
            assert found, "the worker carries no version"
            self.old = found[1].decode()
            return content.replace(found[1], version.encode())

        changes = self.demo.front.changes
        changes["/sw.js"] = worker
        changes["/"] = lambda page: page.replace(b"<head>", f'<head><meta name="{MARK}">'.encode())
        self.demo.front.aliases[f"/assets/shell-{version}.json"] = lambda: f"/assets/shell-{self.old}.json"


def look_for_update(page: Page) -> None:
    """What the app does once an hour, and the browser on its own at navigations."""
    page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")


def is_second(page: Page) -> bool:
    return page.locator(f"meta[name={MARK}]").count() == 1


def test_an_update_waits_for_consent_and_then_takes_over(
    phone: BrowserContext, demo: DemoService, publish: Publication
) -> None:
    demo.sign_in(phone, demo.story.member)
    page = demo.open(phone)
    ready_for_flight(page)
    publish()
    look_for_update(page)
    button = page.get_by_role("button", name="Cập nhật", exact=True)
    expect(button).to_be_visible()
    # Nothing happens by itself, neither here nor at the next start.
    page.wait_for_timeout(1000)
    assert not is_second(page)
    page.reload()
    settle(page)
    assert not is_second(page)

    expect(button).to_be_visible()
    # Put off it is quiet for a day, at the next start too; here the day passes at once.
    page.get_by_role("button", name="Để sau").click()
    expect(button).to_have_count(0)
    page.reload()
    settle(page)
    page.wait_for_function("navigator.serviceWorker.getRegistration().then((one) => one.waiting !== null)")
    expect(button).to_have_count(0)
    page.evaluate("localStorage.removeItem('handbook.update-put-off')")
    page.reload()
    settle(page)
    expect(button).to_be_visible()
    button.click()
    expect(page.locator(f"meta[name={MARK}]")).to_have_count(1)
    settle(page)
    expect(button).to_have_count(0)
    names = page.evaluate("caches.keys()")
    assert names == ["handbook-shell-0123456789ab"]
    phone.set_offline(True)
    page.goto(demo.url + "/meetings")
    settle(page)
    assert is_second(page)
    phone.set_offline(False)


def test_an_update_costs_no_unsaved_work(
    phone: BrowserContext, demo: DemoService, publish: Publication
) -> None:
    demo.sign_in(phone, demo.story.secretary)
    page = demo.open(phone)
    ready_for_flight(page)
    go(page, "/chapter/meetings/new")
    place = page.get_by_label("Địa điểm")
    place.fill("Nhà văn hóa khu phố")
    publish("ba9876543210")
    look_for_update(page)
    button = page.get_by_role("button", name="Cập nhật", exact=True)
    expect(button).to_be_visible()
    expect(place).to_have_value("Nhà văn hóa khu phố")
    button.click()
    expect(page.locator(f"meta[name={MARK}]")).to_have_count(1)
    settle(page)
    expect(page.get_by_label("Địa điểm")).to_have_value("Nhà văn hóa khu phố")
