"""Sections (đảng bộ bộ phận) that a roster names become organisations with their cells in them. On both engines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.factories import World

from handbook.access.actor import SYSTEM
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.roster.export import export_roster
from handbook.members.roster.report import ImportReport
from handbook.members.roster.service import import_roster
from handbook.organizations.models import Organization

HEADING = ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức", "Số thẻ"]
MILITARY, POLICE = "Đảng bộ bộ phận Quân sự", "Đảng bộ bộ phận Công an"
ROWS: list[list[Any]] = [
    ["DANH SÁCH ĐẢNG VIÊN ĐẢNG BỘ XÃ"],
    HEADING,
    ["A. ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"],
    ["1. Chi bộ Số 1"],
    [1, "Lê Văn An", "2/3/1970", "5/6/1995", "5/6/1996", "11.000001"],
    ["2. Chi bộ Số 2"],
    [2, "Lê Văn Ba", "2/3/1971", "5/6/1995", "5/6/1996", "11.000002"],
    ["B. ĐẢNG BỘ BỘ PHẬN CÔNG AN"],
    ["1. Chi bộ Số 1"],
    [3, "Lê Văn Tư", "2/3/1972", "5/6/1995", "5/6/1996", "11.000003"],
]
Tree = set[tuple[str, str, str]]
Import = Callable[..., ImportReport]


@pytest.fixture
def into(app: Flask, world: World) -> Organization:
    return db.session.get_one(Organization, world.organizations["elsewhere"].id)


@pytest.fixture
def run(clock: FixedClock, into: Organization, tmp_path: Path) -> Import:
    def act(rows: list[list[Any]] | Path, *, create: bool = True, target: Organization | None = None) -> Any:
        path = tmp_path / "r.xlsx" if isinstance(rows, list) else rows
        if isinstance(rows, list):
            book = openpyxl.Workbook()
            for row in rows:
                book.worksheets[0].append(row)
            book.save(path)
        organization = db.session.merge(target or into)
        return import_roster(
            path, organization, create_organizations=create, dry_run=False, actor=SYSTEM, clock=clock
        )

    return act


def below(organization: Organization) -> Tree:
    """(kind, name, name of the one above) of everything below."""
    db.session.rollback()
    nodes = {node.id: node for node in db.session.scalars(select(Organization))}
    path = nodes[organization.id].path
    return {
        (node.kind, node.name, nodes[node.parent_id].name)
        for node in nodes.values()
        if node.parent_id is not None and node.path.startswith(path) and node.path != path
    }


def test_sections_are_made_with_their_cells_and_found_again(
    engine_name: str, run: Import, into: Organization
) -> None:
    name = into.name
    before = below(into)
    report = run(ROWS)
    assert (report.created, report.refused, report.organizations_created) == (3, 0, 5)
    made = {
        ("section", MILITARY, name),
        ("section", POLICE, name),
        ("cell", "Chi bộ Số 1", MILITARY),
        ("cell", "Chi bộ Số 2", MILITARY),
        ("cell", "Chi bộ Số 1", POLICE),
    }
    assert below(into) - before == made
    again = run(ROWS)
    assert (again.unchanged, again.organizations_created, below(into) - before) == (3, 0, made)
    more = run(
        [HEADING, ["ĐBBP Công an - Chi bộ Số 2"], [1, "Lê Văn Năm", "2/3/1973", "5/6/1995", "5/6/1996", ""]]
    )
    assert (more.created, more.organizations_created) == (1, 1)
    assert below(into) - before - made == {("cell", "Chi bộ Số 2", POLICE)}


def test_without_leave_nothing_is_made(run: Import, into: Organization) -> None:
    before = below(into)
    report = run(ROWS, create=False)
    assert (report.refused, {problem["code"] for problem in report.problems}) == (3, {"unknown"})
    assert below(into) == before


def test_imported_into_the_section_itself_its_cells_are_right_below_it(
    run: Import, into: Organization
) -> None:
    run(ROWS)
    section = db.session.scalars(select(Organization).where(Organization.name == MILITARY)).one()
    before = below(section)
    report = run(
        [
            HEADING,
            ["ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"],
            ["Chi bộ Số 3"],
            [1, "Lê Văn Sáu", "2/3/1974", "5/6/1995", "", ""],
        ],
        target=section,
    )
    assert report.organizations_created == 1
    assert below(section) - before == {("cell", "Chi bộ Số 3", MILITARY)}


def test_the_exported_roster_makes_the_same_sections_elsewhere(
    run: Import, into: Organization, app: Flask, world: World, tmp_path: Path
) -> None:
    run(ROWS)
    section = db.session.scalars(select(Organization).where(Organization.name == MILITARY)).one()
    file = tmp_path / "out.xlsx"
    with unit_of_work() as uow:
        export_roster(file, uow.session.merge(section), actor=SYSTEM, uow=uow, with_citizen_ids=False)
    assert run(file, target=section).unchanged == 2
    book = openpyxl.load_workbook(file)
    lines = [str(row[0].value) for row in book.worksheets[0].iter_rows()]
    assert f"1. Chi bộ Số 1 - {MILITARY}" in lines
