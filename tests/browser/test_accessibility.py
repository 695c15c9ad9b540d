"""No screen has a fault that axe finds, in either scheme, at 100 % and 200 % text; and nothing runs out of a phone's width."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect
from tests.support.demo_service import PHONE, DemoService, go, open_context, routes
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
    for scheme, size in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("(size) => { document.documentElement.dataset.textSize = size }", size)
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            yield f"{width} px wide at {size} %: {page.evaluate(WIDEST)}"
        # What is half scrolled under the tab bar is not too small: the whole screen is in the window.
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": PHONE["width"], "height": max(PHONE["height"], height)})
        for violation in page.evaluate(RUN, TAGS):
            yield f"{scheme} {size} %: {describe(violation)}"
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]


def describe(violation: dict[str, Any]) -> str:
    """One violation in a line: the rule and the places."""
    places = [f"{node['target']} {node['why']}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: {json.dumps(places, ensure_ascii=False)}"


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
