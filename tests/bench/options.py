"""Options of the long runs: what cannot be measured is refused with a sentence, before anything is prepared."""

import argparse
import math
from collections.abc import Callable

#: So many members a made-up nation may have: fewer do not fill its cells, and no more were thought of.
LEAST_MEMBERS, MOST_MEMBERS = 5_000, 10_000_000


def whole(least: int, most: int) -> Callable[[str], int]:
    """A whole number between these, both included; underscores may part its digits."""

    def parse(word: str) -> int:
        try:
            number = int(word)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{word!r} is no whole number") from None
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{word} is not between {least:,} and {most:,}")
        return number

    return parse


def positive(most: float) -> Callable[[str], float]:
    """A number above 0, at most this."""

    def parse(word: str) -> float:
        try:
            number = float(word)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{word!r} is no number") from None
        if math.isnan(number) or not 0 < number <= most:
            raise argparse.ArgumentTypeError(f"{word} is not above 0 and at most {most:,g}")
        return number

    return parse


def one_of(names: list[str], what: str) -> Callable[[str], str]:
    """One of these names. Unlike ``choices`` it allows that none is given, and the sentence tells all of them."""

    def parse(word: str) -> str:
        if word not in names:
            raise argparse.ArgumentTypeError(f"no {what} is called {word!r}; there are {', '.join(names)}")
        return word

    return parse
