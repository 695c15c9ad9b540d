"""Names of cells: when two spellings are the same cell, and how a name in capitals is written properly."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from handbook.kernel.text import clean, fold
from handbook.members.roster.proper_names import proper_name

_PREFIX = re.compile(r"^(chi bộ|chi bo|cb\.?)\s+", re.IGNORECASE)
_ABBREVIATED = re.compile(r"^cb\.?\s+", re.IGNORECASE)
_BEGINNING = re.compile(r"^(chi bộ|chi bo|đảng bộ|đảng ủy)\b", re.IGNORECASE)
# Where the tone mark stands in oa, oe, uy is a matter of taste: hoà and hòa are the same word.
_TONE_PLACES = {
    f"{pair[0]}{accented}": f"{moved}{pair[1]}"
    for pair, accents in (("oa", "àáảãạ"), ("oe", "èéẻẽẹ"), ("uy", "ỳýỷỹỵ"))
    for accented, moved in zip(accents, {"o": "òóỏõọ", "u": "ùúủũụ"}[pair[0]], strict=True)
}


@lru_cache(maxsize=4096)
def cell_key(name: str) -> str:
    """What two spellings of one cell have in common: case, blanks, tone places and the word "Chi bộ" do not matter."""
    text = _PREFIX.sub("", clean(name).casefold().strip(" .:;,"))
    for misplaced, placed in _TONE_PLACES.items():
        text = text.replace(misplaced, placed)
    return re.sub(r"\s*([-–/,.])\s*", r"\1", text)


def bare_key(name: str) -> str | None:
    """The key of a name typed without any diacritics, or None for one that has some (or needs none)."""
    text = clean(name)
    return fold(cell_key(text)) if text.isascii() else None


class CellNames:
    """Cells by every spelling that may mean them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_key: dict[str, str] = {}
        self._by_bare: dict[str, set[str]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        key = cell_key(name)
        self._by_key.setdefault(key, name)
        self._by_bare.setdefault(fold(key), set()).add(key)

    def find(self, name: str) -> str | None:
        """The key of the one cell that ``name`` means. A name without diacritics finds its cell when only one fits."""
        key = cell_key(name)
        if key in self._by_key:
            return key
        bare = bare_key(name)
        fitting = self._by_bare.get(bare, set()) if bare else set()
        return next(iter(fitting)) if len(fitting) == 1 else None


def best_spelling(spellings: Counter[str], in_group_line: str) -> str:
    """How the cell is to be called: as most rows write it, unless they all shout or whisper.

    Rows may say "CB" or leave "Chi bộ" away; where the group line has the words, the cell has them.
    """
    proper = Counter[str]()
    for text, count in spellings.items():
        if not _shouts_or_whispers(text):
            proper[_in_full(text, in_group_line)] += count
    if proper:
        most = max(proper.values())
        return next(text for text, count in proper.items() if count == most)
    line = _in_full(in_group_line, in_group_line)
    return proper_name(line) if _shouts_or_whispers(in_group_line) else line


def _shouts_or_whispers(text: str) -> bool:
    name = _PREFIX.sub("", text)
    return text.isupper() or text.islower() or (name.isupper() and proper_name(name) != name)


def _in_full(text: str, in_group_line: str) -> str:
    """``CB Thôn Tây`` and ``Thôn Tây`` as "Chi bộ Thôn Tây"; other beginnings are left."""
    if _ABBREVIATED.match(text):
        return _ABBREVIATED.sub("Chi bộ ", text)
    return f"Chi bộ {text}" if _PREFIX.match(in_group_line) and not _BEGINNING.match(text) else text
