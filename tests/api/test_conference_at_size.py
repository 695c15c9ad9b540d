"""A conference of 542 sites and 5,000 delegates, from the workbook to the combined roll, on both databases."""

import gzip
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from tests.support.clients import ApiClient
from tests.support.conferences import begin, conference, hand_in, site_code, site_key
from tests.support.meetings import STARTS_AT, key_of
from tests.support.multitude import DELEGATES, SITES, Multitude, Person, name_of, settle

from handbook.accounts.sessions import COOKIE
from handbook.attendance.models import Attendance
from handbook.attendance.site_counters import COUNTED, count_sites
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Site
from handbook.meetings.sites import site_key as derive

THREADS = 8
# Every fortieth delegate turns up at the next site.
ELSEWHERE = 40
KILOBYTE = 1024


def check_in(app: Flask, person: Person, meeting_id: str, token: str, now: datetime) -> int:
    """One phone; without the test client's comparison with the contract, which the smaller tests make."""
    client = app.test_client(use_cookies=False)
    answer = client.post(
        f"/api/meetings/{meeting_id}/check-ins",
        json={"token": token, "scanned_at": now.isoformat()},
        headers={"Cookie": f"{COOKIE}={person.token}"},
    )
    return answer.status_code


def test_the_whole_conference_is_prepared_held_and_counted(
    engine_name: str, app: Flask, clock: FixedClock
) -> None:
    with app.test_request_context(), unit_of_work() as uow:
        multitude = settle(uow, now=clock.now(), seen=STARTS_AT)
    staff = ApiClient(app, token=multitude.staff)
    meeting = conference(staff, str(multitude.organization_id))
    content = multitude.workbook()
    report = hand_in(staff, meeting, content)
    assert report["problems"] == []
    assert (report["sites_created"], report["delegates_created"]) == (SITES, DELEGATES)
    again = hand_in(staff, meeting, content)
    assert again["unchanged"] == SITES + DELEGATES
    assert again["sites_created"] == again["sites_updated"] == again["delegates_moved"] == 0
    begun = begin(staff, meeting)
    assert begun["counts"]["summoned"] == DELEGATES
    clock.set(STARTS_AT)

    statuses = everybody_checks_in(app, staff, multitude, meeting, clock.now())
    assert statuses == Counter({201: DELEGATES})

    assert_sums_are_equal(staff, meeting)
    assert_every_delegate_is_on_one_page(staff, meeting, multitude)
    assert_a_host_reads_one_site(app, meeting, multitude)


def everybody_checks_in(
    app: Flask, staff: ApiClient, multitude: Multitude, meeting: dict[str, str], now: datetime
) -> Counter[int]:
    """All at once, through the application as it is served, short path included."""
    with_ids = select(Site.number, Site.id).where(Site.meeting_id == int(meeting["id"]))
    sites = {number - 1: site_id for number, site_id in db.session.execute(with_ids)}
    key = key_of(staff, meeting)
    keys = {site_id: derive(key, int(meeting["id"]), site_id) for site_id in sites.values()}
    assert site_key(staff, meeting, str(sites[7])) == (keys[sites[7]], str(sites[7]))
    tokens = {id_: site_code(keys[id_], meeting, str(id_), now) for id_ in keys}

    def act(place: int) -> int:
        where = (multitude.site_of(place) + (place % ELSEWHERE == 0)) % SITES
        person = multitude.people[place]
        return check_in(app, person, meeting["id"], tokens[sites[where]], now + timedelta(seconds=1))

    # Neighbours in this order belong to one site: they come at the same moment.
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(act, range(len(multitude.people))))


def assert_sums_are_equal(staff: ApiClient, meeting: dict[str, str]) -> None:
    answer = staff.get(f"/api/meetings/{meeting['id']}/sites", expect=200)
    assert len(gzip.compress(answer.data, 6)) < 40 * KILOBYTE
    body = answer.json
    assert (len(body["items"]), body["next"]) == (SITES, None)
    visitors = len(range(0, DELEGATES, ELSEWHERE))
    totals = body["totals"]
    assert (totals["delegates"], totals["present"], totals["not_recorded"]) == (DELEGATES, DELEGATES, 0)
    assert totals["at_other_sites"] == totals["from_other_sites"] == visitors
    for name, total in totals.items():
        assert sum(site["counts"][name] for site in body["items"]) == total
    for site_id, counts in count_sites(db.session.connection(), int(meeting["id"])).items():
        site = db.session.get_one(Site, site_id, populate_existing=True)
        assert {name: getattr(site, name) for name in COUNTED} == counts
    recorded = select(func.count()).where(
        Attendance.meeting_id == int(meeting["id"]), Attendance.checked_in_at.is_not(None)
    )
    assert db.session.scalar(recorded) == DELEGATES
    # Nobody wrote the row that all sites have in common.
    held = db.session.get_one(Meeting, int(meeting["id"]), populate_existing=True)
    assert held.present_count == 0
    counts = staff.get(f"/api/meetings/{meeting['id']}", expect=200).json["counts"]
    assert (counts["summoned"], counts["present"]) == (DELEGATES, DELEGATES)
    tag = answer.headers["ETag"]
    staff.get(f"/api/meetings/{meeting['id']}/sites", headers={"If-None-Match": tag}, expect=304)


def assert_every_delegate_is_on_one_page(
    staff: ApiClient, meeting: dict[str, str], multitude: Multitude
) -> None:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        page = staff.get(f"/api/meetings/{meeting['id']}/attendance?cursor={cursor}", expect=200).json
        assert len(page["items"]) <= 200
        seen += [line["member_id"] for line in page["items"]]
        cursor = page["next"]
    assert sorted(map(int, seen)) == sorted(person.id for person in multitude.people)


def assert_a_host_reads_one_site(app: Flask, meeting: dict[str, str], multitude: Multitude) -> None:
    host = ApiClient(app, token=multitude.people[0].token)
    (site,) = host.get(f"/api/meetings/{meeting['id']}/sites", expect=200).json["items"]
    assert site["name"] == name_of(0)
    lines = host.get(f"/api/meetings/{meeting['id']}/attendance", expect=200).json["items"]
    own = [line for line in lines if line["home_site_id"] == site["id"]]
    assert len(own) == site["counts"]["delegates"]
    assert len(lines) - len(own) == site["counts"]["from_other_sites"]
