from handbook.kernel.problems import FieldError, Problem


class NoticeTooShort(Problem):
    """A meeting can only be announced before it is over, and be moved only to a time to come."""

    status, code = 422, "notice_too_short"

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/starts_at", "in_the_past")])


class NothingToFollow(Problem):
    """There is neither a schedule nor an earlier meeting that the next one could be made after."""

    status, code = 409, "nothing_to_follow"


class RecordSignedAlready(Problem):
    """A closed meeting goes on only while nobody has signed its minutes: they say when it ended."""

    status, code = 409, "minutes_signed"


class AlreadyBegun(Problem):
    """An opening is taken back only while nothing but the opener's own line has come of it."""

    status, code = 409, "already_begun"


class BallotsOpen(Problem):
    """A meeting is not closed over the votes of an open ballot: that is closed or withdrawn first."""

    status, code = 409, "ballots_open"
