"""The tree of a data set: how many provinces, communes, grassroots committees and cells, and who belongs where.

Everything follows from the number of members, so that a benchmark knows each id without asking the database. Under
the centre lie provinces of 5,600 cells (the province of the target: 150,000 members, 5,600 cells), each of 98
communes (the nation has 3,321 in 34 provinces); a commune has cells of its own and, in each fifth of its cells, a
grassroots committee with nine of them. So 5.6 million members make 38 provinces, the last of them small.

**What is compared is alike at every size.** The first commune of the first province always has its whole 57 cells,
and every province has 98 communes, so that the same question has an answer of the same length in a nation of 10
thousand and of 5.6 million, and what grows is the nation around it. Ten thousand members are one province whose other
communes have three or four cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from handbook.kernel.tree import path_segment

SIZES = (10_000, 150_000, 1_000_000, 5_600_000)
MEMBERS_PER_CELL = 26.785
CELLS_PER_PROVINCE = 5_600
COMMUNES = 98
CELLS_PER_COMMUNE = 57
# A commune's cells stand in fifteens: six of its own, then a committee with nine.
GROUP, OWN = 15, 6
# Places in a cell by which it is told who is what; the first two hold the offices.
_PROBATIONARY, _EXEMPT = (13, 5), (17, 9)


class Cell(NamedTuple):
    """A cell. ``number`` counts the cells of the data set from 0, ``place`` those of its commune."""

    number: int
    id: int
    path: str
    place: int
    commune_id: int
    province_id: int
    first_member: int
    size: int

    @property
    def members(self) -> range:
        """Ids of its members; accounts and sessions have the same ones. The first is the secretary."""
        return range(self.first_member, self.first_member + self.size)

    @property
    def meeting_id(self) -> int:
        """Tonight's meeting."""
        return 2 * self.number + 2

    @property
    def past_meeting_id(self) -> int | None:
        """Last month's; the first cell of a commune did not meet."""
        return 2 * self.number + 1 if self.place else None


class Unit(NamedTuple):
    """An organisation above the cells, and the cells at or below it as a range of their numbers."""

    id: int
    parent_id: int | None
    path: str
    kind: str
    first_cell: int
    cells: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The tree, in the order of the ids: each organisation before its parts."""

    members: int
    units: list[Unit]
    cells: list[Cell]

    @property
    def organizations(self) -> int:
        return len(self.units) + len(self.cells)

    def units_of(self, kind: str) -> list[Unit]:
        return [unit for unit in self.units if unit.kind == kind]


def shape_of(members: int) -> Shape:
    """The tree of a nation of this many members, at least a full commune and a cell in each of the others."""
    count = max(round(members / MEMBERS_PER_CELL), CELLS_PER_COMMUNE + COMMUNES)
    builder = _Builder(members, count)
    builder.add_nation()
    return Shape(members, builder.units, builder.cells)


def status_at(place: int) -> str:
    """The status of who has this place in a cell."""
    if place % _PROBATIONARY[0] == _PROBATIONARY[1]:
        return "probationary"
    return "exempt" if place % _EXEMPT[0] == _EXEMPT[1] else "official"


class _Builder:
    def __init__(self, members: int, count: int) -> None:
        self.members, self.count = members, count
        self.units: list[Unit] = []
        self.cells: list[Cell] = []
        self._next_id = 1
        self._next_member = 1

    def add_nation(self) -> None:
        centre = self._unit(None, "central", 0, self.count)
        first = 0
        while first < self.count:
            cells = min(CELLS_PER_PROVINCE, self.count - first)
            # A last province with fewer cells than communes would not be one.
            if self.count - first - cells < COMMUNES:
                cells = self.count - first
            self._province(centre, first, cells)
            first += cells

    def _province(self, centre: Unit, first: int, cells: int) -> None:
        province = self._unit(centre, "province", first, cells)
        for size in _communes(cells):
            commune = self._unit(province, "commune", first, size)
            for place in range(size):
                inside = place % GROUP
                if inside == OWN:
                    left = min(GROUP - OWN, size - place)
                    committee = self._unit(commune, "grassroots_committee", first + place, left)
                parent = commune if inside < OWN else committee
                self._cell(parent, province, commune, place)
            first += size

    def _unit(self, parent: Unit | None, kind: str, first: int, cells: int) -> Unit:
        id_, path = self._identify(parent)
        unit = Unit(id_, parent.id if parent else None, path, kind, first, cells)
        self.units.append(unit)
        return unit

    def _cell(self, parent: Unit, province: Unit, commune: Unit, place: int) -> None:
        id_, path = self._identify(parent)
        number = len(self.cells)
        size = (number + 1) * self.members // self.count - number * self.members // self.count
        # Neighbours differ by a few members; two of them together keep the sum.
        other = number ^ 1
        if other < self.count:
            size += (number % 13) // 2 if number < other else -((other % 13) // 2)
        self.cells.append(Cell(number, id_, path, place, commune.id, province.id, self._next_member, size))
        self._next_member += size

    def _identify(self, parent: Unit | None) -> tuple[int, str]:
        id_ = self._next_id
        self._next_id += 1
        return id_, (parent.path if parent else "") + path_segment(id_)


def _communes(cells: int) -> Iterator[int]:
    """Cells of each commune of a province: the first has all of its, the others share the rest evenly."""
    first = max(min(CELLS_PER_COMMUNE, cells - COMMUNES + 1), cells // COMMUNES)
    yield first
    others = COMMUNES - 1
    for number in range(others):
        yield (number + 1) * (cells - first) // others - number * (cells - first) // others
