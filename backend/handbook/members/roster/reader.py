"""Streamed reading of an .xlsx file: every sheet, row by row, with the row numbers Excel shows."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, Final

from python_calamine import CalamineSheet, CalamineWorkbook

from handbook.members.roster.archive import DEFAULT_LIMITS, Inspection, Limits, inspect
from handbook.members.roster.errors import RosterUnreadable


class Uncalculated(Enum):
    """A cell with a formula whose value the program that saved the file never worked out."""

    FORMULA = "formula"


UNCALCULATED: Final = Uncalculated.FORMULA

# What a cell can hold. Numbers always come as floats; an empty cell is the empty text.
CellValue = str | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | Uncalculated
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: the number Excel shows (from 1) and its cells from column A."""

    number: int
    cells: Sequence[CellValue]


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """A sheet's name, its merged ranges ((row, column), (row, column)) from 0, and its rows, readable once."""

    name: str
    merges: tuple[Merge, ...]
    rows: Iterator[SheetRow]


def read_sheets(source: Path | BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Iterator[RosterSheet]:
    """The sheets of a workbook, hidden ones included, one after the other.

    Only one sheet is in memory at a time. Raises ``RosterUnreadable`` before anything is opened when the file is no
    workbook, is encrypted or damaged, or would need more memory than a roster ever does.
    """
    if isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            raise RosterUnreadable("file_missing") from error
        with stream:
            yield from _read(stream, limits)
    else:
        yield from _read(source, limits)


def _read(stream: BinaryIO, limits: Limits) -> Iterator[RosterSheet]:
    inspection = inspect(stream, limits)
    stream.seek(0)
    workbook = _guarded(CalamineWorkbook.from_filelike, stream)
    names = workbook.sheet_names
    if len(names) > limits.sheets:
        raise RosterUnreadable("too_many_sheets")
    budget = _Budget(limits.rows)
    for name in names:
        sheet = _guarded(workbook.get_sheet_by_name, name)
        merges = tuple(sheet.merged_cell_ranges or ())
        yield RosterSheet(name=name, merges=merges, rows=_rows(sheet, inspection, budget))


class _Budget:
    """Rows that may still be read: several sheets may show the same part of the file again and again."""

    def __init__(self, rows: int) -> None:
        self.rows = rows


def _rows(sheet: CalamineSheet, inspection: Inspection, budget: _Budget) -> Iterator[SheetRow]:
    shape = inspection.shape_of(sheet.name)
    formulas = shape.formulas if shape else set()
    with_formulas = {row for row, _ in formulas}
    # This iterator keeps the empty rows above the first cell, so that counting gives Excel's row numbers.
    for number, read in enumerate(sheet.iter_rows(), start=1):
        budget.rows -= 1
        if budget.rows < 0:
            raise RosterUnreadable("too_many_rows")
        cells: Sequence[CellValue] = read
        if number in with_formulas:
            cells = [
                UNCALCULATED if cell == "" and (number, column) in formulas else cell
                for column, cell in enumerate(cells, start=1)
            ]
        yield SheetRow(number, cells)


def _guarded(act: Any, *args: Any) -> Any:
    """Call into the spreadsheet library; whatever it stumbles over, a panic included, means a damaged file."""
    try:
        return act(*args)
    except BaseException as error:
        # A panic of the library derives from BaseException and has no class that could be named here.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise RosterUnreadable("damaged") from error
        raise
