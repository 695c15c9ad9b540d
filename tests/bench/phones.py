"""What the phones of a data set hold: their cookies, their cursors and the codes they scan, from the ids alone."""

from datetime import datetime

from tests.bench.datasets.rows import ACCOUNT_VERSION, CELL_VERSION, key_of_meeting, token_of
from tests.bench.datasets.shape import Cell, status_at

from handbook.access.actor import Actor
from handbook.attendance.tokens import make_token, step_at
from handbook.kernel.tree import path_ids
from handbook.meetings.models import STEP_SECONDS
from handbook.sync.cursor import Cursor, day_of, scope_of

# The places before hold offices, in the cell or above it.
FIRST_PLAIN = 5


def plain_members(cell: Cell) -> list[int]:
    """Official members of the cell without an office."""
    return [
        id_
        for place, id_ in enumerate(cell.members)
        if place >= FIRST_PLAIN and status_at(place) == "official"
    ]


def cookie_of(member_id: int) -> str:
    """The value of the ``Cookie`` header of the member's device."""
    return f"handbook_session={token_of(member_id)}"


def cursor_of(cell: Cell, member_id: int, now: datetime, *, behind: int = 0) -> str:
    """Where the phone of a plain member stands: with everything, or ``behind`` changes of the cell before that."""
    versions = dict.fromkeys(path_ids(cell.path), 1)
    versions[cell.id] = CELL_VERSION - behind
    return Cursor(
        account_id=member_id,
        account_version=ACCOUNT_VERSION,
        day=day_of(now),
        home=cell.id,
        scope=scope_of(Actor(account_id=member_id, path=cell.path)),
        organizations=versions,
    ).encode()


def code_at(cell: Cell, now: datetime) -> str:
    """The check-in code that tonight's meeting of the cell shows now."""
    step = step_at(now, STEP_SECONDS)
    return f"{step}.{make_token(key_of_meeting(cell.meeting_id), cell.meeting_id, step)}"
