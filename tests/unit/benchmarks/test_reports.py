"""What the benchmarks say of their figures: ratios, targets, and the table that gathers them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.bench.growth_report import dashboard_rows, growth_row, growth_table
from tests.bench.province_report import province_markdown, province_row
from tests.bench.reminders_report import reminder_rows
from tests.bench.table import TARGETS, missing_rows, text_table, write_results

HERE = {"at": "2026-11-05T12:35+00:00", "machine": "a machine", "commit": "abc", "load": [0.1, 0.2, 0.3]}


def _growth(**ratios: float) -> dict[str, Any]:
    sizes = {
        name: {"10000": {"median": 100.0, "p95": 150.0}, "5600000": {"median": 100.0 * ratio, "p95": 300.0}}
        for name, ratio in ratios.items()
    }
    return {"sqlite": {**HERE, "rounds": 10, "calls": sizes}}


def _phase(multiple: float = 4.0, **changed: Any) -> dict[str, Any]:
    found = {"count": 1000, "p50": 2.0, "p95": 9.0, "p99": 40.0, "max": 60.0}
    return {
        "multiple": multiple,
        "offered": 1800.0,
        "errors": {},
        "repeats": {"roll": 2},
        "kinds": {"sync-304": found},
        "all": found,
        "lag": found,
        "cores": {"web": 0.4, "worker": 0.05, "push service": 0.3, "generator": 0.2},
        "memory": {"web": {"largest": 70.0, "whole": 150.0}},
        "database": 160.0,
        "reminders": {"planned": 100, "accepted": 100, "p99_seconds": 1.2},
        **changed,
    }


def _province(*phases: dict[str, Any]) -> dict[str, Any]:
    limit = {"within": 10.0, "beyond": 12.2, "named": "the 2 cores"}
    return {"sqlite": {**HERE, "seconds": 60, "phases": list(phases), "limit": limit}}


def test_growth_is_that_of_the_read_that_grows_most() -> None:
    row = growth_row(_growth(roster=1.05, profile=1.25, **{"check-in": 9.0, "report-nation": 8.0}))
    assert (row["ratio"], row["met"]) == (1.25, True)
    assert "profile on sqlite" in row["unit"]


def test_growth_over_the_target_is_not_met() -> None:
    row = growth_row(_growth(roster=1.31, profile=2.0, inbox=1.3))
    assert (row["ratio"], row["met"]) == (2.0, False)
    assert "2 over the target" in row["unit"]


def test_growth_that_was_not_measured_to_the_end_is_not_met() -> None:
    document = _growth(roster=1.0)
    found = document["sqlite"]["calls"]["roster"]
    found["1000000"] = found.pop("5600000")
    assert growth_row(document)["met"] is False


def test_the_table_of_growth_has_every_call_and_size() -> None:
    lines = growth_table(_growth(roster=1.05, **{"check-in": 2.0})).splitlines()
    assert "| call | 10,000 | 5,600,000 | ratio |" in lines
    assert "| roster | 100 / 150 | 105 / 300 | 1.05 |" in lines
    assert "| check-in (not judged) | 100 / 150 | 200 / 300 | 2.00 |" in lines


def test_dashboards_are_those_of_the_greatest_nation() -> None:
    rows = dashboard_rows(_growth(**{"report-province": 1.5, "report-nation": 3.0}))
    assert [(row["id"], row["value"], row["ratio"]) for row in rows] == [
        ("dashboard-province", 0.1, 1.5),
        ("dashboard-nation", 0.3, 3.0),
    ]


def test_the_evening_is_judged_at_four_times_the_average() -> None:
    row = province_row(_province(_phase(1.0), _phase(4.0), _phase(10.0, errors={"sync-304 503": 4})))
    assert (row["value"], row["ratio"], row["met"]) == (40.0, 0.4, True)
    assert "0.45 core" in row["unit"]
    assert "×12.2" in row["reference"]


@pytest.mark.parametrize(
    "changed",
    [
        {"errors": {"roll 500": 1}},
        {"all": {"count": 9, "p50": 1.0, "p95": 90.0, "p99": 101.0, "max": 120.0}},
        {"cores": {"web": 0.5, "worker": 0.05, "database": 0.1}},
    ],
    ids=["an error", "late", "too much of a core"],
)
def test_the_evening_misses_its_target(changed: dict[str, Any]) -> None:
    assert province_row(_province(_phase(**changed)))["met"] is False


def test_an_evening_without_the_target_multiple_is_not_met() -> None:
    assert province_row(_province(_phase(1.0)))["met"] is False


def test_the_document_of_the_evening_says_what_happened() -> None:
    text = province_markdown(_province(_phase(4.0)))
    assert "**×4**: 1800 requests/s, errors 0,\n2 repeated on a fresh connection;" in text
    assert "| sync-304 | 1,000 | 2.0 | 9.0 | 40.0 | 60.0 |" in text
    assert "Limit: within the target at ×10.0, beyond it at ×12.2. the 2 cores." in text


def test_the_target_table_gathers_rows_of_several_runs(tmp_path: Path) -> None:
    (tmp_path / "growth.json").write_text(json.dumps(_growth(roster=1.1)))
    (tmp_path / "province.json").write_text(json.dumps(_province(_phase(4.0))))
    row = {
        "id": "push",
        "value": 200.0,
        "unit": "µs",
        "reference": "other",
        "ratio": 9.5,
        "target": ">= 9",
        "met": True,
    }
    own = {**row, "id": "an own one", "target": None, "met": None}
    write_results([own, row], folder=tmp_path)
    merged = write_results([{**row, "value": 190.0}], folder=tmp_path)
    assert [found["id"] for found in merged] == ["province-evening", "growth", "push", "an own one"]
    written = json.loads((tmp_path / "results.json").read_text())
    assert written["results"] == merged
    assert list(written) == ["machine", "commit", "results"]
    assert written["machine"]
    assert written["commit"]
    found = {row["id"]: row["measured"] for row in merged}
    assert found["growth"] == found["province-evening"] == "2026-11-05T12:35 abc"
    assert found["push"] == found["an own one"] != found["growth"]
    markdown = (tmp_path / "results.md").read_text()
    assert f"| push | 190 | µs | other | 9.5 | >= 9 | yes | {found['push']} |" in markdown
    assert "sync-304: not measured yet (make bench)" in markdown
    assert len(missing_rows(merged)) == len(TARGETS) - 3
    assert text_table(merged).splitlines()[0].split() == [
        "id",
        "value",
        "unit",
        "reference",
        "ratio",
        "target",
        "met",
        "measured",
    ]


REMINDERS = {
    "planned": 100_000,
    "lost": 0,
    "duplicates": 5,
    "shown_twice": 0,
    "faults": {"500": 9_000},
    "kills": 8,
    "seconds": 300.0,
    "memory": 80.0,
}


def test_reminders_meet_their_target() -> None:
    lost, memory = reminder_rows(REMINDERS)
    assert (lost["value"], lost["met"], memory["met"]) == (0, True, True)


@pytest.mark.parametrize(
    "changed",
    [{"lost": 1}, {"duplicates": 9}, {"shown_twice": 1}, {"planned": 99_999}, {"kills": 7}],
    ids=lambda changed: next(iter(changed)),
)
def test_reminders_miss_their_target(changed: dict[str, int]) -> None:
    assert reminder_rows({**REMINDERS, **changed})[0]["met"] is False
    assert reminder_rows({**REMINDERS, "memory": 91.0})[1]["met"] is False
