from enum import StrEnum


class BallotKind(StrEnum):
    """What is decided; it names the majority that is asked for (:mod:`handbook.ballots.rules`)."""

    RESOLUTION = "resolution"
    ADMISSION = "admission"
    RECOGNITION = "recognition"
    OTHER = "other"


class BallotMethod(StrEnum):
    """How it is voted: hands counted in the room, openly by phone, secretly by phone, secretly on paper."""

    HAND = "hand"
    PHONE = "phone"
    SECRET = "secret"
    SECRET_PAPER = "secret_paper"


class BallotState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Choice(StrEnum):
    """The three options of a vote (2-domain, Words)."""

    AGREE = "agree"
    DISAGREE = "disagree"
    OTHER = "other"


class Fault(StrEnum):
    """Why a secret ballot is void: a vote without a genuine paper, or more votes than papers were taken."""

    FORGED_VOTE = "forged_vote"
    SURPLUS_VOTES = "surplus_votes"


class ResultFlag(StrEnum):
    """What is remarkable about a result: the meeting had no quorum at the vote; more voted, or got a paper, than the roll had
    in the room; the room counted with fewer members than there were by the roll; all votes of a secret ballot say the same, so
    that everybody knows how each voter voted."""

    NO_QUORUM = "no_quorum"
    MORE_THAN_PRESENT = "more_than_present"
    STALE_DENOMINATOR = "stale_denominator"
    UNANIMOUS = "unanimous"


COUNTED_BY_HAND = frozenset({BallotMethod.HAND, BallotMethod.SECRET_PAPER})
