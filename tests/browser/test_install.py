"""The offer to put the app on the home screen: at the second useful visit, never at login, and not again once put off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import Album
from tests.support.browsing import heading
from tests.support.demo_service import PASSWORD, DemoService, go, open_context, settle

TEXT = "Đặt Sổ tay lên màn hình chính để mở nhanh"
IOS_TEXT = "Để đặt Sổ tay lên màn hình chính: bấm nút Chia sẻ"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/17.5 Mobile/15E148 Safari/604.1"
)
USEFUL = ("/meetings", "/documents", "/me")

# STUB of the browser's own judgement that the app can be installed: Chromium without a window never makes it. The event
# is what Chrome sends, and notes whether it was held back and how often its question was asked.
OFFER = """(outcome) => {
    const event = new Event('beforeinstallprompt', { cancelable: true });
    event.prompt = async () => { window.asked = (window.asked ?? 0) + 1; };
    event.userChoice = Promise.resolve({ outcome });
    window.dispatchEvent(event);
    return event.defaultPrevented;
}"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        yield context


def test_the_offer_comes_at_the_second_useful_visit_and_not_before(
    phone: BrowserContext, demo: DemoService, album: Album
) -> None:
    page = start(phone, demo, "/login")
    heading(page, "Đăng nhập")
    page.get_by_label("Số điện thoại hoặc số thẻ đảng viên").fill(demo.story.member)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    heading(page, "Hôm nay")
    for path in (*USEFUL, "/", *USEFUL):
        go(page, path)
        expect(page.get_by_text(TEXT)).to_have_count(0)
    page.close()

    page = start(phone, demo)
    expect(page.get_by_text(TEXT)).to_have_count(0)
    for path in USEFUL:
        go(page, path)
    expect(page.get_by_text(TEXT)).to_be_visible()
    album.picture(page, "offer")


def test_what_was_put_off_is_not_offered_again_for_sixty_days(
    phone: BrowserContext, demo: DemoService
) -> None:
    demo.sign_in(phone, demo.story.member)
    page = second_visit(phone, demo)
    page.get_by_role("button", name="Để sau").click()
    expect(page.get_by_text(TEXT)).to_have_count(0)
    assert page.evaluate("window.asked") is None
    page.close()
    page = visit(phone, demo)
    expect(page.get_by_text(TEXT)).to_have_count(0)

    # Sixty days pass: the note of the day is moved back by them.
    page.evaluate(
        """() => {
            const name = 'handbook.install-dismissed';
            localStorage.setItem(name, String(Number(localStorage.getItem(name)) - 61 * 86_400_000));
        }"""
    )
    page.close()
    page = visit(phone, demo)
    expect(page.get_by_text(TEXT)).to_be_visible()


@pytest.mark.parametrize("outcome", ["accepted", "dismissed"])
def test_yes_asks_the_browser_once_and_the_offer_is_gone(
    phone: BrowserContext, demo: DemoService, outcome: str
) -> None:
    demo.sign_in(phone, demo.story.member)
    page = second_visit(phone, demo, outcome)
    page.get_by_role("button", name="Cài đặt", exact=True).click()
    expect(page.get_by_text(TEXT)).to_have_count(0)
    assert page.evaluate("window.asked") == 1
    for path in USEFUL:
        go(page, path)
    expect(page.get_by_text(TEXT)).to_have_count(0)
    if outcome == "dismissed":
        page.close()
        page = visit(phone, demo)
        expect(page.get_by_text(TEXT)).to_have_count(0)


def test_an_iphone_is_told_the_way_because_its_browser_offers_none(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    with open_context(browser, user_agent=IPHONE) as phone:
        demo.sign_in(phone, demo.story.member)
        visit(phone, demo, None).close()
        page = visit(phone, demo, None)
        expect(page.get_by_text(IOS_TEXT)).to_be_visible()
        expect(page.get_by_role("button", name="Cài đặt", exact=True)).to_have_count(0)
        album.picture(page, "way")
        page.get_by_role("button", name="Để sau").click()
        expect(page.get_by_text(IOS_TEXT)).to_have_count(0)
        page.close()
        expect(visit(phone, demo, None).get_by_text(IOS_TEXT)).to_have_count(0)


def start(
    phone: BrowserContext, demo: DemoService, path: str = "/", outcome: str | None = "accepted"
) -> Page:
    """A start of the app, at which the browser offers to install it, or not (None)."""
    page = demo.open(phone, path)
    if outcome is not None:
        assert page.evaluate(OFFER, outcome), "the browser would ask by itself"
    return page


def visit(phone: BrowserContext, demo: DemoService, outcome: str | None = "accepted") -> Page:
    """A visit on which the app was useful."""
    page = start(phone, demo, outcome=outcome)
    for path in USEFUL:
        go(page, path)
    settle(page)
    return page


def second_visit(phone: BrowserContext, demo: DemoService, outcome: str = "accepted") -> Page:
    visit(phone, demo, outcome).close()
    page = visit(phone, demo, outcome)
    expect(page.get_by_text(TEXT)).to_be_visible()
    return page
