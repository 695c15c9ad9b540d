from enum import StrEnum


class AttendanceState(StrEnum):
    """What the roll says of a member (2-domain, Words); None in the row means not recorded."""

    PRESENT = "present"
    LATE = "late"
    EXCUSED = "excused"
    UNEXCUSED = "unexcused"
    EXEMPT = "exempt"


class Method(StrEnum):
    """How an entry of the roll came about: scanned, opened as a link, by hand, by an answered request, by the system;
    ``sheet``: by hand from a signed sheet of paper; ``reverse_scan``: by hand, with the member's own code as proof.
    """

    QR = "qr"
    LINK = "link"
    SECRETARY = "secretary"
    REQUEST = "request"
    SYSTEM = "system"
    SHEET = "sheet"
    REVERSE_SCAN = "reverse_scan"


# What somebody who ran the meeting wrote; a check-in does not overrule it lightly.
BY_HAND = frozenset({Method.SECRETARY, Method.SHEET, Method.REVERSE_SCAN})
# What the member proved: "every entry says how, when and by whom", and no later mark that says the same is a better answer.
PROVED = frozenset({Method.QR, Method.LINK, Method.REVERSE_SCAN})


class Flag(StrEnum):
    """What is remarkable about a line of the roll, for who runs the meeting to judge.

    ``synced_late``: scanned without a network and sent later. ``clock_skew``: the phone's clock differs from the code's.
    ``outside_window``: sent at once, but with a code that was not on the screen at that time. ``contradicts_mark``: the
    check-in came after a later mark by hand, which stands. ``temporary_out``: the member
    lives the party life elsewhere for now. ``opened_meeting``: present because of having opened the meeting in the room.
    ``left_cell``: marked by hand, but a member of another organisation, or of none, by now. ``other_site``: recorded at
    another site of the conference than the delegate's own.
    """

    SYNCED_LATE = "synced_late"
    CLOCK_SKEW = "clock_skew"
    OUTSIDE_WINDOW = "outside_window"
    CONTRADICTS_MARK = "contradicts_mark"
    TEMPORARY_OUT = "temporary_out"
    OPENED_MEETING = "opened_meeting"
    LEFT_CELL = "left_cell"
    OTHER_SITE = "other_site"


class Decision(StrEnum):
    """What became of a request to be excused; withdrawn by who had made it."""

    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: What who runs the meeting may say.
ANSWERS = (Decision.APPROVED, Decision.REFUSED)
