"""The report of a campaign: what an earlier run counted stays beside what a later one counts anew."""

import json
from pathlib import Path

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
