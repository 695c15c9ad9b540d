"""Đảng bộ bộ phận: the organisation between the one imported into and its cells, wherever a roster names it.

A heading ("A. ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"), a label ("Đảng bộ bộ phận: Quân sự"), or a part of the way to a cell
("Đảng bộ bộ phận Quân sự - Chi bộ 1", "Chi bộ 1 thuộc ĐBBP Quân sự").
"""

import re

from handbook.kernel.text import clean
from handbook.members.roster.cells import cell_key
from handbook.members.roster.proper_names import proper_name

_NAME = "Đảng bộ bộ phận"
# Its committee, "Đảng ủy bộ phận X", stands for the section itself.
_KIND = r"(?:(?:đảng\s+(?:bộ|ủy|uỷ)|đb)\s+bộ\s+phận|đbbp)\b"
_CELL = r"(?:chi\s+bộ|chi\s+bo|cb|tổ\s+đảng)\b"
_BETWEEN = r"\s*(?:[-–—/\\>»→,;:|(\[]|\b(?:trực\s+)?thuộc\b)[-–—/\\>»→,;:|\s]*"
_SECTION = re.compile(
    rf"(?:(?:tên\s+)?(?:đơn\s+vị|tổ\s+chức)\s*[:\-–]\s*)?{_KIND}\s*[:\-–]?\s*(?P<name>\S.*)", re.IGNORECASE
)
_SECTION_FIRST = re.compile(rf"(?P<section>{_KIND}.*?\w.*?){_BETWEEN}(?P<cell>{_CELL}.*)", re.IGNORECASE)
_CELL_FIRST = re.compile(rf"(?P<cell>{_CELL}.*?\w.*?){_BETWEEN}(?P<section>{_KIND}.*)", re.IGNORECASE)
_MOST_LETTERS = 300
_QUOTES = "\"“”«»'‘’ .:;,)]"


def section_named(text: str) -> str:
    """``Đảng bộ bộ phận Quân sự`` for any way of writing it, or nothing when the text names no section first of all."""
    match = _SECTION.fullmatch(clean(text))
    name = match["name"].strip(_QUOTES) if match else ""
    if not any(char.isalnum() for char in name):
        return ""
    # Only the name tells whether it is written in capitals: "ĐBBP Quân sự" is not.
    return f"{_NAME} {proper_name(name) if name.isupper() and any(map(str.isalpha, name)) else name}"


def section_in(text: str) -> str:
    """The section that a title or a sheet's name speaks of, wherever in it."""
    found = re.search(rf"{_KIND}.*", clean(text)[:_MOST_LETTERS], re.IGNORECASE)
    return section_named(found[0]) if found else ""


def split_path(text: str) -> tuple[str, str]:
    """(cell, section) of a text that may name both; the section is empty when it names none."""
    text = clean(text)
    if len(text) > _MOST_LETTERS:
        return text, ""
    for pattern in (_SECTION_FIRST, _CELL_FIRST):
        match = pattern.fullmatch(text)
        section = section_named(match["section"]) if match else ""
        if match and section:
            return match["cell"].strip(), section
    return text, ""


def section_key(name: str) -> str:
    """What spellings of one section have in common."""
    return cell_key(section_named(name) or name)
