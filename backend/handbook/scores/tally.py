"""The sums of an open scoring, sealed: what lies in the database says nothing about a sheet, nor does what lay there before.

The sealing key is not in the database. Whoever has it and copies of the database from before and after one sheet can tell that
sheet's points; that is the limit of counting without papers (a secret ballot has them, ADR 10).
"""

import json
from dataclasses import dataclass

from handbook.kernel.secrets import Secrets
from handbook.scores.models import MeetingScore


@dataclass(frozen=True, slots=True)
class Tally:
    """Points by criterion, of all sheets together."""

    points: tuple[int, ...]

    def plus(self, sheet: list[int]) -> "Tally":
        return Tally(tuple(known + given for known, given in zip(self.points, sheet, strict=True)))


def empty_tally(criteria: int) -> Tally:
    return Tally((0,) * criteria)


def seal(tally: Tally, meeting_id: int, secrets: Secrets) -> bytes:
    """Always as long, whatever the sums are: the length must not tell them."""
    return secrets.encrypt(json.dumps([f"{value:08d}" for value in tally.points]), _context(meeting_id))


def unseal(score: MeetingScore, secrets: Secrets) -> Tally:
    """The sums of an open scoring."""
    if score.tally_sealed is None:
        return empty_tally(len(score.criteria))
    texts = json.loads(secrets.decrypt(score.tally_sealed, _context(score.meeting_id)))
    return Tally(tuple(int(text) for text in texts))


def _context(meeting_id: int) -> str:
    return f"meeting_scores.tally:{meeting_id}"
