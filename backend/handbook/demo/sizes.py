"""How large the demo is: the whole block, or a small likeness of it for tests."""

from dataclasses import dataclass
from random import Random

GRASSROOTS_OF_EACH_KIND = 39
MEMBERS = 5300
SMALLEST_CELL = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """``direct_cells``: sizes of the cells right below the block. ``committees``: for each the sizes of its cells."""

    direct_cells: tuple[int, ...]
    committees: tuple[tuple[int, ...], ...]

    @property
    def members(self) -> int:
        return sum(self.direct_cells) + sum(map(sum, self.committees))


def shape_of(scale: float, random: Random) -> Shape:
    """The shape at this scale: 1.0 gives 78 grassroots organisations and exactly 5,300 members."""
    count = max(2, round(GRASSROOTS_OF_EACH_KIND * scale))
    inner = [random.choices((3, 4, 5, 6), weights=(25, 40, 25, 10))[0] for _ in range(count)]
    weights = [random.uniform(0.6, 1.6) for _ in range(count + sum(inner))]
    wanted = max(round(MEMBERS * scale), SMALLEST_CELL * len(weights))
    sizes = _share_out(wanted, weights)
    direct, rest = sizes[:count], sizes[count:]
    committees = []
    for cells in inner:
        committees.append(tuple(rest[:cells]))
        rest = rest[cells:]
    return Shape(tuple(direct), tuple(committees))


def _share_out(total: int, weights: list[float]) -> list[int]:
    """Whole numbers of at least :data:`SMALLEST_CELL` that add up to ``total``, roughly by weight."""
    free = total - SMALLEST_CELL * len(weights)
    whole = sum(weights)
    edges = [0, *(round(free * sum(weights[: n + 1]) / whole) for n in range(len(weights)))]
    return [SMALLEST_CELL + edges[n + 1] - edges[n] for n in range(len(weights))]
