"""What a screen reader finds on a screen, and in which order."""

import itertools
import re
import time

from playwright.sync_api import Page

HEADINGS = "() => [...document.querySelectorAll('main h1, main h2, main h3')].map((one) => +one.tagName[1])"
# Names of what can be tapped, in the order in which it is read.
UNNAMED = """() => [...document.querySelectorAll('a[href], button')]
    .filter((one) => one.checkVisibility() && !(one.innerText.trim() || one.getAttribute('aria-label')))
    .map((one) => one.outerHTML.slice(0, 120))"""


def read(page: Page) -> str:
    """The accessibility tree of the page, as text in the order in which it is read."""
    return page.locator("body").aria_snapshot()


def in_order(page: Page, *parts: str) -> None:
    """Each part comes after the one before it, once all of the screen is read from the phone."""

    def missing() -> str | None:
        tree, at = read(page), 0
        for part in parts:
            found = re.compile(part).search(tree, at)
            if not found:
                return f"{part} does not follow in:\n{tree}"
            at = found.end()
        return None

    deadline = time.monotonic() + 20
    while (said := missing()) is not None:
        assert time.monotonic() < deadline, said
        page.wait_for_timeout(200)


def assert_well_formed(page: Page) -> None:
    levels = page.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    assert page.evaluate(UNNAMED) == []
    tree = read(page)
    assert len(re.findall(r"^\s*- main\b", tree, re.MULTILINE)) == 1
    assert re.search(r"- navigation \"", tree), "the bar of tabs has a name"
