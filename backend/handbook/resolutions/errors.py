from handbook.documents.enums import SecrecyLevel
from handbook.kernel.problems import FieldError, Problem


class ClassifiedText(Problem):
    """The law forbids state secrets on a networked system: nothing of the text is stored."""

    status, code = 422, "classified_document"

    def __init__(self, pointer: str, level: SecrecyLevel) -> None:
        super().__init__(errors=[FieldError(pointer, "classified_document", {"level": level.code})])


class VoteNotPassed(Problem):
    """The meeting voted on its resolution and did not pass it; issuing it all the same needs a reason, which is kept."""

    status, code = 409, "vote_not_passed"


class ResolutionRejected(Problem):
    """The members voted on this very resolution and did not pass it: it cannot be issued."""

    status, code = 409, "resolution_rejected"


class DraftPutToVote(Problem):
    """Members are voting on this very text: it is changed when the vote is over, or was taken back."""

    status, code = 409, "draft_put_to_vote"


class VoteUndecided(Problem):
    """The vote on this very resolution is not closed, or was void: nothing is decided yet."""

    status, code = 409, "vote_undecided"


class UpdateKeyTaken(Problem):
    """The key names another update already."""

    status, code = 422, "update_key_taken"
