from collections.abc import Iterable

from handbook.documents.enums import SecrecyLevel
from handbook.kernel.problems import FieldError, Problem
from handbook.resolutions.enums import IssueWarning


class ClassifiedText(Problem):
    """The law forbids state secrets on a networked system: nothing of the text is stored."""

    status, code = 422, "classified_document"

    def __init__(self, pointer: str, level: SecrecyLevel) -> None:
        super().__init__(errors=[FieldError(pointer, "classified_document", {"level": level.code})])


class ReasonNeeded(Problem):
    """Something speaks against issuing it, each in a field error; who issues it all the same says why, and to all of it."""

    status, code = 409, "reason_needed"

    def __init__(self, doubts: Iterable[IssueWarning]) -> None:
        super().__init__(errors=[FieldError("/reason_for", doubt.value) for doubt in doubts])


class ResolutionRejected(Problem):
    """The members voted on this very resolution, or on its very text, and did not pass it: it cannot be issued."""

    status, code = 409, "resolution_rejected"


class DraftPutToVote(Problem):
    """Members are voting on this very text: it is changed when the vote is over, or was taken back."""

    status, code = 409, "draft_put_to_vote"


class DraftVotedOn(Problem):
    """Members voted on this draft in its meeting, and there it stays, whatever they decided."""

    status, code = 409, "draft_voted_on"


class VoteUndecided(Problem):
    """The vote on this very resolution, or on its very text, is not closed, or was void: nothing is decided yet."""

    status, code = 409, "vote_undecided"


class VoteDisputed(Problem):
    """Two devices counted the vote on it differently, or two results may be of one vote, and nobody has chosen what stands."""

    status, code = 409, "vote_disputed"


class UpdateKeyTaken(Problem):
    """The key names another update already."""

    status, code = 422, "update_key_taken"
