"""Types of settings: what a value looks like in JSON, what it means in the program, and what is wrong with a bad one."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

_FRACTION = re.compile(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})", re.ASCII)


class Refused(ValueError):
    """The value cannot be taken: ``code`` and ``params`` as in a problem document."""

    def __init__(self, code: str, **params: int | str) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


class Kind(Protocol):
    """``name`` is what the API calls the type; ``parse`` takes JSON data and raises :class:`Refused`."""

    @property
    def name(self) -> str: ...

    def parse(self, data: Any) -> Any: ...

    def dump(self, value: Any) -> Any: ...

    def bounds(self) -> dict[str, Any]: ...


#: The types by the names that the API gives them.
TYPES = ("integer", "boolean", "fraction", "integers", "text")


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """A whole number between two bounds, both included."""

    least: int
    most: int
    name: str = "integer"

    def parse(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            raise Refused("not_integer")
        if not self.least <= data <= self.most:
            raise Refused("out_of_range", min=self.least, max=self.most)
        return data

    def dump(self, value: Any) -> int:
        return int(value)

    def bounds(self) -> dict[str, Any]:
        return {"min": self.least, "max": self.most}


@dataclass(frozen=True, slots=True)
class Yes:
    """Yes or no."""

    name: str = "boolean"

    def parse(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise Refused("not_boolean")
        return data

    def dump(self, value: Any) -> bool:
        return bool(value)

    def bounds(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, written as a fraction such as ``2/3``; exact, because votes are counted by it."""

    choices: tuple[Fraction, ...]
    name: str = "fraction"

    def parse(self, data: Any) -> Fraction:
        found = _FRACTION.fullmatch(data) if isinstance(data, str) else None
        if found is None:
            raise Refused("not_fraction")
        share = Fraction(int(found[1]), int(found[2]))
        if share not in self.choices:
            raise Refused("not_a_choice")
        return share

    def dump(self, value: Any) -> str:
        return f"{value.numerator}/{value.denominator}"

    def bounds(self) -> dict[str, Any]:
        return {"choices": [self.dump(choice) for choice in self.choices]}


@dataclass(frozen=True, slots=True)
class Words:
    """A few words on one line; none is a value too. Kept in NFC with single blanks."""

    most: int
    name: str = "text"

    def parse(self, data: Any) -> str:
        if not isinstance(data, str) or any(unicodedata.category(one) in ("Cc", "Cs") for one in data):
            raise Refused("not_text")
        words = " ".join(unicodedata.normalize("NFC", data).split())
        if len(words) > self.most:
            raise Refused("too_long", max=self.most)
        return words

    def dump(self, value: Any) -> str:
        return str(value)

    def bounds(self) -> dict[str, Any]:
        return {"max": self.most}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Several different whole numbers between bounds; their order says nothing, so one order is kept."""

    least: int
    most: int
    at_most: int
    descending: bool = False
    at_least: int = 1
    name: str = "integers"

    def parse(self, data: Any) -> tuple[int, ...]:
        if not isinstance(data, Sequence) or isinstance(data, str | bytes):
            raise Refused("not_list")
        if not self.at_least <= len(data) <= self.at_most:
            raise Refused("wrong_count", min=self.at_least, max=self.at_most)
        number = WholeNumber(self.least, self.most)
        values = [number.parse(item) for item in data]
        if len(set(values)) != len(values):
            raise Refused("repeated")
        return tuple(sorted(values, reverse=self.descending))

    def dump(self, value: Any) -> list[int]:
        return list(value)

    def bounds(self) -> dict[str, Any]:
        return {"min": self.least, "max": self.most, "at_most": self.at_most}
