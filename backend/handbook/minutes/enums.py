from enum import StrEnum


class MinutesState(StrEnum):
    """A draft is written, read back before the meeting, and signed by two; what is signed never changes."""

    DRAFT = "draft"
    READ_BACK = "read_back"
    SIGNED = "signed"


class SignerRole(StrEnum):
    CHAIR = "chair"
    MINUTE_TAKER = "minute_taker"


class Cause(StrEnum):
    """Why a version of the text was written."""

    COMPOSED = "composed"
    EDITED = "edited"
