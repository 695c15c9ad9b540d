"""What follows from the meetings: resolutions, notices, and the kept figures of two months."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import accumulate
from typing import Any

from tests.bench.datasets.meetings import past_roll
from tests.bench.datasets.rows import (
    ACCOUNT_VERSION,
    LAST_MONTH,
    PAST_AT,
    RESOLUTION_VERSION,
    STARTS_AT,
    THIS_MONTH,
    Forms,
    Rows,
    moment,
)
from tests.bench.datasets.shape import Cell, Shape

from handbook.resolutions.rules import term_on


def resolutions(shape: Shape, forms: Forms) -> Rows:
    issued = PAST_AT.date() + timedelta(days=1)
    values = (
        (
            cell.number + 1,
            cell.id,
            forms.null if cell.past_meeting_id is None else cell.past_meeting_id,
        )
        for cell in shape.cells
    )
    constants = {
        "type": "resolution",
        "symbol": "01-NQ/CB",
        "number": 1,
        "term": term_on(issued),
        "title": "Nghị quyết sinh hoạt chi bộ thường kỳ tháng 10/2026",
        "body": "Chi bộ thống nhất lãnh đạo thực hiện nhiệm vụ trọng tâm tháng tới. " * 6,
        "state": "issued",
        "issued_on": issued.isoformat(),
        "content_version": RESOLUTION_VERSION,
        "row_version": 1,
        "created_at": moment(PAST_AT + timedelta(days=1)),
    }
    return Rows("resolutions", ("id", "organization_id", "meeting_id"), constants, values)


def notices(shape: Shape) -> Rows:
    """Everybody was told of tonight's meeting."""
    values = (
        (id_, id_, cell.meeting_id, f"meeting_convened:{cell.meeting_id}")
        for cell in shape.cells
        for id_ in cell.members
    )
    constants = {
        "kind": "meeting_convened",
        "params": "{}",
        "created_at": moment(STARTS_AT - timedelta(days=4)),
        "account_version": ACCOUNT_VERSION,
    }
    return Rows("notices", ("id", "account_id", "meeting_id", "slot"), constants, values)


_FIGURES = (
    "cells",
    "cells_met",
    "cells_planned",
    "meetings",
    "summoned",
    "present",
    "late",
    "excused",
    "unexcused",
    "exempt",
)


def months(shape: Shape, forms: Forms) -> Iterator[Rows]:
    tonight = (1, 0, 1, 0, 0, 0, 0, 0, 0, 0)
    closed_at = moment(PAST_AT + timedelta(hours=2))

    def of_cells() -> Iterator[tuple[Any, ...]]:
        nothing = (0, forms.null, forms.null)
        for cell in shape.cells:
            is_open = cell.place == 1
            minutes = (1, closed_at, cell.past_meeting_id) if is_open else nothing
            yield cell.id, LAST_MONTH, cell.path, *minutes, *_past_figures(cell)
            yield cell.id, THIS_MONTH, cell.path, *nothing, *tonight

    yield Rows(
        "cell_months",
        (
            "organization_id",
            "month",
            "path",
            "minutes_open",
            "open_minutes_since",
            "open_minutes_meeting_id",
            *_FIGURES,
        ),
        {"falling": 0},
        of_cells(),
    )
    past = [_past_figures(cell) for cell in shape.cells]
    sums = [list(accumulate((line[place] for line in past), initial=0)) for place in range(len(_FIGURES))]

    def of_units() -> Iterator[tuple[Any, ...]]:
        for unit in shape.units:
            last = unit.first_cell + unit.cells
            yield unit.id, LAST_MONTH, *(line[last] - line[unit.first_cell] for line in sums)
            yield unit.id, THIS_MONTH, *(unit.cells * figure for figure in tonight)

    yield Rows("organization_months", ("organization_id", "month", *_FIGURES), {}, of_units())
    newest = shape.organizations
    yield Rows("opened_months", ("month", "covered_id"), {}, [(LAST_MONTH, newest), (THIS_MONTH, newest)])


def _past_figures(cell: Cell) -> tuple[int, ...]:
    met = int(cell.place > 0)
    return (1, met, 0, met, *past_roll(cell)[:6])
