from handbook.kernel.problems import Problem
from handbook.proceedings.enums import RefusalCode


class EntryRefused(Problem):
    """An entry cannot count; the request goes on, and the entry is kept with this code."""

    status = 422

    def __init__(self, code: RefusalCode) -> None:
        super().__init__(code=code.value)
