"""Whatever the server refuses, the app has a sentence for it in both languages that says what to do."""

import json
import re
from pathlib import Path

import pytest

from handbook.proceedings.enums import RefusalCode

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "pwa" / "src"
# Answers to monitors and to players of files, never to the app.
NOT_FOR_PEOPLE = {"not_migrated", "range_not_satisfiable"}
# What the verbs of other features say of a line of the book (proceedings/applying.py).
OF_THE_VERBS = {
    "invalid_member_code",
    "wrong_counts",
    "ballots_open",
    "not_a_voter",
    "already_begun",
    "too_early",
    "too_late",
    "before_arrival",
    "only_when_attending",
    "classified_document",
}


def published_codes() -> set[str]:
    responses = json.loads((ROOT / "openapi.json").read_text("utf-8"))["components"]["responses"]
    return {code for one in responses.values() for code in re.findall(r"`([a-z_]+)`:", one["description"])}


def keys_of(names: tuple[str, ...], prefix: str) -> set[str]:
    files = [path for path in SOURCES.rglob("*.ts") if path.name in names]
    text = "\n".join(path.read_text("utf-8") for path in files)
    return set(re.findall(rf"'{prefix}\.([a-z_]+)': *(?:\n *)?['\"`]", text))


VIETNAMESE = ("problems.vi.ts", "messages.ts")
ENGLISH = ("problems.en.ts", "messages.en.ts")


@pytest.mark.parametrize("names", [VIETNAMESE, ENGLISH], ids=["vi", "en"])
def test_every_refusal_of_the_api_has_a_sentence(names: tuple[str, ...]) -> None:
    codes = published_codes()
    assert len(codes) > 50
    known = keys_of(names, "problem") | keys_of(names, "code")
    assert codes - known <= NOT_FOR_PEOPLE


@pytest.mark.parametrize("name", ["messages.ts", "messages.en.ts"])
def test_every_refusal_of_a_line_of_the_book_has_a_sentence(name: str) -> None:
    text = (SOURCES / "features" / "room" / name).read_text("utf-8")
    known = set(re.findall(r"'code\.([a-z_]+)':", text))
    assert {code.value for code in RefusalCode} | OF_THE_VERBS <= known


def test_who_leads_and_who_writes_have_one_name_each() -> None:
    """Chủ trì and người ghi biên bản, wherever they are named; a congress alone elects secretaries (đoàn thư ký)."""
    templates = ROOT / "backend" / "handbook" / "meetings" / "agenda_templates.json"
    scripts = [templates, *(ROOT / "backend" / "handbook" / "minutes").glob("*.*")]
    sources = [*SOURCES.rglob("messages*.ts"), *SOURCES.rglob("problems.vi.ts"), *scripts]
    other = re.compile(r"chủ t[oọ][aạ]|\bthư ký(?! đại hội)", re.IGNORECASE)
    found = [(path.name, other.findall(path.read_text("utf-8"))) for path in sources if path.is_file()]
    assert len(found) > 20
    assert [one for one in found if one[1]] == []
