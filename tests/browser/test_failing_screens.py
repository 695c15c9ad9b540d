"""A screen that cannot be shown says so, and the app goes on: the other screens are a tap away."""

import json
import re

from playwright.sync_api import Browser, Page, Route, expect
from tests.browser.conftest import Album
from tests.support.browsing import heading
from tests.support.demo_service import DemoService, go, open_context

FAILED = "Chưa mở được màn hình này"


def test_the_record_of_who_holds_two_offices_opens(browser: Browser, demo: DemoService) -> None:
    for login in (demo.story.secretary, demo.story.host):
        with open_context(browser, worker=False) as context:
            demo.sign_in(context, login)
            page = demo.open(context, "/me")
            errors = errors_of(page)
            page.get_by_role("link", name="Hồ sơ đảng viên").click()
            heading(page, "Hồ sơ đảng viên")
            offices = page.get_by_text("Chức vụ", exact=True)
            expect(offices.nth(1)).to_be_visible()
            assert errors == []


def test_an_error_while_a_screen_is_drawn_is_said_and_leaves_the_way_to_the_others(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    """The server names one device twice, which no list can show."""

    def twice(route: Route) -> None:
        answer = route.fetch()
        items = answer.json()["items"]
        route.fulfill(response=answer, body=json.dumps({"items": items * 2}))

    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.member)
        context.route(re.compile("/api/sessions$"), twice)
        page = demo.open(context, "/me")
        errors = errors_of(page)
        go(page, "/me/devices")
        heading(page, FAILED)
        album.picture(page, "screen-failed")
        # What went wrong is reported like every other error.
        assert [error for error in errors if "each_key_duplicate" in error]
        page.get_by_role("button", name="Về Hôm nay").click()
        heading(page, "Hôm nay")


def errors_of(page: Page) -> list[str]:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors
