from handbook.kernel.problems import Forbidden, Problem


class ScoreClosed(Problem):
    """The scoring is over: the average stands."""

    status, code = 409, "score_closed"


class ScoreNotOpen(Problem):
    """Nobody has begun the scoring of this meeting."""

    status, code = 409, "score_not_open"


class AlreadyScored(Problem):
    """The member has handed in a sheet; there is one for each, and nobody can take it out again."""

    status, code = 409, "already_scored"


class NotAttended(Forbidden):
    """Only who was in the room scores the meeting."""

    code = "score_needs_presence"


class TooFewSheets(Problem):
    """An average of so few sheets would tell what each of them said."""

    status, code = 409, "too_few_sheets"


class MoreSheetsThanPresent(Problem):
    """Phones and paper together are more sheets than people were in the room: somebody was counted twice."""

    status, code = 409, "more_sheets_than_present"


class RecordSigned(Problem):
    """The minutes are signed and stand as they are; what is to be corrected goes into an addendum."""

    status, code = 409, "minutes_signed"
