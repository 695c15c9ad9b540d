"""What happens to ballots, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CountCorrecting:
    """Numbers that were counted by hand are about to be corrected. Who has put a signature to them refuses."""

    ballot_id: int
    meeting_id: int
