"""No screen has a fault that axe finds, in either scheme, at 100 % and 200 % text; and nothing runs out of a phone's width."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from tests.support.browsing import wait_until
from tests.support.demo_service import PHONE, DemoService, go, open_context, routes
from tests.support.dialogs import components, ways
from tests.support.phone import meta
from tests.support.visits import ROLES, SIGNED_OUT, visits

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", "100"), ("dark", "100"), ("light", "200"), ("dark", "200")]


@pytest.mark.parametrize("role", ROLES)
def test_axe_finds_nothing_on_any_screen(browser: Browser, demo: DemoService, role: str) -> None:
    faults: list[str] = []
    with open_context(browser) as context:
        own = visits(demo.story, role)
        if role != SIGNED_OUT:
            demo.sign_in(context, own[0].login)
        page = demo.open(context, "/login" if role == SIGNED_OUT else "/")
        page.evaluate(AXE_SCRIPT)
        for visit in own:
            go(page, visit.path)
            faults += [f"{role} {visit.path}: {fault}" for fault in examine(page)]
    assert faults == [], "\n".join(faults)


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
                page.evaluate(AXE_SCRIPT)
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


def test_planted_faults_are_found(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as context:
        page = demo.open(context, "/login")
        page.evaluate(AXE_SCRIPT)
        page.evaluate(PLANT)
        found = " ".join(examine(page))
    for fault in ("2 h1", "image-alt", "color-contrast", "target-size", "px wide"):
        assert fault in found


def test_every_route_is_examined(demo: DemoService) -> None:
    examined = {visit.route for role in ROLES for visit in visits(demo.story, role)}
    assert examined == set(routes()), "a new route needs a visit in tests/support/visits.py"


def test_the_chosen_size_and_scheme_reach_every_screen(browser: Browser, demo: DemoService) -> None:
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.member)
        page = demo.open(context, "/me/display")
        page.get_by_role("radio", name="200 %").check()
        page.get_by_role("radio", name="Tối").check()
        page = demo.open(context, "/meetings")
        root = page.locator("html")
        expect(root).to_have_attribute("data-text-size", "200")
        expect(root).to_have_attribute("data-theme", "dark")
        size = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
        assert size == pytest.approx(36)


def examine(page: Page) -> Iterator[str]:
    """The faults of the screen that is open, in every look."""
    headings = page.locator("h1").all_inner_texts()
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    elif headings[0].strip() not in page.title():
        yield f"the title “{page.title()}” does not name the screen"
    yield from examine_looks(page)


def examine_looks(page: Page) -> Iterator[str]:
    """The faults of what is seen now, a dialog included, in every look."""
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("(size) => { document.documentElement.dataset.textSize = size }", size)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        width = page.evaluate(WIDTH)
        if width > PHONE["width"]:
            yield f"{width} px wide at {size} %: {page.evaluate(WIDEST)}"
        # What is half scrolled under the tab bar is not too small: the whole screen is in the window.
        height = page.evaluate(HEIGHT)
        page.set_viewport_size({"width": PHONE["width"], "height": max(PHONE["height"], height)})
        for violation in page.evaluate(RUN, TAGS):
            yield f"{scheme} {size} %: {describe(violation)}"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def describe(violation: dict[str, Any]) -> str:
    """One violation in a line: the rule and the places."""
    places = [f"{node['target']} {node['why']}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: {json.dumps(places, ensure_ascii=False)}"


# Of the page, and of the dialog that is open over it, of which 92 % of the window's height is the limit.
WIDTH = """Math.max(
    document.documentElement.scrollWidth, document.querySelector('dialog[open]')?.scrollWidth ?? 0,
)"""
HEIGHT = """Math.ceil(Math.max(
    document.documentElement.scrollHeight, (document.querySelector('dialog[open]')?.scrollHeight ?? 0) / 0.9,
))"""

RUN = """async (tags) => {
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)));
    const found = await axe.run({ runOnly: tags, rules: { 'target-size': { enabled: true } }, resultTypes: ['violations'] });
    return found.violations.map(({ id, nodes }) => ({
        id, nodes: nodes.map(({ target, failureSummary }) => ({ target, why: failureSummary })),
    }));
}"""

PLANT = """() => {
    const planted = document.createElement('div');
    planted.innerHTML = '<h1>x</h1><img src="/icons/icon-192.png"><p>pale</p><button>a</button><button>b</button>';
    document.querySelector('main').append(planted);
    planted.querySelector('p').style.color = '#aaa';
    Object.assign(planted.querySelector('img').style, { width: '900px', maxWidth: 'none' });
    for (const button of planted.querySelectorAll('button')) {
        Object.assign(button.style, { width: '12px', height: '12px', minHeight: '0', padding: '0', margin: '0' });
    }
}"""

WIDEST = """() => {
    const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 361);
    return wide.slice(-2).map((one) => one.outerHTML.slice(0, 160)).join(' … ');
}"""
