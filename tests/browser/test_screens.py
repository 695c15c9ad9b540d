"""Every screen, with the demo's content: axe finds no fault in it in either scheme, at 100 % and 200 % text, nothing runs out
of the width of a phone or of a desk, and nothing is asked for in vain. Pictures go to ``build/screens/gallery/``."""

import time
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from tests.support.axe import bring_axe, examine
from tests.support.chromium import pictures_wanted
from tests.support.demo_service import DESK, PHONE, DemoService, go, open_context, routes, stand_still
from tests.support.visits import ROLES, SIGNED_OUT, Visit, visits

GALLERY = Path(__file__).resolve().parents[2] / "build" / "screens" / "gallery"
# What is watched is asked for every three seconds; a few times more while a screen is set up.
OFTEN = 6
# Looked at in the dark and in the largest text as well.
MORE = {"/", "/meetings/:id", "/chapter", "/chapter/meetings/:id/room", "/staff", "/me", "/login"}


@pytest.fixture(scope="module", autouse=True)
def empty_gallery() -> None:
    GALLERY.mkdir(parents=True, exist_ok=True)
    for old in GALLERY.glob("*.png"):
        old.unlink()


@pytest.mark.parametrize("role", ROLES)
def test_every_screen_stands_without_a_fault(browser: Browser, demo: DemoService, role: str) -> None:
    errors: list[str] = []
    faults: list[str] = []
    asked: Counter[str] = Counter()
    in_vain: set[str] = set()
    with open_context(browser) as context:
        # A phone asks for nothing that is not there, or not for who holds it.
        context.on("response", lambda one: in_vain.add(one.url) if one.status in (403, 404) else None)
        own = visits(demo.story, role)
        if role != SIGNED_OUT:
            demo.sign_in(context, own[0].login)
        page = demo.open(context, "/" if role != SIGNED_OUT else "/login")
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda one: asked.update([f"{one.method} {one.url}"]))
        bring_axe(page)
        for visit in own:
            asked.clear()
            begun = time.monotonic()
            go(page, visit.path)
            visit.prepare(page)
            if pictures_wanted():
                photograph(page, visit, role)
            faults += [f"{role} {visit.name}: {fault}" for fault in examine(page)]
            page.emulate_media(color_scheme="light")
            page.evaluate("delete document.documentElement.dataset.textSize")
            # A screen that is looked at asks again after a while, not all the time.
            most = OFTEN + time.monotonic() - begun
            assert {one: times for one, times in asked.items() if times > most} == {}, visit.name
            assert in_vain == set(), visit.name
    assert errors == []
    assert faults == [], "\n".join(faults)


def photograph(page: Page, visit: Visit, role: str) -> None:
    for size in (PHONE, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        picture(page, visit, role, str(size["width"]))
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    if visit.route not in MORE:
        return
    page.emulate_media(color_scheme="dark")
    picture(page, visit, role, "360-dark")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dataset.textSize = '200'")
    picture(page, visit, role, "360-large")
    page.evaluate("delete document.documentElement.dataset.textSize")


def picture(page: Page, visit: Visit, role: str, look: str) -> None:
    stand_still(page)
    content = page.screenshot(path=GALLERY / f"{role}-{visit.name}-{look}.png")
    assert len(content) > 3_000


def test_every_route_is_visited(demo: DemoService) -> None:
    visited = {visit.route for role in ROLES for visit in visits(demo.story, role)}
    assert visited == set(routes()), "a new route needs a visit in tests/support/visits.py"
