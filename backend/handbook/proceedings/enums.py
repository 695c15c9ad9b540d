from enum import StrEnum


class EntryKind(StrEnum):
    """What can be written into the book of the room."""

    OPEN = "open"
    CLOSE = "close"
    CHAIR = "chair"
    MINUTE_TAKER = "minute_taker"
    MARK = "mark"
    GUEST = "guest"
    ITEM = "item"
    NOTE = "note"
    CONCLUSION = "conclusion"
    HAND_VOTE = "hand_vote"
    PAPER_VOTE = "paper_vote"
    PAPER_SCORE = "paper_score"
    SETTLE = "settle"
    AGENDA = "agenda"
    REOPEN = "reopen"
    UNOPEN = "unopen"


# What everybody in the room sees anyway; the rest of the book is for who runs the meeting or writes its minutes, until
# these are signed.
OPEN_TO_MEMBERS = frozenset(
    {
        EntryKind.OPEN,
        EntryKind.CLOSE,
        EntryKind.CHAIR,
        EntryKind.MINUTE_TAKER,
        EntryKind.ITEM,
        EntryKind.AGENDA,
        EntryKind.REOPEN,
        EntryKind.UNOPEN,
    }
)
# What the appointed minute-taker writes without running the meeting, and settles where two devices differ about it.
FOR_MINUTE_TAKERS = frozenset({EntryKind.NOTE, EntryKind.CONCLUSION})
# What may be written of a meeting that is not open yet; of marks only the absences (see applying.py).
BEFORE_OPENING = frozenset(
    {
        EntryKind.OPEN,
        EntryKind.CHAIR,
        EntryKind.MINUTE_TAKER,
        EntryKind.GUEST,
        EntryKind.MARK,
        EntryKind.SETTLE,
    }
)


class Outcome(StrEnum):
    """What became of an entry. A refused one is kept with the code of its refusal; it counts for nothing."""

    APPLIED = "applied"
    REFUSED = "refused"


class EntryFlag(StrEnum):
    """``clock_skew``: the device's clock was wrong and the time was shifted. ``after_closing``: it arrived when the meeting
    was closed already. ``left_cell``: the member was summoned and has left the organisation since. ``undone``: an opening or a
    closing that had been taken back by another device when it arrived; it changes nothing."""

    CLOCK_SKEW = "clock_skew"
    AFTER_CLOSING = "after_closing"
    LEFT_CELL = "left_cell"
    UNDONE = "undone"


class RefusalCode(StrEnum):
    """Why an entry was refused and kept; a refusal by the verb of another feature brings that feature's code."""

    INVALID_ENTRY = "invalid_entry"
    NOT_IN_OFFICE = "not_in_office"
    NOT_CONVENED = "not_convened"
    NOT_OPEN = "not_open"
    ALREADY_CLOSED = "already_closed"
    NOT_CLOSED = "not_closed"
    MINUTES_SIGNED = "minutes_signed"
    MEETING_SETTLED = "meeting_settled"
    MEETING_CANCELLED = "meeting_cancelled"
    NOT_SUMMONED = "not_summoned"
    UNKNOWN_AGENDA_ITEM = "unknown_agenda_item"
    UNKNOWN_ENTRY = "unknown_entry"
    ID_TAKEN = "id_taken"
