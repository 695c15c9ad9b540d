"""Who was away from a meeting, as far as somebody wrote it down."""

from sqlalchemy import or_, select

from handbook.attendance.enums import AttendanceState, Method
from handbook.attendance.models import Attendance
from handbook.attendance.rules import ATTENDING
from handbook.kernel.db import db


def absent_by_mark(meeting_id: int) -> set[int]:
    """Who was away from the meeting by what somebody wrote down, or is exempt and did not come; not whom the closing alone
    made absent."""
    state, method = Attendance.state, Attendance.method
    return set(
        db.session.scalars(
            select(Attendance.member_id).where(
                Attendance.meeting_id == meeting_id,
                state.not_in([one.value for one in ATTENDING]),
                or_(state == AttendanceState.EXEMPT.value, method != Method.SYSTEM.value),
            )
        )
    )
