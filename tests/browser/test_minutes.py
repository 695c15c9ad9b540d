"""The minutes on the phone: written, edited without a network and by two at once, read back, signed, read by members."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.conftest import Album
from tests.browser.test_ballots import faults, large
from tests.support.demo_service import PASSWORD, DemoService, go, open_context


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[BrowserContext]:
    with open_context(browser) as context:
        demo.sign_in(context, demo.story.host)
        yield context


def call(context: BrowserContext, demo: DemoService, method: str, path: str, **fields: Any) -> Any:
    """One request of another device of the same person."""
    headers = {"Origin": demo.url, **fields.pop("headers", {})}
    answer = context.request.fetch(demo.url + path, method=method, headers=headers, **fields)
    assert answer.ok, answer.text()
    return answer.json()


def close_the_meeting(context: BrowserContext, demo: DemoService) -> str:
    """The guest is there and takes the minutes; the meeting ends."""
    path = f"/api/meetings/{demo.story.open_meeting}"
    call(context, demo, "PUT", f"{path}/attendance/{demo.story.guest_id}", data={"state": "present"})
    etag = call(context, demo, "GET", path)["etag"]
    call(context, demo, "POST", f"{path}/close", headers={"If-Match": f'"{etag}"'})
    return path


def edit(page: Page, section: str, number: int, text: str) -> None:
    card = page.get_by_role("region", name=section)
    card.get_by_role("button", name=re.compile("^Sửa: ")).nth(number).click()
    card.get_by_label("Nội dung đoạn").fill(text)
    card.get_by_role("button", name="Xong").click()


def arrived(page: Page) -> None:
    """Nothing of what was written waits any more, neither for its place on the phone nor for the server."""
    waits = re.compile("Đang lưu nội dung vừa sửa|Đã lưu trên máy, sẽ gửi khi có mạng")
    expect(page.get_by_text(waits)).to_have_count(0, timeout=30_000)


def draw(page: Page) -> None:
    """A signature as a finger draws it."""
    pad = page.get_by_test_id("pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(1, 24):
        height = box["height"] * (0.25 if step % 2 else 0.75)
        page.mouse.move(box["x"] + 20 + step * 10, box["y"] + height)
    page.mouse.up()


def test_the_minutes_from_the_closed_meeting_to_two_signatures(
    browser: Browser, demo: DemoService, office: BrowserContext, album: Album
) -> None:
    path = close_the_meeting(office, demo)
    page = demo.open(office, f"/chapter/meetings/{demo.story.open_meeting}")
    page.get_by_role("link", name="Biên bản", exact=True).click()
    expect(page.get_by_role("heading", name="Thời gian, địa điểm")).to_be_visible()
    album.picture(page, "draft")
    large(page, album, "draft-large")
    assert faults(page) == []
    bold = page.locator(".paragraph .heading").all_inner_texts()
    page.get_by_label("Người ghi biên bản", exact=True).select_option(value=demo.story.guest_id)
    expect(page.get_by_text("Chưa có người ghi biên bản")).to_have_count(0)

    # Without a network: kept on the phone, sent by itself afterwards.
    office.set_offline(True)
    edit(page, "Thời gian, địa điểm", 2, "Địa điểm: hội trường tầng hai.")
    expect(page.get_by_text("Địa điểm: hội trường tầng hai.")).to_be_visible()
    expect(page.get_by_text("Đã lưu trên máy, sẽ gửi khi có mạng.")).to_be_visible()
    written = page.get_by_role("region", name="Thời gian, địa điểm")
    expect(written.get_by_text("Chờ gửi")).to_be_visible()
    album.picture(page, "offline")
    office.set_offline(False)
    arrived(page)
    expect(written.get_by_text("Chờ gửi")).to_have_count(0)
    beside = page.locator(".paragraph").filter(has_text="Địa điểm: hội trường tầng hai.")
    expect(beside.get_by_text("Đã sửa")).to_be_visible()
    pencil, edited = (
        one.bounding_box() for one in (beside.get_by_role("button"), beside.get_by_text("Địa điểm"))
    )
    assert pencil is not None
    assert edited is not None
    assert pencil["y"] < edited["y"] + edited["height"], "the pencil lies under the words"
    assert "hội trường tầng hai" in str(call(office, demo, "GET", f"{path}/minutes"))

    # Two at once: both texts are shown, one is chosen.
    office.set_offline(True)
    edit(page, "Thời gian, địa điểm", 2, "Địa điểm: phòng số 3.")
    expect(page.get_by_text("Địa điểm: phòng số 3.")).to_be_visible()
    now = call(office, demo, "GET", f"{path}/minutes")
    opening = next(section for section in now["sections"] if section["key"] == "opening")
    paragraphs = [{name: one[name] for name in ("id", "text", "removed")} for one in opening["paragraphs"]]
    paragraphs[2]["text"] = "Địa điểm: nhà văn hóa."
    body = {"sections": [{"key": "opening", "paragraphs": paragraphs}]}
    call(office, demo, "PATCH", f"{path}/minutes", data=body, headers={"If-Match": f'"{now["etag"]}"'})
    office.set_offline(False)
    expect(page.get_by_text("Đồng chí khác cũng vừa sửa biên bản")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Địa điểm: nhà văn hóa.").first).to_be_visible()
    album.picture(page, "conflict")
    assert faults(page) == []
    page.get_by_role("radio", name=re.compile("Bản của tôi")).check()
    page.get_by_role("button", name="Lưu bản đã chọn").click()
    expect(page.get_by_text("Đồng chí khác cũng vừa sửa biên bản")).to_have_count(0, timeout=30_000)
    expect(page.get_by_text("Địa điểm: phòng số 3.")).to_be_visible()
    arrived(page)
    assert "phòng số 3" in str(call(office, demo, "GET", f"{path}/minutes"))

    # Left out, and brought back.
    closing = page.get_by_role("region", name="Thông qua biên bản, bế mạc")
    closing.get_by_role("button", name=re.compile("^Sửa: ")).first.click()
    closing.get_by_role("button", name="Bỏ đoạn này").click()
    expect(closing.get_by_text("1 đoạn đã bỏ")).to_be_visible()
    page.get_by_role("button", name="Đưa lại").last.click()
    expect(closing.get_by_text("1 đoạn đã bỏ")).to_have_count(0)
    arrived(page)

    page.get_by_role("link", name="Đọc lại trước cuộc họp").click()
    expect(page.get_by_role("heading", name="Đọc biên bản")).to_be_visible()
    # What is bold where it is edited is so where it is read.
    assert page.locator(".large h3").all_inner_texts() == bold
    page.get_by_role("button", name="Chữ to hơn").click()
    album.picture(page, "read-back")
    assert faults(page) == []
    page.get_by_role("button", name="Nhất trí thông qua").click()
    expect(page.get_by_text("Đã đọc thông qua")).to_be_visible()

    # Both sign on the secretary's phone: one by drawing, the other, who cannot, by the full name.
    taker = demo.rows("SELECT full_name, card_number FROM members WHERE id = ?", int(demo.story.guest_id))[0]
    # The act at the foot leads to where one signs, under pages of text.
    page.get_by_role("link", name="Ký biên bản").click()
    expect(page.get_by_role("heading", name="Ký biên bản")).to_be_in_viewport()
    page.get_by_role("button", name="Ký: Chủ trì").click()
    # The form has its own button; no other act stands beside it.
    expect(page.get_by_role("link", name="Ký biên bản")).to_have_count(0)
    draw(page)
    album.picture(page, "sign")
    assert faults(page) == []
    page.get_by_label(re.compile("^Mật khẩu của")).fill("không phải")
    page.get_by_role("button", name="Ký", exact=True).click()
    expect(page.get_by_text("Mật khẩu không đúng. Đồng chí nhập lại.")).to_be_visible()
    page.get_by_label(re.compile("^Mật khẩu của")).fill(PASSWORD)
    page.get_by_role("button", name="Ký", exact=True).click()
    expect(page.get_by_text(re.compile("Đã ký lúc"))).to_be_visible()
    page.get_by_role("button", name="Ký: Người ghi biên bản").click()
    page.get_by_label("Ký bằng cách gõ họ tên").check()
    page.get_by_label(re.compile("^Gõ đủ họ tên")).fill(taker[0])
    page.get_by_label(re.compile("^Số điện thoại hoặc số thẻ")).fill(demo.story.guest)
    page.get_by_label(re.compile("^Mật khẩu của")).fill(PASSWORD)
    page.get_by_role("button", name="Ký", exact=True).click()
    expect(page.get_by_text("Biên bản đã đủ hai chữ ký")).to_be_visible()
    album.picture(page, "signed")
    assert call(office, demo, "GET", path)["state"] == "finalized"

    # A slip in an addendum that nobody has signed is put right in its field.
    page.get_by_role("link", name="Xem biên bản").click()
    words = page.get_by_label("Nội dung bổ sung, đính chính")
    words.fill("Họp ở phong số 3.")
    page.get_by_role("button", name="Thêm phần bổ sung").click()
    page.get_by_role("button", name="Sửa lại phần số 1").click()
    expect(words).to_have_value("Họp ở phong số 3.")
    expect(page.get_by_role("button", name="Sửa lại phần số 1")).to_have_count(0)
    words.fill("Họp ở phòng số 3.")
    page.get_by_role("button", name="Thêm phần bổ sung").click()
    expect(page.get_by_role("button", name="Sửa lại phần số 1")).to_be_visible()
    assert [one["text"] for one in call(office, demo, "GET", f"{path}/minutes")["addenda"]] == [
        "Họp ở phòng số 3."
    ]
    album.picture(page, "addendum")
    assert faults(page) == []

    # A member reads them, also without a network.
    with open_context(browser) as reader:
        demo.sign_in(reader, demo.story.guest)
        member = demo.open(reader, f"/meetings/{demo.story.open_meeting}")
        member.get_by_role("link", name="Biên bản của cuộc họp").click()
        expect(member.get_by_text("Địa điểm: phòng số 3.")).to_be_visible()
        expect(member.get_by_role("link", name="Tải PDF")).to_be_visible()
        album.picture(member, "member")
        large(member, album, "member-large")
        assert faults(member) == []
        go(member, "/")
        reader.set_offline(True)
        go(member, f"/meetings/{demo.story.open_meeting}/minutes")
        expect(member.get_by_text("Địa điểm: phòng số 3.")).to_be_visible()
        reader.set_offline(False)
