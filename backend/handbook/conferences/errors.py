from handbook.kernel.problems import Problem


class SiteNotEmpty(Problem):
    """Delegates still belong to the site, or were recorded there; move them first."""

    status, code = 409, "site_not_empty"


class PresenceRecorded(Problem):
    """The delegate was recorded as present: who was there stays on the roll."""

    status, code = 409, "presence_recorded"
