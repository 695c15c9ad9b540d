from handbook.kernel.problems import Problem


class MemberRequired(Problem):
    """An account without a member record is summoned to nothing: its calendar would be empty."""

    status, code = 409, "member_required"


class TooManyFeeds(Problem):
    """So many calendars are enough; revoke one first."""

    status, code = 409, "too_many_feeds"
