"""What axe finds on the screen that is open, in every look, and whether anything runs out of the window's width."""

import json
from collections.abc import Iterator
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page
from tests.support.demo_service import DESK, PHONE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Every window with every size of text, every scheme with every size, and every window in every scheme. A scheme changes colours
# and nothing else (tokens.css), so the four looks left out would show no place and no colour that these do not.
LOOKS: tuple[tuple[dict[str, int], str, Literal["light", "dark"]], ...] = (
    (DESK, "100", "light"),
    (DESK, "200", "dark"),
    (PHONE, "100", "dark"),
    (PHONE, "200", "light"),
)


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
    """The faults of what can be reached now, a screen or the dialog over it, in every look; a phone's window is left."""
    for window, size, scheme in LOOKS:
        yield from _examine_look(page, window, size, scheme)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.emulate_media(reduced_motion="null")


def _examine_look(
    page: Page, window: dict[str, int], size: str, scheme: Literal["light", "dark"]
) -> Iterator[str]:
    """The faults in a window of this size, with text of this size, in this scheme."""
    room = window["width"]
    page.evaluate("(size) => { document.documentElement.dataset.textSize = size }", size)
    # Nobody has to wait for colours that fade from one scheme to the other.
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(window)  # type: ignore[arg-type]
    # What is half scrolled under the tab bar is not too small: the whole screen is in the window.
    height = page.evaluate(HEIGHT)
    page.set_viewport_size({"width": room, "height": max(window["height"], height)})
    width, violations = page.evaluate(RUN, TAGS)
    if width > room:
        yield f"{room} px {size} % {scheme}: {width} px wide: {page.evaluate(WIDEST, room)}"
    for violation in violations:
        yield f"{room} px {size} % {scheme}: {describe(violation)}"


def describe(violation: dict[str, Any]) -> str:
    """One violation in a line: the rule and the places."""
    places = [f"{node['target']} {node['why']}" for node in violation["nodes"][:3]]
    return f"{violation['id']}: {json.dumps(places, ensure_ascii=False)}"


# Of the page, or of the dialog that is open over it, of which 92 % of the window's height is the limit. What follows the
# window's width (a table in place of a list) is there after the next frame; a window that is not drawn has no frames.
HEIGHT = """async () => {
    const late = () => new Promise((over) => setTimeout(over, 2000));
    for (const _ of [1, 2]) await Promise.race([new Promise((drawn) => requestAnimationFrame(drawn)), late()]);
    const dialog = document.querySelector('dialog[open]');
    return Math.ceil(dialog ? dialog.scrollHeight / 0.9 : document.documentElement.scrollHeight);
}"""

# An open dialog by itself: of the screen below it nothing can be reached, and that is examined where nothing covers it.
RUN = """async (tags) => {
    const late = () => new Promise((over) => setTimeout(over, 2000));
    await Promise.race([new Promise((drawn) => requestAnimationFrame(drawn)), late()]);
    await Promise.race([Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null))), late()]);
    const width = Math.max(document.documentElement.scrollWidth, document.querySelector('dialog[open]')?.scrollWidth ?? 0);
    const rules = { 'target-size': { enabled: true } };
    const seen = document.querySelector('dialog[open]') ?? document;
    const found = await axe.run(seen, { runOnly: tags, rules, preload: false, resultTypes: ['violations'] });
    return [width, found.violations.map(({ id, nodes }) => ({
        id, nodes: nodes.map(({ target, failureSummary }) => ({ target, why: failureSummary })),
    }))];
}"""

WIDEST = """(room) => {
    const wide = [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > room + 1);
    return wide.slice(-2).map((one) => one.outerHTML.slice(0, 160)).join(' … ');
}"""
