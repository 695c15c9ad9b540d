"""The demo, served for browser tests: loaded once per run, copied for every module, with the ids of its story."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.support.browsing import watch_requests
from tests.support.front import Front
from tests.support.limits import stop
from tests.support.postgres import find_free_port
from tests.support.push_service import FakePushService
from tests.support.served import ServedProcess

HANDBOOK = str(Path(sys.executable).with_name("handbook"))
PASSWORD = "so-tay-demo-2026"
SCALE = "0.05"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}


@dataclass(frozen=True, slots=True)
class Story:
    """Where the demo's story takes place: ids as the API writes them, and logins.

    ``host`` is the secretary and ``guest`` an official member without a line of the meeting that is open now;
    ``others`` are logins of further members of the demo member's cell without a line of its next meeting. ``site`` is the one
    of the conference that ``host`` looks after.
    """

    block: str
    committee: str
    cell: str
    next_meeting: str
    open_meeting: str
    past_meeting: str
    paper: str
    resolution: str
    task: str
    member: str
    member_id: str
    secretary: str
    staff: str
    host: str
    guest: str
    guest_id: str
    others: tuple[str, ...]
    conference: str
    site: str


def read_story(database: Path) -> Story:
    """Find the story in a demo database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:

        def one(query: str, *values: Any) -> Any:
            return connection.execute(query, values).fetchone()[0]

        cell = one(
            "SELECT m.organization_id FROM members m JOIN accounts a ON a.member_id = m.id"
            " WHERE a.user_name = 'demo-member'"
        )
        opened = one("SELECT id FROM meetings WHERE state = 'open'")
        coming = one("SELECT id FROM meetings WHERE organization_id = ? AND state = 'convened'", cell)
        missing = (
            "SELECT m.card_number, m.id FROM attendances t JOIN members m ON m.id = t.member_id"
            " JOIN accounts a ON a.member_id = m.id WHERE t.meeting_id = ? AND t.state IS NULL AND m.status ="
            " 'official' AND m.card_number IS NOT NULL AND a.user_name IS NULL AND m.id NOT IN"
            " (SELECT member_id FROM offices WHERE member_id IS NOT NULL)"
            " AND m.id NOT IN (SELECT member_id FROM absence_requests WHERE meeting_id = ?) ORDER BY m.id"
        )
        return Story(
            block=str(one("SELECT id FROM organizations WHERE kind = 'commune'")),
            committee=str(one("SELECT MIN(id) FROM organizations WHERE kind = 'grassroots_committee'")),
            cell=str(cell),
            next_meeting=str(coming),
            open_meeting=str(opened),
            past_meeting=str(
                one(
                    "SELECT id FROM meetings WHERE organization_id = ? AND kind = 'regular' AND state IN"
                    " ('closed', 'finalized') ORDER BY starts_at DESC",
                    cell,
                )
            ),
            paper=str(one("SELECT MIN(id) FROM papers WHERE meeting_id = ?", coming)),
            resolution=str(one("SELECT MAX(id) FROM resolutions WHERE organization_id = ?", cell)),
            task=str(
                one(
                    "SELECT MIN(a.task_id) FROM task_assignees a JOIN tasks t ON t.id = a.task_id"
                    " JOIN accounts c ON c.member_id = a.member_id"
                    " WHERE c.user_name = 'demo-member' AND t.state = 'open'"
                )
            ),
            member="demo-member",
            member_id=str(one("SELECT member_id FROM accounts WHERE user_name = 'demo-member'")),
            secretary="demo-secretary",
            staff="demo-staff",
            host="demo-host",
            guest="demo-guest",
            guest_id=str(one("SELECT member_id FROM accounts WHERE user_name = 'demo-guest'")),
            others=tuple(row[0] for row in connection.execute(missing, (coming, coming))),
            conference=str(one("SELECT id FROM meetings WHERE kind = 'conference'")),
            site=str(
                one(
                    "SELECT h.site_id FROM meeting_site_hosts h JOIN accounts a ON a.member_id = h.member_id"
                    " WHERE a.user_name = 'demo-host'"
                )
            ),
        )


@dataclass(slots=True)
class DemoService:
    """A served demo behind a :class:`Front`, which can count and change what passes."""

    url: str
    folder: Path
    story: Story
    front: Front

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read from the database beside the running service."""
        path = self.folder / "handbook.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def guest_name(self) -> str:
        """The full name of the member whose phone is held up to the host's."""
        return str(self.rows("SELECT full_name FROM members WHERE id = ?", int(self.story.guest_id))[0][0])

    def sign_in(self, context: BrowserContext, login: str) -> None:
        """Give the context a session of this person, as the login form does."""
        answer = context.request.post(
            f"{self.url}/api/session",
            data={"login": login, "password": PASSWORD, "device_name": "Máy thử"},
            headers={"Origin": self.url},
        )
        assert answer.ok, answer.text()

    def open(self, context: BrowserContext, path: str = "/") -> Page:
        """A new page on this path, started and shown."""
        page = context.new_page()
        page.goto(self.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        return page


def prepare_demo(folder: Path) -> Path:
    """Migrate and load the demo into an empty folder."""
    environment = {**os.environ, "HANDBOOK_DATA_DIR": str(folder)}
    for command in (("migrate",), ("demo", "--scale", SCALE)):
        subprocess.run([HANDBOOK, *command], env=environment, check=True, capture_output=True, timeout=240)
    return folder


@contextmanager
def serve_demo(prepared: Path, folder: Path, push: FakePushService | None = None) -> Iterator[DemoService]:
    """Serve a copy of a prepared demo, and stop it at the end."""
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    port = find_free_port()
    with Front(f"http://127.0.0.1:{port}") as front:
        environment = {
            **os.environ,
            "HANDBOOK_DATA_DIR": str(folder),
            "HANDBOOK_PORT": str(port),
            "HANDBOOK_PUBLIC_URL": front.url,
            # A second process would have to learn its statements as well; that there are more is tested with the service.
            "HANDBOOK_WEB_WORKERS": "1",
        }
        if push is not None:
            environment["HANDBOOK_PUSH_EXTRA_HOSTS"] = push.extra_host
            environment["HANDBOOK_PUSH_CA_FILE"] = str(push.ca_file)
        process = ServedProcess(environment, folder / "serve.log")
        try:
            _wait_for(f"{front.url}/readyz", process)
            yield DemoService(front.url, folder, read_story(folder / "handbook.sqlite3"), front)
        finally:
            stop(process)


def _wait_for(url: str, process: ServedProcess) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the service ended at start"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")


def open_context(
    browser: Browser, *, desk: bool = False, worker: bool = True, **options: Any
) -> BrowserContext:
    """A browser of one person: Vietnamese, in Vietnam's zone, phone-sized unless told otherwise.

    Without a ``worker`` it is one that knows no service workers: it keeps no files for a time without a network, which takes
    longer than most of what is looked at.
    """
    context = browser.new_context(
        viewport=DESK if desk else PHONE,  # type: ignore[arg-type]
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        has_touch=not desk,
        **options,
    )
    context.set_default_timeout(20_000)
    if not worker:
        context.add_init_script("delete Navigator.prototype.serviceWorker")
    watch_requests(context)
    return context


def routes() -> list[str]:
    """The patterns of every page of the app, from its source."""
    source = Path(__file__).resolve().parents[2] / "pwa" / "src" / "app" / "routes.ts"
    found = re.findall(r"^\s*\{ path: '([^']+)'", source.read_text("utf-8"), re.MULTILINE)
    assert found, "routes.ts is written in another way now"
    return found


def go(page: Page, path: str) -> None:
    """Open a page of the app without a reload, as a tap on a link does, and wait until it stands."""
    page.evaluate(
        """(path) => {
            const link = document.createElement('a');
            link.href = path;
            document.body.append(link);
            link.click();
            link.remove();
        }""",
        path,
    )
    settle(page)


def settle(page: Page) -> None:
    """Wait until the screen has its heading and nothing is being loaded for the first time."""
    page.wait_for_function(
        """() => document.querySelector('main[aria-busy="false"] h1') !== null
            && document.querySelector('.skeleton') === null
            && document.querySelectorAll('main h1').length === 1""",
        timeout=20_000,
    )
    page.wait_for_timeout(150)
    page.wait_for_function("() => document.querySelector('.skeleton') === null")


def stand_still(page: Page) -> None:
    """Wait until what was just changed is drawn: fonts, movements, two frames; as long as a quarter of a second."""
    page.evaluate(
        """() => {
            const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
            const movements = () => document.getAnimations().map((one) => one.finished.catch(() => null));
            const drawn = document.fonts.ready
                .then(frame)
                .then(() => Promise.all(movements()))
                .then(frame);
            return Promise.race([drawn, new Promise((late) => setTimeout(late, 250))]);
        }"""
    )
