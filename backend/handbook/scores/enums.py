from enum import StrEnum


class ScoreState(StrEnum):
    """``withdrawn``: the meeting was settled without a score."""

    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class ScoreMethod(StrEnum):
    """How the sheets were collected: on members' phones, on paper with the numbers entered, or both added up."""

    PHONE = "phone"
    PAPER = "paper"
    MIXED = "mixed"


class Grade(StrEnum):
    """Tốt, khá, trung bình, kém (2-domain, Cells and meetings, Score)."""

    GOOD = "good"
    FAIR = "fair"
    AVERAGE = "average"
    POOR = "poor"
