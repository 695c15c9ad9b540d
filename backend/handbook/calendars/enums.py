from enum import StrEnum


class Titles(StrEnum):
    """What a calendar shows of a meeting: calendars stand on lock screens, and other companies keep them.

    ``neutral``: that there is a meeting, when and where. ``full``: also what it is and of which organisation.
    """

    NEUTRAL = "neutral"
    FULL = "full"
