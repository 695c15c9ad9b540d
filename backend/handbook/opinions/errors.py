from handbook.kernel.problems import Problem


class OpinionsClosed(Problem):
    """The meeting is not convened, or has opened already: what is to be said then is said in the room."""

    status, code = 409, "opinions_closed"


class OpinionWithdrawn(Problem):
    """The opinion was withdrawn; what is sent anew needs a key of its own."""

    status, code = 409, "opinion_withdrawn"


class TooManyOpinions(Problem):
    """One member may send so many opinions to one meeting, and no more."""

    status, code = 409, "too_many_opinions"
