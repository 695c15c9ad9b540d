"""The cases that the phone's Vitest reads as well: what a meeting heard of a task is the same on both."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from handbook.resolutions.task_rules import as_heard

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "tasks" / "heard.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_meeting_knows_what_was_written_before_its_end_and_had_arrived(case: dict[str, Any]) -> None:
    updates = [
        SimpleNamespace(
            **{**one, **{name: datetime.fromisoformat(one[name]) for name in ("at", "recorded_at")}}
        )
        for one in case["updates"]
    ]
    ended_at, heard_until = (datetime.fromisoformat(case[name]) for name in ("ended_at", "heard_until"))
    known = as_heard(updates, ended_at, heard_until)
    assert (known and {**asdict(known), "state": known.state.value}) == case["known"]
