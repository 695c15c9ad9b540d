"""Telling apart two people of one name, without input or output. The phone does the same (``pwa/src/lib/names.ts``);
``tests/data/members/name_marks.json`` holds both to it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handbook.kernel.text import fold

#: Of a card as many of the last digits as are needed, and not fewer.
LEAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Bearer:
    """Somebody on a list, as the list looks at names."""

    id: int
    full_name: str
    birth_year: int | None
    card_number: str | None


def name_marks(people: Iterable[Bearer]) -> dict[int, str]:
    """What stands behind the name of everybody whose name, folded, is on the list more than once: the year of birth where
    nobody else of the name was born in it, else the last digits of the card. Whom neither tells apart keeps the year, if any.

    Content and not words of the screen, so it is Vietnamese.
    """
    by_name: dict[str, list[Bearer]] = defaultdict(list)
    for one in people:
        by_name[fold(one.full_name)].append(one)
    marks: dict[int, str] = {}
    for bearers in by_name.values():
        if len(bearers) > 1:
            marks |= _marks_of(bearers)
    return marks


def with_mark(full_name: str, mark: str | None) -> str:
    """``Nguyễn Văn Hòa (1962)``."""
    return full_name if mark is None else f"{full_name} ({mark})"


def _marks_of(bearers: Sequence[Bearer]) -> dict[int, str]:
    years = [one.birth_year for one in bearers]
    cards = ["".join(filter(str.isdecimal, one.card_number or "")) for one in bearers]
    marks = {}
    for one, digits in zip(bearers, cards, strict=True):
        if one.birth_year is not None and years.count(one.birth_year) == 1:
            marks[one.id] = str(one.birth_year)
        elif tail := _tail(digits, cards):
            marks[one.id] = f"thẻ …{tail}"
        elif one.birth_year is not None:
            marks[one.id] = str(one.birth_year)
    return marks


def _tail(digits: str, cards: Sequence[str]) -> str:
    """The shortest end of this card that no other of them has; empty where there is none."""
    for length in range(LEAST_DIGITS, len(digits) + 1):
        tail = digits[-length:]
        if sum(card.endswith(tail) for card in cards) == 1:
            return tail
    return ""
