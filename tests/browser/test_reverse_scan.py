"""The secretary's camera reads the code on a member's phone, with no network in the room."""

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserType, expect
from tests.browser.conftest import Album
from tests.support.browsing import wait_until
from tests.support.camera import SIZE, launched, look_at, take_aim, with_camera
from tests.support.demo_service import DemoService, go, open_context
from tests.support.phone import ready_for_flight


def test_a_members_own_code_is_scanned_without_a_network_and_reaches_the_server_later(
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
    room_path = f"/chapter/meetings/{story.open_meeting}"
    with (
        open_context(browser) as phone,
        launched(browser_type, with_camera(browser_type_launch_args, film)) as office,
    ):
        demo.sign_in(phone, story.guest)
        member = demo.open(phone, f"/meetings/{story.open_meeting}")
        ready_for_flight(member)
        demo.sign_in(office, story.host)
        page = demo.open(office, f"{room_path}/room")
        name = demo.guest_name()
        expect(page.get_by_role("button", name=f"Ghi có mặt: {name}")).to_be_visible()
        album.picture(page, "room")
        ready_for_flight(page)
        go(page, f"{room_path}/scan")
        expect(page.get_by_text("Đảng viên mở cuộc họp trên máy mình")).to_be_visible()

        phone.set_offline(True)
        office.set_offline(True)
        member.get_by_role("button", name="Mã của tôi").click()
        expect(member.get_by_role("img", name="Mã của tôi")).to_be_visible()
        album.picture(member, "my-code")
        take_aim(member, film)
        expect(page.get_by_role("status").get_by_text(name)).to_be_visible(timeout=20_000)
        expect(page.get_by_role("heading", name="Vừa quét 1 đồng chí")).to_be_visible()
        album.picture(page, "scanned")
        assert lines(demo) == [(None, None)]

        office.set_offline(False)
        wait_until(lambda: lines(demo)[0][1] is not None, "the scan has not reached the server", page)
        ((state, method),) = lines(demo)
        assert (state in ("present", "late"), method) == (True, "reverse_scan")


def lines(demo: DemoService) -> list[tuple[Any, ...]]:
    return demo.rows(
        "SELECT state, method FROM attendances WHERE meeting_id = ? AND member_id = ?",
        int(demo.story.open_meeting),
        int(demo.story.guest_id),
    )
