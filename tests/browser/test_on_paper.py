"""What the browser prints of a screen."""

from playwright.sync_api import Browser, expect
from tests.support.demo_service import DemoService, open_context
from tests.support.pdf import page_texts

LONG = "Kiểm điểm việc thực hiện nghị quyết tháng trước"


def test_an_agenda_goes_on_overleaf_and_says_nothing_of_the_phone(
    browser: Browser, demo: DemoService
) -> None:
    with open_context(browser, worker=False) as phone:
        demo.sign_in(phone, demo.story.member)
        page = demo.open(phone, f"/meetings/{demo.story.next_meeting}")
        expect(page.get_by_role("heading", name=LONG)).to_be_visible()
        expect(page.get_by_text("Điểm danh của tôi")).to_be_visible()
        pages = [
            " ".join(text.split()) for text in page_texts(page.pdf(format="A4", prefer_css_page_size=True))
        ]
    # The item with the tasks of last month is longer than what is left of the first page: it begins there all the same.
    assert f"{LONG} Chủ trì" in pages[0]
    assert "1. " in pages[0].partition(LONG)[2]
    assert "Kết luận và bế mạc" in pages[1]
    assert not [text for text in pages if "trên máy" in text or "Điểm danh của tôi" in text]
