"""A conference of 542 sites and 5,000 delegates in a browser: what its screens fetch and show is bounded."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect
from sqlalchemy import update
from tests.browser.conftest import Album, Service
from tests.support.browsing import heading, saved_on_the_phone
from tests.support.clients import ApiClient
from tests.support.conferences import begin, conference, hand_in, sites_of
from tests.support.multitude import DELEGATES, SITES, Multitude, name_of, settle

from handbook.accounts.models import Account
from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.accounts.sessions import COOKIE
from handbook.app import create_app
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work

KILOBYTE = 1024
# 542 sites with their hosts and counters come in one answer, which the wire carries at a tenth of that.
BOARD = 320 * KILOBYTE
PAGE = 80 * KILOBYTE
HOST = 24 * KILOBYTE


@dataclass
class Crowd:
    service: Service
    multitude: Multitude
    meeting_id: str
    site_id: str
    make: Callable[..., BrowserContext]
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def own_delegates(self) -> int:
        """How many belong to the first site."""
        return sum(self.multitude.site_of(place) == 0 for place in range(DELEGATES))

    def enter(self, token: str, *, desk: bool) -> Page:
        context = self.make(desk=desk)
        context.add_cookies([{"name": COOKIE, "value": token, "url": self.service.url}])
        page = context.new_page()
        page.on("response", self.size_of)
        page.goto(self.service.url)
        saved_on_the_phone(page)
        return page

    def size_of(self, answer: Response) -> int | None:
        """How long an answer about the conference is; one that is not modified is as long as when it was fetched."""
        path = answer.url.partition("/api/")[2]
        if not path.startswith(f"meetings/{self.meeting_id}"):
            return None
        if answer.status != 304:
            self.sizes[path] = int(answer.headers["content-length"])
        return self.sizes[path]


@pytest.fixture
def crowd(start_service: Callable[..., Service], new_context: Callable[..., BrowserContext]) -> Crowd:
    service = start_service()
    app = create_app(Settings.from_environment(service.environment))
    with app.app_context():
        with app.test_request_context(), unit_of_work() as uow:
            multitude = settle(uow)
            noticed = {
                "purpose_notice_version": PURPOSE_NOTICE_VERSION,
                "purpose_accepted_at": uow.clock.now(),
            }
            uow.session.execute(update(Account).values(**noticed))
        staff = ApiClient(app, token=multitude.staff)
        starts_at = datetime.now(UTC) + timedelta(minutes=5)
        meeting = conference(staff, str(multitude.organization_id), starts_at=starts_at)
        assert hand_in(staff, meeting, multitude.workbook())["problems"] == []
        begin(staff, meeting)
        first = sites_of(staff, meeting)[name_of(0)]
        db.session.remove()
        db.engine.dispose()
    return Crowd(service, multitude, meeting["id"], first["id"], new_context)


@dataclass
class Fetched:
    """What one look at a screen needed of the conference, fetched now or ahead."""

    crowd: Crowd
    sizes: dict[str, list[int]] = field(default_factory=dict)

    def hear(self, answer: Response) -> None:
        if (size := self.crowd.size_of(answer)) is not None:
            self.sizes.setdefault(answer.url.partition("/api/")[2], []).append(size)


@contextmanager
def fetching(crowd: Crowd, page: Page, most: int) -> Iterator[None]:
    """What is asked from here to the end, and in the second after it, is no more than that, and nothing again and again."""
    fetched = Fetched(crowd)
    begun = time.monotonic()
    page.on("response", fetched.hear)
    yield
    page.wait_for_timeout(1_000)
    page.remove_listener("response", fetched.hear)
    assert 0 < sum(map(sum, fetched.sizes.values())) < most, fetched.sizes
    # What is watched is asked for every three seconds.
    often = 3 + time.monotonic() - begun
    assert max(map(len, fetched.sizes.values())) <= often, fetched.sizes


@pytest.mark.parametrize("desk", [False, True], ids=["phone", "desk"])
def test_five_thousand_delegates_are_seen_in_pages(crowd: Crowd, album: Album, desk: bool) -> None:
    rows = "row" if desk else "listitem"
    staff = crowd.enter(crowd.multitude.staff, desk=desk)
    conference_url = f"{crowd.service.url}/conference/{crowd.meeting_id}"
    with fetching(crowd, staff, BOARD):
        staff.goto(conference_url)
        expect(staff.get_by_text(f"0/{SITES} điểm cầu đã có người")).to_be_visible()
    assert shown(staff, rows) <= 101
    staff.get_by_role("button", name="Xem thêm 100 điểm cầu").click()
    assert 150 < shown(staff, rows) <= 201
    staff.get_by_role("searchbox").fill(name_of(SITES - 1))
    expect(staff.get_by_text("1 điểm cầu", exact=True)).to_be_visible()
    album.picture(staff, "sites")
    with fetching(crowd, staff, PAGE):
        staff.goto(f"{conference_url}/roll")
        expect(staff.get_by_text(f"0 / {DELEGATES:,}".replace(",", "."))).to_be_visible()
        expect(staff.get_by_text("200 đại biểu đầu tiên")).to_be_visible()
    assert shown(staff, rows) <= 201
    album.picture(staff, "roll")
    with fetching(crowd, staff, PAGE):
        staff.goto(f"{crowd.service.url}/chapter/meetings/{crowd.meeting_id}/room")
        expect(staff.get_by_text(f"0/{SITES} điểm cầu đã có người")).to_be_visible()
    album.picture(staff, "room")

    host = crowd.enter(crowd.multitude.people[0].token, desk=desk)
    with fetching(crowd, host, HOST):
        host.goto(f"{conference_url}/host/{crowd.site_id}")
        heading(host, name_of(0))
        lines = host.get_by_role("list", name="Danh sách điểm danh").get_by_role("listitem")
        expect(lines).to_have_count(crowd.own_delegates)
    album.picture(host, "host")


def shown(page: Page, role: str) -> int:
    return page.get_by_role("main").get_by_role(role).count()  # type: ignore[arg-type]
