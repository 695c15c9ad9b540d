from handbook.kernel.problems import Forbidden, Problem


class InvalidCheckInToken(Problem):
    """Not a code of this meeting, or one that was shown at another time than the phone says it was scanned."""

    status, code = 422, "invalid_check_in_token"


class InvalidMemberCode(Problem):
    """Not the code of this member for this meeting."""

    status, code = 422, "invalid_member_code"


class CheckInClosed(Problem):
    """The code was not shown in the hours in which the meeting was open, or the roll is settled."""

    status, code = 409, "check_in_closed"


class NotOpenYet(CheckInClosed):
    """The meeting is convened but not open; the phone may send the same check-in again after ``Retry-After``."""

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "60"})


class NotSummoned(Forbidden):
    """The member sees the meeting but does not belong to it."""

    code = "not_summoned"


class AlreadyDecided(Problem):
    status, code = 409, "already_decided"
