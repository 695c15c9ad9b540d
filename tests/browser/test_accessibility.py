"""What looks for faults on every screen finds those that are planted; and the chosen size and scheme reach every screen."""

import pytest
from playwright.sync_api import Browser, expect
from tests.support.axe import bring_axe, examine, examine_looks
from tests.support.demo_service import DemoService, open_context


def test_planted_faults_are_found(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as context:
        page = demo.open(context, "/login")
        bring_axe(page)
        page.evaluate(PLANT)
        on_the_screen = " ".join(examine(page))
        page.evaluate(INTO_A_DIALOG)
        in_the_dialog = " ".join(examine_looks(page))
    in_both = ("image-alt", "color-contrast", "target-size", "px wide")
    for found, faults in ((on_the_screen, ("2 h1", *in_both)), (in_the_dialog, in_both)):
        assert [fault for fault in faults if fault not in found] == []


def test_what_is_wrong_only_at_a_desk_is_found(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as context:
        page = demo.open(context, "/login")
        bring_axe(page)
        page.evaluate(PLANT_AT_THE_DESK)
        found = list(examine(page))
    assert [fault for fault in found if not fault.startswith("1280 px")] == []
    for fault in ("color-contrast", "px wide", "1280 px 200 % dark"):
        assert fault in " ".join(found)


def test_the_chosen_size_and_scheme_reach_every_screen(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as context:
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


PLANT = """() => {
    const planted = document.createElement('div');
    planted.id = 'planted';
    planted.innerHTML = '<h1>x</h1><img src="/icons/icon-192.png"><p>pale</p><button>a</button><button>b</button>';
    document.querySelector('main').append(planted);
    planted.querySelector('p').style.color = '#aaa';
    Object.assign(planted.querySelector('img').style, { width: '900px', maxWidth: 'none' });
    for (const button of planted.querySelectorAll('button')) {
        Object.assign(button.style, { width: '12px', height: '12px', minHeight: '0', padding: '0', margin: '0' });
    }
}"""

INTO_A_DIALOG = """() => {
    const dialog = document.createElement('dialog');
    dialog.append(document.querySelector('#planted'));
    document.body.append(dialog);
    dialog.showModal();
}"""

# In a sheet of its own, because the content security policy lets no style into the page.
PLANT_AT_THE_DESK = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('@media (min-width: 50rem) { .planted { color: #888; background: #777; width: 1400px } }');
    document.adoptedStyleSheets = [sheet];
    const planted = document.createElement('p');
    planted.className = 'planted';
    planted.textContent = 'pale';
    document.querySelector('main').append(planted);
}"""
