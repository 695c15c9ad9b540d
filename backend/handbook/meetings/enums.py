from enum import StrEnum


class MeetingKind(StrEnum):
    """Kinds of meeting (2-domain, Words)."""

    REGULAR = "regular"
    THEMATIC = "thematic"
    COMMITTEE = "committee"
    EXTRAORDINARY = "extraordinary"
    CONGRESS = "congress"
    CONFERENCE = "conference"


class MeetingState(StrEnum):
    """The life of a meeting; :mod:`handbook.meetings.state` says which step may follow which."""

    DRAFT = "draft"
    CONVENED = "convened"
    OPEN = "open"
    CLOSED = "closed"
    FINALIZED = "finalized"
    CANCELLED = "cancelled"
