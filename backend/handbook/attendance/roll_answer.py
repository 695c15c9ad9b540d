"""The plain roll as JSON, from two readings of the bare driver: what every board fetches as soon as somebody has come.

The same answer, byte for byte, as that of :mod:`handbook.attendance.roll` through its schema, for who reads the whole roll of a
meeting and for who reads the own line. Not for a conference, which counts by sites.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import orjson
from sqlalchemy import bindparam, select

from handbook.attendance.models import Attendance, Guest
from handbook.attendance.queries import LINES
from handbook.attendance.rules import is_quorum_reached, quorum_required
from handbook.kernel.drivers import Driver
from handbook.meetings.models import Meeting
from handbook.meetings.queries import counts_from
from handbook.meetings.sites import SUMMED
from handbook.members.models import Member
from handbook.members.naming import Bearer, name_marks

_OF_MEETING = ("roll_version", "quorum_share", "chair_id", "minute_taker_id", "summoned_count", *SUMMED)
_LINE = len(LINES.selected_columns)
_LINE_AND_MEETING = _LINE + len(_OF_MEETING)
# The meeting is read with its lines, so that the counts are those of these lines.
_WITH_MEETING = LINES.join(Meeting, Meeting.id == Attendance.meeting_id).add_columns(
    *(getattr(Meeting, name) for name in _OF_MEETING)
)
_WHOLE = _WITH_MEETING.add_columns(Member.name_folded, Member.birth_date, Member.card_number).order_by(
    Member.name_sort, Member.id
)
_OWN = _WITH_MEETING.where(Attendance.member_id == bindparam("member_id"))
_GUESTS = (
    select(Guest.key, Guest.name, Guest.origin)
    .where(Guest.meeting_id == bindparam("meeting_id"))
    .order_by(Guest.recorded_at, Guest.key)
)


class Roll(NamedTuple):
    """The version of a roll, and the JSON of it."""

    version: int
    body: bytes


def whole_roll(driver: Driver, meeting_id: int) -> Roll | None:
    """All lines and guests; None where the database did not answer, nobody was summoned, or no quorum was kept."""
    rows = driver.find(_WHOLE, {"meeting_id": meeting_id})
    guests = driver.find(_GUESTS, {"meeting_id": meeting_id}) if rows else None
    if not rows or guests is None:
        return None
    return _roll(rows, _marks(rows), [{"key": key, "name": name, "from": of} for key, name, of in guests])


def own_line(driver: Driver, meeting_id: int, member_id: int) -> Roll | None:
    """The line of one member beside the counts of all; None as with :func:`whole_roll`, and for who has no line."""
    rows = driver.find(_OWN, {"meeting_id": meeting_id, "member_id": member_id})
    return _roll(rows, {}, []) if rows else None


def _roll(
    rows: Sequence[Sequence[Any]], marks: Mapping[int, str], guests: Sequence[Mapping[str, Any]]
) -> Roll | None:
    kept = dict(zip(_OF_MEETING, rows[0][_LINE:_LINE_AND_MEETING], strict=True))
    if kept["quorum_share"] is None:
        return None
    share = Fraction(kept["quorum_share"])
    due, present = kept["official_due"], kept["official_present"]
    body = {
        "counts": counts_from(kept),
        "quorum": {
            "required": quorum_required(due, share),
            "reached": is_quorum_reached(due, present, share),
        },
        "quorum_share": f"{share.numerator}/{share.denominator}",
        "official_due": due,
        "official_present": present,
        "chair_id": _id(kept["chair_id"]),
        "minute_taker_id": _id(kept["minute_taker_id"]),
        "guests": guests,
        "items": [_item(row, marks) for row in rows],
        "next": None,
    }
    return Roll(kept["roll_version"], orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE))


def _item(row: Sequence[Any], marks: Mapping[int, str]) -> dict[str, Any]:
    """One line, with the fields of :class:`~handbook.attendance.schemas.RollItemSchema` in their order."""
    member_id, full_name, status, state, method, checked_in_at, recorded_at, recorded_by = row[:8]
    arrived_at, left_at, reason, flags, home_site_id, site_id = row[8:_LINE]
    return {
        "member_id": str(member_id),
        "full_name": full_name,
        "name_mark": marks.get(member_id),
        "status": status,
        "state": state,
        "method": method,
        "checked_in_at": checked_in_at,
        "recorded_at": recorded_at,
        "recorded_by": _id(recorded_by),
        "arrived_at": arrived_at,
        "left_at": left_at,
        "reason": reason,
        "flags": flags,
        "home_site_id": _id(home_site_id),
        "site_id": _id(site_id),
    }


def _marks(rows: Sequence[Sequence[Any]]) -> dict[int, str]:
    """What :func:`~handbook.attendance.queries.name_marks_of` says, from the lines themselves."""
    bearing = Counter(row[_LINE_AND_MEETING] for row in rows)
    if len(bearing) == len(rows):
        return {}
    return name_marks(
        Bearer(row[0], row[1], birth_date and birth_date.year, card_number)
        for row in rows
        for name_folded, birth_date, card_number in (row[_LINE_AND_MEETING:],)
        if bearing[name_folded] > 1
    )


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)
