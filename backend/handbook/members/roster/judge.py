"""Which rows of a roster can be taken, what they say in canonical form, and what is wrong with the others."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import takewhile
from typing import Any

from handbook.kernel.text import fold
from handbook.members.enums import MemberStatus, Sex
from handbook.members.roster import normalize
from handbook.members.roster.cells import CellNames, best_spelling, cell_key
from handbook.members.roster.dates import parse_date
from handbook.members.roster.headings import Column
from handbook.members.roster.layout import TableRow, TableSheet
from handbook.members.roster.levels import KnownPlaces, Levels, tell_apart
from handbook.members.roster.normalize import is_blank
from handbook.members.roster.posts import NO_POST, Posts
from handbook.members.roster.reader import UNCALCULATED, CellValue
from handbook.members.roster.sections import section_key

# Words that people put for "none yet" where a probationary member has none.
_NOT_YET = {
    "chua",
    "chua co",
    "chua cap",
    "khong",
    "khong co",
    "du bi",
    "db",
    "dang vien du bi",
    "x",
    "0",
    "dv du bi",
}
# The same where there is no number at all; nobody is probationary in a telephone.
_NONE_AT_ALL = {"khong", "khong co", "ko", "ko co", "chua", "chua co", "chua cap", "chua lam", "khong dung"}
# Problems of a row are told in this order.
_ORDER = ("name", "birth", "sex", "card", "admitted", "official", "phone", "cccd", "post", "cell")
# The Party was founded on 3 February 1930.
EARLIEST_ADMISSION = dt.date(1930, 2, 3)
# The rules of the Party ask for 18 full years; in the wars, before the rules of 20 December 1976, some were younger.
YOUNGEST = 18
YOUNGEST_IN_WAR = 16
AFTER_THE_WARS = dt.date(1976, 12, 20)


@dataclasses.dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row is refused: a field and a code of the contract, and values for the sentence that explains it."""

    field: str
    code: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True)
class MemberValues:
    """What a row says about a member. ``cell`` is the name as it is to be written; ``cell_key`` compares names.

    ``status`` is None when the roster has no word about it beyond the dates; ``derived_status`` always tells.
    """

    full_name: str = ""
    sex: Sex | None = None
    birth_date: dt.date | None = None
    admitted_on: dt.date | None = None
    official_on: dt.date | None = None
    card_number: str | None = None
    citizen_id: str | None = None
    phone: str | None = None
    cell: str = ""
    cell_key: str = ""
    post: str | None = None
    status: MemberStatus | None = None

    @property
    def derived_status(self) -> MemberStatus:
        if self.status is not None:
            return self.status
        return MemberStatus.OFFICIAL if self.official_on else MemberStatus.PROBATIONARY

    def canonical(self) -> dict[str, str | None]:
        """The values as JSON data, as the answer keys write them."""
        return {
            "full_name": self.full_name,
            "sex": str(self.sex) if self.sex else None,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "admitted_on": self.admitted_on.isoformat() if self.admitted_on else None,
            "official_on": self.official_on.isoformat() if self.official_on else None,
            "status": str(self.derived_status),
            "card_number": self.card_number,
            "citizen_id": self.citizen_id,
            "phone": self.phone,
            "cell": self.cell,
            "post": self.post,
        }


@dataclasses.dataclass(slots=True)
class JudgedRow:
    """A member row: where it is, what it says, and its problems (none: it can be taken).

    ``unread_status`` is what stands in the status column when it names no status: the dates then tell it.
    ``former_post`` is an office that the row says is over. ``instead_of`` is a refused row of the same person above.
    """

    sheet: str
    number: int
    values: MemberValues
    columns: frozenset[Column]
    problems: list[RowProblem]
    unread_status: str | None = None
    former_post: str | None = None
    instead_of: "JudgedRow | None" = None


@dataclasses.dataclass(slots=True)
class JudgedRoster:
    """Every member row in the order of the file, and the cells that group lines name, by key, as they are to be written.

    ``sections`` has the section of each of them that is to be in one. ``told_apart`` are those that bear the name of the
    organisation above because another has the same name.
    """

    rows: list[JudgedRow]
    named_cells: dict[str, str]
    told_apart: list[str]
    sections: dict[str, str] = dataclasses.field(default_factory=dict)


def judge_roster(
    sheets: Iterable[TableSheet],
    *,
    known: KnownPlaces,
    create_cells: bool,
    today: dt.date,
    own_cell: str | None = None,
) -> JudgedRoster:
    """Judge every member row.

    ``known`` are the cells that exist; with ``create_cells`` those that group lines name count as known too. No row can
    mean a cell whose name several bear. ``own_cell`` is the cell imported into, for a roster that names none.
    """
    tables = [sheet for sheet in sheets if sheet.has_table]
    levels = tell_apart(tables, known)
    existing = CellNames(known.cells.values())
    named = {
        key: name
        for key, name in _named_cells(tables, own_cell).items()
        if key not in known.ambiguous and existing.find(name) is None and _has_place(key, levels, known)
    }
    names = CellNames([*known.cells.values(), *named.values()])
    judge = _Judge(
        names=names,
        spelling={**named, **known.cells},
        allowed=set(known.cells) | (set(named) if create_cells else set()),
        today=today,
        own_cell=own_cell,
    )
    rows = [judge.judge(row, cell_text) for row, cell_text in _member_rows(tables, names, own_cell)]
    created = named if create_cells else {}
    return JudgedRoster(
        rows,
        created,
        [created[key] for key in levels.told_apart if key in created],
        {key: section for key, section in levels.sections.items() if key in created},
    )


def _has_place(key: str, levels: Levels, known: KnownPlaces) -> bool:
    """A cell cannot be made in a section of which there are two."""
    return key not in levels.sections or section_key(levels.sections[key]) not in known.ambiguous_sections


def _member_rows(
    tables: list[TableSheet], names: CellNames, own_cell: str | None
) -> Iterator[tuple[TableRow, str]]:
    """Every member row with the text that says its cell: the row's own, the group line above, the title, or the target."""
    for table in tables:
        # Under the heading of a section the title's cell is no more that of who follows.
        current = "" if own_cell else table.cell_in_title
        for row in table.rows:
            if row.names_level:
                current = ""
            elif row.kind == "group" and (row.names_cell or names.find(row.group)):
                current = row.group
            elif row.kind == "member":
                yield row, row.cell_text or current or own_cell or ""


def _named_cells(tables: list[TableSheet], own_cell: str | None) -> dict[str, str]:
    """Cells named in group lines (or in the title of a sheet that has no other word of a cell), spelled as well as known."""
    group_names: dict[str, str] = {}
    spellings: dict[str, Counter[str]] = {}
    for table in tables:
        if table.cell_in_title and not own_cell and _is_needed(table):
            group_names.setdefault(cell_key(table.cell_in_title), table.cell_in_title)
        for row in table.rows:
            if row.kind == "group" and row.names_cell:
                group_names.setdefault(cell_key(row.group), row.group)
            elif row.kind == "member" and row.cell_text:
                spellings.setdefault(cell_key(row.cell_text), Counter())[row.cell_text] += 1
    return {key: best_spelling(spellings.get(key, Counter()), name) for key, name in group_names.items()}


def _is_needed(table: TableSheet) -> bool:
    """Whether some member has no other word of a cell than the title above the table."""
    before = takewhile(
        lambda row: not (row.names_level or (row.names_cell and row.kind == "group")), table.rows
    )
    return any(row.kind == "member" and not row.cell_text for row in before)


class _Judge:
    def __init__(
        self,
        *,
        names: CellNames,
        spelling: Mapping[str, str],
        allowed: set[str],
        today: dt.date,
        own_cell: str | None,
    ) -> None:
        self._names = names
        self._spelling = spelling
        self._allowed = allowed
        self._today = today
        self._own_cell = own_cell
        self._first_cards: dict[str, JudgedRow] = {}
        self._first_citizen_ids: dict[str, JudgedRow] = {}

    def judge(self, row: TableRow, cell_text: str) -> JudgedRow:
        problems: list[RowProblem] = []
        values = MemberValues()
        cells = row.values
        values.full_name = self._name(cells.get(Column.NAME, ""), problems)
        values.birth_date = self._date("birth", _birth_cell(cells), problems)
        values.sex = self._sex(cells, problems)
        values.card_number = self._card(cells.get(Column.CARD, ""), problems)
        values.admitted_on = self._admitted(cells.get(Column.ADMITTED, ""), values, problems)
        values.official_on = self._official(cells.get(Column.OFFICIAL, ""), values, problems)
        values.phone = self._phone(cells.get(Column.PHONE, ""), problems)
        values.citizen_id = self._citizen_id(cells.get(Column.CITIZEN_ID, ""), values, problems)
        values.post, former_post = self._post(cells.get(Column.POST, ""), problems)
        unread_status = self._status(cells.get(Column.STATUS, ""), values)
        self._cell(cell_text, values, problems)
        judged = JudgedRow(
            row.sheet, row.number, values, frozenset(cells), problems, unread_status, former_post
        )
        self._duplicates(judged)
        problems.sort(key=lambda problem: _ORDER.index(problem.field))
        if values.sex is None and values.citizen_id and values.birth_date:
            values.sex = normalize.sex_in_citizen_id(values.citizen_id, values.birth_date)
        return judged

    def _name(self, cell: CellValue, problems: list[RowProblem]) -> str:
        if is_blank(cell) or cell is UNCALCULATED:
            problems.append(RowProblem("name", "missing"))
            return ""
        name = normalize.person_name(cell)
        if name is None:
            problems.append(RowProblem("name", "invalid"))
        return name or ""

    def _date(self, name: str, cell: CellValue, problems: list[RowProblem]) -> dt.date | None:
        if is_blank(cell):
            problems.append(RowProblem(name, "missing"))
            return None
        day = parse_date(cell, today=self._today)
        if day is None:
            problems.append(RowProblem(name, "invalid_date"))
        elif day > self._today:
            problems.append(RowProblem(name, "future_date"))
            return None
        return day

    def _sex(self, cells: Mapping[Column, CellValue], problems: list[RowProblem]) -> Sex | None:
        written = cells.get(Column.SEX, "")
        if not is_blank(written):
            sex = normalize.sex(written)
            if sex is None:
                problems.append(RowProblem("sex", "invalid"))
            return sex
        marked = [
            sex
            for sex, columns in (
                (Sex.MALE, (Column.SEX_MALE, Column.BIRTH_MALE)),
                (Sex.FEMALE, (Column.SEX_FEMALE, Column.BIRTH_FEMALE)),
            )
            if any(not is_blank(cells.get(column, "")) for column in columns)
        ]
        if len(marked) > 1:
            problems.append(RowProblem("sex", "invalid"))
        return marked[0] if len(marked) == 1 else None

    def _card(self, cell: CellValue, problems: list[RowProblem]) -> str | None:
        if is_blank(cell) or _is_not_yet(cell):
            return None
        card = normalize.card_number(cell)
        if card is None:
            problems.append(RowProblem("card", "invalid"))
        return card

    def _admitted(self, cell: CellValue, values: MemberValues, problems: list[RowProblem]) -> dt.date | None:
        day = self._date("admitted", cell, problems)
        if day is None:
            return None
        if day < EARLIEST_ADMISSION or (values.birth_date and _is_too_young(values.birth_date, day)):
            problems.append(RowProblem("admitted", "invalid"))
            return None
        return day

    def _official(self, cell: CellValue, values: MemberValues, problems: list[RowProblem]) -> dt.date | None:
        if is_blank(cell) or _is_not_yet(cell):
            return None
        day = self._date("official", cell, problems)
        if day and values.admitted_on and day < values.admitted_on:
            problems.append(RowProblem("official", "before_admitted"))
        return day

    def _phone(self, cell: CellValue, problems: list[RowProblem]) -> str | None:
        if is_blank(cell) or _is_not_yet(cell, _NONE_AT_ALL):
            return None
        phone = normalize.phone(cell)
        if phone is None:
            problems.append(RowProblem("phone", "invalid"))
        return phone

    def _citizen_id(self, cell: CellValue, values: MemberValues, problems: list[RowProblem]) -> str | None:
        if is_blank(cell) or _is_not_yet(cell, _NONE_AT_ALL):
            return None
        number = normalize.citizen_id(cell, birth_date=values.birth_date)
        if number is None:
            problems.append(RowProblem("cccd", "invalid"))
        return number

    def _post(self, cell: CellValue, problems: list[RowProblem]) -> Posts:
        if is_blank(cell):
            return NO_POST
        if normalize.is_senseless_post(cell):
            problems.append(RowProblem("post", "invalid"))
            return NO_POST
        return normalize.post(cell, today=self._today)

    def _status(self, cell: CellValue, values: MemberValues) -> str | None:
        """Take the status; the text when it names none."""
        if is_blank(cell):
            return None
        values.status = normalize.status(cell)
        if values.status is not None:
            return None
        if not normalize.says_takes_part(cell):
            return normalize.text_of(cell)
        values.status = MemberStatus.OFFICIAL if values.official_on else None
        return None

    def _cell(self, text: str, values: MemberValues, problems: list[RowProblem]) -> None:
        if not text:
            problems.append(RowProblem("cell", "missing"))
            return
        key = self._names.find(text)
        if key is None or key not in self._allowed:
            problems.append(RowProblem("cell", "unknown"))
            return
        values.cell_key = key
        values.cell = self._spelling[key]

    def _duplicates(self, row: JudgedRow) -> None:
        """Of two rows with one number the first holds it. Is that one refused, and this one the same person written as it
        should be, then this one is taken: nobody else claims the number. Of two people one has somebody else's number, and
        who can only be seen on the card: both stay out."""
        found: list[RowProblem] = []
        numbers = [
            (name, value.replace(".", ""), first)
            for name, value, first in (
                ("card", row.values.card_number, self._first_cards),
                ("cccd", row.values.citizen_id, self._first_citizen_ids),
            )
            if value is not None
        ]
        for name, number, first in numbers:
            earlier = first.setdefault(number, row)
            if earlier is row:
                continue
            if earlier.problems and not row.problems and _is_same_person(earlier.values, row.values):
                row.instead_of = earlier
            else:
                where = {"sheet": earlier.sheet, "row": earlier.number}
                found.append(RowProblem(name, "duplicate", where | {"is_refused": bool(earlier.problems)}))
        row.problems += found
        if found:
            row.instead_of = None
        elif row.instead_of is not None:
            for _, number, first in numbers:
                first[number] = row


def _is_same_person(one: MemberValues, other: MemberValues) -> bool:
    """Name and day of birth agree as far as both rows tell them, and one of the two at least."""
    names = (fold(one.full_name), fold(other.full_name))
    days = (one.birth_date, other.birth_date)
    told = [pair for pair in (names, days) if all(pair)]
    return bool(told) and all(first == second for first, second in told)


def _birth_cell(cells: Mapping[Column, CellValue]) -> CellValue:
    for column in (Column.BIRTH, Column.BIRTH_MALE, Column.BIRTH_FEMALE):
        if not is_blank(cells.get(column, "")):
            return cells[column]
    return ""


def _is_too_young(born: dt.date, admitted: dt.date) -> bool:
    years = admitted.year - born.year - ((admitted.month, admitted.day) < (born.month, born.day))
    return years < (YOUNGEST if admitted >= AFTER_THE_WARS else YOUNGEST_IN_WAR)


def _is_not_yet(cell: CellValue, words: Set[str] = _NOT_YET) -> bool:
    return (
        isinstance(cell, str) and (len(cell) < 2 or not cell[0].isdigit()) and fold(cell).strip(" .") in words
    )
