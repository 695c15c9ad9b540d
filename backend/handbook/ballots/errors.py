from handbook.kernel.problems import FieldError, Forbidden, Problem


class BallotClosed(Problem):
    """The chair has closed the ballot: what was counted stands."""

    status, code = 409, "ballot_closed"


class BallotNotOpen(Problem):
    """There is nothing to vote on yet, or the ballot was withdrawn."""

    status, code = 409, "ballot_not_open"


class DraftGone(Problem):
    """The draft has left the meeting, or was issued, since the ballot was proposed: nobody votes on it here any more."""

    status, code = 409, "draft_gone"


class CastingNotBegun(Problem):
    """Papers of this secret ballot are still being given out: nothing can be cast or counted yet."""

    status, code = 409, "casting_not_begun"


class PapersGivenOut(Problem):
    """Casting has begun, and from then on nobody gets a paper: a vote that followed would be known for the latecomer's."""

    status, code = 409, "papers_given_out"


class PapersMissing(Problem):
    """Members in the room hold no paper, and the chair has not said of all of them that casting begins without them."""

    status, code = 409, "papers_missing"

    def __init__(self, missing: int, papers: int) -> None:
        params = {"missing": missing, "papers": papers}
        super().__init__(errors=[FieldError("/without_paper", "missing", params)])


class FewVotes(Problem):
    """So few votes lie in the box that the result would tell how each voter voted; the chair may withdraw the ballot."""

    status, code = 409, "few_votes"

    def __init__(self, votes: int) -> None:
        super().__init__(errors=[FieldError("/accept_few_votes", "few_votes", {"votes": votes})])


class WrongMethod(Problem):
    """This ballot is voted in another way."""

    status, code = 409, "wrong_ballot_method"


class NotAVoter(Forbidden):
    """The member takes part without a vote: probationary, or living the party life of another cell for a time."""

    code = "vote_official_only"


class NotInTheRoom(Problem):
    """The member has a vote and is not recorded as present; the secretary can mend that."""

    status, code = 409, "vote_needs_presence"


class StaleDenominator(Problem):
    """The roll has changed since the chair looked: the new numbers, to be seen before the result is frozen."""

    status, code = 409, "stale_denominator"

    def __init__(self, denominator: int, present: int) -> None:
        params = {"denominator": denominator, "present": present}
        super().__init__(errors=[FieldError("/expected_denominator", "stale", params)])


class RecordSigned(Problem):
    """The minutes are signed and stand as they are; what is to be corrected goes into an addendum."""

    status, code = 409, "minutes_signed"


class WrongCounts(Problem):
    """Numbers counted by hand that cannot be: the field error says which rule they break."""

    status, code = 422, "wrong_counts"

    def __init__(self, pointer: str, error: str, **params: int) -> None:
        super().__init__(errors=[FieldError(pointer, error, params)])


class PaperTaken(Problem):
    """The member has taken a paper of this ballot; there is one for each."""

    status, code = 409, "paper_already_taken"


class PaperUsed(Problem):
    """This paper lies in the box already, with another choice on it."""

    status, code = 409, "paper_already_used"


class InvalidPaper(Problem):
    """Not a paper of this ballot: its signature or its opening is wrong."""

    status, code = 422, "invalid_paper"


class NotAnonymous(Problem):
    """A request to the ballot box says who sent it: nothing of it is looked at."""

    status, code = 422, "paper_not_anonymous"
