"""The demo: made by code, the same every time, whole, and only for an empty database."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from tests.support.clients import ApiClient

from handbook.accounts.models import Account
from handbook.app import create_app
from handbook.attendance.models import Attendance
from handbook.config import Settings
from handbook.demo import conference, loader, names
from handbook.demo.commands import demo
from handbook.demo.loader import DemoLogins, NotEmptyError, load_demo
from handbook.demo.sizes import shape_of
from handbook.documents.models import Paper
from handbook.documents.secrecy import find_mark_in_name, find_mark_in_text
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Delegate, Site, SiteHost
from handbook.members.enums import Sex
from handbook.members.models import Member, Office
from handbook.organizations.models import Organization
from handbook.reports.rebuild import rebuild_rollups
from handbook.reports.roll_up import roll_up
from handbook.resolutions.models import Resolution

SCALE = 0.02
NOW = datetime(2026, 11, 21, 11, 42, 13, tzinfo=UTC)
# Drawn for security, so never the same twice.
SECRET_COLUMNS = {"password_hash", "check_in_key_sealed", "citizen_id_sealed"} | {
    # The key of a secret ballot, what it signed, and the address of a calendar.
    "public_key",
    "signature",
    "token_hash",
}


@pytest.fixture
def empty_app(tmp_path: Path, sqlite_template: Path) -> Iterator[Callable[[datetime], Flask]]:
    """Makes applications, each on an empty SQLite database of its own, with the clock standing at an instant."""
    made: list[Flask] = []

    def make(now: datetime = NOW) -> Flask:
        folder = tmp_path / f"data-{len(made)}"
        shutil.copytree(sqlite_template, folder)
        settings = Settings.from_environment({"HANDBOOK_DATA_DIR": str(folder)})
        made.append(create_app(replace(settings, data_dir=folder), clock=FixedClock(now)))
        return made[-1]

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def content_of(app: Flask) -> dict[str, list[Any]]:
    """Every row of every table, but for what is secret."""
    with app.app_context():
        return {
            table.name: sorted(
                repr(
                    [
                        value
                        for column, value in zip(table.c, row, strict=True)
                        if column.name not in SECRET_COLUMNS
                    ]
                )
                for row in db.session.execute(select(table))
            )
            for table in db.metadata.sorted_tables
        }


def sign_in(app: Flask, logins: DemoLogins, login: str) -> tuple[ApiClient, dict[str, Any]]:
    client = ApiClient(app)
    answer = client.post("/api/session", {"login": login, "password": logins.password}, expect=201)
    client.token = answer.headers["Set-Cookie"].split("=", 1)[1].split(";", 1)[0]
    return client, dict(answer.json)


def test_two_loads_at_one_time_give_the_same_content(empty_app: Callable[..., Flask]) -> None:
    first, second = empty_app(), empty_app()
    assert load_demo(first, scale=SCALE) == load_demo(second, scale=SCALE)
    one, other = content_of(first), content_of(second)
    assert one.keys() == other.keys()
    for table, rows in one.items():
        assert rows == other[table], table
    assert len(one["members"]) > 60


def test_the_whole_block_has_78_organisations_and_5300_members() -> None:
    shape = shape_of(1.0, Random(loader.SEED))
    assert len(shape.direct_cells) + len(shape.committees) == 78
    assert shape.members == 5300
    assert min(*shape.direct_cells, *(min(cells) for cells in shape.committees)) >= 6


def test_names_are_drawn_by_share_and_bear_no_secrecy_mark() -> None:
    random = Random(1)
    drawn = [names.make_name(sex, random) for sex in Sex for _ in range(1500)]
    families = Counter(name.split()[0] for name in drawn)
    assert families.most_common(1)[0][0] == "Nguyễn"
    assert 0.28 < families["Nguyễn"] / len(drawn) < 0.44
    assert not [name for name in drawn if find_mark_in_name(name)]


def test_the_demo_is_whole_on_both_databases(app: Flask, engine_name: str, clock: FixedClock) -> None:
    logins = load_demo(app, scale=SCALE)
    assert rebuild_rollups() == []
    assert roll_up() == 0
    session = db.session
    states = dict(session.execute(select(Meeting.state, func.count()).group_by(Meeting.state)).all())
    # Tomorrow's meeting of the cell, and the conference of the block.
    assert states["convened"] == 2
    assert states["open"] == 1
    assert states["finalized"] > states["closed"] > 0
    past = session.scalars(select(Meeting).where(Meeting.state.in_(["closed", "finalized"]))).all()
    assert {meeting.starts_at < clock.now() for meeting in past} == {True}
    assert min(meeting.starts_at for meeting in past) > clock.now() - timedelta(days=125)

    coming = session.get_one(Meeting, logins.next_meeting_id)
    # 19:30 in Hanoi on the day after the clock's.
    assert coming.starts_at == datetime(2026, 12, 2, 12, 30, tzinfo=UTC)
    assert len(coming.agenda) == 15
    kinds = session.scalars(select(Paper.media_type).where(Paper.meeting_id == coming.id)).all()
    assert len(set(kinds)) == 3
    now_open = session.get_one(Meeting, logins.open_meeting_id)
    assert now_open.state == MeetingState.OPEN
    assert 0 < now_open.present_count < now_open.summoned_count

    conference = session.scalars(select(Meeting).where(Meeting.kind == MeetingKind.CONFERENCE.value)).one()
    delegates = set(session.scalars(select(Delegate.member_id).where(Delegate.meeting_id == conference.id)))
    at_sites = select(Attendance.member_id).where(
        Attendance.meeting_id == conference.id, Attendance.site_id == Attendance.home_site_id
    )
    assert set(session.scalars(at_sites)) == delegates
    sites = session.scalars(select(Site.id).where(Site.meeting_id == conference.id)).all()
    assert set(session.scalars(select(SiteHost.site_id))) == set(sites)
    assert len(delegates) > len(sites) > 1

    without_secretary = select(Organization.name).where(
        Organization.kind == "cell",
        ~select(Office.id)
        .where(Office.organization_id == Organization.id, Office.title == "secretary")
        .exists(),
    )
    assert session.scalars(without_secretary).all() == []
    # The database goes on numbering after the rows that brought their ids along.
    session.add(Resolution(**_like(session.scalars(select(Resolution)).first())))
    session.flush()
    session.rollback()


def _like(row: Resolution | None) -> dict[str, Any]:
    assert row is not None
    columns = [column.name for column in Resolution.__table__.c if column.name not in ("id", "symbol")]
    return {**{name: getattr(row, name) for name in columns}, "symbol": "99-NQ/CB"}


def test_the_cell_of_the_story_has_lived_its_months(app: Flask, engine_name: str, clock: FixedClock) -> None:
    logins = load_demo(app, scale=SCALE)
    cell = f"/api/organizations/{logins.cell_id}"
    client, _ = sign_in(app, logins, logins.secretary)
    past = client.get(f"{cell}/meetings?state=finalized", expect=200).json["items"]
    assert {meeting["kind"] for meeting in past} == {"regular", "thematic"}
    for meeting in past:
        minutes = client.get(f"/api/meetings/{meeting['id']}/minutes", expect=200).json
        assert (minutes["state"], len(minutes["signatures"])) == ("signed", 2)
        # "minutes read back; closing": agreed to by the meeting, and signed after it with its end.
        assert meeting["opened_at"] < minutes["read_back_at"] < meeting["closed_at"]
        said = [paragraph["text"] for section in minutes["sections"] for paragraph in section["paragraphs"]]
        assert any("đã được đọc lại trước buổi sinh hoạt" in text for text in said)
        assert any("kết thúc lúc" in text for text in said)
    regular = [meeting for meeting in past if meeting["kind"] == "regular"]
    last = max(regular, key=lambda meeting: meeting["starts_at"])["id"]
    ballots = client.get(f"/api/meetings/{last}/ballots", expect=200).json["items"]
    assert {ballot["method"] for ballot in ballots} == {"hand", "phone", "secret", "secret_paper"}
    assert {(ballot["state"], ballot["result"]["faults"] == []) for ballot in ballots} == {("closed", True)}
    assert client.get(f"/api/meetings/{last}/score", expect=200).json["grade"] == "good"
    opinions = client.get(f"/api/meetings/{logins.next_meeting_id}/opinions", expect=200).json["items"]
    assert [opinion["answered"] for opinion in opinions].count(True) == 2
    schedule = client.get(f"{cell}/schedule", expect=200).json["schedule"]
    assert (schedule["day"], schedule["starts"]) == (2, "19:30")
    member, _ = sign_in(app, logins, logins.member)
    tasks = client.get(f"{cell}/tasks", expect=200).json["items"]
    today = clock.now().date().isoformat()
    assert [task["percent"] for task in tasks if task["state"] == "open" and task["due_on"] < today] == [20]
    issued = member.get(f"{cell}/resolutions", expect=200).json["items"]
    own = [task for resolution in issued for task in resolution["tasks"] if task["mine"]]
    assert sorted(task["percent"] for task in own if task["state"] == "open") == [20, 70]
    feeds = member.get("/api/calendar-feeds", expect=200).json["items"]
    assert [feed["name"] for feed in feeds] == ["Điện thoại"]


def test_nobody_in_it_can_be_called_or_meant(empty_app: Callable[..., Flask]) -> None:
    app = empty_app()
    load_demo(app, scale=SCALE)
    with app.app_context():
        members = db.session.scalars(select(Member)).all()
        assert {member.phone[:6] for member in members} == {"+84500"}
        assert {len(member.phone) for member in members} == {12}
        assert {member.card_number[:3] for member in members if member.card_number} == {"99."}
        assert all(member.card_number is None for member in members if member.status == "probationary")
        texts = [row.body for row in db.session.scalars(select(Resolution))]
        assert not [text for text in texts if find_mark_in_text(text.splitlines())]


def test_the_logins_open_their_doors(empty_app: Callable[..., Flask]) -> None:
    app = empty_app()
    logins = load_demo(app, scale=SCALE)

    member, session = sign_in(app, logins, logins.member)
    assert session["must_change_password"] is False
    assert session["purpose_notice_due"] is False
    meeting = member.get(f"/api/meetings/{logins.next_meeting_id}", expect=200).json
    assert [paper["media_type"] for paper in meeting["papers"]]
    own = member.get(f"/api/organizations/{logins.cell_id}/resolutions", expect=200).json["items"]
    assert [task for item in own for task in item["tasks"] if task["mine"] and task["state"] == "open"]

    secretary, session = sign_in(app, logins, logins.secretary)
    offices = {(office["organization_id"], office["title"]) for office in session["offices"]}
    assert (str(logins.cell_id), "secretary") in offices
    roll = secretary.get(f"/api/meetings/{logins.next_meeting_id}/attendance", expect=200).json
    assert roll["counts"]["summoned"] == len(roll["items"]) > 0
    asked = secretary.get(f"/api/meetings/{logins.next_meeting_id}/absence-requests", expect=200).json
    assert [item["decision"] for item in asked["items"]] == [None]

    host, session = sign_in(app, logins, logins.host)
    (cell,) = {o["organization_id"] for o in session["offices"] if o["title"] == "secretary"} - {"1", "2"}
    now_open = host.get(f"/api/meetings/{logins.open_meeting_id}", expect=200).json
    assert (now_open["organization_id"], now_open["state"]) == (cell, "open")
    host.get(f"/api/meetings/{logins.open_meeting_id}/check-in-key", expect=200)
    guest, session = sign_in(app, logins, logins.guest)
    assert session["offices"] == []
    own = guest.get(f"/api/meetings/{logins.open_meeting_id}/attendance", expect=200).json["items"]
    assert [(line["member_id"], line["state"]) for line in own] == [(session["member"]["id"], None)]

    for login in (logins.staff, logins.administrator):
        client, session = sign_in(app, logins, login)
        assert str(logins.block_id) in {office["organization_id"] for office in session["offices"]}
        path = f"/api/organizations/{logins.block_id}/reports/attendance?month=2026-10"
        report = client.get(path, expect=200).json
        assert report["totals"]["cells_met"] > 0
        assert 0.7 < report["totals"]["rate"] < 1


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 1, 1, 1, 0, tzinfo=UTC),
        datetime(2028, 2, 29, 3, 0, tzinfo=UTC),
        datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC),
        datetime(2026, 3, 4, 23, 30, tzinfo=UTC),
    ],
)
def test_it_loads_on_any_day(empty_app: Callable[..., Flask], now: datetime) -> None:
    app = empty_app(now)
    logins = load_demo(app, scale=SCALE)
    with app.app_context():
        coming = db.session.get_one(Meeting, logins.next_meeting_id)
        assert timedelta(0) < coming.starts_at - now < timedelta(hours=48)
        late = select(Meeting.kind).where(Meeting.starts_at > now, Meeting.id != coming.id)
        assert db.session.scalars(late).all() == [MeetingKind.CONFERENCE.value]


def test_a_database_with_anything_in_it_is_refused(empty_app: Callable[..., Flask]) -> None:
    app = empty_app()
    load_demo(app, scale=SCALE)
    before = content_of(app)
    with pytest.raises(NotEmptyError):
        load_demo(app, scale=SCALE)
    assert content_of(app) == before


def test_somebody_with_a_login_looks_after_a_site_however_many_cells_there_are(
    empty_app: Callable[[datetime], Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story's cells lie behind the first ones, which have the sites; the roster of the block is long."""
    monkeypatch.setattr(conference, "SITES", 2)
    app = empty_app(NOW)
    with app.app_context():
        load_demo(app, scale=SCALE)
        hosts = (
            select(Account.user_name)
            .join(SiteHost, SiteHost.member_id == Account.member_id)
            .where(Account.user_name.is_not(None))
        )
        assert db.session.scalar(select(func.count()).select_from(Site)) == 2
        assert db.session.scalars(hosts).all() == [loader.HOST]


def test_the_command_loads_once_and_prints_the_logins(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(sqlite_template, folder)
    monkeypatch.setenv("HANDBOOK_DATA_DIR", str(folder))
    first = CliRunner().invoke(demo, ["--scale", str(SCALE)])
    assert first.exit_code == 0, first.output
    assert [line.split()[:3] for line in first.stdout.splitlines()] == [
        ["member", "demo-member", loader.PASSWORD],
        ["secretary", "demo-secretary", loader.PASSWORD],
        ["staff", "demo-staff", loader.PASSWORD],
        ["administrator", "demo-admin", loader.PASSWORD],
        ["host", "demo-host", loader.PASSWORD],
        ["guest", "demo-guest", loader.PASSWORD],
    ]
    assert "whose meeting is open now; host of a site of the conference" in first.stdout
    assert "runs the conference" in first.stdout
    again = CliRunner().invoke(demo, ["--if-empty"])
    assert (again.exit_code, again.stdout) == (0, first.stdout)


def test_the_command_leaves_other_data_alone(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from handbook.operations.bootstrap import bootstrap
    from handbook.organizations.enums import OrganizationKind

    folder = tmp_path / "data"
    shutil.copytree(sqlite_template, folder)
    monkeypatch.setenv("HANDBOOK_DATA_DIR", str(folder))
    app = create_app()
    with app.app_context():
        bootstrap(name="Đảng bộ Thật", kind=OrganizationKind.PROVINCE, admin_login="quan-tri", password=None)
        db.engine.dispose()
    refused = CliRunner().invoke(demo, [])
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    silent = CliRunner().invoke(demo, ["--if-empty"])
    assert (silent.exit_code, silent.stdout) == (0, "")
