"""Which column of a roster is what, told from the words over it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from handbook.kernel.text import clean, fold
from handbook.members.roster.headings import Column, column_of, is_not_ours

DATES = (Column.BIRTH, Column.ADMITTED, Column.OFFICIAL)
_PARTS = {"ngày": 0, "tháng": 1, "năm": 2}
_KINDS = ("ct", "db", "chinh thuc", "du bi")
_MEMBERS = re.compile(r"(so |loai |dien |tinh trang )*(dang vien|dv)")


@dataclass(slots=True)
class Columns:
    """The columns of one table, by index from 0. ``names`` are joined in order; ``parts`` are day, month, year."""

    single: dict[Column, int] = field(default_factory=dict)
    names: list[int] = field(default_factory=list)
    parts: dict[Column, list[int]] = field(default_factory=dict)
    # Headings that are not read, by index: words that mean nothing here, and words that mean what another column does.
    unread: dict[int, str] = field(default_factory=dict)
    doubled: dict[int, tuple[str, Column]] = field(default_factory=dict)
    # The indexes of all columns that have words over them.
    headed: set[int] = field(default_factory=set)

    def read(self) -> set[int]:
        """The indexes of all columns that are read."""
        spread = {index for places in self.parts.values() for index in places}
        return {*self.single.values(), *self.names, *spread}

    def known(self) -> set[Column]:
        found = set(self.single) | set(self.parts)
        if self.names:
            found.add(Column.NAME)
        return found

    def is_table(self) -> bool:
        """A name and at least two more things about a person: less could be a form, a summary or a letter."""
        found = self.known()
        return Column.NAME in found and len(found - {Column.NAME, Column.NUMBER}) >= 2


def columns_of(stacks: Sequence[Sequence[str]]) -> Columns:
    """The columns of a table from the words over each, top to bottom (more than one for headers of several rows)."""
    best: dict[Column, tuple[int, int]] = {}
    columns = Columns()
    names: list[tuple[int, int, int, Column]] = []
    for index, stack in enumerate(stacks):
        found = _column_of_stack(stack)
        if found is None:
            continue
        column, sureness, part = found
        if column in (Column.NAME, Column.FAMILY, Column.GIVEN):
            names.append((index, sureness, part, column))
        elif part >= 0:
            places = columns.parts.setdefault(column, [-1, -1, -1])
            if places[part] < 0:
                places[part] = index
        elif column not in best or sureness > best[column][1]:
            best[column] = (index, sureness)
    columns.single = {column: index for column, (index, _) in best.items()}
    columns.parts = {
        column: places for column, places in columns.parts.items() if min(places) >= 0 and column not in best
    }
    columns.names = _name_columns(names, stacks)
    _note_unread(columns, stacks)
    return columns


def _note_unread(columns: Columns, stacks: Sequence[Sequence[str]]) -> None:
    read = columns.read()
    columns.headed = read | {index for index, stack in enumerate(stacks) if any(map(clean, stack))}
    for index, stack in enumerate(stacks):
        words = [clean(word) for word in stack if clean(word)]
        if index in read or not words:
            continue
        found = _column_of_stack(stack)
        heading = " – ".join(words)
        if found and found[2] < 0:
            if found[0] is not Column.NUMBER:
                columns.doubled[index] = (heading, found[0])
        elif not any(map(is_not_ours, (" ".join(words), *words))):
            columns.unread[index] = heading


def _name_columns(found: list[tuple[int, int, int, Column]], stacks: Sequence[Sequence[str]]) -> list[int]:
    whole = [(index, sureness) for index, sureness, _, column in found if column is Column.NAME]
    if whole:
        surest = max(sureness for _, sureness in whole)
        first = next(index for index, sureness in whole if sureness == surest)
        # "Họ và tên" merged over two columns: family name and given name side by side.
        together = [first]
        while together[-1] + 1 < len(stacks) and any(
            index == together[-1] + 1
            and (
                column is Column.GIVEN
                or (column is Column.NAME and list(stacks[index]) == list(stacks[first]))
            )
            for index, _, _, column in found
        ):
            together.append(together[-1] + 1)
        return together
    parts = [index for index, _, _, column in found if column is Column.FAMILY][:1]
    parts += [index for index, _, _, column in found if column is Column.GIVEN][:1]
    has_given = any(column is Column.GIVEN for _, _, _, column in found)
    return parts if has_given else []


def _column_of_stack(stack: Sequence[str]) -> tuple[Column, int, int] | None:
    """(column, sureness, part) with part 0, 1, 2 for the day, month and year of a date, -1 for the whole."""
    words = [clean(word) for word in stack if clean(word)]
    if not words:
        return None
    if len(words) > 1 and is_not_ours(" ".join(words)):
        return None
    last = re.sub(r"[^\w]+", " ", words[-1].casefold()).strip()
    above = next(
        filter(None, (column_of(" ".join(words[start:-1])) for start in range(len(words) - 1))), None
    )
    if last in ("nam", "nữ", "nu"):
        if above and above[0] is Column.BIRTH:
            return (Column.BIRTH_MALE if last == "nam" else Column.BIRTH_FEMALE), 3, -1
        if last != "nam" or above is None or above[0] is Column.SEX:
            return (Column.SEX_MALE if last == "nam" else Column.SEX_FEMALE), 2, -1
    if fold(last) in _KINDS and _MEMBERS.fullmatch(fold(" ".join(words[:-1]))):
        # Marks under "Đảng viên": which of the two somebody is, not since when.
        return None
    if above and above[0] in DATES and last in _PARTS:
        return above[0], above[1], _PARTS[last]
    attempts = [" ".join(words[start:]) for start in range(len(words))]
    attempts += [" ".join(words[:stop]) for stop in range(len(words) - 1, 0, -1)]
    for attempt in attempts:
        found = column_of(attempt)
        if found:
            return found[0], found[1], -1
    return None
