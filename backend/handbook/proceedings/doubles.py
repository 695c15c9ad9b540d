"""Two counts that may be of one vote: pure, and the same in TypeScript (``pwa/src/sync/doubles.ts``).

A device that does not run the agenda knows of no item, and people call one question by a shorter or a longer name: then two
devices write one vote under two subjects, and the register of each stands. What may be one vote is told, and people say whether
it is (ADR 11).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from handbook.kernel.text import fold

_WORDS = re.compile("[0-9a-z\u0080-\U0010ffff]+")


@dataclass(frozen=True, slots=True)
class Counted:
    """A count that stands. ``raised_on``: the devices that wrote it down without having seen another count of it."""

    subject: str
    ballot: Mapping[str, Any]
    raised_on: frozenset[str]


def find_doubles(counts: Iterable[Counted]) -> list[tuple[str, str]]:
    """The pairs that may be one vote, by their subjects in their order."""
    ordered = sorted(counts, key=lambda count: count.subject)
    return [
        (one.subject, other.subject) for one, other in combinations(ordered, 2) if _may_be_one(one, other)
    ]


def _may_be_one(one: Counted, other: Counted) -> bool:
    """Counted in one way, asking the same; a device that wrote down both knows that they are two, and so does who said it."""
    if one.subject.partition(":")[0] != other.subject.partition(":")[0] or one.raised_on & other.raised_on:
        return False
    apart = other.subject in one.ballot.get("apart", ()) or one.subject in other.ballot.get("apart", ())
    return not apart and is_same_question(one.ballot, other.ballot)


def is_same_question(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two ballots may ask the same: of one kind, and the words of one title begin the other, whatever their accents."""
    words, others = (_WORDS.findall(fold(str(ballot["title"]))) for ballot in (one, other))
    length = min(len(words), len(others))
    return one["kind"] == other["kind"] and length > 0 and words[:length] == others[:length]
