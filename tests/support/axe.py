"""What axe finds on the screen that is open, in every look, and whether anything runs out of a phone's width."""

import json
from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from tests.support.demo_service import PHONE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", "100"), ("dark", "100"), ("light", "200"), ("dark", "200")]


def bring_axe(page: Page) -> None:
    """Load axe into the page, where it stays until a reload."""
    page.evaluate(AXE_SCRIPT)


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

WIDEST = """() => {
    const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 361);
    return wide.slice(-2).map((one) => one.outerHTML.slice(0, 160)).join(' … ');
}"""
