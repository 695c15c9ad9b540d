"""The cases that the phone's Vitest reads as well: both write the same minutes, word for word."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from handbook.minutes import text
from handbook.minutes.compose import ComposedParagraph, ComposedSection, compose_data, script

DATA = Path(__file__).parents[2] / "data" / "minutes"
COMPOSING: list[dict[str, Any]] = json.loads((DATA / "compose.json").read_text(encoding="utf-8"))
MERGING: list[dict[str, Any]] = json.loads((DATA / "merge.json").read_text(encoding="utf-8"))


def plain(sections: Any) -> Any:
    """As JSON reads it."""
    return json.loads(json.dumps([asdict(section) for section in sections]))


@pytest.mark.parametrize("case", COMPOSING, ids=lambda case: case["name"])
def test_the_server_writes_what_the_cases_say(case: dict[str, Any]) -> None:
    assert plain(compose_data(case["facts"])) == case["sections"]


@pytest.mark.parametrize("case", MERGING, ids=lambda case: case["name"])
def test_a_text_is_brought_up_to_date_as_the_cases_say(case: dict[str, Any]) -> None:
    fresh = [
        ComposedSection(
            one["key"],
            one["title"],
            tuple(ComposedParagraph(**paragraph) for paragraph in one["paragraphs"]),
        )
        for one in case["fresh"]
    ]
    old = text.from_json(case["old"])
    again = text.compose_again(old, fresh, agreed=case["agreed"], keep_heard=case["keep_heard"])
    assert text.to_json(again.sections) == case["expected"]
    assert text.unheard(old, again.sections) is case["unheard"]


def keys_of(nodes: list[dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if "each" in node:
            found |= keys_of(node["say"] if "say" in node else script()["parts"][node["use"]])
        else:
            found.add(node["key"].partition(".")[0])
    return found


def test_every_paragraph_of_the_script_is_in_a_case() -> None:
    scripted = {key for section in script()["sections"] for key in keys_of(section["say"])}
    told = {
        paragraph["key"].partition(".")[0]
        for case in COMPOSING
        for section in case["sections"]
        for paragraph in section["paragraphs"]
    }
    assert told == scripted


def test_the_line_of_a_site_ends_with_those_who_have_not_come() -> None:
    """What a closing makes of them is told from the rest of the line by these words (``text.UNEXPLAINED_AT_SITE``)."""
    attendance = next(section for section in script()["sections"] if section["key"] == "attendance")
    (site,) = next(node["say"] for node in attendance["say"] if node.get("each") == "roll.sites")
    told = [part.get("if") for part in site["text"] if text.UNEXPLAINED_AT_SITE.match(f" {part['text']}")]
    assert told == ["unexcused", "not_recorded"] == [part.get("if") for part in site["text"]][-2:]
