"""Minutes from the facts: a pure function, the same facts give the same text (2-domain, Minutes).

Every sentence, and when it is said, stands in ``script.json``; this only reads it aloud. The phone reads the same file
(``pwa/src/features/minutes/compose.ts``), so that a room without a network hears the same words;
``tests/data/minutes/compose.json`` holds both to it.

A paragraph of the script has a ``key``, a ``text`` with ``{name}`` or ``{name|filter}`` in it, and ``if``: what has to be there
(``name``) or missing (``!name``). A text in parts is their sentences in a row. ``each`` says its paragraphs for every one of a
list, where ``number`` counts from 1.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from handbook.documents.layout.dates import day_in_words
from handbook.minutes.facts import Facts, VoteMethod, as_data
from handbook.scores.rules import scores_meeting

Data = Mapping[str, Any]
_PLACE = re.compile(r"\{([a-z_.]+)(?:\|([a-z_]+))?\}")


@dataclass(frozen=True, slots=True)
class ComposedParagraph:
    """``key`` names the fact behind the words, so that the same fact is found again when the minutes are composed again."""

    key: str
    text: str
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class ComposedSection:
    key: str
    title: str
    paragraphs: tuple[ComposedParagraph, ...]


@cache
def script() -> dict[str, Any]:
    """The sentences of the minutes, with the words for the kinds of meetings."""
    text = (files(__package__) / "script.json").read_text(encoding="utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def compose(facts: Facts) -> tuple[ComposedSection, ...]:
    """The sections in their order; a section about which there is nothing to say is left out."""
    return compose_data(as_data(facts))


def compose_data(facts: Data) -> tuple[ComposedSection, ...]:
    """The same from facts as plain data, as the phone has them."""
    known = _with_what_follows(facts)
    found = [(one, tuple(_say(one["say"], known))) for one in script()["sections"]]
    return tuple(ComposedSection(one["key"], one["title"], said) for one, said in found if said)


def _with_what_follows(facts: Data) -> dict[str, Any]:
    """The facts with what can be read off them."""
    roll, begun = facts["roll"], facts["opened_at"] or facts["starts_at"]
    items = [
        {
            **item,
            **_course(item, place, facts),
            "votes": [_vote(vote) for vote in item["votes"]],
            "tasks": [{**task, f"is_{task['state']}": True} for task in item["tasks"]],
        }
        for place, item in enumerate(facts["items"])
    ]
    return {
        **facts,
        "items": items,
        "nothing_recorded": _is_over(facts)
        and not _last_reached(facts)
        and any(not one["tasks"] for one in items),
        "votes": [_vote(vote) for vote in facts["votes"]],
        **_quorum(roll),
        "same_day": (facts["closed_at"] or "")[:10] == begun[:10],
        **_reading(facts.get("read_back_at"), facts["closed_at"], begun),
    }


def _course(item: Data, place: int, facts: Data) -> dict[str, bool]:
    """Nobody presented an item of which the book says nothing, and the minutes say that it does: once another that comes later
    was reached, or the meeting is over. Before that it lies ahead. Of the scoring the sheets tell that it took place."""
    scored = facts["score"] is not None and scores_meeting(item["title"])
    reached, last = _was_reached(item) or scored, _last_reached(facts)
    passed_over = last > 0 and (_is_over(facts) or place + 1 < last)
    return {"presented": reached, "unrecorded": passed_over and not reached and not item["tasks"]}


def _was_reached(item: Data) -> bool:
    """Somebody began the item or noted that it was dealt with, or the book says something of it."""
    return any(item.get(name) for name in ("begun", "notes", "votes", "conclusion"))


def _last_reached(facts: Data) -> int:
    """Counted from 1; 0 where none was."""
    return max((place for place, item in enumerate(facts["items"], 1) if _was_reached(item)), default=0)


def _is_over(facts: Data) -> bool:
    return facts["closed_at"] is not None


def _reading(read_at: str | None, closed_at: str | None, begun: str) -> dict[str, bool]:
    """2-domain: "minutes read back; closing". Only what was agreed to before the end was read to the meeting; to the second,
    and all in the zone of the meeting."""
    in_meeting = read_at is not None and (closed_at is None or read_at[:19] <= closed_at[:19])
    return {
        "read_in_meeting": in_meeting,
        "read_later": read_at is not None and not in_meeting,
        "read_same_day": read_at is not None and read_at[:10] == begun[:10],
    }


def _quorum(roll: Data) -> dict[str, Any]:
    """The quorum asks who is in the room, as on the screen: until the end, and without who left early; nobody due, none."""
    left = roll.get("official_left", 0)
    in_room = roll["official_present"] - left
    return {
        "official_in_room": in_room,
        "has_left": left > 0,
        "is_quorate": roll["official_due"] > 0 and in_room >= roll["quorum_required"],
    }


def _vote(vote: Data) -> dict[str, Any]:
    voted = vote["agree"] + vote["disagree"] + vote["other"]
    quorum, papers = vote.get("quorum"), vote["papers"]
    # Who gave an invalid paper has voted, and for nothing.
    invalid = papers["invalid"] if papers else 0
    counted = vote["method"] in (VoteMethod.HAND, VoteMethod.SECRET_PAPER)
    return {
        **vote,
        "no_quorum": quorum is not None and not quorum["reached"],
        "more_than_present": counted and max(voted, papers["given_out"] if papers else 0) > vote["present"],
        "percent": percent(vote["agree"], vote["denominator"]),
        "invalid": invalid,
        "not_voted": max(0, vote["denominator"] - voted - invalid),
        "is_void": vote["passed"] is None,
    }


def _say(nodes: Sequence[Data], known: Data) -> Iterator[ComposedParagraph]:
    for node in nodes:
        if "each" in node:
            say = node["say"] if "say" in node else script()["parts"][node["use"]]
            for number, one in enumerate(_value(node["each"], known) or (), 1):
                yield from _say(say, {**known, **one, "number": number})
        elif _holds(node, known):
            parts = [{"text": node["text"]}] if isinstance(node["text"], str) else node["text"]
            text = " ".join(_fill(part["text"], known) for part in parts if _holds(part, known))
            yield ComposedParagraph(_fill(node["key"], known), text, node.get("heading", False))


def _holds(node: Data, known: Data) -> bool:
    asked = node.get("if", ())
    return all(
        bool(_value(one.lstrip("!"), known)) != one.startswith("!")
        for one in ([asked] if isinstance(asked, str) else asked)
    )


def _value(name: str, known: Data) -> Any:
    value: Any = known
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _fill(text: str, known: Data) -> str:
    return _PLACE.sub(lambda found: _told(_value(found[1], known), found[2]), text)


def _told(value: Any, how: str | None) -> str:
    if how is None:
        return str(value)
    if how in FILTERS:
        return FILTERS[how](value)
    if how in script()["lists"]:
        return "; ".join(_one_of(script()["lists"][how], one) for one in value)
    word: str = script()["words"][how][value]
    return word


def _one_of(forms: Sequence[Data], one: Data) -> str:
    return next(_fill(form["text"], one) for form in forms if _holds(form, one))


def time_in_words(instant: datetime) -> str:
    """``19 giờ 05 phút``, in the zone of the instant."""
    return f"{instant.hour} giờ {instant.minute:02} phút"


def percent(part: int, whole: int) -> str:
    """With one decimal, written with a comma, and none when it is whole; rounded half up."""
    if whole == 0:
        return "0"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10},{tenths % 10}".removesuffix(",0")


def ended(text: str) -> str:
    """The text with a full stop, unless it ends like a sentence already."""
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…", ":")) else f"{text}."


FILTERS: dict[str, Callable[[Any], str]] = {
    "bare": lambda text: text.rstrip("."),
    "ended": ended,
    "count": lambda people: str(len(people)),
    "time": lambda text: time_in_words(datetime.fromisoformat(text)),
    "day": lambda text: day_in_words(datetime.fromisoformat(text).date()),
    "date": lambda text: f"{date.fromisoformat(text):%d/%m/%Y}",
}
