"""The head-counts that a meeting keeps, changed in the transaction of the change itself.

Core statements beside the ORM: they move neither the meeting's ETag nor a content version, and cost one statement.
"""

from functools import cache

from sqlalchemy import Connection, Update, and_, bindparam, case, func, select, update

from handbook.attendance.enums import AttendanceState
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus

MEETINGS = Meeting.__table__
ROLL = Attendance.__table__
NAMES = (
    "summoned_count",
    *(f"{state.value}_count" for state in AttendanceState),
    "official_due",
    "official_present",
    "roll_version",
)


def move_counts(
    connection: Connection,
    meeting_id: int,
    before: str | None,
    after: str | None,
    member_status: str,
    *,
    had_left: bool = False,
    has_left: bool = False,
) -> None:
    """Count one line of the roll as ``after`` instead of ``before``; who has left early is no longer in the room."""
    statement = move_of(before, after, member_status, had_left=had_left, has_left=has_left)
    connection.execute(statement, {"of_meeting": meeting_id})


def move_of(
    before: str | None,
    after: str | None,
    member_status: str,
    *,
    had_left: bool = False,
    has_left: bool = False,
) -> Update:
    """The statement of :func:`move_counts`, for the meeting ``of_meeting``; the same one for the same move."""
    return _move(before, after, member_status == MemberStatus.OFFICIAL, had_left, has_left)


def touch_roll(connection: Connection, meeting_id: int) -> None:
    """Note that the roll changed in a way that no count shows."""
    connection.execute(_move(None, None, False, False, False), {"of_meeting": meeting_id})


@cache
def _move(before: str | None, after: str | None, official: bool, had_left: bool, has_left: bool) -> Update:
    steps = {"roll_version": 1}
    for state, step in ((before, -1), (after, 1)):
        if state is not None:
            steps[f"{state}_count"] = steps.get(f"{state}_count", 0) + step
    if official:
        in_room = (before in ATTENDING and not had_left, after in ATTENDING and not has_left)
        steps["official_present"] = in_room[1] - in_room[0]
    columns = MEETINGS.c
    return (
        update(MEETINGS)
        .where(columns.id == bindparam("of_meeting"))
        .values({name: columns[name] + step for name, step in steps.items() if step})
    )


def recount(connection: Connection, meeting_id: int) -> dict[str, int]:
    """Count the lines of the roll anew, write the counts on the meeting and return them."""
    counts = count_roll(connection, meeting_id)
    connection.execute(
        update(MEETINGS)
        .where(MEETINGS.c.id == meeting_id)
        .values(**counts, roll_version=MEETINGS.c.roll_version + 1)
    )
    return counts


def count_roll(connection: Connection, meeting_id: int) -> dict[str, int]:
    """What the counters of the meeting ought to be, from the lines of its roll."""
    official = ROLL.c.member_status == MemberStatus.OFFICIAL.value
    in_room = and_(ROLL.c.state.in_(sorted(ATTENDING)), ROLL.c.left_at.is_(None))
    row = connection.execute(
        select(
            func.count().label("summoned_count"),
            *(
                func.count(case((ROLL.c.state == state.value, 1))).label(f"{state.value}_count")
                for state in AttendanceState
            ),
            func.count(case((official, 1))).label("official_due"),
            func.count(case((and_(official, in_room), 1))).label("official_present"),
        ).where(ROLL.c.meeting_id == meeting_id)
    ).one()
    return dict(row._mapping)
