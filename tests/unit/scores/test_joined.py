"""Phones and paper added up: cases that the phone's rules are held to as well; and what is shown adds up."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.scores import rules
from handbook.scores.rules import Count

DATA = json.loads((Path(__file__).parents[2] / "data/scores/joined.json").read_text("utf-8"))


@pytest.mark.parametrize("case", DATA["cases"], ids=lambda case: case["name"])
def test_phones_and_paper_are_added_up(case: dict[str, Any]) -> None:
    paper = case["on_paper"]
    found = rules.joined(Count(*case["by_phone"]), None if paper is None else Count(*paper))
    if found is None:
        assert case["is"] is None
        return
    value = rules.average(found.points, found.sheets)
    grade = rules.grade(value, rules.Bounds(**DATA["bounds"]))
    shown = rules.shown(value)
    assert [found.sheets, found.points, found.method, shown, grade, rules.in_words(shown)] == case["is"]


@pytest.mark.parametrize("item", DATA["items"], ids=lambda item: item["title"])
def test_the_item_of_the_scoring_is_known_by_its_words(item: dict[str, Any]) -> None:
    assert rules.scores_meeting(item["title"]) is item["scores"]


counts = st.integers(0, 30).flatmap(
    lambda sheets: st.builds(Count, st.just(sheets), st.integers(0, 100 * sheets))
)


@given(counts, counts)
def test_no_average_lets_fewer_than_three_sheets_by_phone_be_told(by_phone: Count, on_paper: Count) -> None:
    """Who knows the paper subtracts it: what is left is nobody's, or of three at least."""
    found = rules.joined(by_phone, on_paper)
    if found is not None:
        left = found.sheets - on_paper.sheets
        assert left == 0 or left >= rules.FEWEST_SHEETS
        assert found.points - on_paper.points == (by_phone.points if left else 0)


@st.composite
def filled(draw: st.DrawFn) -> tuple[list[int], int]:
    """The points of each criterion, of some sheets together."""
    most = draw(st.lists(st.integers(1, 30), min_size=1, max_size=20))
    sheets = draw(st.integers(3, 200))
    return [draw(st.integers(0, one * sheets)) for one in most], sheets


@given(filled())
def test_the_averages_of_the_criteria_add_up_to_the_one_that_is_shown(given_: tuple[list[int], int]) -> None:
    points, sheets = given_
    hundredths = [int(one.replace(".", "")) for one in rules.shown_parts(points, sheets)]
    assert sum(hundredths) == int(rules.shown(rules.average(sum(points), sheets)).replace(".", ""))
    for one, exact in zip(hundredths, points, strict=True):
        assert abs(one * sheets - exact * 100) < sheets, "by less than a hundredth"
