"""Vietnamese text: one canonical form for storing, one folded form for searching."""

import re
import unicodedata

_BLANKS = re.compile(r"\s+")


def clean(value: str) -> str:
    """NFC, without control or zero-width characters, blanks collapsed and trimmed."""
    composed = unicodedata.normalize("NFC", value)
    if composed.isprintable():
        return _BLANKS.sub(" ", composed).strip()
    visible = "".join(
        " " if char in "\t\n\r\v\f" else char
        for char in composed
        if char in "\t\n\r\v\f" or not _invisible(char)
    )
    return _BLANKS.sub(" ", visible).strip()


def fold(value: str) -> str:
    """Lower case without diacritics, đ as d: ``Nguyễn Đức`` becomes ``nguyen duc``. For searching only."""
    decomposed = unicodedata.normalize("NFD", value.casefold())
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return _BLANKS.sub(" ", bare.replace("đ", "d")).strip()


def sort_key(full_name: str) -> str:
    """Folded given name first, as Vietnamese lists are ordered: ``Nguyễn Văn An`` sorts under ``an nguyen van``."""
    words = fold(full_name).split(" ")
    return " ".join([words[-1], *words[:-1]])


def like_pattern(query: str) -> str:
    """A ``LIKE`` pattern (escape character ``\\``) that finds ``query`` anywhere in a folded column."""
    escaped = fold(query).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _invisible(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf")
