"""The report of a campaign: what an earlier run counted stays beside what a later one counts anew; and the figures of it."""

import json
from pathlib import Path
from typing import Any

from tests.faults.report import write_report

HELD = {"fault": "power cut", "cuts": 300, "lost": 0, "wrong": []}
BROKEN = {"fault": "disk full", "lost": 2, "wrong": ["2 are not written"]}


def test_a_later_run_takes_the_place_of_the_same_fault_only(tmp_path: Path) -> None:
    write_report(tmp_path, [HELD, BROKEN])
    write_report(tmp_path, [{**BROKEN, "lost": 0, "wrong": []}])
    kept = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert {row["fault"]: row["lost"] for row in kept["results"]} == {"power cut": 0, "disk full": 0}
    assert kept["machine"]
    assert all(row["commit"] and row["at"] for row in kept["results"])


def test_the_table_says_what_held_and_what_did_not(tmp_path: Path) -> None:
    write_report(tmp_path, [HELD, BROKEN])
    *_, power, disk = (tmp_path / "results.md").read_text("utf-8").splitlines()
    assert power.startswith("| power cut | yes | 0 | – | – | cuts 300, commit ")
    assert "no: 2 are not written" in disk


def test_other_programs_read_the_figures_under_the_ids_of_the_contract(tmp_path: Path) -> None:
    write_report(tmp_path, _campaign())
    document = json.loads((tmp_path / "figures.json").read_text("utf-8"))
    assert list(document) == ["machine", "commit", "results"]
    assert {tuple(row) for row in document["results"]} == {
        ("id", "value", "unit", "reference", "ratio", "target", "met")
    }
    assert {row["id"]: (row["value"], row["met"]) for row in document["results"]} == {
        "kills-sqlite": (110, True),
        "kills-postgres": (50, False),
        "acknowledged-lost": (1, False),
        "check-ins-doubled": (0, True),
        "reminders-lost": (0, True),
        "pushes-shown-twice": (2, False),
        "power-cuts": (300, True),
        "power-cut-lost": (1, False),
        "database-restarts": (10, True),
        "recovery-seconds-p95": (5.1, False),
    }


def test_of_what_was_not_played_there_is_no_figure(tmp_path: Path) -> None:
    write_report(tmp_path, [_campaign()[-1]])
    (one, two) = json.loads((tmp_path / "figures.json").read_text("utf-8"))["results"][-2:]
    assert (one["id"], two["id"]) == ("database-restarts", "recovery-seconds-p95")


def _campaign() -> list[dict[str, Any]]:
    """What each kind of fault counts, with one loss, two pushes too many, a database that is slow and workers left alone."""
    check_ins = {"acknowledged": 100, "lost": 0, "doubled": 0, "wrong": []}
    reminders = {"reminders": 66, "lost": 0, "shown twice": 0, "wrong": []}
    return [
        {"fault": "web process killed, sqlite", "kills": 50, **check_ins},
        {"fault": "web process killed, postgresql", "kills": 50, **check_ins},
        {"fault": "worker killed, sqlite", "kills": 50, **reminders},
        {"fault": "courier killed, sqlite", "kills": 10, **reminders, "shown twice": 2},
        {"fault": "power cut, sqlite", "cuts": 300, **check_ins, "lost": 1},
        {
            "fault": "PostgreSQL stopped and started",
            "stops": 10,
            **check_ins,
            "503 with Retry-After": 900,
            "other refusals": 0,
            "recovery p95, s": 5.1,
        },
    ]
