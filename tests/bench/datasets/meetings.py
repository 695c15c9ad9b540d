"""Meetings of last month and tonight, and their rolls."""

import base64
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.bench.datasets.rows import (
    CELL_VERSION,
    DATA_KEY,
    PAST_AT,
    PAST_VERSION,
    STARTS_AT,
    Forms,
    Rows,
    key_of_meeting,
    moment,
    statuses,
)
from tests.bench.datasets.shape import Cell, Shape, status_at

from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import STEP_SECONDS
from handbook.meetings.rules import frozen_rules
from handbook.meetings.templates import template_for
from handbook.organizations.settings import default_rules

AGENDA_ITEMS = 6


class Roll(NamedTuple):
    """Head-counts of a meeting."""

    summoned: int = 0
    present: int = 0
    late: int = 0
    excused: int = 0
    unexcused: int = 0
    exempt: int = 0
    official_due: int = 0
    official_present: int = 0


def meetings(shape: Shape, forms: Forms) -> Iterator[Rows]:
    rules = {name: int(value) if isinstance(value, bool) else value for name, value in _rules().items()}
    common = {
        "kind": MeetingKind.REGULAR.value,
        "place": "Nhà văn hóa",
        "step_seconds": STEP_SECONDS,
        "sequence": 0,
        "row_version": 1,
        **rules,
    }
    columns = ("id", "organization_id", *(f"{name}_count" for name in Roll._fields[:6]), *Roll._fields[6:])
    yield Rows(
        "meetings",
        (*columns, "state", "finalized_at"),
        {
            **common,
            "title": "Sinh hoạt chi bộ thường kỳ tháng 10/2026",
            "content_version": PAST_VERSION,
            "roll_version": 30,
            **_times(PAST_AT),
            "closed_at": moment(PAST_AT + timedelta(hours=2)),
        },
        (
            (cell.past_meeting_id, cell.id, *past_roll(cell), *_end(cell, forms))
            for cell in shape.cells
            if cell.place
        ),
    )
    yield Rows(
        "meetings",
        (*columns, "check_in_key_sealed"),
        {
            **common,
            "title": "Sinh hoạt chi bộ thường kỳ tháng 11/2026",
            "state": "open",
            "content_version": CELL_VERSION,
            "roll_version": 1,
            **_times(STARTS_AT),
        },
        (
            (cell.meeting_id, cell.id, *roll_tonight(cell), forms.blob(_sealed(cell.meeting_id)))
            for cell in shape.cells
        ),
    )
    items = template_for(MeetingKind.REGULAR)[:AGENDA_ITEMS]
    lines = [
        (
            number,
            item.title,
            forms.null if item.presenter is None else item.presenter,
            forms.null if item.minutes is None else item.minutes,
        )
        for number, item in enumerate(items, 1)
    ]
    yield Rows(
        "agenda_items",
        ("id", "meeting_id", "position", "title", "presenter", "minutes"),
        {"dropped": 0},
        (
            (cell.number * AGENDA_ITEMS + line[0], cell.meeting_id, *line)
            for cell in shape.cells
            for line in lines
        ),
    )


def _rules() -> dict[str, Any]:
    return frozen_rules(default_rules())


def _times(starts_at: datetime) -> dict[str, str]:
    return {
        "starts_at": moment(starts_at),
        "ends_at": moment(starts_at + timedelta(hours=2)),
        "convened_at": moment(starts_at - timedelta(days=4)),
        "opened_at": moment(starts_at),
        "created_at": moment(starts_at - timedelta(days=7)),
    }


def _end(cell: Cell, forms: Forms) -> tuple[str, Any]:
    """Of the second cell of each commune the minutes are still open."""
    return ("closed", forms.null) if cell.place == 1 else ("finalized", moment(PAST_AT + timedelta(days=1)))


def _sealed(meeting_id: int) -> bytes:
    """As :func:`handbook.meetings.keys.new_sealed_key` does it, with a nonce that is known beforehand."""
    nonce = meeting_id.to_bytes(12)
    plain = base64.b64encode(key_of_meeting(meeting_id))
    return nonce + AESGCM(DATA_KEY).encrypt(nonce, plain, f"meetings.check_in_key:{meeting_id}".encode())


def roll_tonight(cell: Cell) -> Roll:
    """Nobody is there yet; the exempt need not come."""
    official, _, exempt = statuses(cell.size)
    return Roll(summoned=cell.size, exempt=exempt, official_due=official)


def past_roll(cell: Cell) -> Roll:
    """Last month's head-counts; nothing where the cell did not meet."""
    return _past_counts(cell.size, cell.number % 33) if cell.place else Roll()


@cache
def _past_counts(size: int, variant: int) -> Roll:
    states = [_past_state(place, variant) for place in range(size)]
    due = [state for place, state in enumerate(states) if status_at(place) == "official"]
    named = (states.count(name) for name in ("present", "late", "excused", "unexcused", "exempt"))
    return Roll(size, *named, len(due), sum(state in ("present", "late") for state in due))


def _past_state(place: int, variant: int) -> str:
    if status_at(place) == "exempt":
        return "exempt"
    drawn = (7 * place + variant) % 11
    if drawn == 2 and variant % 3 == 0:
        return "unexcused"
    return {0: "late", 1: "excused"}.get(drawn, "present")


def rolls(shape: Shape, forms: Forms) -> Iterator[Rows]:
    columns = ("meeting_id", "member_id", "member_status", "state", "method", "recorded_at")
    common = {"flags": "[]", "account_version": 0}
    yield Rows(
        "attendances",
        (*columns, "checked_in_at", "recorded_by"),
        {**common, "content_version": PAST_VERSION},
        _past_lines(shape, forms),
    )
    yield Rows(
        "attendances",
        columns,
        {**common, "content_version": CELL_VERSION},
        _lines_tonight(shape, forms),
    )


def _past_lines(shape: Shape, forms: Forms) -> Iterator[tuple[Any, ...]]:
    null, before = forms.null, moment(PAST_AT - timedelta(days=1))
    in_time, later = moment(PAST_AT - timedelta(minutes=5)), moment(PAST_AT + timedelta(minutes=20))
    ways = {
        "present": ("qr", in_time, in_time),
        "late": ("qr", later, later),
        "excused": ("request", before, null),
        "unexcused": ("system", moment(PAST_AT + timedelta(hours=2)), null),
        "exempt": ("system", before, null),
    }
    for cell in shape.cells:
        if not cell.place:
            continue
        meeting_id, secretary, variant = cell.past_meeting_id, cell.first_member, cell.number % 33
        for place, id_ in enumerate(cell.members):
            state = _past_state(place, variant)
            by = {"qr": id_, "request": secretary}.get(ways[state][0], null)
            yield meeting_id, id_, status_at(place), state, *ways[state], by


def _lines_tonight(shape: Shape, forms: Forms) -> Iterator[tuple[Any, ...]]:
    unknown = (forms.null, forms.null, forms.null)
    exempt = ("exempt", "system", moment(STARTS_AT - timedelta(days=4)))
    for cell in shape.cells:
        meeting_id = cell.meeting_id
        for place, id_ in enumerate(cell.members):
            status = status_at(place)
            yield meeting_id, id_, status, *(exempt if status == "exempt" else unknown)
