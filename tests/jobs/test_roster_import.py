"""Rosters go into the database: once, whole, and the second time without a trace. On both engines."""

import dataclasses
import io
import random
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.support.factories import World
from tests.support.rosters import Person, Shape, make_people, write_roster

from handbook.access.actor import SYSTEM
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Member, Office, StatusChange
from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.export import export_roster
from handbook.members.roster.report import ImportReport
from handbook.members.roster.service import import_roster
from handbook.members.service import read_citizen_id
from handbook.organizations.models import Organization, Tombstone

BLOCK = Path(__file__).parents[1] / "data" / "rosters" / "block.xlsx"
CELLS = ("Chi bộ thôn Hòa Bình 1", "Chi bộ Bưu điện số 2")
Import = Callable[..., ImportReport]


@pytest.fixture
def into(app: Flask, world: World) -> Organization:
    return db.session.get_one(Organization, world.organizations["elsewhere"].id)


@pytest.fixture
def run(app: Flask, clock: FixedClock, into: Organization, tmp_path: Path) -> Import:
    """``run(people, shape)``: write a roster of these people and import it."""

    def act(people: list[Person], shape: Shape | None = None, **options: Any) -> ImportReport:
        path = tmp_path / "roster.xlsx"
        write_roster(path, people, shape or Shape())
        choices = {"create_organizations": True, "dry_run": False, "actor": SYSTEM, "clock": clock, **options}
        target = choices.pop("into", into)
        return import_roster(path, db.session.merge(target), **choices)

    return act


def people(count: int = 6) -> list[Person]:
    return make_people(random.Random(7), CELLS, count)


def changed(person: Person, **values: Any) -> Person:
    return dataclasses.replace(person, **values)


def members() -> dict[str, Member]:
    found = db.session.scalars(
        select(Member)
        .join(Organization)
        .where(Organization.name.in_(CELLS))
        .execution_options(populate_existing=True)
    )
    return {read_citizen_id(member) or "": member for member in found}


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the record of the imports themselves."""
    db.session.rollback()
    tables = {}
    for table in db.metadata.sorted_tables:
        statement = select(table)
        if table.name == "audit_entries":
            statement = statement.where(table.c.tag != "members:roster:imported")
        tables[table.name] = sorted(tuple(map(repr, row)) for row in db.session.execute(statement))
    return tables


def content(member: Member) -> tuple[Any, ...]:
    offices = [office.title for office in member.offices]
    return member.full_name, member.birth_date, member.phone, member.card_number, member.status, offices


def counts(report: ImportReport) -> tuple[int, ...]:
    return (
        report.rows,
        report.created,
        report.updated,
        report.unchanged,
        report.refused,
        report.organizations_created,
    )


def test_a_roster_becomes_members_cells_and_offices(
    engine_name: str, run: Import, into: Organization
) -> None:
    roster = people()
    assert counts(run(roster)) == (12, 12, 0, 0, 0, 2)
    found = members()
    assert set(found) == {person.citizen_id for person in roster}
    for person in roster:
        member = found[person.citizen_id]
        assert (member.full_name, member.sex, member.birth_date) == (
            person.full_name,
            person.sex,
            person.birth_date,
        )
        assert (member.card_number, member.phone) == (person.card_number, person.phone)
        assert (member.admitted_on, member.official_on) == (person.admitted_on, person.official_on)
        assert member.status == ("official" if person.official_on else "probationary")
        assert member.organization.name == person.cell
        assert member.organization.parent_id == into.id
        titles = {"Bí thư": ["secretary"], "Phó Bí thư": ["deputy_secretary"], None: []}[person.post]
        assert [office.title for office in member.offices] == titles
        assert member.citizen_id_sealed is not None
        assert person.citizen_id.encode() not in member.citizen_id_sealed
    history = db.session.scalar(select(func.count()).select_from(StatusChange))
    assert history == len(roster)


def test_the_same_file_again_changes_nothing(engine_name: str, run: Import, clock: FixedClock) -> None:
    roster = people()
    run(roster)
    before = snapshot()
    clock.advance(minutes=20)
    assert counts(run(roster)) == (12, 0, 0, 12, 0, 0)
    assert snapshot() == before
    imports = db.session.scalars(
        select(AuditEntry.details).where(AuditEntry.tag == "members:roster:imported")
    ).all()
    assert [details["unchanged"] for details in imports] == [0, 12]


def test_a_block_of_5300_goes_in_whole_and_is_found_again(
    engine_name: str, into: Organization, clock: FixedClock, world: World
) -> None:
    def take(**options: Any) -> ImportReport:
        target = db.session.get_one(Organization, world.organizations["elsewhere"].id)
        return import_roster(BLOCK, target, create_organizations=True, actor=SYSTEM, clock=clock, **options)

    assert counts(take(dry_run=False)) == (5300, 5206, 0, 0, 94, 78)
    assert counts(take(dry_run=True)) == (5300, 0, 0, 5206, 94, 0)
    target = db.session.get_one(Organization, world.organizations["elsewhere"].id, populate_existing=True)
    # Three of the small world's people are below this organisation too.
    assert target.official_count + target.probationary_count == 5206 + 4
    offices = (
        select(func.count())
        .select_from(Office)
        .where(Office.title == "secretary", Office.from_date == date(2026, 12, 1))
    )
    assert db.session.scalar(offices) == 74


def test_a_dry_run_tells_the_same_and_writes_nothing(engine_name: str, run: Import) -> None:
    before = snapshot()
    tried = run(people(), dry_run=True)
    assert snapshot() == before
    assert tried.as_json() == run(people()).as_json()


def test_only_what_differs_is_changed_and_only_its_cell_moves(engine_name: str, run: Import) -> None:
    roster = people()
    run(roster)
    versions = dict(db.session.execute(select(Organization.name, Organization.content_version)).all())
    roster[2] = changed(roster[2], phone="+84911222333", full_name="Lê Thị Mới Đổi")
    assert counts(run(roster)) == (12, 0, 1, 11, 0, 0)
    member = members()[roster[2].citizen_id]
    assert (member.full_name, member.phone, member.row_version) == ("Lê Thị Mới Đổi", "+84911222333", 2)
    assert member.name_folded == "le thi moi doi"
    after = dict(db.session.execute(select(Organization.name, Organization.content_version)).all())
    assert {name for name in after if after[name] != versions[name]} == {CELLS[0]}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "members:member:updated")).one()
    assert entry.details == {"fields": ["full_name", "phone"]}


def test_blank_cells_and_missing_columns_erase_nothing(run: Import) -> None:
    roster = people()
    run(roster)
    before = snapshot()
    order = ("number", "name", "birth", "card", "admitted", "cccd", "cell")
    blank = [changed(person, post=None) for person in roster]
    assert counts(run(blank, Shape(order=order))) == (12, 0, 0, 12, 0, 0)
    assert snapshot() == before


def test_a_member_who_moved_is_moved_and_loses_the_offices_there(engine_name: str, run: Import) -> None:
    roster = people()
    run(roster)
    roster[0] = changed(roster[0], cell=CELLS[1], post=None)
    assert counts(run(roster)) == (12, 0, 1, 11, 0, 0)
    member = members()[roster[0].citizen_id]
    assert (member.organization.name, member.offices) == (CELLS[1], [])
    assert db.session.scalars(select(Tombstone.row_id).where(Tombstone.type == "member")).all() == [member.id]
    kept = {o.name: o.official_count + o.probationary_count for o in db.session.scalars(select(Organization))}
    assert (kept[CELLS[0]], kept[CELLS[1]]) == (5, 7)


def test_a_cell_that_all_would_leave_is_named_before_anything_is_written(run: Import) -> None:
    roster = people()
    assert run(roster).warnings == []
    later = [changed(p, cell=f"{CELLS[0]} mới", post=None) if p.cell == CELLS[0] else p for p in roster]
    for dry_run in (True, False):
        secretary, deputy, warning = run(later, dry_run=dry_run).warnings
        assert secretary.startswith(f"“{CELLS[0]}” đổi Bí thư: {roster[0].full_name} thôi giữ.")
        assert deputy.startswith(f"“{CELLS[0]}” đổi Phó Bí thư: {roster[1].full_name} thôi giữ.")
        assert warning.startswith(f"Cả 6 đảng viên của “{CELLS[0]}” được chuyển sang “{CELLS[0]} mới”")
    assert run(later).warnings == []
    stays_one = [changed(later[0], cell=CELLS[0]), *later[1:]]
    assert run(stays_one).warnings == []


def test_a_new_secretary_follows_the_old_one(engine_name: str, run: Import, clock: FixedClock) -> None:
    roster = people()
    run(roster)
    clock.advance(days=40)
    roster[0], roster[2] = changed(roster[0], post=None), changed(roster[2], post="Bí thư")
    for dry_run in (True, False):
        (warning,) = run(roster, dry_run=dry_run).warnings
        assert warning.startswith(
            f"“{CELLS[0]}” đổi Bí thư: {roster[2].full_name} nhận chức vụ; {roster[0].full_name} thôi giữ."
        )
    assert run(roster).warnings == []
    before = snapshot()
    run(roster)
    assert snapshot() == before
    today = date(2027, 1, 10)
    found = members()
    old, new = found[roster[0].citizen_id].offices, found[roster[2].citizen_id].offices
    assert [(office.title, office.to_date) for office in old] == [("secretary", today - timedelta(days=1))]
    assert [(office.title, office.from_date, office.to_date) for office in new] == [
        ("secretary", today, None)
    ]


@pytest.mark.parametrize(
    "words", ["Nguyên Bí thư", "Bí thư (đã thôi)", "Cựu bí thư chi bộ", "Thôi Bí thư từ 2024"]
)
def test_a_former_secretary_takes_no_office_from_the_one_in_force(run: Import, words: str) -> None:
    roster = people()
    run(roster)
    before = [office.title for office in members()[roster[0].citizen_id].offices]
    later = [*roster[:2], changed(roster[2], post=words), *roster[3:]]
    report = run(later)
    assert counts(report) == (12, 0, 0, 12, 0, 0)
    assert [warning for warning in report.warnings if "đổi Bí thư" in warning] == []
    found = members()
    assert [office.title for office in found[roster[0].citizen_id].offices] == before == ["secretary"]
    assert found[roster[2].citizen_id].offices == []


def test_an_office_that_only_the_roster_calls_over_stays_and_is_told(run: Import) -> None:
    roster = people()
    run(roster)
    (held, over) = run([changed(roster[0], post="Nguyên Bí thư"), *roster[1:]]).warnings
    assert held.startswith(f"“{CELLS[0]}”: danh sách ghi {roster[0].full_name} đã thôi Bí thư")
    assert over.startswith("Chức vụ ghi là đã thôi giữ")
    assert [office.title for office in members()[roster[0].citizen_id].offices] == ["secretary"]


def test_a_probationary_member_becomes_official_with_the_date_of_it(run: Import) -> None:
    roster = people()
    roster[3] = changed(roster[3], official_on=None, card_number=None)
    run(roster)
    roster[3] = changed(roster[3], official_on=date(2026, 11, 1), card_number="12.345678")
    assert counts(run(roster)) == (12, 0, 1, 11, 0, 0)
    member = members()[roster[3].citizen_id]
    assert (member.status, member.card_number) == ("official", "12.345678")
    history = select(StatusChange.status).where(StatusChange.member_id == member.id).order_by(StatusChange.id)
    assert db.session.scalars(history).all() == ["probationary", "official"]


def test_a_status_the_roster_does_not_speak_of_stays(run: Import) -> None:
    roster = people()
    run(roster)
    with unit_of_work() as uow:
        member = members()[roster[4].citizen_id]
        uow.session.get_one(Member, member.id).status = "exempt"
    assert counts(run(roster)) == (12, 0, 0, 12, 0, 0)
    assert members()[roster[4].citizen_id].status == "exempt"


def test_a_number_that_belongs_to_somebody_else_is_refused(run: Import, world: World) -> None:
    roster = people()
    stranger = world.members["member"]
    assert stranger.card_number
    roster[1] = changed(roster[1], card_number=stranger.card_number, official_on=roster[1].admitted_on)
    report = run(roster)
    assert counts(report) == (12, 11, 0, 0, 1, 2)
    assert [(problem["field"], problem["code"]) for problem in report.problems] == [("card", "duplicate")]
    assert stranger.full_name not in report.problems[0]["message"]


def test_members_of_other_organisations_are_never_taken_over(
    run: Import, world: World, into: Organization
) -> None:
    roster = people()
    run(roster)
    before = snapshot()
    elsewhere = db.session.get_one(Organization, world.organizations["committee"].id)
    report = run(roster, into=elsewhere)
    assert (report.created, report.updated, report.refused) == (0, 0, 12)
    assert {problem["code"] for problem in report.problems} == {"duplicate"}
    after = snapshot()
    assert after["members"] == before["members"]


def test_refused_rows_change_nothing_and_the_others_go_in(run: Import) -> None:
    roster = people()
    roster[5] = changed(roster[5], phone="+8412")
    report = run(roster)
    assert counts(report) == (12, 11, 0, 0, 1, 2)
    assert roster[5].citizen_id not in members()
    assert [(p["field"], p["code"], p["sheet"]) for p in report.problems] == [
        ("phone", "invalid", "Danh sách")
    ]


def test_two_cells_of_one_name_are_told_apart_by_the_one_above(run: Import, world: World) -> None:
    root = db.session.get_one(Organization, world.organizations["root"].id)
    in_one, in_other = (make_people(random.Random(seed), ("Chi bộ Văn phòng",), 3) for seed in (5, 6))
    in_other = [changed(person, card_number=None, official_on=None) for person in in_other]
    for parent, roster in (("committee", in_one), ("elsewhere", in_other)):
        assert run(roster, into=db.session.get_one(Organization, world.organizations[parent].id)).refused == 0
    assert {problem["code"] for problem in run(in_one, into=root).problems} == {"unknown"}
    named = [changed(person, cell="Chi bộ Văn phòng - Đảng bộ Sở Khác") for person in in_other]
    assert counts(run(named, Shape(with_groups=False), into=root)) == (3, 0, 0, 3, 0, 0)


def test_a_failure_half_way_leaves_nothing_behind(run: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the power goes")

    monkeypatch.setattr("handbook.members.roster.writing.refresh_member_counts", fail)
    with pytest.raises(RuntimeError):
        run(people())
    assert snapshot() == before


def test_a_file_without_a_table_is_no_roster(app: Flask, into: Organization, clock: FixedClock) -> None:
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    with pytest.raises(RosterUnreadable) as caught:
        import_roster(stream, into, create_organizations=True, dry_run=False, actor=SYSTEM, clock=clock)
    assert caught.value.code == "no_header"


def test_what_is_exported_is_imported_as_the_same_roster(
    engine_name: str, run: Import, into: Organization, clock: FixedClock, tmp_path: Path
) -> None:
    roster = people()
    roster[3] = changed(roster[3], full_name="H'Hen Niê")
    run(roster)
    with unit_of_work() as uow:
        uow.session.get_one(Member, members()[roster[4].citizen_id].id).status = "exempt"
    path = tmp_path / "out.xlsx"
    with unit_of_work() as uow:
        written = export_roster(
            path, uow.session.get_one(Organization, into.id), actor=SYSTEM, uow=uow, with_citizen_ids=True
        )
    sheet = openpyxl.load_workbook(path).worksheets[0]
    table = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(row for row in table if "Họ và tên" in row)
    column = header.index("Điện thoại")
    phones = [row[column] for row in table if (row[0] or "").isdigit() and row[column]]
    assert {phone[0] for phone in phones} == {"0"}
    assert set(phones) > {"0" + (member.phone or "")[3:] for member in members().values()}
    assert "Số căn cước" in header
    before = snapshot()
    target = db.session.get_one(Organization, into.id)
    report = import_roster(path, target, create_organizations=True, dry_run=False, actor=SYSTEM, clock=clock)
    assert counts(report) == (written, 0, 0, written, 0, 0), report.problems
    assert snapshot() == before


def test_an_exported_roster_makes_the_same_members_in_another_house(
    run: Import, into: Organization, clock: FixedClock, world: World, tmp_path: Path
) -> None:
    run(people())
    path = tmp_path / "out.xlsx"
    with unit_of_work() as uow:
        export_roster(
            path, uow.session.get_one(Organization, into.id), actor=SYSTEM, uow=uow, with_citizen_ids=True
        )
    exported = {number: content(member) for number, member in members().items()}
    with unit_of_work() as uow:
        for model in (Office, StatusChange):
            for row in uow.session.scalars(
                select(model).where(model.member_id.in_([m.id for m in members().values()]))
            ):
                uow.session.delete(row)
        uow.session.flush()
        for member in members().values():
            uow.session.delete(member)
    assert members() == {}
    target = db.session.get_one(Organization, into.id)
    report = import_roster(path, target, create_organizations=True, dry_run=False, actor=SYSTEM, clock=clock)
    # The people of the world who have no citizen ID are still there and only found again.
    assert (report.created, report.refused) == (12, 0)
    assert {number: content(member) for number, member in members().items()} == exported


def test_an_exported_text_is_never_a_formula_and_views_of_citizen_ids_are_recorded(
    run: Import, into: Organization, tmp_path: Path
) -> None:
    run(people(1))
    with unit_of_work() as uow:
        uow.session.get_one(
            Member, next(iter(members().values())).id
        ).full_name = '=HYPERLINK("http://127.0.0.1","x")'
    path = tmp_path / "out.xlsx"
    with unit_of_work() as uow:
        export_roster(
            path, uow.session.get_one(Organization, into.id), actor=SYSTEM, uow=uow, with_citizen_ids=True
        )
    sheet = openpyxl.load_workbook(path).worksheets[0]
    cells = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
    ]
    assert [cell.data_type for cell in cells] == ["s"]
    viewed = db.session.scalars(
        select(AuditEntry.member_id).where(AuditEntry.tag == "members:citizen_id:viewed")
    ).all()
    assert sorted(viewed) == sorted(member.id for member in members().values())


def test_a_day_of_admission_after_the_kept_day_of_becoming_official_is_refused(
    engine_name: str, run: Import
) -> None:
    known = next(person for person in people() if person.official_on and person.post is None)
    run([known])
    assert known.official_on
    later = changed(known, admitted_on=known.official_on + timedelta(days=30), official_on=None)
    report = run([later])
    assert [(problem["field"], problem["code"]) for problem in report.problems] == [
        ("official", "before_admitted")
    ]
    assert "trong hệ thống sớm hơn ngày vào Đảng ở dòng này" in report.problems[0]["message"]
    assert members()[known.citizen_id].admitted_on == known.admitted_on
    # With both days the row is a correction.
    whole = changed(later, official_on=later.admitted_on + timedelta(days=365))
    assert run([whole]).updated == 1
