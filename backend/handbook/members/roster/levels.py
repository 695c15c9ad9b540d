"""Cells of one name under several organisations of one roster are several cells, and a section has its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from handbook.members.roster.cells import cell_key
from handbook.members.roster.layout import TableRow, TableSheet
from handbook.members.roster.proper_names import proper_name
from handbook.members.roster.sections import section_key, section_named


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """What exists where the roster goes: cells by key, the key of the section that each of them is in, the keys of names
    that several cells bear, and the same of sections."""

    cells: Mapping[str, str] = field(default_factory=dict)
    section_of: Mapping[str, str] = field(default_factory=dict)
    ambiguous: frozenset[str] = frozenset()
    ambiguous_sections: frozenset[str] = frozenset()


@dataclass(slots=True)
class Levels:
    """``told_apart`` are keys of cells that bear the name of the organisation above; ``sections`` has the section that the
    file puts a cell into, by the cell's key, as it is to be written."""

    told_apart: list[str] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=dict)


def tell_apart(tables: Sequence[TableSheet], known: KnownPlaces) -> Levels:
    """Write the name of the organisation above behind the name of each cell that needs it: where the file names another cell
    the same elsewhere, where the register calls the cell so, or where it knows the name in another section only.
    """
    above = _levels_above(tables)
    found = Levels()
    told: dict[str, None] = {}

    def name_of(text: str, level: str) -> str:
        if not text or not level:
            return text
        name = _name_of(text, level, known, above)
        section = section_named(level)
        if section:
            found.sections.setdefault(cell_key(name), section)
        elif name != text and len(above.get(cell_key(text), ())) > 1:
            told[cell_key(name)] = None
        return name

    for table in tables:
        for row, level in _placed(table):
            if row.kind == "group" and row.names_cell:
                row.group = name_of(row.group, level)
            elif row.kind == "member":
                row.cell_text = name_of(row.cell_text, level)
        table.cell_in_title = name_of(table.cell_in_title, table.level_in_title)
    found.told_apart = list(told)
    return found


def without_section(name: str, section: str) -> str:
    """The name of a cell as it is called inside its section."""
    behind = f" - {section}"
    return name[: -len(behind)] if section and name.casefold().endswith(behind.casefold()) else name


def _levels_above(tables: Sequence[TableSheet]) -> dict[str, set[str]]:
    """The organisations that each cell stands under, both by key."""
    above: dict[str, set[str]] = {}
    for table in tables:
        if table.cell_in_title:
            above.setdefault(cell_key(table.cell_in_title), set()).add(section_key(table.level_in_title))
        for row, level in _placed(table):
            if row.names_cell and row.kind == "group":
                above.setdefault(cell_key(row.group), set()).add(section_key(level))
    return above


def _name_of(text: str, level: str, known: KnownPlaces, above: Mapping[str, set[str]]) -> str:
    plain, full = cell_key(text), _with_level(text, level)
    section = section_key(level) if section_named(level) else ""
    if cell_key(full) in known.cells:
        return full
    elsewhere = known.section_of.get(plain)
    if section and plain in known.cells and elsewhere == section:
        return text
    if len(above.get(plain, ())) > 1:
        return full
    is_another = plain in known.ambiguous or elsewhere is not None
    return full if section and is_another else text


def _placed(table: TableSheet) -> Iterator[tuple[TableRow, str]]:
    """Every row with the organisation that stands above its cell: the row's own word of it, that of the line that names the
    cell, or the last line above several cells."""
    level = of_cell = table.level_in_title
    for row in table.rows:
        if row.names_level:
            level = of_cell = row.group
        elif row.kind == "group" and row.names_cell:
            of_cell = row.section or level
        yield row, row.section or of_cell


def _with_level(text: str, level: str) -> str:
    """Both in capitals or neither, so that the whole is one way of writing."""
    if text.isupper():
        return f"{text} - {level.upper()}"
    return f"{text} - {proper_name(level) if level.isupper() else level}"
