"""What the layout asks of a sheet: the rows ahead, and what a merged cell says."""

from collections.abc import Iterator, Sequence

from handbook.kernel.text import clean
from handbook.members.roster.reader import CellValue, Merge, SheetRow

HEADER_ROWS = 3


class Window:
    """Rows one by one, with a look at the few that follow."""

    def __init__(self, rows: Iterator[SheetRow]) -> None:
        self._rows = rows
        self._ahead: list[SheetRow] = []

    def next(self) -> SheetRow | None:
        return self._ahead.pop(0) if self._ahead else next(self._rows, None)

    def peek(self, distance: int) -> SheetRow | None:
        while len(self._ahead) < distance:
            row = next(self._rows, None)
            if row is None:
                return None
            self._ahead.append(row)
        return self._ahead[distance - 1]

    def skip(self, count: int) -> None:
        for _ in range(count):
            self.next()


class Merges:
    """The merged ranges of a sheet, asked by row."""

    def __init__(self, merges: Sequence[Merge]) -> None:
        self._by_row: dict[int, list[tuple[int, int, int, int]]] = {}
        self._tall: dict[tuple[int, int], int] = {}
        self._texts: dict[int, tuple[int, str]] = {}
        self._header_texts: dict[tuple[int, int], str] = {}
        for (top, left), (bottom, right) in merges:
            if bottom > top:
                self._tall[(top, left)] = bottom
            # Tall merges matter to headers only over a few rows; down a column they are asked from the top cell.
            for row in range(top, min(bottom, top + HEADER_ROWS) + 1):
                self._by_row.setdefault(row, []).append((top, left, bottom, right))

    def is_wide(self, row: int) -> bool:
        """Whether one merged cell covers at least three columns of this row."""
        return any(right - left >= 2 for _, left, _, right in self._by_row.get(row, ()))

    def header_text(self, row: int, index: int, cells: Sequence[CellValue]) -> str:
        own = clean(str(cells[index])) if index < len(cells) and isinstance(cells[index], str) else ""
        if own:
            self._header_texts[(row, index)] = own
            return own
        for top, left, bottom, right in self._by_row.get(row, ()):
            if top <= row <= bottom and left <= index <= right:
                if top == row and left < len(cells) and isinstance(cells[left], str):
                    return clean(str(cells[left]))
                return self._header_texts.get((top, left), "")
        return ""

    def remember(self, row: int, index: int, text: str) -> None:
        bottom = self._tall.get((row, index))
        if bottom is not None:
            self._texts[index] = (bottom, text)

    def remembered(self, row: int, index: int) -> str:
        bottom, text = self._texts.get(index, (-1, ""))
        return text if row <= bottom else ""
