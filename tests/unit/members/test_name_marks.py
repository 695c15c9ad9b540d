"""Two people of one name: the cases that the phone's Vitest reads as well, and what holds for every list."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.kernel.text import fold
from handbook.members.naming import Bearer, name_marks, with_mark

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "data" / "members" / "name_marks.json").read_text(encoding="utf-8")
)
PEOPLE = st.lists(
    st.tuples(
        st.sampled_from(["Nguyễn Văn Hòa", "Nguyễn Văn Hoà", "Lê Thị Mai", "Đỗ Đức"]),
        st.sampled_from([None, 1962, 1975]),
    ),
    max_size=12,
).map(
    lambda rows: [
        Bearer(index, name, year, f"99.{index:06}") for index, (name, year) in enumerate(rows, start=1)
    ]
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_mark_is_what_the_cases_say(case: dict[str, Any]) -> None:
    people = [Bearer(**{**one, "id": int(one["id"])}) for one in case["people"]]
    assert {str(id_): mark for id_, mark in name_marks(people).items()} == case["marks"]


@given(PEOPLE)
def test_whoever_has_a_card_of_their_own_is_told_apart_and_nobody_else_is_marked(
    people: list[Bearer],
) -> None:
    marks = name_marks(people)
    names = [fold(one.full_name) for one in people]
    assert {one.id for one in people if names.count(fold(one.full_name)) > 1} == set(marks)
    shown = [with_mark(fold(one.full_name), marks.get(one.id)) for one in people]
    assert len(set(shown)) == len(shown)
