from enum import StrEnum


class OpinionKind(StrEnum):
    """What a member sends beforehand: something said, or something asked."""

    OPINION = "opinion"
    QUESTION = "question"
