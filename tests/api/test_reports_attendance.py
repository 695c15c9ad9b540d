"""The attendance report over the tree, through the API; meetings are closed by the real service."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import load_workbook
from tests.api.test_organization_settings import change
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, step

from handbook.access.actor import SYSTEM
from handbook.attendance.counters import recount
from handbook.attendance.events import AttendanceCorrected
from handbook.attendance.models import Attendance
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.service import (
    MeetingDraft,
    close_meeting,
    convene_meeting,
    create_meeting,
    finalize_meeting,
    open_meeting,
)
from handbook.members.models import Office
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.service import create_organization
from handbook.reports.jobs import roll_up_months
from handbook.reports.models import CellMonth, DirtyMonth, OpenedMonth

SignIn = Callable[[str], ApiClient]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
START = datetime(2026, 12, 3, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def both_databases(engine_name: str) -> str:
    return engine_name


@pytest.fixture
def hold(world: World, clock: FixedClock) -> Callable[..., int]:
    """Hold a meeting from convening to closing; ``came`` are roles, everybody else is absent."""

    def hold_meeting(
        cell: str, came: list[str], start: datetime = START, kind: MeetingKind = MeetingKind.REGULAR
    ) -> int:
        clock.set(start - timedelta(days=3))
        with unit_of_work() as uow:
            organization = uow.session.get_one(Organization, int(world.id_of(cell)))
            draft = MeetingDraft(
                kind, "Sinh hoạt", start, start + timedelta(hours=2), "Hội trường", agenda=[]
            )
            meeting = create_meeting(organization, draft, actor=SYSTEM, uow=uow)
            convene_meeting(meeting, actor=SYSTEM, uow=uow)
            clock.set(start)
            open_meeting(meeting, actor=SYSTEM, uow=uow)
            _mark(meeting.id, [world.members[role].id for role in came], "present")
            clock.set(start + timedelta(hours=2))
            close_meeting(meeting, actor=SYSTEM, uow=uow)
            return int(meeting.id)

    return hold_meeting


def _mark(meeting_id: int, member_ids: list[int], state: str) -> None:
    with unit_of_work() as uow:
        uow.session.execute(
            db.update(Attendance)
            .where(Attendance.meeting_id == meeting_id, Attendance.member_id.in_(member_ids))
            .values(state=state)
        )
        recount(uow.session.connection(), meeting_id)


def report(client: ApiClient, world: World, name: str, month: str = "2026-12", expect: int = 200) -> dict:
    path = f"/api/organizations/{world.id_of(name)}/reports/attendance?month={month}"
    return dict(client.get(path, expect=expect).json)


def test_nobody_is_taken_out_of_the_rate_by_a_mark(world: World, sign_in: SignIn, hold) -> None:
    """Of whom only the roll says exempt it is an absence with leave, in the month as in the minutes (ADR 14)."""
    meeting_id = hold("cell", ["member", "second_member", "probationary"])
    path = f"/api/meetings/{meeting_id}/attendance/{world.id_of('secretary')}"
    sign_in("deputy").put(path, {"state": "exempt"}, expect=200)
    roll_up_months()
    staff = sign_in("root_staff")
    month = report(staff, world, "cell")
    told = ("excused", "unexcused", "exempt", "rate")
    assert [month["totals"][name] for name in told] == [1, 1, 1, 0.6]
    assert [month["meetings"][0][name] for name in told[:3]] == [1, 1, 1]
    assert report(staff, world, "root")["totals"]["rate"] == 0.6


def test_staff_read_down_to_a_cell_and_its_meeting(world: World, sign_in: SignIn, hold) -> None:
    meeting_id = hold("cell", ["member", "second_member", "probationary", "secretary"])
    roll_up_months()
    staff = sign_in("root_staff")
    top = report(staff, world, "root")
    assert (top["totals"]["cells"], top["totals"]["cells_met"]) == (3, 1)
    by_name = {child["name"]: child for child in top["children"]}
    assert set(by_name) == {"Đảng bộ Sở Mẫu", "Đảng bộ Sở Khác"}
    committee = by_name["Đảng bộ Sở Mẫu"]
    assert (committee["cells"], committee["cells_met"], committee["summoned"]) == (2, 1, 6)
    assert by_name["Đảng bộ Sở Khác"]["rate"] is None

    middle = report(staff, world, "committee")
    cell = next(child for child in middle["children"] if child["organization_id"] == world.id_of("cell"))
    assert {
        name: cell[name] for name in ("summoned", "present", "late", "excused", "unexcused", "exempt")
    } == {
        "summoned": 6,
        "present": 4,
        "late": 0,
        "excused": 0,
        "unexcused": 1,
        "exempt": 1,
    }
    assert cell["rate"] == 0.8

    bottom = report(staff, world, "cell")
    assert bottom["children"] == []
    assert [(row["meeting_id"], row["state"], row["rate"]) for row in bottom["meetings"]] == [
        (str(meeting_id), "closed", 0.8)
    ]
    assert {name: value for name, value in cell.items() if name in bottom["totals"]} == bottom["totals"]


def test_a_reader_does_not_wait_for_the_tick(world: World, sign_in: SignIn, hold) -> None:
    hold("cell", ["member"])
    assert db.session.query(DirtyMonth).count() > 0
    assert report(sign_in("root_staff"), world, "root")["totals"]["present"] == 1
    assert db.session.query(DirtyMonth).count() == 0


def test_a_correction_after_the_closing_reaches_the_top(world: World, sign_in: SignIn, hold) -> None:
    meeting_id = hold("cell", ["member"])
    staff = sign_in("root_staff")
    assert report(staff, world, "root")["totals"]["present"] == 1
    _mark(meeting_id, [world.members["deputy"].id], "present")
    with unit_of_work() as uow:
        uow.emit(AttendanceCorrected(meeting_id, int(world.id_of("cell"))))
    roll_up_months()
    assert report(staff, world, "root")["totals"]["present"] == 2


def test_a_month_without_any_row_still_counts_the_cells(world: World, sign_in: SignIn) -> None:
    assert db.session.query(OpenedMonth).count() == 0
    for month in ("2026-12", "2026-06"):
        found = report(sign_in("root_staff"), world, "root", month)
        assert found["totals"]["cells"] == 3
        assert found["totals"]["rate"] is None
        assert [child["cells"] for child in found["children"]] == [2, 1]
    assert report(sign_in("root_staff"), world, "cell", "2026-06")["totals"]["cells"] == 1


def test_an_organisation_made_within_the_month_is_counted(world: World, sign_in: SignIn) -> None:
    from handbook.organizations.enums import OrganizationKind
    from handbook.organizations.service import create_organization

    roll_up_months()
    with unit_of_work() as uow:
        parent = uow.session.get_one(Organization, int(world.id_of("committee")))
        create_organization(
            name="Chi bộ Mới", kind=OrganizationKind.CELL, parent=parent, actor=SYSTEM, uow=uow
        )
    assert report(sign_in("root_staff"), world, "root")["totals"]["cells"] == 4


def test_cells_that_have_not_met_are_named_after_the_committees_day(
    world: World, sign_in: SignIn, clock: FixedClock, hold
) -> None:
    hold("cell", ["member"])
    hold("other_cell", ["other_member"], START + timedelta(hours=1), MeetingKind.THEMATIC)
    staff = sign_in("staff")
    clock.set(datetime(2026, 12, 5, 16, 0, tzinfo=UTC))
    assert report(staff, world, "committee")["exceptions"] == []
    clock.set(datetime(2026, 12, 5, 17, 30, tzinfo=UTC))
    found = report(staff, world, "committee")["exceptions"]
    assert [(item["kind"], item["name"]) for item in found] == [("no_meeting", "Chi bộ Kế toán")]


@pytest.mark.parametrize("opened_month", [False, True])
def test_nobody_is_asked_about_a_cell_whose_meeting_lies_ahead_or_goes_on(
    world: World, sign_in: SignIn, clock: FixedClock, opened_month: bool
) -> None:
    if opened_month:
        roll_up_months()
    staff, secretary = sign_in("staff"), sign_in("secretary")
    path = f"/api/organizations/{world.id_of('committee')}/reports/attendance?month=2026-12"

    def asked() -> tuple[set[str], dict[str, int]]:
        found = staff.get(path, expect=200).json
        book = load_workbook(io.BytesIO(staff.get(path, headers={"Accept": XLSX}, expect=200).data))
        told = [row[0] for row in book["Cần lưu ý"].iter_rows(min_row=6, values_only=True) if row[0]]
        assert told == [item["name"] for item in found["exceptions"]]
        return {item["organization_id"] for item in found["exceptions"]}, found["to_ask"]

    cell, other, committee = (world.id_of(name) for name in ("cell", "other_cell", "committee"))
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    both = ({cell, other}, {committee: 2, cell: 1, other: 1})
    only_other = ({other}, {committee: 1, other: 1})
    assert asked() == both

    convened(secretary, cell, kind="extraordinary", starts_at=START + timedelta(days=6))
    convened(secretary, cell, starts_at=START + timedelta(days=40))
    assert asked() == both, "neither a meeting of another kind nor one of another month is the monthly one"
    meeting = convened(secretary, cell, starts_at=START + timedelta(days=17))
    assert asked() == only_other, "convened for the 20th"
    clock.set(START + timedelta(days=17))
    meeting = step(secretary, meeting, "open")
    ends_at = datetime.fromisoformat(meeting["ends_at"])
    clock.set(ends_at + timedelta(hours=1))
    assert asked() == only_other, "it goes on longer than planned"
    clock.set(ends_at + timedelta(days=1))
    assert asked() == both, "nobody closed it, a day after it should have ended"


def test_a_cell_is_asked_about_when_nobody_came_to_open_its_meeting(
    world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    convened(sign_in("secretary"), world.id_of("cell"), starts_at=START + timedelta(days=17))
    staff = sign_in("staff")
    for hours, expected in ((-24, 0), (2, 0), (25, 0), (26, 1)):
        clock.set(START + timedelta(days=17, hours=hours))
        found = report(staff, world, "cell")["exceptions"]
        assert [item["kind"] for item in found] == ["no_meeting"] * expected, hours


def test_minutes_are_overdue_after_seven_days_until_they_are_finalized(
    world: World, sign_in: SignIn, clock: FixedClock, hold
) -> None:
    meeting_id = hold("cell", ["member"])
    staff = sign_in("staff")
    closed_at = START + timedelta(hours=2)
    clock.set(closed_at + timedelta(days=7))
    kinds = [item["kind"] for item in report(staff, world, "cell")["exceptions"]]
    assert "minutes_overdue" not in kinds
    clock.set(closed_at + timedelta(days=7, seconds=1))
    late = [i for i in report(staff, world, "committee")["exceptions"] if i["kind"] == "minutes_overdue"]
    assert [(item["organization_id"], item["meeting_id"]) for item in late] == [
        (world.id_of("cell"), str(meeting_id))
    ]
    assert datetime.fromisoformat(late[0]["since"]) == closed_at
    with unit_of_work() as uow:
        finalize_meeting(uow.session.get_one(Meeting, meeting_id), actor=SYSTEM, uow=uow)
    kinds = [item["kind"] for item in report(staff, world, "committee")["exceptions"]]
    assert "minutes_overdue" not in kinds


def test_a_falling_rate_is_named_with_both_rates(
    world: World, sign_in: SignIn, clock: FixedClock, hold
) -> None:
    everybody = ["member", "second_member", "probationary", "secretary", "deputy"]
    for days in (91, 61, 30):
        hold("cell", everybody, START - timedelta(days=days))
    hold("cell", everybody[:3])
    found = report(sign_in("staff"), world, "committee")["exceptions"]
    falls = [item for item in found if item["kind"] == "falling_attendance"]
    assert [(i["organization_id"], i["rate"], i["previous_rate"]) for i in falls] == [
        (world.id_of("cell"), 0.6, 1.0)
    ]


def test_the_same_as_a_workbook(world: World, sign_in: SignIn, clock: FixedClock, hold) -> None:
    hold("cell", ["member", "secretary"])
    clock.set(START + timedelta(days=20))
    staff = sign_in("staff")
    path = f"/api/organizations/{world.id_of('committee')}/reports/attendance?month=2026-12"
    expected = staff.get(path, expect=200)
    assert expected.headers["Vary"].split(", ") == ["Accept", "Accept-Encoding"]
    answer = staff.get(path, headers={"Accept": XLSX}, expect=200)
    assert answer.mimetype == XLSX
    assert answer.headers["Content-Disposition"].endswith("2026-12.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    lines = {row[1]: row for row in rows if row[1]}
    for child in expected.json["children"]:
        names = ("cells", "cells_met", "summoned", "late", "excused", "unexcused", "exempt", "rate")
        line = lines[child["name"]]
        assert [*line[2:5], *line[6:11]] == [child[name] for name in names]
    assert lines["Tổng cộng"][4] == expected.json["totals"]["summoned"]
    rows = list(book["Cần lưu ý"].iter_rows(min_row=6, values_only=True))
    contacts = [item["contact"] for item in expected.json["exceptions"]]
    assert [row[0] for row in rows] == [item["name"] for item in expected.json["exceptions"]]
    assert {contact["phone"][:3] for contact in contacts} == {"+84"}
    # In a workbook numbers stand as people dial them.
    assert [row[7] for row in rows] == ["0" + contact["phone"][3:] for contact in contacts]


def test_those_who_came_late_are_counted_as_present_in_meeting_month_and_workbook(
    world: World, sign_in: SignIn, hold
) -> None:
    meeting_id = hold("cell", ["member", "secretary", "deputy"])
    _mark(meeting_id, [world.members["deputy"].id], "late")
    with unit_of_work() as uow:
        uow.emit(AttendanceCorrected(meeting_id, int(world.id_of("cell"))))
    staff = sign_in("staff")
    counts = staff.get(f"/api/meetings/{meeting_id}/attendance", expect=200).json["counts"]
    month = report(staff, world, "cell")
    (line,) = month["meetings"]
    for figures in (counts, month["totals"], line, report(staff, world, "committee")["totals"]):
        assert (figures["present"], figures["late"]) == (2, 1)
    assert month["totals"]["rate"] == line["rate"] == 3 / (counts["summoned"] - counts["exempt"])

    path = f"/api/organizations/{world.id_of('cell')}/reports/attendance?month=2026-12"
    book = load_workbook(io.BytesIO(staff.get(path, headers={"Accept": XLSX}, expect=200).data))
    for name, row_of in (("Tổng hợp", "Tổng cộng"), ("Cuộc họp", "Sinh hoạt")):
        rows = list(book[name].iter_rows(values_only=True))
        header = next(row for row in rows if "Có mặt" in row)
        figures = dict(zip(header, next(row for row in rows if row_of in row), strict=True))
        assert (figures["Có mặt"], figures["Trong đó đến muộn"]) == (3, 1)
        assert figures["Tỷ lệ dự họp"] == line["rate"]
        assert any("Có mặt gồm cả người đến muộn" in str(row[0]) for row in rows)


def test_a_report_says_where_its_exceptions_go_on(
    world: World, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    staff = sign_in("root_staff")
    for opened in (False, True):
        if opened:
            roll_up_months()
        whole = report(staff, world, "root")
        assert len(whole["exceptions"]) == 3
        assert set(whole["exceptions_next"].values()) == {None}
        with monkeypatch.context() as patch:
            patch.setattr("handbook.reports.queries.FIRST_EXCEPTIONS", 2)
            first = report(staff, world, "root")
        assert first["exceptions"] == whole["exceptions"][:2]
        cursor = first["exceptions_next"]["no_meeting"]
        path = f"/api/organizations/{world.id_of('root')}/reports/attendance/exceptions?month=2026-12"
        rest = staff.get(f"{path}&kind=no_meeting&limit=2&cursor={cursor}", expect=200).json
        assert rest == {"items": whole["exceptions"][2:], "next": None}
        assert staff.get(f"{path}&kind=falling_attendance", expect=200).json == {"items": [], "next": None}


def test_every_organisation_to_ask_about_is_counted_however_many_there_are(
    world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    """300 cells that have not met, beyond what the report names; one of two kinds of exception counts once."""
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    with unit_of_work() as uow:
        committee = uow.session.get_one(Organization, int(world.id_of("committee")))
        for number in range(300):
            name = f"Chi bộ {number}"
            create_organization(
                name=name, kind=OrganizationKind.CELL, parent=committee, actor=SYSTEM, uow=uow
            )
    staff = sign_in("root_staff")
    for opened in (False, True):
        if opened:
            roll_up_months()
            with unit_of_work() as uow:
                cell = int(world.id_of("cell"))
                uow.session.execute(
                    db.update(CellMonth)
                    .where(CellMonth.organization_id == cell, CellMonth.month == "2026-12")
                    .values(falling=True)
                )
        whole = report(staff, world, "root")
        assert len(whole["exceptions"]) == 200 + opened
        names = ("root", "committee", "other_cell", "cell")
        assert [whole["to_ask"].get(world.id_of(name)) for name in names] == [303, 302, 1, 1]
        below = report(staff, world, "committee")["to_ask"]
        assert world.id_of("root") not in below
        assert (below[world.id_of("committee")], len(below)) == (302, 303)


def test_a_cell_with_too_few_official_members_or_without_its_committee_is_hinted_at(
    world: World, sign_in: SignIn, clock: FixedClock
) -> None:
    """ "A cell needs at least 3 official members. With 9 or more it elects a committee (chi ủy)." """
    staff, secretary = sign_in("staff"), sign_in("secretary")
    cell = int(world.id_of("cell"))

    def hints(official: int) -> list[str]:
        with unit_of_work() as uow:
            uow.session.get_one(Organization, cell).official_count = official
        found = report(secretary, world, "cell")["hints"]
        assert found == report(staff, world, "cell")["hints"]
        assert {hint["params"]["official"] for hint in found} <= {official}
        return [hint["kind"] for hint in found]

    with unit_of_work() as uow:
        uow.session.execute(
            db.delete(Office).where(Office.organization_id == cell, Office.title == "committee_member")
        )
    assert [hints(number) for number in (2, 3, 8, 9)] == [["few_officials"], [], [], ["no_committee"]]
    change(staff, world.id_of("committee"), "cell.committee_from", 8, expect=200)
    change(staff, world.id_of("committee"), "cell.official_minimum", 4, expect=200)
    assert [hints(number) for number in (3, 4, 7, 8)] == [["few_officials"], [], [], ["no_committee"]]
    with unit_of_work() as uow:
        member = world.members["member"].id
        today = clock.now().date()
        uow.session.add(
            Office(organization_id=cell, member_id=member, title="committee_member", from_date=today)
        )
    assert hints(8) == []
    assert report(staff, world, "committee")["hints"] == []


def test_pages_of_exceptions_refuse_what_is_none(world: World, sign_in: SignIn) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/reports/attendance/exceptions"
    for query in ("", "?kind=other", "?kind=no_meeting&month=2026-13", "?kind=falling_attendance&cursor=x"):
        assert code_of(sign_in("staff").get(path + query, expect=422)) == "validation_failed"
    assert (
        sign_in("staff")
        .get(f"/api/organizations/{world.id_of('far_cell')}/reports/attendance/exceptions?kind=no_meeting")
        .status_code
        == 404
    )


def test_a_workbook_that_ends_early_says_so(
    world: World, sign_in: SignIn, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(datetime(2026, 12, 8, 2, 0, tzinfo=UTC))
    monkeypatch.setattr("handbook.reports.excel.MOST_EXCEPTIONS", 2)
    path = f"/api/organizations/{world.id_of('root')}/reports/attendance?month=2026-12"
    answer = sign_in("root_staff").get(path, headers={"Accept": XLSX}, expect=200)
    rows = list(load_workbook(io.BytesIO(answer.data))["Cần lưu ý"].iter_rows(min_row=6, values_only=True))
    assert len(rows) == 3
    assert rows[-1][0].startswith("Còn nữa")


def test_an_unchanged_report_costs_a_304(world: World, sign_in: SignIn) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/reports/attendance"
    tag = sign_in("staff").get(path, expect=200).headers["ETag"]
    sign_in("staff").get(path, headers={"If-None-Match": tag}, expect=304)


def test_who_may_read(world: World, sign_in: SignIn, client: ApiClient) -> None:
    def status(role: str, name: str) -> int:
        path = f"/api/organizations/{world.id_of(name)}/reports/attendance"
        return sign_in(role).get(path).status_code

    assert client.get(f"/api/organizations/{world.id_of('cell')}/reports/attendance").status_code == 401
    assert [status("member", name) for name in ("cell", "committee", "other_cell")] == [403, 403, 404]
    assert [status("secretary", name) for name in ("cell", "committee", "other_cell")] == [200, 403, 404]
    assert [status("staff", name) for name in ("cell", "committee", "root", "far_cell")] == [
        200,
        200,
        403,
        404,
    ]
    assert [status("administrator", name) for name in ("root", "far_cell")] == [200, 200]


def test_a_month_that_is_none_is_refused(world: World, sign_in: SignIn) -> None:
    for month in ("2026-13", "2026", "x", "0000-01"):
        path = f"/api/organizations/{world.id_of('cell')}/reports/attendance?month={month}"
        assert code_of(sign_in("staff").get(path, expect=422)) == "validation_failed"


def test_the_trend_goes_back_over_the_months_with_figures(world: World, sign_in: SignIn, hold) -> None:
    hold("cell", ["member", "secretary"], start=datetime(2026, 11, 4, 12, 0, tzinfo=UTC))
    hold("cell", ["member", "second_member", "probationary", "secretary", "deputy"])
    roll_up_months()
    for name in ("cell", "committee", "root"):
        trend = report(sign_in("root_staff"), world, name)["trend"]
        assert [(line["month"], line["cells_met"], line["rate"]) for line in trend] == [
            ("2026-11", 1, 0.4),
            ("2026-12", 1, 1.0),
        ]
