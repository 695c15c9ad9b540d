"""Everything of a data set, table by table."""

from collections.abc import Iterator

from tests.bench.datasets.meetings import meetings, rolls
from tests.bench.datasets.months import months, notices, resolutions
from tests.bench.datasets.people import offices, organizations, people
from tests.bench.datasets.rows import Forms, Rows
from tests.bench.datasets.shape import Shape


def all_rows(shape: Shape, forms: Forms) -> Iterator[Rows]:
    """The rows in an order in which they may be inserted: parents before children."""
    yield organizations(shape, forms)
    yield from people(shape, forms)
    yield offices(shape)
    yield from meetings(shape, forms)
    yield from rolls(shape, forms)
    yield resolutions(shape, forms)
    yield notices(shape)
    yield from months(shape, forms)
