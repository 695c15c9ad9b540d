"""Pushes in a real Firefox: it subscribes with a push service of this machine, our courier encrypts, Firefox decrypts.

Between the secretary's answer and the words on the member's screen only the push service is not the real one, and it cannot
read what it passes on.
"""

import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import Service
from tests.support.browsing import time_in_words
from tests.support.chapter import Chapter, build_chapter
from tests.support.factories import PASSWORD
from tests.support.firefox import Firefox, start_firefox
from tests.support.mozilla_push import SHOWN, MozillaPushService

from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db

MEMBER, CARD = "member3", "99.000003"
SHOWN_NOW = """navigator.serviceWorker.ready.then((registration) => registration.getNotifications())
    .then((all) => all.map(({ title, body, tag }) => ({ title, body, tag })))"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A cell with its meeting, and the phone of one member that is signed in and has notifications on."""

    service: Service
    chapter: Chapter
    vendor: MozillaPushService
    phone: Firefox

    @property
    def meeting(self) -> str:
        return self.chapter.meeting_id

    def call(self, role: str, method: str, path: str, body: Any = None, etag: str = "") -> Any:
        """What the server answers to this person."""
        headers = {"Cookie": f"{COOKIE}={self.chapter.world.token_of(role)}", "Origin": self.service.url}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if etag:
            headers["If-Match"] = f'"{etag}"'
        content = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(
            f"{self.service.url}/api{path}", data=content, headers=headers, method=method
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read())

    def ask_for_leave(self) -> str:
        """The member asks to be excused, elsewhere; the id of the request."""
        asked = self.call(
            MEMBER, "POST", f"/meetings/{self.meeting}/absence-requests", {"reason": "Đi công tác"}
        )
        return str(asked["id"])

    def answer(self, request: str, decision: str) -> None:
        """The secretary answers: news for this member alone."""
        path = f"/absence-requests/{request}"
        self.call(
            "secretary", "PATCH", path, {"decision": decision}, self.call("secretary", "GET", path)["etag"]
        )

    def cancel(self) -> None:
        """The secretary calls the meeting off: news for everybody."""
        path = f"/meetings/{self.meeting}"
        etag = self.call("secretary", "GET", path)["etag"]
        self.call("secretary", "POST", f"{path}/cancel", {"reason": "Bão"}, etag)

    def subscriptions(self) -> list[tuple[str, str]]:
        """Endpoint and server key of every subscription that the server has."""
        return self.rows("SELECT endpoint, server_key FROM push_subscriptions")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        path = Path(self.service.environment["HANDBOOK_DATA_DIR"]) / "handbook.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query).fetchall()

    def wait_for_row(self, query: str, *, seconds: float = 20.0) -> tuple[Any, ...]:
        deadline = time.monotonic() + seconds
        while not (found := self.rows(query)):
            assert time.monotonic() < deadline, f"never: {query}"
            time.sleep(0.1)
        return found[0]


@pytest.fixture
def vendor() -> Iterator[MozillaPushService]:
    with MozillaPushService() as service:
        yield service


@pytest.fixture
def scene(
    vendor: MozillaPushService, start_service: Callable[..., Service], tmp_path: Path
) -> Iterator[Scene]:
    """The member has signed in on the first screen and switched notifications on, both by hand."""
    service = start_service(push=vendor)
    app = create_app(Settings.from_environment(service.environment))
    with app.app_context():
        chapter = build_chapter(app)
        db.engine.dispose()
    with start_firefox(tmp_path / "firefox", vendor.preferences) as phone:
        phone.open(service.url)
        phone.write("login", CARD)
        phone.write("password", PASSWORD)
        phone.press("Đăng nhập")
        phone.wait_for("document.querySelector('h1')?.textContent !== 'Đăng nhập'")
        phone.open(f"{service.url}/me/notifications")
        phone.press("Bật thông báo")
        phone.wait_for("document.body.innerText.includes('Thông báo đang bật')")
        yield Scene(service, chapter, vendor, phone)


def test_a_notification_reaches_a_real_phone_and_the_ledger_knows(scene: Scene) -> None:
    phone, vendor, meeting = scene.phone, scene.vendor, scene.meeting
    (channel,) = vendor.channels()
    assert scene.subscriptions() == [(channel.endpoint, channel.application_server_key)]

    scene.answer(scene.ask_for_leave(), "approved")
    shown = phone.wait_for(f"({SHOWN_NOW}).then((all) => all.length && all)")
    when = time_in_words(scene.call(MEMBER, "GET", f"/meetings/{meeting}"))
    assert shown == [{"title": "Đơn xin vắng đã được trả lời", "body": when, "tag": f"meeting:{meeting}"}]
    assert vendor.wait_for_acknowledgements(1) == [(channel.endpoint, SHOWN)]
    assert vendor.refused == []
    ledger = "SELECT state, reason, opened_at FROM deliveries WHERE shown_at IS NOT NULL"
    assert scene.wait_for_row(ledger) == ("shown", None, None)

    phone.tap_notification()
    phone.wait_for(f"location.pathname === '/meetings/{meeting}'")
    phone.wait_for("document.querySelector('h1')?.textContent.includes('Sinh hoạt chi bộ')")
    assert phone.ask(SHOWN_NOW) == []
    scene.wait_for_row("SELECT id FROM deliveries WHERE state = 'opened' AND opened_at >= shown_at")

    # With no window of the app a tap opens one.
    phone.open("about:blank")
    scene.cancel()
    phone.tap_notification()
    phone.wait_for_window(f"{scene.service.url}/meetings/{meeting}")


def test_a_phone_follows_a_new_key_and_hears_everything_meanwhile(scene: Scene) -> None:
    phone, vendor = scene.phone, scene.vendor
    ((first, former),) = scene.subscriptions()
    scene.service.run("rotate-push-key")
    scene.service.stop()
    scene.service.start()
    new = scene.call(MEMBER, "GET", "/push/key")["key"]
    assert new != former

    # Who has not opened the app since still hears under the former key.
    scene.answer(scene.ask_for_leave(), "refused")
    assert vendor.wait_for_acknowledgements(1)[-1] == (first, SHOWN)

    # So does who was told by the push service to subscribe anew: the worker does, under the key that it had.
    vendor.forget_phones()
    second, key = scene.wait_for_row(
        f"SELECT endpoint, server_key FROM push_subscriptions WHERE endpoint <> '{first}'"
    )
    assert key == former
    scene.answer(scene.ask_for_leave(), "approved")
    assert vendor.wait_for_acknowledgements(2)[-1] == (second, SHOWN)

    # The app asks for the key when it is opened, and subscribes under the new one.
    phone.open(scene.service.url)
    third, key = scene.wait_for_row(
        f"SELECT endpoint, server_key FROM push_subscriptions WHERE server_key <> '{former}'"
    )
    assert key == new
    assert [(one.endpoint, one.application_server_key) for one in vendor.channels()] == [(third, new)]
    assert scene.subscriptions() == [(third, new)]
    scene.cancel()
    assert vendor.wait_for_acknowledgements(3)[-1] == (third, SHOWN)
    phone.wait_for(f"({SHOWN_NOW}).then((all) => all.some(({{ title }}) => title === 'Cuộc họp đã hủy'))")
    assert vendor.refused == []
