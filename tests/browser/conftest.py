"""A running service for the browser, people with a browser of their own, and pictures of every step."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.support.browsing import watch_requests
from tests.support.chapter import Chapter, build_chapter
from tests.support.chromium import pictures_wanted
from tests.support.demo_service import stand_still
from tests.support.limits import stop
from tests.support.postgres import find_free_port
from tests.support.push_service import FakePushService
from tests.support.served import ServedProcess

from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "build" / "screens"
HANDBOOK = str(Path(sys.executable).with_name("handbook"))
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
TIMEZONE = "Asia/Ho_Chi_Minh"


@dataclass(slots=True)
class Service:
    """A served installation: its address, its environment, what ``init`` printed, if it was run, and its process."""

    url: str
    environment: dict[str, str]
    made: dict[str, str]
    log: Path
    process: ServedProcess | None = None

    def run(self, *arguments: str) -> str:
        """Run a handbook command on this installation."""
        done = subprocess.run(
            [HANDBOOK, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        return done.stdout

    def start(self) -> None:
        """Serve it, and wait until it answers."""
        self.process = ServedProcess(self.environment, self.log)
        _wait_for(f"{self.url}/readyz")

    def stop(self) -> None:
        """Stop serving it, if it is served."""
        if self.process is not None:
            stop(self.process)
            self.process = None


@pytest.fixture
def start_service(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[..., Service]]:
    """``start_service(prepare, push=…)``: prepare an installation with a command, or have a migrated one, and serve it."""
    services: list[Service] = []

    def start(*prepare: tuple[str, ...], push: FakePushService | None = None) -> Service:
        port = find_free_port()
        environment = {
            **os.environ,
            "HANDBOOK_DATA_DIR": str(tmp_path / "data"),
            "HANDBOOK_PORT": str(port),
            "HANDBOOK_PUBLIC_URL": f"http://localhost:{port}",
            "HANDBOOK_REMINDER_TICK_SECONDS": "1",
        }
        if push is not None:
            environment["HANDBOOK_PUSH_EXTRA_HOSTS"] = push.extra_host
            environment["HANDBOOK_PUSH_CA_FILE"] = str(push.ca_file)
        if not prepare:
            shutil.copytree(sqlite_template, tmp_path / "data")
        service = Service(f"http://localhost:{port}", environment, {}, tmp_path / "serve.log")
        said = [service.run(*command) for command in prepare]
        service.made = next((json.loads(text) for text in said if text.startswith("{")), {})
        services.append(service)
        service.start()
        return service

    yield start
    for service in services:
        service.stop()


@pytest.fixture
def hall(start_service: Callable[..., Service]) -> tuple[Service, Chapter]:
    """A service with the cell and its convened meeting."""
    service = start_service()
    app = create_app(Settings.from_environment(service.environment))
    with app.app_context():
        chapter = build_chapter(app)
        db.engine.dispose()
    return service, chapter


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A browser of one person: Vietnamese, in Vietnam's zone, phone-sized unless told otherwise."""
    contexts: list[BrowserContext] = []

    def make(*, desk: bool = False, **options: object) -> BrowserContext:
        context = browser.new_context(
            viewport=DESK if desk else PHONE,
            locale="vi-VN",
            timezone_id=TIMEZONE,
            has_touch=not desk,
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(20_000)
        watch_requests(context)
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def push_service() -> Iterator[FakePushService]:
    """The fake push service, running: TLS, HTTP/2, real decryption."""
    with FakePushService() as service:
        yield service


@dataclass(slots=True)
class Album:
    """Pictures of the steps of one story, each at phone and at desk size; one that is ``shut`` takes none."""

    folder: Path
    shut: bool = False
    number: int = 0

    def picture(self, page: Page, name: str) -> None:
        """Photograph the page at both sizes and leave its own size as it was."""
        if self.shut:
            return
        self.number += 1
        size = page.viewport_size
        for viewport in (PHONE, DESK):
            page.set_viewport_size(viewport)  # type: ignore[arg-type]
            stand_still(page)
            page.screenshot(path=self.folder / f"{self.number:02d}-{name}-{viewport['width']}.png")
        if size is not None:
            page.set_viewport_size(size)


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    """Where this story's pictures go: always of a story marked ``pictures``, of the others when they are asked for."""
    variant = request.node.name.partition("[chromium")[2].strip("-]")
    folder = SCREENS / "-".join(filter(None, (request.function.__name__.removeprefix("test_"), variant)))
    folder.mkdir(parents=True, exist_ok=True)
    if not pictures_wanted() and request.node.get_closest_marker("pictures") is None:
        return Album(folder, shut=True)
    for old in folder.glob("*.png"):
        old.unlink()
    return Album(folder)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
