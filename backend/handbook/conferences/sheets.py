"""The tables of a conference's workbook: sites and delegates, told apart by the words over their columns.

People write such lists for printing, so a title may stand above, the header anywhere, a merged cell may name the site of many
rows, and so may a line of its own ("Điểm cầu số 3: ..."). Rows without anything of ours are passed over.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from handbook.kernel.text import clean, fold
from handbook.members.roster.grid import Merges
from handbook.members.roster.normalize import card_number, is_blank, text_of
from handbook.members.roster.reader import UNCALCULATED, CellValue, RosterSheet, SheetRow, read_sheets


class Column(StrEnum):
    """What a column holds; the values are the names of fields in the report."""

    SITE = "site"
    ADDRESS = "address"
    LINK = "link"
    HOSTS = "hosts"
    CARD = "card"
    NAME = "name"


# Tried in this order on folded words; the first that fits names the column.
_PATTERNS: tuple[tuple[Column, re.Pattern[str]], ...] = tuple(
    (column, re.compile(pattern))
    for column, pattern in (
        (Column.HOSTS, r"(?=.*\b(phu trach|dau moi|host)\b).*\b(the|card|tdv)\b.*"),
        (
            Column.LINK,
            r"((duong |dia chi )?(lien ket|link|url|truc tuyen|phong hop truc tuyen|duong dan|zoom)\b|duong dan|online).*",
        ),
        (Column.ADDRESS, r"(dia chi|dia diem|noi hop|address)\b.*"),
        (
            Column.CARD,
            r"(so |ma )?(hieu )?(so )?(the|tdv|card)\b( so| dang)?( vien| dang vien| number)?( dai bieu)?|so tdv",
        ),
        (Column.NAME, r"(ho|ho va|ho,) (chu dem va )?ten\b.*|ho ten\b.*|ten dai bieu|full ?name|dai bieu"),
        (
            Column.SITE,
            r"(ten |ma )?(diem cau|dau cau|diem hop|diem du hop|diem tham du|site)( tham du| du hop| so| name)?",
        ),
    )
)
_NUMBERING = re.compile(r"^\s*(?:\(?(?:[IVXLC]{1,7}|\d{1,4}|[A-Za-z])\)?\s*[.)/\-:–]+|[-*+•–])\s*")
_NUMBER_ONLY = re.compile(r"\(?(?:[IVXLC]{1,7}|\d{1,5}|[A-ZĐ])\)?[.)/]?")
_TOTAL = re.compile(r"(tong|tong cong|tong so|cong)\b(?=\s*[:\d(]|\s*$)")
_COUNT_BEHIND = re.compile(
    r"[\s,;:(\-–]*\d+\s*(đại biểu|đồng chí|người)\b[\s.);:]*.*$|[\s:;.,\-–]+$", re.IGNORECASE
)
_PARTING = re.compile(r"[;,\n/]| và | - ")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands, as Excel shows it."""

    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class SiteRow:
    place: Place
    name: str
    address: str
    link: str
    # None when the table has no such column, so that hosts who are known stay.
    host_cards: tuple[str, ...] | None
    has_address: bool
    has_link: bool


@dataclass(frozen=True, slots=True)
class DelegateRow:
    """``site`` is what the row, a merged cell or the line above says; ``card`` None where there is none that could be read."""

    place: Place
    card: str | None
    has_card: bool
    name: str
    site: str


@dataclass(slots=True)
class Tables:
    """Everything that was found in the file."""

    sites: list[SiteRow] = field(default_factory=list)
    delegates: list[DelegateRow] = field(default_factory=list)
    has_header: bool = False


def read_tables(stream: BinaryIO) -> Tables:
    """The rows of all sheets. Raises :class:`~handbook.members.roster.errors.RosterUnreadable` for what is no workbook."""
    tables = Tables()
    for sheet in read_sheets(stream):
        _read_sheet(sheet, tables)
    return tables


def name_in(text: str) -> str:
    """The name of a site as a line or a cell has it, without numbering and head count in front and behind."""
    return _COUNT_BEHIND.sub("", _NUMBERING.sub("", clean(text))).strip()


def _read_sheet(sheet: RosterSheet, tables: Tables) -> None:
    merges = Merges(sheet.merges)
    columns: dict[Column, int] = {}
    group = ""
    for row in sheet.rows:
        header = _header(row)
        if header is not None:
            columns, group = header, ""
            tables.has_header = True
            continue
        if not columns:
            continue
        cells = _Cells(row, columns, merges)
        if cells.is_total():
            continue
        place = Place(sheet.name, row.number)
        if Column.CARD in columns:
            group = _take_delegate(cells, place, group, tables)
        else:
            _take_site(cells, place, tables)


def _header(row: SheetRow) -> dict[Column, int] | None:
    """The columns that this row names, when it is a header: a site with anything about it, or a card with a name or a site."""
    found: dict[Column, int] = {}
    words = 0
    for index, cell in enumerate(row.cells):
        if not isinstance(cell, str) or not clean(cell):
            continue
        words += 1
        column = column_of(cell)
        if column is not None:
            found.setdefault(column, index)
    of_sites = Column.SITE in found and (len(found) > 1 or words > 1 or _names_sites(row))
    of_delegates = Column.CARD in found and len(found) > 1
    return found if of_sites or of_delegates else None


def _names_sites(row: SheetRow) -> bool:
    return any(isinstance(cell, str) and fold(clean(cell)) == "ten diem cau" for cell in row.cells)


def column_of(words: str) -> Column | None:
    """What the words over a column mean; None when they mean nothing here."""
    folded = re.sub(r"[^a-z0-9]+", " ", fold(re.sub(r"\([^)]*\)", " ", clean(words)))).strip()
    return next((column for column, pattern in _PATTERNS if folded and pattern.fullmatch(folded)), None)


class _Cells:
    """One row by column."""

    def __init__(self, row: SheetRow, columns: Mapping[Column, int], merges: Merges) -> None:
        self._row, self._columns, self._merges = row, columns, merges

    def value(self, column: Column) -> CellValue:
        index = self._columns.get(column, -1)
        return self._row.cells[index] if 0 <= index < len(self._row.cells) else ""

    def has(self, column: Column) -> bool:
        value = self.value(column)
        return value is UNCALCULATED or not is_blank(value)

    def text(self, column: Column) -> str:
        value = self.value(column)
        return "" if is_blank(value) else text_of(value)

    def lines(self, column: Column) -> str:
        """The text with its line breaks, which part several values in one cell."""
        value = self.value(column)
        return value if isinstance(value, str) else text_of(value)

    def merged_text(self, column: Column) -> str:
        """The text of the cell or, below it, of the merged cell that covers this one."""
        index, text = self._columns.get(column, -1), self.text(column)
        if index < 0:
            return ""
        if text:
            self._merges.remember(self._row.number - 1, index, text)
            return text
        return self._merges.remembered(self._row.number - 1, index)

    def defined(self, column: Column) -> bool:
        return column in self._columns

    def only_text(self) -> str:
        """What the row says when only one of its cells says anything; a row with a number in front is somebody's."""
        texts = [clean(cell) for cell in self._row.cells if isinstance(cell, str) and not is_blank(cell)]
        said = [text for text in texts if not _NUMBER_ONLY.fullmatch(text)]
        numbered = any(not isinstance(cell, str) for cell in self._row.cells)
        return said[0] if len(said) == 1 and not numbered else ""

    def is_total(self) -> bool:
        """A line that counts the others."""
        return any(isinstance(cell, str) and _TOTAL.match(fold(clean(cell))) for cell in self._row.cells)


def _take_delegate(cells: _Cells, place: Place, group: str, tables: Tables) -> str:
    """Add the row; the name of the site that stands over the rows to come."""
    site = cells.merged_text(Column.SITE)
    has_card, name = cells.has(Column.CARD), cells.text(Column.NAME)
    if not has_card:
        line = cells.only_text()
        if line and not cells.text(Column.SITE):
            return name_in(line)
        if not name:
            return group
    value = cells.value(Column.CARD)
    card = card_number(value) if has_card else None
    tables.delegates.append(DelegateRow(place, card, has_card, name, name_in(site) if site else group))
    return group


def _take_site(cells: _Cells, place: Place, tables: Tables) -> None:
    name = name_in(cells.text(Column.SITE))
    address, link = cells.text(Column.ADDRESS), cells.text(Column.LINK)
    hosts = tuple(_cards_in(cells.lines(Column.HOSTS))) if cells.defined(Column.HOSTS) else None
    if name or address or link or hosts:
        tables.sites.append(
            SiteRow(
                place, name, address, link, hosts, cells.defined(Column.ADDRESS), cells.defined(Column.LINK)
            )
        )


def _cards_in(text: str) -> Iterator[str]:
    for part in _PARTING.split(text):
        if not is_blank(clean(part)):
            yield card_number(part) or clean(part)
