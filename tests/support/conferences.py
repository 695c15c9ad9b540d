"""Conferences for tests: sites, delegates and hosts laid down through the API, and workbooks as people write them."""

import base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, draft, step

from handbook.attendance.site_counters import COUNTED, count_sites
from handbook.attendance.tokens import make_token, step_at
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.sites import Site

SignIn = Callable[[str], ApiClient]


def card_of(world: World, *roles: str) -> list[str]:
    """The card numbers of these people."""
    return [str(world.members[role].card_number) for role in roles]


def conference(staff: ApiClient, organization_id: str, **changes: Any) -> dict[str, Any]:
    """A drafted conference as the API answers it."""
    return draft(staff, organization_id, kind="conference", title="Hội nghị trực tuyến", **changes)


def add_site(
    staff: ApiClient, meeting: Mapping[str, Any], name: str, hosts: Sequence[str] = (), **fields: Any
) -> dict[str, Any]:
    """A new site whose hosts have these cards."""
    body = {"name": name, "host_cards": list(hosts), **fields}
    answer: dict[str, Any] = staff.post(f"/api/meetings/{meeting['id']}/sites", body, expect=201).json
    return answer


def add_delegates(
    staff: ApiClient, meeting: Mapping[str, Any], site: Mapping[str, Any], cards: Sequence[str]
) -> dict[str, Any]:
    body = {"card_numbers": list(cards), "site_id": site["id"]}
    answer: dict[str, Any] = staff.post(f"/api/meetings/{meeting['id']}/delegates", body, expect=200).json
    return answer


def fresh(client: ApiClient, meeting: Mapping[str, Any]) -> dict[str, Any]:
    """The meeting as it is now: laying down sites moves its version."""
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}", expect=200).json
    return answer


def begin(staff: ApiClient, meeting: Mapping[str, Any]) -> dict[str, Any]:
    """Convene and open the conference."""
    return step(staff, step(staff, fresh(staff, meeting), "convene"), "open")


def sites_of(client: ApiClient, meeting: Mapping[str, Any], query: str = "") -> dict[str, dict[str, Any]]:
    """The sites that this client sees, by name."""
    items = client.get(f"/api/meetings/{meeting['id']}/sites{query}", expect=200).json["items"]
    return {site["name"]: site for site in items}


def site_key(client: ApiClient, meeting: Mapping[str, Any], site_id: str = "") -> tuple[bytes, str]:
    """A host's key and the site that it belongs to; "" for the key of the whole conference."""
    query = f"?site={site_id}" if site_id else ""
    answer = client.get(f"/api/meetings/{meeting['id']}/check-in-key{query}", expect=200).json
    return base64.urlsafe_b64decode(answer["key"]), answer.get("site_id", "")


def site_code(key: bytes, meeting: Mapping[str, Any], site_id: str, instant: datetime) -> str:
    """``STEP.TOKEN.SITE_ID`` as the host's screen shows it at this instant."""
    number = step_at(instant, 15)
    return f"{number}.{make_token(key, int(meeting['id']), number, int(site_id))}.{site_id}"


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook of these sheets, row by row."""
    book, target = Workbook(), BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(target)
    return target.getvalue()


def hand_in(
    client: ApiClient, meeting: Mapping[str, Any], content: bytes, *, dry_run: bool = False, expect: int = 200
) -> dict[str, Any]:
    """The report of an import."""
    answer = client.request(
        "POST",
        f"/api/meetings/{meeting['id']}/conference-imports?dry_run={str(dry_run).lower()}",
        data={"file": (BytesIO(content), "diem-cau.xlsx")},
        content_type="multipart/form-data",
        expect=expect,
    )
    body: dict[str, Any] = answer.json
    return body


class Laid:
    """A conference of the province with two sites: "Sở Mẫu" (host second_member) with three delegates, "Sở Khác" (host
    far_secretary, who is no delegate) with two."""

    def __init__(self, sign_in: SignIn, world: World) -> None:
        self.staff = sign_in("root_staff")
        self.meeting = conference(self.staff, world.id_of("root"))
        self.here = add_site(
            self.staff,
            self.meeting,
            "Điểm cầu Sở Mẫu",
            card_of(world, "second_member"),
            address="Hội trường tầng 2",
            online_url="https://hop.example.vn/so-mau",
        )
        self.there = add_site(self.staff, self.meeting, "Điểm cầu Sở Khác", card_of(world, "far_secretary"))
        self.path = f"/api/meetings/{self.meeting['id']}"
        add_delegates(
            self.staff, self.meeting, self.here, card_of(world, "member", "second_member", "secretary")
        )
        add_delegates(self.staff, self.meeting, self.there, card_of(world, "far_member", "far_staff"))

    def begin(self, clock: FixedClock) -> "Laid":
        begin(self.staff, self.meeting)
        clock.set(STARTS_AT)
        return self

    def code(self, host: ApiClient, clock: FixedClock) -> dict[str, str]:
        """A check-in with the code that this host's device shows now."""
        key, site_id = site_key(host, self.meeting)
        token = site_code(key, self.meeting, site_id, clock.now())
        return {"token": token, "scanned_at": clock.now().isoformat()}

    def counts(self, name: str) -> dict[str, int]:
        counts: dict[str, int] = sites_of(self.staff, self.meeting)[f"Điểm cầu {name}"]["counts"]
        return counts

    def line(self, world: World, role: str) -> dict[str, Any]:
        items = self.staff.get(f"{self.path}/attendance", expect=200).json["items"]
        return next(line for line in items if line["member_id"] == world.id_of(role))


def assert_counters_are_true(meeting_id: str) -> None:
    db.session.rollback()
    counted = count_sites(db.session.connection(), int(meeting_id))
    for site_id, counts in counted.items():
        site = db.session.get_one(Site, site_id, populate_existing=True)
        assert {name: getattr(site, name) for name in COUNTED} == counts
