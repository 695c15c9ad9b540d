"""No open dialog has a fault that axe finds, in either scheme, at 100 % and 200 % text; and none is wider than a phone."""

import re
from functools import partial

from playwright.sync_api import Browser, expect
from tests.support.axe import bring_axe, examine_looks
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.dialogs import components, ways
from tests.support.phone import meta


def test_axe_finds_nothing_in_any_open_dialog(browser: Browser, demo: DemoService) -> None:
    faults: list[str] = []
    with open_context(browser) as asking:
        demo.sign_in(asking, demo.story.secretary)
        for way in ways(demo, asking):
            with open_context(browser) as context:
                demo.sign_in(context, way.login)
                page = demo.open(context)
                wait_until(partial(meta, page, "synced_at"), "nothing was fetched", page)
                go(page, way.path)
                bring_axe(page)
                way.tap(page)
                dialog = page.locator("dialog[open]")
                expect(dialog).to_be_visible()
                expect(dialog).to_have_accessible_name(re.compile(r"\S"))
                faults += [f"{way.component}: {fault}" for fault in examine_looks(page)]
    assert faults == [], "\n".join(faults)


def test_every_dialog_is_examined(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as asking:
        demo.sign_in(asking, demo.story.secretary)
        examined = {way.component for way in ways(demo, asking)}
    assert examined == components(), "a new dialog needs a way in tests/support/dialogs.py"
