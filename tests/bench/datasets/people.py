"""The tree of organisations, their members, accounts, devices and offices."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from tests.bench.datasets.rows import (
    ACCOUNT_VERSION,
    CELL_VERSION,
    EVENING,
    PAST_AT,
    Forms,
    Rows,
    moment,
    statuses,
    token_of,
)
from tests.bench.datasets.shape import Cell, Shape, Unit, status_at

from handbook.accounts.service import PURPOSE_NOTICE_VERSION
from handbook.demo.names import make_name
from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.kernel.text import fold, sort_key
from handbook.members.enums import Sex

NAMES = 4_096
_KINDS = {
    "central": "Đảng bộ Trung ương",
    "province": "Đảng bộ tỉnh",
    "commune": "Đảng bộ xã",
    "grassroots_committee": "Đảng bộ cơ sở",
}


def organizations(shape: Shape, forms: Forms) -> Rows:
    sums = [
        list(accumulate((statuses(cell.size)[place] for cell in shape.cells), initial=0))
        for place in range(3)
    ]
    names = ("id", "parent_id", "kind", "name", "name_folded", "code", "path", "content_version")
    counts = ("official_count", "probationary_count", "exempt_count")

    def values() -> Iterator[tuple[Any, ...]]:
        for unit in shape.units:
            name = f"{_KINDS[unit.kind]} {unit.id}"
            parent = forms.null if unit.parent_id is None else unit.parent_id
            last = unit.first_cell + unit.cells
            kept = (line[last] - line[unit.first_cell] for line in sums)
            yield unit.id, parent, unit.kind, name, fold(name), f"DV-{unit.id}", unit.path, 1, *kept
        for cell in shape.cells:
            name, parent = f"Chi bộ {cell.number + 1}", parent_of(cell)
            folded = f"chi bo {cell.number + 1}"
            code = f"CB-{cell.number + 1}"
            kept = statuses(cell.size)
            yield cell.id, parent, "cell", name, folded, code, cell.path, CELL_VERSION, *kept

    constants = {
        "timezone": DEFAULT_TIMEZONE,
        "row_content_version": 1,
        "row_version": 1,
        "created_at": moment(PAST_AT - timedelta(days=100)),
    }
    return Rows("organizations", (*names, *counts), constants, values())


def parent_of(cell: Cell) -> int:
    """The organisation right above a cell: its commune or a committee of it."""
    return int(cell.path[-14:-7], 32)


def people(shape: Shape, forms: Forms) -> Iterator[Rows]:
    created = moment(PAST_AT - timedelta(days=100))
    yield Rows(
        "members",
        (
            "id",
            "organization_id",
            "full_name",
            "name_folded",
            "name_sort",
            "sex",
            "birth_date",
            "card_number",
            "phone",
            "status",
            "admitted_on",
            "official_on",
        ),
        {"content_version": 1, "row_version": 1, "created_at": created},
        _members(shape, forms),
    )
    yield Rows(
        "accounts",
        ("id", "member_id"),
        {
            "must_change_password": 0,
            "purpose_notice_version": PURPOSE_NOTICE_VERSION,
            "purpose_accepted_at": created,
            "content_version": ACCOUNT_VERSION,
            "created_at": created,
        },
        ((id_, id_) for id_ in range(1, shape.members + 1)),
    )
    yield Rows(
        "device_sessions",
        ("id", "account_id", "token_hash"),
        {
            "device_name": "Android · Chrome",
            "created_at": created,
            "last_seen_at": moment(EVENING - timedelta(minutes=1)),
            "expires_at": moment(EVENING + timedelta(days=10_000)),
        },
        (
            (id_, id_, hashlib.sha256(token_of(id_).encode()).hexdigest())
            for id_ in range(1, shape.members + 1)
        ),
    )


def _members(shape: Shape, forms: Forms) -> Iterator[tuple[Any, ...]]:
    names = _names()
    days = [(date(1955, 1, 1) + timedelta(days=37 * number)).isoformat() for number in range(440)]
    for cell in shape.cells:
        for place, id_ in enumerate(cell.members):
            status = status_at(place)
            # A prime with no part in the number of names: neighbours have unlike ones.
            name, folded, sorting, sex = names[id_ * 1_543 % NAMES]
            born = days[id_ * 211 % 440]
            admitted = f"{int(born[:4]) + 26}{born[4:8]}15"
            if status == "probationary":
                card, admitted, official = forms.null, "2026-03-15", forms.null
            else:
                card, official = f"99.{id_:08d}", f"{int(born[:4]) + 27}{born[4:8]}15"
            phone = f"+8450{id_:07d}"
            yield id_, cell.id, name, folded, sorting, sex, born, card, phone, status, admitted, official


@cache
def _names() -> list[tuple[str, str, str, str]]:
    random = Random(26)
    found = []
    for number in range(NAMES):
        sex = Sex.FEMALE if number % 20 < 9 else Sex.MALE
        name = make_name(sex, random)
        found.append((name, fold(name), sort_key(name), sex.value))
    return found


def offices(shape: Shape) -> Rows:
    def holders() -> Iterator[tuple[int, int, str]]:
        for unit in shape.units:
            yield from ((unit.id, member_id, title) for member_id, title in officers_of(shape, unit))
        for cell in shape.cells:
            yield cell.id, cell.first_member, "secretary"
            yield cell.id, cell.first_member + 1, "deputy_secretary"

    values = ((number, *holder) for number, holder in enumerate(holders(), 1))
    columns = ("id", "organization_id", "member_id", "title")
    return Rows("offices", columns, {"from_date": "2025-06-01"}, values)


_STAFF_PLACES = {"commune": 2, "province": 3, "central": 4}


def officers_of(shape: Shape, unit: Unit) -> list[tuple[int, str]]:
    """Who holds which office in an organisation above the cells: people of its first cell."""
    first = shape.cells[unit.first_cell].first_member
    if unit.kind == "grassroots_committee":
        return [(first, "secretary")]
    return [(first + _STAFF_PLACES[unit.kind], "staff")]
