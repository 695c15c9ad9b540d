"""What an import came to, in the shape of the contract."""

from dataclasses import dataclass, field
from typing import Any

from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.judge import RowProblem
from handbook.members.roster.messages import message_of


@dataclass(slots=True)
class ImportReport:
    """Counts of member rows, and every problem of the refused ones in the order of the file.

    ``warnings`` are sentences about what was taken and should be looked at; the contract's report does not hold them.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    organizations_created: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, sheet: str, row: int, problems: list[RowProblem]) -> None:
        """Count a refused row and say why."""
        self.refused += 1
        self.problems += [
            {
                "sheet": sheet,
                "row": row,
                "field": problem.field,
                "code": problem.code,
                "message": message_of(problem),
            }
            for problem in problems
        ]

    @classmethod
    def of_unreadable(cls, error: RosterUnreadable) -> "ImportReport":
        """Nothing was counted; the one problem is the file's own, so it has no sheet, no row and no field."""
        code = "missing" if error.code == "file_missing" else "invalid"
        place = {"sheet": None, "row": None, "field": None}
        return cls(problems=[{**place, "code": code, "message": error.message}])

    def as_json(self) -> dict[str, Any]:
        """The report as the contract fixes it."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "problems": self.problems,
            "organizations_created": self.organizations_created,
        }
