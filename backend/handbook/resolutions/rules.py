"""Symbols and terms of office: pure rules (2-domain, Documents).

A symbol reads ``01-NQ/CB``: number, type, issuer. Numbers run from 01 for each type within a term of office, so a
symbol alone names no document; issuer, type, symbol and date do.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from handbook.organizations.enums import OrganizationKind
from handbook.resolutions.enums import ABBREVIATIONS, NOT_ISSUED_BY_CELLS, DocumentType

MAX_NUMBER = 9999
TERM_YEARS = 5
_SYMBOL = re.compile(
    r"(?P<number>\d{1,4})-(?P<type>[^\W\d_]{2,3})/(?P<issuer>[A-ZĐƯƠÂÊÔĂ][A-ZĐƯƠÂÊÔĂ0-9.-]{0,19})"
)
_TERM = re.compile(r"(\d{4})-(\d{4})")
_TYPES: dict[str, tuple[DocumentType, ...]] = {
    text: tuple(type_ for type_ in DocumentType if ABBREVIATIONS[type_] == text)
    for text in ABBREVIATIONS.values()
}
_ISSUERS = {
    OrganizationKind.CENTRAL: "TW",
    OrganizationKind.PROVINCE: "TU",
    OrganizationKind.COMMUNE: "ĐU",
    OrganizationKind.GRASSROOTS_COMMITTEE: "ĐU",
    OrganizationKind.SECTION: "ĐUBP",
    OrganizationKind.CELL: "CB",
    OrganizationKind.GROUP: "TĐ",
}


class SymbolError(ValueError):
    """The symbol cannot be used.

    ``code`` says why: ``invalid_symbol``, ``unknown_type``, ``type_mismatch`` or ``type_not_issued_by_cell``.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol in its parts; ``str()`` writes it with at least two digits."""

    number: int
    type: DocumentType
    issuer: str

    def __str__(self) -> str:
        return f"{self.number:02d}-{ABBREVIATIONS[self.type]}/{self.issuer}"


def parse_symbol(
    text: str, *, kind: OrganizationKind, type_: DocumentType | None = None, known: DocumentType | None = None
) -> Symbol:
    """Read a symbol that an organisation of this kind wants to use.

    ``type_`` decides between the two types written ``QĐ``; without it ``known``, the type that the document has, stays where
    the symbol can be one of it, and of a new one a decision (quyết định) is meant. Raises :class:`SymbolError`.
    """
    match = _SYMBOL.fullmatch(unicodedata.normalize("NFC", text.strip()))
    if match is None or not 1 <= int(match["number"]) <= MAX_NUMBER:
        raise SymbolError("invalid_symbol")
    candidates = _TYPES.get(match["type"])
    if candidates is None:
        raise SymbolError("unknown_type")
    if type_ is None:
        meant = (known, DocumentType.DECISION, candidates[0])
        type_ = next(one for one in meant if one in candidates)
    elif type_ not in candidates:
        raise SymbolError("type_mismatch")
    if kind is OrganizationKind.CELL and type_ in NOT_ISSUED_BY_CELLS:
        raise SymbolError("type_not_issued_by_cell")
    return Symbol(int(match["number"]), type_, match["issuer"])


def issuer_of(kind: OrganizationKind) -> str:
    """The issuer's abbreviation that an organisation of this kind usually writes; the symbol may name another."""
    return _ISSUERS[kind]


def term_on(day: date, known: str | None = None) -> str:
    """The term of office at this day, ``YYYY-YYYY``.

    ``known`` is the term the organisation used last: it goes on until its last year is over. Without one, the five-year
    terms of committees at grassroots level and above are meant, whose congresses fall in years that end in 0 or 5.
    """
    if known is not None and is_term(known) and int(known[:4]) <= day.year <= int(known[5:]):
        return known
    first = day.year - day.year % TERM_YEARS
    return f"{first}-{first + TERM_YEARS}"


def is_term(text: str) -> bool:
    """Whether the text is a term: two years, the second one to ten years after the first."""
    match = _TERM.fullmatch(text)
    return match is not None and 1 <= int(match[2]) - int(match[1]) <= 10
