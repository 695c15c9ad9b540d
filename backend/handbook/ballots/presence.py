"""What is said with a result of who was in the room: whether the meeting could decide at all, and how many could vote."""

from collections.abc import Mapping
from datetime import datetime

from handbook.attendance.queries import quorum_share
from handbook.ballots import queries, rules
from handbook.ballots.enums import COUNTED_BY_HAND
from handbook.ballots.models import Ballot
from handbook.meetings.models import Meeting


def freeze_quorum(ballot: Ballot, lines: Mapping[int, rules.Line], at: datetime | None = None) -> None:
    """Whether the meeting could decide at all is said with the result, and belongs to it."""
    quorum = rules.quorum(lines.values(), quorum_share(ballot.meeting, at))
    ballot.quorum_required, ballot.quorum_present = quorum.required, quorum.present


def see_who_was_there(meeting: Meeting, since: datetime) -> None:
    """Look once more at who was in the room at the votes that people have counted from ``since`` on: marks of the roll that
    were made before them have arrived after them, from a device whose network came back later. The meeting is locked by the
    caller, who commits.

    What was decided stands, with its denominator and majority; what is said with it of the room and its quorum is what the roll
    said at the hour of the vote. A change of the roll that was made after a vote is none of these.
    """
    for method in COUNTED_BY_HAND:
        for ballot in queries.counted_ballots(meeting.id, method):
            if ballot.closed_at is None or ballot.closed_at < since:
                continue
            lines = queries.roll_lines(meeting.id, ballot.closed_at)
            ballot.voters_present = rules.voters_present(lines.values())
            freeze_quorum(ballot, lines, ballot.closed_at)
