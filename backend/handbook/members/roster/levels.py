"""Cells of one name under several organisations of one roster are several cells."""

from collections.abc import Container, Iterator, Sequence

from handbook.members.roster.cells import cell_key
from handbook.members.roster.layout import TableRow, TableSheet
from handbook.members.roster.proper_names import proper_name


def tell_apart(tables: Sequence[TableSheet], known: Container[str]) -> list[str]:
    """Write the name of the organisation above behind the name of each cell that needs it: where the file names another cell
    the same elsewhere, or the register calls the cell so. Answers the keys of what was told apart.
    """
    levels: dict[str, set[str]] = {}
    for row, level in _placed(tables):
        if row.names_cell and row.kind == "group":
            levels.setdefault(cell_key(row.group), set()).add(cell_key(level))
    told: dict[str, None] = {}

    def name_of(text: str, level: str) -> str:
        full = _with_level(text, level)
        if len(levels.get(cell_key(text), ())) > 1:
            told[cell_key(full)] = None
            return full
        return full if cell_key(full) in known else text

    for row, level in _placed(tables):
        if level:
            if row.kind == "group" and row.names_cell:
                row.group = name_of(row.group, level)
            elif row.kind == "member" and row.cell_text:
                row.cell_text = name_of(row.cell_text, level)
    return list(told)


def _placed(tables: Sequence[TableSheet]) -> Iterator[tuple[TableRow, str]]:
    """Every row with the organisation that the last line above several cells named."""
    for table in tables:
        level = table.level_in_title
        for row in table.rows:
            if row.names_level:
                level = row.group
            yield row, level


def _with_level(text: str, level: str) -> str:
    """Both in capitals or neither, so that the whole is one way of writing."""
    if text.isupper():
        return f"{text} - {level.upper()}"
    return f"{text} - {proper_name(level) if level.isupper() else level}"
