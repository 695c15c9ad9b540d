"""What happens to ballots, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(slots=True)
class ReservationsChanging:
    """The reserved opinions of a closed ballot are about to be replaced; ``signed`` is answered by who keeps the minutes."""

    ballot_id: int
    meeting_id: int
    signed: bool = False
