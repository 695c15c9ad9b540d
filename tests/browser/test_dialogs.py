"""No open dialog is too wide or has a fault that axe finds: either scheme, 100 % and 200 % text, on a phone and at a desk."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.axe import bring_axe, examine_looks
from tests.support.browsing import under_way, wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.dialogs import Way, components, ways
from tests.support.phone import meta

# Where nothing is asked for time and again.
REST = "/me/display"


@pytest.mark.limit(900)  # One after another, because what one does leads to the next.
def test_axe_finds_nothing_in_any_open_dialog(browser: Browser, demo: DemoService) -> None:
    faults: list[str] = []
    pages: dict[str, Page] = {}
    with ExitStack() as stack:
        asking = stack.enter_context(open_context(browser))
        demo.sign_in(asking, demo.story.secretary)
        for way in ways(demo, asking):
            if way.login not in pages:
                phone = stack.enter_context(open_context(browser, worker=False))
                demo.sign_in(phone, way.login)
                pages[way.login] = demo.open(phone, REST)
                bring_axe(pages[way.login])
            page = pages[way.login]
            come(page, way)
            way.tap(page)
            dialog = page.locator("dialog[open]")
            expect(dialog).to_be_visible()
            expect(dialog).to_have_accessible_name(re.compile(r"\S"))
            faults += [f"{way.component}: {fault}" for fault in examine_looks(page)]
            leave(page)
    assert faults == [], "\n".join(faults)


def come(page: Page, way: Way) -> None:
    """Fetch what is new and stand on the screen that leads to the dialog."""
    starting = datetime.now(UTC)
    page.evaluate("dispatchEvent(new Event('online'))")

    def fetched() -> bool:
        at = meta(page, "synced_at")
        return at is not None and datetime.fromisoformat(at) >= starting

    wait_until(fetched, lambda: f"{way.component}: nothing was fetched; {state_of(page)}", page, seconds=60)
    go(page, way.path)


def state_of(page: Page) -> str:
    """What keeps a page from fetching, if anything does."""
    where: str = page.evaluate(
        "`${location.pathname}, ${document.visibilityState}, on line: ${navigator.onLine}`"
    )
    return f"{where}, asked for: {under_way(page)}"


def leave(page: Page) -> None:
    """Leave what is open for a screen that asks for nothing, in the usual look."""
    page.emulate_media(color_scheme="light")
    page.evaluate("delete document.documentElement.dataset.textSize")
    go(page, REST)


def test_every_dialog_is_examined(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as asking:
        demo.sign_in(asking, demo.story.secretary)
        examined = {way.component for way in ways(demo, asking)}
    assert examined == components(), "a new dialog needs a way in tests/support/dialogs.py"
