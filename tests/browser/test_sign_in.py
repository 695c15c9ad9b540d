"""The first sign-in by the form, in a browser that never saw the program; and what lies right behind it."""

import re

import pytest
from playwright.sync_api import Browser, expect
from tests.support.demo_service import PASSWORD, DemoService, open_context


@pytest.mark.parametrize(("login", "first"), [("member", "Hôm nay"), ("secretary", "Hôm nay")])
def test_the_first_sign_in_is_announced_and_raises_nothing(
    browser: Browser, demo: DemoService, login: str, first: str
) -> None:
    errors: list[str] = []
    with open_context(browser, worker=False) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(demo.url + "/")
        page.get_by_label("Số điện thoại hoặc số thẻ đảng viên").fill(getattr(demo.story, login))
        page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(first)
        expect(page.get_by_role("status").filter(has_text=re.compile(f"^{first}\\s*$"))).to_be_attached()
    assert errors == []


def test_times_of_a_meeting_are_chosen_on_24_hours(browser: Browser, demo: DemoService) -> None:
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.secretary)
        page = demo.open(context, "/chapter/meetings/new")
        start = page.get_by_role("group", name="Bắt đầu")
        end = page.get_by_role("group", name="Kết thúc")
        start.get_by_label("Giờ").select_option("18")
        start.get_by_label("Phút").select_option("45")
        end.get_by_label("Giờ").select_option("18")
        expect(page.get_by_role("button", name="Lưu và xem lại")).to_be_visible()
        page.get_by_role("button", name="Lưu và xem lại").click()
        expect(end.get_by_text("Giờ kết thúc phải sau giờ bắt đầu.")).to_be_visible()
        expect(start.get_by_label("Phút")).to_have_value("45")
