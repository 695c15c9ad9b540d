"""One streaming pass over the XML parts of a workbook: how large is what it would become in memory."""

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from handbook.members.roster.errors import RosterUnreadable

_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MOST_FORMULAS = 500_000
_MOST_MERGES = 200_000


@dataclass(slots=True)
class SheetShape:
    """Extent of what a worksheet part holds (1-based; 0 when empty) and where its uncalculated formulas may be."""

    rows: int = 0
    columns: int = 0
    formulas: set[tuple[int, int]] = field(default_factory=set)


class PartScanner:
    """Feed it part by part, shared texts first; raises ``RosterUnreadable`` as soon as a bound is passed.

    The parser is expat because its verdict is exact: what a pattern would take for a cell inside a comment
    or a quoted ``>`` is no cell to it, and it never expands entities of the file (a document type is refused).
    """

    def __init__(
        self, *, max_sheets: int, max_rows: int, max_columns: int, max_grid_cells: int, max_repeated_text: int
    ) -> None:
        self._max_sheets = max_sheets
        self._max_rows = max_rows
        self._max_columns = max_columns
        self._max_grid_cells = max_grid_cells
        self._text_left = max_repeated_text
        self.sheets: dict[str, SheetShape] = {}
        self._sheet_ids: list[tuple[str, str]] = []
        self._targets: dict[str, str] = {}
        self._lengths = array("L")
        self._parser: Any = None
        self._part = ""
        self._head = b""
        self._shape = SheetShape()
        self._row = self._column = 0
        self._in_value = self._is_shared = self._is_text_formula = False
        self._value = ""
        self._merges = 0

    # --- parts -----------------------------------------------------------------------------------

    def start(self, part: str) -> None:
        self._part = part
        self._parser = None
        self._head = b""
        if part.lower().endswith((".xml", ".rels")):
            parser = expat.ParserCreate("UTF-8")
            parser.buffer_text = True
            parser.StartDoctypeDeclHandler = _refuse_doctype
            parser.StartElementHandler = self._root
            self._parser = parser

    def feed(self, chunk: bytes) -> None:
        if self._parser is not None:
            # Two parsers must not see two documents: in UTF-16 what is one letter here could be a tag elsewhere.
            if len(self._head) < 4:
                self._head += chunk[:4]
                if self._head[:1] in (b"\xff", b"\xfe") or b"\0" in self._head:
                    raise RosterUnreadable("damaged")
            self._parser.Parse(chunk, False)

    def finish(self) -> None:
        if self._parser is not None:
            self._parser.Parse(b"", True)
            # Handlers are bound methods: the cycle is broken by hand so that memory goes back at once.
            self._parser = None

    def sheet_paths(self) -> dict[str, str]:
        """Path of the part behind each sheet name."""
        return {name: self._targets[key] for name, key in self._sheet_ids if key in self._targets}

    def _root(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        parser = self._parser
        parser.StartElementHandler = None
        if local == "worksheet":
            self._shape = self.sheets[self._part] = SheetShape()
            self._row = self._column = 0
            parser.StartElementHandler = self._sheet_element
            parser.EndElementHandler = self._sheet_end
        elif local == "sst":
            parser.StartElementHandler = self._shared_element
            parser.CharacterDataHandler = self._shared_text
        elif local == "workbook":
            parser.StartElementHandler = self._workbook_element
        elif local == "Relationships" and self._part == "xl/_rels/workbook.xml.rels":
            parser.StartElementHandler = self._relationship

    # --- workbook ---------------------------------------------------------------------------------

    def _workbook_element(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            key = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            self._sheet_ids.append((attributes.get("name", ""), key))
            if len(self._sheet_ids) > self._max_sheets:
                raise RosterUnreadable("too_many_sheets")

    def _relationship(self, name: str, attributes: dict[str, str]) -> None:
        target = attributes.get("Target", "")
        kind = attributes.get("Type", "").rpartition("/")[2]
        if kind in ("worksheet", "sharedStrings", "styles"):
            # Only such parts were looked into; anything else must not be opened as one of them.
            if not target.lower().endswith(".xml"):
                raise RosterUnreadable("damaged")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            self._targets[attributes.get("Id", "")] = path

    # --- shared texts -----------------------------------------------------------------------------

    def _shared_element(self, name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            self._lengths.append(0)

    def _shared_text(self, text: str) -> None:
        if self._lengths:
            self._lengths[-1] += len(text)

    # --- worksheets -------------------------------------------------------------------------------

    def _sheet_element(self, name: str, attributes: dict[str, str]) -> None:
        handler = _SHEET_ELEMENTS.get(name)
        if handler is None and ":" in name:
            handler = _SHEET_ELEMENTS.get(name.rpartition(":")[2])
        if handler is not None:
            handler(self, attributes)

    def _start_row(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r", "")
        self._row = int(reference) if reference.isascii() and reference.isdigit() else self._row + 1
        self._column = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        match = _CELL_REFERENCE.fullmatch(attributes.get("r", ""))
        if match:
            self._column = 0
            for letter in match[1]:
                self._column = self._column * 26 + ord(letter) - 64
            self._row = int(match[2])
        elif "r" in attributes:
            raise RosterUnreadable("damaged")
        else:
            self._column += 1
        kind = attributes.get("t")
        self._is_shared = kind == "s"
        self._is_text_formula = kind == "str"

    def _start_value(self, _attributes: dict[str, str]) -> None:
        shape = self._shape
        shape.rows = max(shape.rows, self._row)
        shape.columns = max(shape.columns, self._column)
        if shape.rows > self._max_rows:
            raise RosterUnreadable("too_many_rows")
        if shape.columns > self._max_columns:
            raise RosterUnreadable("too_many_columns")
        if shape.rows * shape.columns > self._max_grid_cells:
            raise RosterUnreadable("too_large")
        if self._is_shared and self._lengths:
            self._value = ""
            self._parser.CharacterDataHandler = self._value_text
            self._in_value = True

    def _start_formula(self, attributes: dict[str, str]) -> None:
        if not self._is_text_formula and len(self._shape.formulas) < _MOST_FORMULAS:
            self._shape.formulas.add((self._row, self._column))

    def _start_merge(self, _attributes: dict[str, str]) -> None:
        self._merges += 1
        if self._merges > _MOST_MERGES:
            raise RosterUnreadable("too_large")

    def _value_text(self, text: str) -> None:
        self._value += text

    def _sheet_end(self, _name: str) -> None:
        if self._in_value:
            self._in_value = False
            self._parser.CharacterDataHandler = None
            index = int(self._value) if self._value.strip().isdigit() else 0
            if index < len(self._lengths):
                self._text_left -= self._lengths[index]
            if self._text_left < 0:
                raise RosterUnreadable("too_large")


_SHEET_ELEMENTS: dict[str, Callable[[PartScanner, dict[str, str]], None]] = {
    "row": PartScanner._start_row,
    "c": PartScanner._start_cell,
    "v": PartScanner._start_value,
    "is": PartScanner._start_value,
    "f": PartScanner._start_formula,
    "mergeCell": PartScanner._start_merge,
}


def _refuse_doctype(*_declaration: object) -> None:
    raise RosterUnreadable("damaged")
