"""Workbooks for people: reports and rosters as Excel files, written row by row in constant memory.

Text always stays text: a name that begins with ``=`` or a card number that begins with ``0`` must neither run as a
formula nor lose its zero, so strings are written as strings and nothing is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

Cell: TypeAlias = str | int | float | Decimal | bool | date | datetime | None

MAX_TEXT = 32_767
MAX_ROWS = 1_048_576
_SHEET_NAME_SIGNS = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


class CellKind(StrEnum):
    """How a column looks; the value decides how the cell is stored."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"
    INSTANT = "instant"


_NUMBER_FORMATS = {
    CellKind.TEXT: "@",
    CellKind.INTEGER: "#,##0",
    CellKind.DECIMAL: "#,##0.00",
    CellKind.PERCENT: "0.0%",
    CellKind.DATE: "dd/mm/yyyy",
    CellKind.INSTANT: "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True, slots=True)
class Column:
    """``width`` in characters; a share is a number between 0 and 1 in a ``PERCENT`` column."""

    title: str
    width: float = 14.0
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: lines of heading, one header row that stays in view, then the rows, each as long as ``columns``.

    ``rows`` is read once, lazily. Instants are shown in ``zone``.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    heading: Sequence[str] = field(default_factory=tuple)
    zone: tzinfo | None = None


def write_workbook(
    target: Path | BinaryIO, sheets: Iterable[Sheet], *, created: datetime | None = None
) -> int:
    """Write the sheets to a file or a stream; returns the number of rows written, headers not counted.

    Raises :class:`ValueError` for a row that is longer than its columns, a number that is not finite, an instant
    without an offset (or a sheet without a zone to show it in), and more rows than a sheet can hold.
    """
    import xlsxwriter

    written = 0
    with xlsxwriter.Workbook(
        target if not isinstance(target, Path) else str(target),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": False,
        },
    ) as book:
        if created is not None:
            book.set_properties({"created": created.replace(tzinfo=None)})
        styles = _Styles(book)
        taken: set[str] = set()
        for sheet in sheets:
            written += _write_sheet(book.add_worksheet(_sheet_name(sheet.name, taken)), sheet, styles)
    return written


class _Styles:
    def __init__(self, book: Any) -> None:
        self.heading = book.add_format({"bold": True, "font_size": 13})
        self.header = book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
                "border_color": "#8C8C8C",
                "bg_color": "#F2E9E4",
            }
        )
        self.cells = {
            kind: book.add_format({"num_format": number_format, "valign": "top"})
            for kind, number_format in _NUMBER_FORMATS.items()
        }


def _write_sheet(page: Any, sheet: Sheet, styles: _Styles) -> int:
    for position, column in enumerate(sheet.columns):
        page.set_column(position, position, column.width)
    line = 0
    for line, text in enumerate(sheet.heading, 1):
        page.write_string(line - 1, 0, _text(text), styles.heading)
    line += 1 if sheet.heading else 0
    page.set_row(line, 32)
    for position, column in enumerate(sheet.columns):
        page.write_string(line, position, _text(column.title), styles.header)
    page.freeze_panes(line + 1, 0)
    page.repeat_rows(line)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    header = line
    for line, row in enumerate(sheet.rows, header + 1):
        if line >= MAX_ROWS:
            raise ValueError(f"sheet {sheet.name!r}: more than {MAX_ROWS} rows")
        if len(row) > len(sheet.columns):
            raise ValueError(
                f"sheet {sheet.name!r}: a row of {len(row)} cells for {len(sheet.columns)} columns"
            )
        for position, value in enumerate(row):
            style = styles.cells[sheet.columns[position].kind]
            _write_cell(page, (line, position), value, style, sheet.zone)
    if sheet.columns and line > header:
        page.autofilter(header, 0, line, len(sheet.columns) - 1)
    return line - header


def _write_cell(page: Any, place: tuple[int, int], value: Cell, style: Any, zone: tzinfo | None) -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(*place, _text(value), style)
    elif isinstance(value, bool):
        page.write_boolean(*place, value, style)
    elif isinstance(value, datetime):
        if value.tzinfo is None or zone is None:
            raise ValueError("an instant needs an offset, and the sheet a zone to show it in")
        page.write_datetime(*place, value.astimezone(zone).replace(tzinfo=None), style)
    elif isinstance(value, date):
        page.write_datetime(*place, value, style)
    elif isfinite(value):
        page.write_number(*place, value, style)
    else:
        raise ValueError(f"{value} is no number that a cell can hold")


def _text(value: str) -> str:
    return value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 characters, none of ``[]:*?/\\``, no apostrophe at the ends, unlike every other name."""
    base = _SHEET_NAME_SIGNS.sub(" ", name).strip("' ")[:31].rstrip("' ") or "Sheet"
    unique, number = base, 1
    while unique.casefold() in taken:
        number += 1
        ending = f" ({number})"
        unique = base[: 31 - len(ending)] + ending
    taken.add(unique.casefold())
    return unique
