"""No open dialog is too wide or has a fault that axe finds: either scheme, 100 % and 200 % text, on a phone and at a desk."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.axe import bring_axe, examine_looks
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, open_context, settle
from tests.support.dialogs import Way, components, ways
from tests.support.phone import meta


@pytest.mark.limit(900)  # One after another, because what one does leads to the next.
def test_axe_finds_nothing_in_any_open_dialog(browser: Browser, demo: DemoService) -> None:
    faults: list[str] = []
    phones: dict[str, BrowserContext] = {}
    with ExitStack() as stack:
        asking = stack.enter_context(open_context(browser))
        demo.sign_in(asking, demo.story.secretary)
        for way in ways(demo, asking):
            if way.login not in phones:
                phones[way.login] = stack.enter_context(open_context(browser))
                demo.sign_in(phones[way.login], way.login)
            page = started_anew(demo, phones[way.login], way)
            way.tap(page)
            dialog = page.locator("dialog[open]")
            expect(dialog).to_be_visible()
            expect(dialog).to_have_accessible_name(re.compile(r"\S"))
            faults += [f"{way.component}: {fault}" for fault in examine_looks(page)]
            page.close()
    assert faults == [], "\n".join(faults)


def started_anew(demo: DemoService, phone: BrowserContext, way: Way) -> Page:
    """The app, started on this phone and with what is new on it, on the screen that leads to the dialog."""
    starting = datetime.now(UTC)
    page = demo.open(phone, way.path)

    def fetched() -> bool:
        at = meta(page, "synced_at")
        return at is not None and datetime.fromisoformat(at) >= starting

    wait_until(fetched, "nothing was fetched", page)
    settle(page)
    bring_axe(page)
    return page


def test_every_dialog_is_examined(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as asking:
        demo.sign_in(asking, demo.story.secretary)
        examined = {way.component for way in ways(demo, asking)}
    assert examined == components(), "a new dialog needs a way in tests/support/dialogs.py"
