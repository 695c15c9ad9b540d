"""Checking in with the camera: the member points the phone at the secretary's screen and is on the roll."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
from PIL import Image, ImageOps
from playwright.sync_api import Browser, BrowserType, expect
from tests.browser.conftest import Album
from tests.support.browsing import heading, wait_until
from tests.support.camera import SIZE, launched, look_at, take_aim, with_camera
from tests.support.demo_service import DemoService, go, open_context

CAMERA_ON = """() => {
    const video = document.querySelector('video');
    return video !== null && video.videoWidth > 0 && !video.paused;
}"""


def test_a_member_scans_the_code_on_the_secretarys_screen_and_is_on_the_roll(
    browser: Browser,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    demo: DemoService,
    tmp_path: Path,
    album: Album,
) -> None:
    story = demo.story
    film = tmp_path / "camera.y4m"
    look_at(Image.new("RGB", SIZE, "grey"), film)
    with (
        open_context(browser) as office,
        launched(browser_type, with_camera(browser_type_launch_args, film)) as phone,
    ):
        demo.sign_in(office, story.host)
        room = demo.open(office, f"/chapter/meetings/{story.open_meeting}/room")
        demo.sign_in(phone, story.guest)
        page = demo.open(phone)
        name = demo.guest_name()
        line = room.get_by_role("listitem").filter(has_text=name)
        expect(line.get_by_role("button", name=f"Ghi có mặt: {name}")).to_be_visible()

        room.get_by_role("button", name="Hiện mã QR").click()
        expect(room.get_by_role("img", name=re.compile("Mã QR để điểm danh"))).to_be_visible()
        take_aim(room, film)
        page.get_by_role("link", name="Quét mã điểm danh").first.click()
        heading(page, "Quét mã điểm danh")
        expect(page.get_by_text("Đã điểm danh", exact=True)).to_be_visible()
        album.picture(page, "scanned")

        ((state, method),) = demo.rows(
            "SELECT state, method FROM attendances WHERE meeting_id = ? AND member_id = ?",
            int(story.open_meeting),
            int(story.guest_id),
        )
        assert (state in ("present", "late"), method) == (True, "qr")
        assert [one.status for one in demo.front.sent("POST", "/check-ins")] == [201]
        room.get_by_role("button", name="Đóng mã QR").click()
        expect(line.get_by_text(re.compile("Quét mã lúc"))).to_be_visible()
        # The camera is let go with the code it was opened for.
        expect(page.locator("video")).to_have_count(0)


def test_a_code_of_something_else_is_said_to_be_none_and_the_camera_goes_on_looking(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    demo: DemoService,
    tmp_path: Path,
    album: Album,
) -> None:
    film = tmp_path / "camera.y4m"
    menu = BytesIO()
    segno.make("https://example.org/thuc-don", micro=False).save(menu, kind="png", scale=10, border=4)
    look_at(ImageOps.pad(Image.open(menu).convert("RGB"), SIZE, color="grey"), film)
    with launched(browser_type, with_camera(browser_type_launch_args, film)) as phone:
        demo.sign_in(phone, demo.story.guest)
        page = demo.open(phone, "/check-in")
        expect(page.get_by_text("Mã này không phải mã điểm danh")).to_be_visible()
        wait_until(lambda: bool(page.evaluate(CAMERA_ON)), "the camera does not go on", page)
        album.picture(page, "not-a-code")
        go(page, "/me")
        expect(page.locator("video")).to_have_count(0)


def test_a_refused_camera_is_explained_with_the_ways_on(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    demo: DemoService,
    tmp_path: Path,
    album: Album,
) -> None:
    film = tmp_path / "camera.y4m"
    look_at(Image.new("RGB", SIZE, "grey"), film)
    with launched(browser_type, with_camera(browser_type_launch_args, film, asked="deny")) as phone:
        demo.sign_in(phone, demo.story.guest)
        page = demo.open(phone, "/check-in")
        expect(page.get_by_text("Sổ tay chưa được dùng máy ảnh")).to_be_visible()
        for way in (
            "cài đặt của trình duyệt",
            "ứng dụng Máy ảnh của điện thoại",
            "nhờ bí thư điểm danh giúp",
        ):
            expect(page.get_by_text(re.compile(way)).first).to_be_visible()
        album.picture(page, "refused")


def test_a_camera_that_is_allowed_after_a_refusal_opens_at_the_next_try(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], demo: DemoService, tmp_path: Path
) -> None:
    film = tmp_path / "camera.y4m"
    look_at(Image.new("RGB", SIZE, "grey"), film)
    with launched(browser_type, with_camera(browser_type_launch_args, film, asked=None)) as phone:
        demo.sign_in(phone, demo.story.guest)
        page = demo.open(phone, "/check-in")
        expect(page.get_by_text("Sổ tay chưa được dùng máy ảnh")).to_be_visible()
        phone.grant_permissions(["camera"], origin=demo.url)
        page.get_by_role("button", name="Thử lại").click()
        wait_until(lambda: bool(page.evaluate(CAMERA_ON)), "the camera does not open", page)
        expect(page.get_by_text("Sổ tay chưa được dùng máy ảnh")).to_have_count(0)


def test_a_device_without_a_camera_is_told_whom_to_ask(
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    demo: DemoService,
    album: Album,
) -> None:
    with launched(browser_type, with_camera(browser_type_launch_args, None)) as phone:
        demo.sign_in(phone, demo.story.guest)
        page = demo.open(phone, "/check-in")
        expect(page.get_by_text("Máy này không có máy ảnh dùng được")).to_be_visible()
        expect(page.get_by_text("nhờ bí thư điểm danh giúp").first).to_be_visible()
        expect(page.get_by_role("button", name="Thử lại")).to_be_visible()
        album.picture(page, "none")
