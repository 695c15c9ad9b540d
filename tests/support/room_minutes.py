"""The minutes of a room without a network, as the secretary's phone writes them and the server takes them over."""

import io
import re
from typing import Any

import docx
from playwright.sync_api import Page, expect
from tests.browser.conftest import Album
from tests.support.browsing import heading
from tests.support.pdf import page_texts

PLACE = "Địa điểm: Nhà văn hóa Tổ 4, phòng họp phía sau vì mất điện."
OWN = "Chi bộ dành một phút tưởng nhớ đồng chí đã mất."


def card(page: Page, section: str) -> Any:
    return page.get_by_role("region", name=section)


def write_here(page: Page, album: Album) -> None:
    """Out of the room's notes to the minutes, which write themselves; then they are edited."""
    page.get_by_role("link", name="Xem và đọc biên bản").click()
    heading(page, "Biên bản")
    expect(page.get_by_role("heading", name="Thời gian, địa điểm")).to_be_visible()
    expect(page.get_by_text("được cấp số khi có mạng")).to_be_visible()
    expect(page.get_by_text("Đã lưu trên máy, sẽ gửi khi có mạng.")).to_be_visible()
    album.picture(page, "minutes-written-here")
    opening = card(page, "Thời gian, địa điểm")
    opening.get_by_role("button", name=re.compile("^Sửa: Địa điểm")).click()
    opening.get_by_label("Nội dung đoạn").fill(PLACE)
    opening.get_by_role("button", name="Xong").click()
    expect(opening.get_by_text(PLACE)).to_be_visible()
    opening.get_by_role("button", name="Thêm đoạn vào mục").click()
    opening.get_by_label("Đoạn viết thêm").fill(OWN)
    opening.get_by_role("button", name="Xong").click()
    expect(opening.get_by_text(OWN)).to_be_visible()
    album.picture(page, "minutes-edited-here")


def read_to_the_room(page: Page, album: Album) -> list[str]:
    """Read back in large text and agreed to; what was read, line by line."""
    page.get_by_role("link", name="Đọc lại trước cuộc họp").click()
    heading(page, "Đọc biên bản")
    expect(page.get_by_text("Đây là bản trên máy này.")).to_be_visible()
    page.get_by_role("button", name="Chữ to hơn").click()
    album.picture(page, "minutes-read-here")
    read = page.locator(".large h3, .large p.text").all_inner_texts()
    page.get_by_role("button", name="Nhất trí thông qua").click()
    heading(page, "Biên bản")
    expect(page.get_by_text("Đã đọc thông qua")).to_be_visible()
    album.picture(page, "minutes-agreed-here")
    return read


def sign_as(page: Page, role: str, *, name: str, login: str | None, password: str, album: Album) -> None:
    """One signature on this phone, by the typed name; ``login`` for somebody else than who holds it."""
    page.get_by_role("button", name=f"Ký: {role}").click()
    page.get_by_label("Ký bằng cách gõ họ tên").check()
    page.get_by_label(re.compile("^Gõ đủ họ tên")).fill(name)
    if login is not None:
        page.get_by_label(re.compile("^Số điện thoại hoặc số thẻ")).fill(login)
    page.get_by_label(re.compile("^Mật khẩu của")).fill(password)
    album.picture(page, "minutes-sign")
    page.get_by_role("button", name="Ký", exact=True).click()
    expect(page.get_by_role("heading", name=f"{role}: {name}")).to_have_count(0)


def printed(minutes: Any) -> list[str]:
    """The server's text, line by line."""
    return [
        one["text"] for section in minutes["sections"] for one in section["paragraphs"] if not one["removed"]
    ]


def flat(text: str) -> str:
    """Without blanks, which a typesetter moves."""
    return "".join(text.split())


def words_of_pdf(content: bytes) -> str:
    """Every page without the number above it."""
    pages = (text.split("\n") for text in page_texts(content))
    return flat("".join("".join(lines[1:] if lines[0].strip().isdigit() else lines) for lines in pages))


def words_of_docx(content: bytes) -> str:
    return flat("".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs))
