"""Which rows of a roster can be taken, what they say in canonical form, and what is wrong with the others."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

from handbook.kernel.text import fold
from handbook.members.enums import MemberStatus, Sex
from handbook.members.roster import normalize
from handbook.members.roster.cells import CellNames, best_spelling, cell_key
from handbook.members.roster.dates import parse_date
from handbook.members.roster.headings import Column
from handbook.members.roster.layout import TableRow, TableSheet
from handbook.members.roster.levels import tell_apart
from handbook.members.roster.normalize import is_blank
from handbook.members.roster.posts import NO_POST, Posts
from handbook.members.roster.reader import UNCALCULATED, CellValue

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
    ``former_post`` is an office that the row says is over.
    """

    sheet: str
    number: int
    values: MemberValues
    columns: frozenset[Column]
    problems: list[RowProblem]
    unread_status: str | None = None
    former_post: str | None = None


@dataclasses.dataclass(slots=True)
class JudgedRoster:
    """Every member row in the order of the file, and the cells that group lines name, by key, as they are to be written.

    ``told_apart`` are those of them that bear the name of the organisation above because another has the same name.
    """

    rows: list[JudgedRow]
    named_cells: dict[str, str]
    told_apart: list[str]


def judge_roster(
    sheets: Iterable[TableSheet],
    *,
    known_cells: Mapping[str, str],
    create_cells: bool,
    today: dt.date,
    own_cell: str | None = None,
    ambiguous: frozenset[str] = frozenset(),
) -> JudgedRoster:
    """Judge every member row.

    ``known_cells`` maps the key of each cell that exists to its name; with ``create_cells`` those that group lines name
    count as known too. ``own_cell`` is the cell imported into, for a roster that names none.
    ``ambiguous`` are keys of names that several existing cells bear; no row can mean one of them.
    """
    tables = [sheet for sheet in sheets if sheet.has_table]
    told_apart = tell_apart(tables, known_cells)
    existing = CellNames(known_cells.values())
    named = {
        key: name
        for key, name in _named_cells(tables, own_cell).items()
        if key not in ambiguous and existing.find(name) is None
    }
    names = CellNames([*known_cells.values(), *named.values()])
    judge = _Judge(
        names=names,
        spelling={**named, **known_cells},
        allowed=set(known_cells) | (set(named) if create_cells else set()),
        today=today,
        own_cell=own_cell,
    )
    rows = [judge.judge(row, cell_text) for row, cell_text in _member_rows(tables, names, own_cell)]
    created = named if create_cells else {}
    return JudgedRoster(rows, created, [created[key] for key in told_apart if key in created])


def _member_rows(
    tables: list[TableSheet], names: CellNames, own_cell: str | None
) -> Iterator[tuple[TableRow, str]]:
    """Every member row with the text that says its cell: the row's own, the group line above, the title, or the target."""
    for table in tables:
        fallback = "" if own_cell else table.cell_in_title
        current = ""
        for row in table.rows:
            if row.names_level:
                current = ""
            elif row.kind == "group" and (row.names_cell or names.find(row.group)):
                current = row.group
            elif row.kind == "member":
                yield row, row.cell_text or current or fallback or own_cell or ""


def _named_cells(tables: list[TableSheet], own_cell: str | None) -> dict[str, str]:
    """Cells named in group lines (or in the title of a sheet that has no other word of a cell), spelled as well as known."""
    group_names: dict[str, str] = {}
    spellings: dict[str, Counter[str]] = {}
    for table in tables:
        for row in table.rows:
            if row.kind == "group" and row.names_cell:
                group_names.setdefault(cell_key(row.group), row.group)
            elif row.kind == "member" and row.cell_text:
                spellings.setdefault(cell_key(row.cell_text), Counter())[row.cell_text] += 1
        is_about_one = table.cell_in_title and not any(
            row.kind == "group" or row.cell_text for row in table.rows
        )
        if is_about_one and not own_cell:
            group_names.setdefault(cell_key(table.cell_in_title), table.cell_in_title)
    return {key: best_spelling(spellings.get(key, Counter()), name) for key, name in group_names.items()}


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
        self._first_cards: dict[str, TableRow] = {}
        self._first_citizen_ids: dict[str, TableRow] = {}

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
        self._duplicates(row, values, problems)
        problems.sort(key=lambda problem: _ORDER.index(problem.field))
        if values.sex is None and values.citizen_id and values.birth_date:
            values.sex = normalize.sex_in_citizen_id(values.citizen_id, values.birth_date)
        return JudgedRow(
            row.sheet, row.number, values, frozenset(cells), problems, unread_status, former_post
        )

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

    def _duplicates(self, row: TableRow, values: MemberValues, problems: list[RowProblem]) -> None:
        for name, value, first in (
            ("card", values.card_number, self._first_cards),
            ("cccd", values.citizen_id, self._first_citizen_ids),
        ):
            if value is None:
                continue
            earlier = first.setdefault(value.replace(".", ""), row)
            if earlier is not row:
                problems.append(
                    RowProblem(name, "duplicate", {"sheet": earlier.sheet, "row": earlier.number})
                )


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
