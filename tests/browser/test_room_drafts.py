"""What is typed in the room outlives the Back button, Escape and a reload; and a note names the item to which it belongs."""

import re

from playwright.sync_api import Browser, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.support.browsing import wait_until
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import rows, wait_for_draft

TEXT = "Đề nghị sửa đường vào nhà văn hóa trước mùa mưa."


def test_back_closes_the_note_and_keeps_what_was_typed(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    room = f"/chapter/meetings/{demo.story.open_meeting}/room"
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"/chapter/meetings/{demo.story.open_meeting}")
        go(page, f"{room}?tab=notes")
        dialog, add = page.locator("dialog[open]"), page.get_by_role("button", name="Ghi ý kiến")
        typed = dialog.get_by_label("Nội dung phát biểu")
        add.click()
        dialog.get_by_role("button", name="Không ghi tên").click()
        typed.fill(TEXT)
        page.go_back()
        expect(dialog).to_have_count(0)
        assert page.url.endswith(f"{room}?tab=notes")
        # The screen is as it was, and not opened anew at its top.
        expect(add).to_be_focused()

        add.click()
        expect(typed).to_have_value(TEXT)
        expect(dialog.get_by_text("Đang mở ý kiến viết dở")).to_be_visible()
        album.picture(page, "note-again")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        wait_for_draft(page, TEXT)
        page.reload()
        add.click()
        expect(typed).to_have_value(TEXT)
        item = dialog.get_by_label("Ghi vào nội dung")
        chosen = item.locator("option").nth(1).get_attribute("value")
        item.select_option(value=chosen)
        dialog.get_by_role("button", name="Lưu ý kiến").dblclick()
        expect(dialog).to_have_count(0)
        expect(add).to_be_focused()

        def kept() -> list[str]:
            return [
                row["data"]["agenda_item_id"]
                for row in rows(page, "proceedings")
                if row["data"].get("text") == TEXT
            ]

        wait_until(lambda: kept() == [chosen], "the note is not with the item that was chosen", page)
        add.click()
        expect(dialog.get_by_role("button", name="Không ghi tên")).to_be_visible()
        expect(dialog.get_by_text("Đang mở ý kiến viết dở")).to_have_count(0)


def test_a_conclusion_and_a_paragraph_left_half_written_are_there_again(
    browser: Browser, demo: DemoService, album: Album
) -> None:
    room = f"/chapter/meetings/{demo.story.open_meeting}/room"
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        page = demo.open(context, f"{room}?tab=notes")
        dialog = page.locator("dialog[open]")
        conclude = page.get_by_role("button", name=re.compile("^(Ghi|Sửa) kết luận")).first
        typed = dialog.get_by_label("Kết luận nội dung này")
        conclude.click()
        stood = typed.input_value()
        typed.fill(TEXT)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        wait_for_draft(page, TEXT)
        page.reload()
        conclude.click()
        expect(typed).to_have_value(TEXT)
        expect(dialog.get_by_text("Đang mở kết luận viết dở")).to_be_visible()
        album.picture(page, "conclusion-again")
        large(page, album, "conclusion-again-large")
        assert faults(page) == []
        dialog.get_by_role("button", name="Bỏ phần viết dở").click()
        expect(typed).to_have_value(stood)
        page.go_back()
        expect(dialog).to_have_count(0)

        go(page, f"/chapter/meetings/{demo.story.open_meeting}/minutes")
        card = page.get_by_role("region", name="Thời gian, địa điểm")
        edit = card.get_by_role("button", name=re.compile("^Sửa: Địa điểm"))
        edit.click()
        card.get_by_label("Nội dung đoạn").fill("Địa điểm: hội trường.")
        page.go_back()
        expect(conclude).to_be_visible()
        go(page, f"/chapter/meetings/{demo.story.open_meeting}/minutes")
        edit.click()
        expect(card.get_by_label("Nội dung đoạn")).to_have_value("Địa điểm: hội trường.")
        expect(card.get_by_text("Đang mở đoạn viết dở")).to_be_visible()
        album.picture(page, "paragraph-again")
        assert faults(page) == []
        card.get_by_role("button", name="Xong").click()
        expect(card.get_by_text("Địa điểm: hội trường.")).to_be_visible()
        edit.click()
        expect(card.get_by_text("Đang mở đoạn viết dở")).to_have_count(0)
