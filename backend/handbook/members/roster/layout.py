"""The table in a sheet: where its header is, and which rows are members, groups, subtotals or nothing.

A roster is made for printing: titles above, a header of one to three rows with merged cells, a line per cell
("1. CHI BỘ …"), subtotals ("Cộng: 46 đảng viên"), the header again on every page, signatures below. All of that is
recognised by what the rows hold; only rows that speak of a person become members.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from handbook.kernel.text import clean
from handbook.members.roster.grid import HEADER_ROWS, Merges, Window
from handbook.members.roster.headers import Columns, columns_of
from handbook.members.roster.heading_notes import HeadingNotes
from handbook.members.roster.headings import Column
from handbook.members.roster.normalize import is_blank, sex, text_of
from handbook.members.roster.reader import UNCALCULATED, CellValue, RosterSheet, SheetRow
from handbook.members.roster.sections import section_in, section_named, split_path
from handbook.members.roster.titles import cell_named_in, name_alone, without_label

RowKind = Literal["title", "header", "index", "group", "subtotal", "member", "unread", "other"]

_MOST_HEADER_LETTERS = 120
_REMARK = re.compile(r"\([^()]*\)")
_NUMBERING = re.compile(r"^\s*(?:\(?(?:[IVXLC]{1,7}|\d{1,4}|[A-ZĐa-zđ])\)?\s*[.)/\-:–]+|[-*+•–])\s*")
_NUMBER_ONLY = re.compile(r"\(?(?:[IVXLC]{1,7}|\d{1,5}|[A-ZĐ])\)?[.)/]?")
_CELL_NAME = re.compile(r"(chi bộ|chi bo|cb)\b.*\w", re.IGNORECASE)
# A part of a cell: who stands under such a line is still in the cell above it.
_PARTY_GROUP = re.compile(r"(tổ đảng|to dang)\b", re.IGNORECASE)
_TITLE = re.compile(r"(danh sách|trích ngang|biểu|bảng|phụ lục)\b", re.IGNORECASE)
# A line above several cells, when it is numbered: "A. ĐẢNG BỘ XÃ TÂY". The heading of the whole list is none.
_NUMBERED_LEVEL = re.compile(r"đảng (bộ|ủy|uỷ)\b.*\w", re.IGNORECASE)
_SUBTOTAL = re.compile(r"^\W*(tổng\s*(cộng|số)?|cộng(\s*dồn)?)\b(?=\s*[:\d(]|\s*$|\s+(toàn|chi|đảng|danh|số|của|cộng|có|là))",
                       re.IGNORECASE)  # fmt: skip
_PLACE_AND_DAY = re.compile(r"ngày\b.*\btháng\b.*\bnăm\b", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"^\W*(trang\s*(số\s*)?\d{1,3}(\s*[/\-]\s*\d{1,3})?\W*$|người lập|t/?m\b|tm\.|k/?t\b|kt\.|thủ trưởng|xác nhận"
    r"|ban chấp hành|\(?ký\b|nơi nhận|lập biểu|bí thư$|phó bí thư$)",
    re.IGNORECASE,
)
_STRONG = (Column.BIRTH, Column.BIRTH_MALE, Column.BIRTH_FEMALE, Column.CARD, Column.ADMITTED, Column.OFFICIAL,
           Column.PHONE, Column.CITIZEN_ID)  # fmt: skip


@dataclass(slots=True)
class TableRow:
    """One row of a sheet after reading its layout. What is ``unread`` stands among members and could have been one.

    ``values`` (members only) has the cells by column; ``cell_text`` is what the row or a merge says about its cell;
    ``group`` the text of the group line above, or of this group line itself, without numbering and head count.
    A line that ``names_level`` stands above several cells. ``section`` is the one that the row itself says its cell is in.
    """

    sheet: str
    number: int
    kind: RowKind
    values: dict[Column, CellValue] = field(default_factory=dict)
    cell_text: str = ""
    group: str = ""
    names_cell: bool = False
    names_level: bool = False
    section: str = ""


@dataclass(slots=True)
class TableSheet:
    """What a sheet came to: its rows, whether a table was found, and the cell its title or name speaks of.

    ``headings`` are those of all tables in it; ``level_in_title`` is the section that its title or name speaks of.
    """

    name: str
    has_table: bool
    rows: list[TableRow]
    cell_in_title: str = ""
    level_in_title: str = ""
    headings: HeadingNotes = field(default_factory=HeadingNotes)

    @property
    def members(self) -> int:
        return sum(row.kind == "member" for row in self.rows)


def read_table(sheet: RosterSheet) -> TableSheet:
    """The layout of one sheet. Reads its rows once; a sheet without a table has no rows but ``title``."""
    return _TableReader(sheet).read()


class _TableReader:
    def __init__(self, sheet: RosterSheet) -> None:
        self._name = sheet.name
        self._merges = Merges(sheet.merges)
        self._window = Window(sheet.rows)
        self._columns: Columns | None = None
        self._group = ""
        self._group_is_cell = False
        self._title_cell = ""
        self._title_level = ""
        self._headings = HeadingNotes()

    def read(self) -> TableSheet:
        rows: list[TableRow] = []
        while (row := self._window.next()) is not None:
            if all(is_blank(cell) for cell in row.cells):
                continue
            rows.append(self._read_row(row))
        _fill_sparse_cells(rows)
        _pass_over_the_foot(rows)
        title, _ = split_path(self._title_cell or cell_named_in(self._name))
        level = self._title_level or section_in(split_path(self._name)[1] or self._name)
        return TableSheet(self._name, self._columns is not None, rows, title, level, self._headings)

    def _read_row(self, row: SheetRow) -> TableRow:
        header = self._header_at(row)
        if header is not None:
            columns, height = header
            self._columns = columns
            self._headings.table(columns)
            self._window.skip(height - 1)
            return TableRow(self._name, row.number, "header")
        if self._columns is None:
            self._read_title(row)
            return TableRow(self._name, row.number, "title")
        if _is_index_row(row.cells):
            return TableRow(self._name, row.number, "index")
        return self._read_body_row(row, self._columns)

    # --- header -----------------------------------------------------------------------------------

    def _header_at(self, row: SheetRow) -> tuple[Columns, int] | None:
        """The columns and the height of a header that starts with this row."""
        # A title stands alone in its row; the topmost row of a header never does.
        if not _may_begin_header(row.cells) or len([cell for cell in row.cells if not is_blank(cell)]) < 2:
            return None
        rows = [row]
        for ahead in range(1, HEADER_ROWS):
            following = self._window.peek(ahead)
            if (
                following is None
                or following.number != row.number + ahead
                or not _may_be_header(following.cells)
            ):
                break
            rows.append(following)
        best: tuple[Columns, int] | None = None
        for height in range(1, len(rows) + 1):
            columns = columns_of(self._stacks(rows[:height]))
            gained = len(columns.known()) - (len(best[0].known()) if best else 0)
            split = best is not None and _is_finer(columns, best[0])
            if columns.is_table() and (best is None or gained > 0 or split):
                best = (columns, height)
        if best is not None and best[1] > 1:
            below = columns_of(self._stacks(rows[1 : best[1]]))
            if below.is_table() and below.known() >= best[0].known():
                return None
        return best

    def _stacks(self, rows: Sequence[SheetRow]) -> list[list[str]]:
        """Words over each column, top to bottom, with merged ranges spread over the cells they cover."""
        width = max(len(row.cells) for row in rows)
        stacks: list[list[str]] = [[] for _ in range(width)]
        for depth, row in enumerate(rows):
            left = ""
            for index in range(width):
                words = self._merges.header_text(row.number - 1, index, row.cells)
                if not words and depth < len(rows) - 1 and self._is_spanned(rows[depth + 1], index):
                    words = left
                left = words
                if words and words not in stacks[index]:
                    stacks[index].append(words)
        return stacks

    def _is_spanned(self, below: SheetRow, index: int) -> bool:
        """Whether an empty header cell belongs to its left neighbour: both have words of their own below them."""
        return index > 0 and all(
            place < len(below.cells) and not is_blank(below.cells[place]) for place in (index - 1, index)
        )

    def _read_title(self, row: SheetRow) -> None:
        for cell in row.cells:
            if not isinstance(cell, str):
                continue
            if not self._title_cell:
                self._title_cell = cell_named_in(clean(cell))
            if not self._title_level:
                self._title_level = _section_in_title(clean(cell))

    # --- body -------------------------------------------------------------------------------------

    def _read_body_row(self, row: SheetRow, columns: Columns) -> TableRow:
        values = _values(row.cells, columns)
        texts = [clean(cell) for cell in row.cells if isinstance(cell, str) and cell and not is_blank(cell)]
        evidence = sum(_speaks_of_person(values.get(column, "")) for column in _STRONG)
        is_numbered = _is_number(values.get(Column.NUMBER, ""))
        if evidence <= 1 and any(_SUBTOTAL.match(text) for text in texts[:3]):
            return TableRow(self._name, row.number, "subtotal")
        if evidence <= 1 and not is_numbered and _is_signature(texts):
            return TableRow(self._name, row.number, "other")
        level = _level_text(texts, evidence)
        if level:
            self._group, self._group_is_cell = level, False
            return TableRow(self._name, row.number, "group", group=level, names_level=True)
        group, section = split_path(self._group_text(row, texts, evidence))
        if group:
            self._group, self._group_is_cell = group, _CELL_NAME.match(group) is not None
            return TableRow(
                self._name, row.number, "group", group=group, names_cell=self._group_is_cell, section=section
            )
        if not _is_member(values, evidence, is_numbered):
            is_empty = all(is_blank(value) for column, value in values.items() if column is not Column.NUMBER)
            return TableRow(self._name, row.number, "other" if is_empty else "unread")
        self._headings.member(index for index, cell in enumerate(row.cells) if not is_blank(cell))
        cell_text, section = split_path(self._cell_text(row, columns.single.get(Column.CELL)))
        own_section = self._cell_text(row, columns.single.get(Column.SECTION))
        return TableRow(
            self._name,
            row.number,
            "member",
            values=values,
            cell_text=cell_text,
            group=self._group,
            names_cell=self._group_is_cell,
            section=section or _section_of_column(own_section),
        )

    def _group_text(self, row: SheetRow, texts: list[str], evidence: int) -> str:
        """The name in a group line, or nothing. Such a line holds one text, perhaps with a number before or behind."""
        if any(isinstance(cell, dt.date | dt.datetime) for cell in row.cells):
            return ""
        words = list(dict.fromkeys(text for text in texts if not _NUMBER_ONLY.fullmatch(text)))
        if not words:
            return ""
        is_numbered = bool(_NUMBERING.match(words[0])) or len(words) < len(texts)
        line = without_label(words[0])
        stripped = line if _CELL_NAME.match(line) else without_label(_NUMBERING.sub("", line))
        name = _cell_first(name_alone(stripped))
        if _TITLE.match(name) and not evidence and len(words) == 1:
            # The heading of another table further down speaks of its cell, or leaves the one above.
            return cell_named_in(name) or name
        if _CELL_NAME.match(name) and (len(words) == 1 or (not evidence and self._is_line(words))):
            return name
        if evidence:
            return ""
        if len(words) == 1 and _PARTY_GROUP.match(name):
            return name
        if (
            len(words) == 1
            and (self._merges.is_wide(row.number - 1) or is_numbered)
            and not self._is_name(row, words)
        ):
            return name
        return ""

    @staticmethod
    def _is_line(words: list[str]) -> bool:
        """One text, or a text with head counts such as "46 đảng viên" beside it."""
        return all(
            re.match(r"\W*\d+\s*(đảng viên|đồng chí|đ/c|đv)|bí thư\b", word, re.IGNORECASE)
            for word in words[1:]
        )

    def _is_name(self, row: SheetRow, words: list[str]) -> bool:
        """Whether the one text of a numbered row stands where a person's name does: a member with nothing else filled in."""
        columns = self._columns
        return (
            columns is not None
            and any(
                index < len(row.cells) and text_of(row.cells[index]) == words[0] for index in columns.names
            )
            and Column.NUMBER in columns.single
            and columns.single[Column.NUMBER] < len(row.cells)
            and isinstance(row.cells[columns.single[Column.NUMBER]], float)
        )

    def _cell_text(self, row: SheetRow, index: int | None) -> str:
        if index is None:
            return ""
        own = row.cells[index] if index < len(row.cells) else ""
        if own is UNCALCULATED:
            return "?"
        if not is_blank(own):
            self._merges.remember(row.number - 1, index, text_of(own))
            return text_of(own)
        return self._merges.remembered(row.number - 1, index)


def _level_text(texts: list[str], evidence: int) -> str:
    """The organisation between the one imported into and its cells that a line of its own names, or nothing."""
    words = [text for text in texts if not _NUMBER_ONLY.fullmatch(text)]
    if evidence or len(words) != 1:
        return ""
    name = name_alone(_NUMBERING.sub("", words[0]))
    if _CELL_NAME.match(_cell_first(name)):
        return ""
    is_numbered = len(words) < len(texts) or _NUMBERING.match(words[0]) is not None
    return section_named(name) or (name if is_numbered and _NUMBERED_LEVEL.match(name) else "")


def _cell_first(text: str) -> str:
    """A line that names the section before the cell, the other way round."""
    cell, section = split_path(text)
    return f"{cell} - {section}" if section else text


def _section_in_title(text: str) -> str:
    _, section = split_path(text)
    return section_in(name_alone(section or text))


def _section_of_column(text: str) -> str:
    """Under the heading "Đảng bộ bộ phận" the bare name is enough."""
    if is_blank(text) or text == "?":
        return ""
    return section_named(text) or section_named(f"Đảng bộ bộ phận {text}")


def _is_finer(columns: Columns, coarser: Columns) -> bool:
    """Whether a taller reading splits a date or a name that the lower one took as a whole."""
    return bool(columns.parts.keys() - coarser.parts.keys()) or len(columns.names) > len(coarser.names)


def _may_begin_header(cells: Sequence[CellValue]) -> bool:
    """Whether most of the row are headings; "Năm 2026", a bare 2025 or a long explanation may stand among them."""
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and 3 * sum(map(_may_be_heading, filled)) >= 2 * len(filled)


def _may_be_header(cells: Sequence[CellValue]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return bool(filled) and all(map(_may_be_heading, filled))


def _may_be_heading(cell: CellValue) -> bool:
    """A text without a number; "(10 số)" and "(VD: 01/02/1980)" only say how to fill the column in."""
    if not isinstance(cell, str) or len(cell) > _MOST_HEADER_LETTERS:
        return False
    return not re.search(r"\d{2}", _REMARK.sub("", cell))


def _is_index_row(cells: Sequence[CellValue]) -> bool:
    """The row "1 2 3 …", "(1) (2) (3)" or "A B 1 2" under a header."""
    texts = [text_of(cell).strip("()[] .") for cell in cells if not is_blank(cell)]
    if len(texts) < 3 or not all(re.fullmatch(r"\d{1,2}|[A-ZĐ]", text) for text in texts):
        return False
    numbers = [int(text) for text in texts if text.isdigit()]
    return len(numbers) >= 2 and all(after == before + 1 for before, after in pairwise(numbers))


def _values(cells: Sequence[CellValue], columns: Columns) -> dict[Column, CellValue]:
    def at(index: int) -> CellValue:
        return cells[index] if index < len(cells) else ""

    values = {column: at(index) for column, index in columns.single.items()}
    values[Column.NAME] = _joined_name([at(index) for index in columns.names])
    for column, places in columns.parts.items():
        parts = [text_of(at(index)) for index in places]
        values[column] = "/".join(parts) if any(parts) else ""
    return values


def _joined_name(parts: list[CellValue]) -> CellValue:
    filled = [part for part in parts if not is_blank(part)]
    if len(filled) <= 1:
        return filled[0] if filled else ""
    return " ".join(text_of(part) for part in filled)


def _speaks_of_person(value: CellValue) -> bool:
    """A date, a number, or a text with a digit in it."""
    if isinstance(value, str):
        return any(char.isdigit() for char in value)
    return value is not UNCALCULATED and not isinstance(value, bool)


def _is_number(value: CellValue) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"\s*\d{1,6}\s*[.)]?\s*", value) is not None
    return value is UNCALCULATED or (isinstance(value, float) and value >= 1 and value.is_integer())


def _is_signature(texts: list[str]) -> bool:
    return any(_PLACE_AND_DAY.search(text) or _SIGNATURE.match(text) for text in texts)


def _is_member(values: dict[Column, CellValue], evidence: int, is_numbered: bool) -> bool:
    has_name = not is_blank(values.get(Column.NAME, "")) and values.get(Column.NAME) is not UNCALCULATED
    others = evidence + (sex(values.get(Column.SEX, "")) is not None)
    if has_name:
        return is_numbered or others >= 1
    return evidence >= 2 or (is_numbered and evidence >= 1)


def _pass_over_the_foot(rows: list[TableRow]) -> None:
    """Names and remarks below the last member are those of signatures."""
    for row in reversed(rows):
        if row.kind == "member":
            return
        if row.kind == "unread":
            row.kind = "other"


def _fill_sparse_cells(rows: list[TableRow]) -> None:
    """Rosters that write the cell's name only beside its first member: carried down when most rows have none."""
    members = [row for row in rows if row.kind == "member"]
    written = [row for row in members if row.cell_text]
    if not written or any(row.kind == "group" for row in rows) or len(written) * 2 > len(members):
        return
    current = section = ""
    for row in members:
        if row.cell_text:
            section = row.section or section
        current = row.cell_text or current
        row.cell_text, row.section = current, row.section or section
