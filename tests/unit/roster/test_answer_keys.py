"""Every row of the two sample rosters, compared with what a careful importer makes of it."""

import datetime as dt
import json
from pathlib import Path

import pytest

from handbook.members.roster.judge import JudgedRoster, judge_roster
from handbook.members.roster.layout import TableSheet, read_table
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.reader import read_sheets

ROSTERS = Path(__file__).parents[2] / "data" / "rosters"
TODAY = dt.date(2026, 11, 21)


def read(name: str) -> tuple[list[TableSheet], JudgedRoster]:
    tables = [read_table(sheet) for sheet in read_sheets(ROSTERS / f"{name}.xlsx")]
    return tables, judge_roster(tables, known=KnownPlaces(), create_cells=True, today=TODAY)


@pytest.fixture(scope="module", params=["block", "commune"])
def sample(request: pytest.FixtureRequest) -> tuple[list[TableSheet], JudgedRoster, dict]:
    key = json.loads((ROSTERS / f"{request.param}.expected.json").read_text("utf-8"))
    return *read(request.param), key


def test_every_row_is_of_the_kind_the_answer_key_says(sample) -> None:
    tables, _, key = sample
    found = {
        (table.name, row.number): row.kind
        for table in tables
        for row in table.rows
        if row.kind in ("member", "group", "subtotal")
    }
    assert found == {(row["sheet"], row["row"]): row["kind"] for row in key["rows"]}


def test_every_member_row_has_exactly_the_problems_of_the_answer_key(sample) -> None:
    _, judged, key = sample
    found = {
        (row.sheet, row.number): [f"{problem.field}:{problem.code}" for problem in row.problems]
        for row in judged.rows
    }
    assert found == {
        (row["sheet"], row["row"]): row["problems"] for row in key["rows"] if row["kind"] == "member"
    }


def test_every_accepted_row_has_the_canonical_values_of_the_answer_key(sample) -> None:
    _, judged, key = sample
    found = {(row.sheet, row.number): row.values.canonical() for row in judged.rows if not row.problems}
    assert found == {
        (row["sheet"], row["row"]): row["canonical"] for row in key["rows"] if row.get("canonical")
    }


def test_totals_and_named_cells_agree(sample) -> None:
    _, judged, key = sample
    taken = sum(not row.problems for row in judged.rows)
    assert key["totals"] == {
        "member_rows": len(judged.rows),
        "acceptable": taken,
        "refused": len(judged.rows) - taken,
    }
    assert sorted(judged.named_cells.values()) == sorted(key["cells"])


def test_without_leave_to_create_cells_every_row_is_refused_for_its_cell() -> None:
    tables, _ = read("commune")
    judged = judge_roster(tables, known=KnownPlaces(), create_cells=False, today=TODAY)
    assert judged.named_cells == {}
    assert all("cell:unknown" in [f"{p.field}:{p.code}" for p in row.problems] for row in judged.rows)
