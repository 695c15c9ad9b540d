"""``conference-check-in`` and ``conference-sites``: a conference of 542 sites and 5,000 delegates.

Check-ins over HTTP at 64 clients, each delegate once with the code of the own site, against the same number of raw commits as
``checkin-sqlite``. The list of all sites is asked for as who
runs the conference does while it goes on, against the size that one answer may have.
"""

import gzip
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.bench.bench_check_in import CLIENTS, SECONDS, TARGETS, _script, _sqlite_commits
from tests.bench.population import Device
from tests.bench.servers import handbook, wrk
from tests.support.multitude import SITES, Multitude, address_of, name_of, settle, url_of

from handbook.access.actor import SYSTEM
from handbook.app import create_app
from handbook.attendance.tokens import make_token, step_at
from handbook.conferences.delegates import write_delegates
from handbook.conferences.service import new_site
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.migrations import upgrade
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.keys import unseal
from handbook.meetings.models import Meeting
from handbook.meetings.service import MeetingDraft, convene_meeting, create_meeting, open_meeting
from handbook.meetings.sites import site_key
from handbook.organizations.models import Organization

READINGS = 30
MOST_BYTES = 40 * 1024


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        commits = _sqlite_commits(data / "reference.sqlite3")
        multitude, meeting_id, devices = _hold(data)
        with handbook({"HANDBOOK_DATA_DIR": folder}) as server:
            load = wrk(
                server, "/", _script(data / "check-in.lua", devices), seconds=SECONDS, connections=CLIENTS
            )
            if load.wrong:
                raise RuntimeError(f"conference-check-in: {load.wrong} answers were not 201")
            milliseconds, size = _read_sites(server.url, meeting_id, multitude.staff)
    target = TARGETS["checkin-sqlite"]
    return [
        {
            "id": "conference-check-in",
            "value": round(load.per_second, 1),
            "unit": "check-ins/s",
            "reference": f"{commits:.0f} raw commits/s of one connection",
            "ratio": round(load.per_second / commits, 3),
            "target": f">= {target}",
            "met": load.per_second >= target,
        },
        {
            "id": "conference-sites",
            "value": round(size / 1024, 1),
            "unit": "KB gzip",
            "reference": f"{SITES} sites in one answer, {milliseconds:.0f} ms (median of {READINGS})",
            "ratio": round(size / MOST_BYTES, 3),
            "target": "< 40",
            "met": size < MOST_BYTES,
        },
    ]


def _hold(data: Path) -> tuple[Multitude, int, list[Device]]:
    """An open conference, and for every delegate a device with the code of the own site."""
    app = create_app(Settings.from_environment({"HANDBOOK_DATA_DIR": str(data)}))
    with app.app_context():
        upgrade(db.engine)
        with unit_of_work() as uow:
            multitude = settle(uow)
            meeting = _open(uow, multitude)
            devices = _devices(meeting, multitude)
            meeting_id = meeting.id
        db.engine.dispose()
    return multitude, meeting_id, devices


def _open(uow: UnitOfWork, multitude: Multitude) -> Meeting:
    now = datetime.now(UTC)
    draft = MeetingDraft(
        kind=MeetingKind.CONFERENCE,
        title="Hội nghị trực tuyến",
        starts_at=now + timedelta(minutes=5),
        ends_at=now + timedelta(minutes=185),
        place="Hội trường tỉnh",
    )
    province = uow.session.get_one(Organization, multitude.organization_id)
    meeting = create_meeting(province, draft, actor=SYSTEM, uow=uow)
    sites = [
        new_site(meeting, number + 1, name_of(number), address_of(number), url_of(number))
        for number in range(SITES)
    ]
    uow.session.add_all(sites)
    uow.session.flush()
    places = {person.id: sites[multitude.site_of(place)].id for place, person in enumerate(multitude.people)}
    write_delegates(meeting, places, actor=SYSTEM, uow=uow)
    convene_meeting(meeting, actor=SYSTEM, uow=uow)
    open_meeting(meeting, actor=SYSTEM, uow=uow)
    return meeting


def _devices(meeting: Meeting, multitude: Multitude) -> list[Device]:
    assert meeting.check_in_key_sealed is not None
    key = unseal(current_secrets(), meeting.check_in_key_sealed, meeting.id)
    first = db.session.connection().exec_driver_sql("SELECT min(id) FROM meeting_sites").scalar_one()
    step = step_at(datetime.now(UTC), meeting.step_seconds)
    codes = {}
    for site_id in range(first, first + SITES):
        token = make_token(site_key(key, meeting.id, site_id), meeting.id, step, site_id)
        codes[site_id - first] = f"{step}.{token}.{site_id}"
    return [
        Device(person.token, meeting.id, codes[multitude.site_of(place)])
        for place, person in enumerate(multitude.people)
    ]


def _read_sites(url: str, meeting_id: int, token: str) -> tuple[float, int]:
    """Milliseconds (median) and bytes, compressed as a web server in front would, of the whole list."""
    request = urllib.request.Request(
        f"{url}/api/meetings/{meeting_id}/sites", headers={"Cookie": f"handbook_session={token}"}
    )
    times, body = [], b""
    for _ in range(READINGS):
        started = time.perf_counter()
        with urllib.request.urlopen(request) as answer:
            body = answer.read()
        times.append(time.perf_counter() - started)
    return sorted(times)[READINGS // 2] * 1000, len(gzip.compress(body, 6))
