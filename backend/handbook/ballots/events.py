"""What happens to ballots, for the features above. Ids only."""

from dataclasses import dataclass, field

from handbook.access.actor import SYSTEM, Actor


@dataclass(slots=True)
class ReservationsChanging:
    """The reserved opinions of a closed ballot are about to be replaced; ``signed`` is answered by who keeps the minutes."""

    ballot_id: int
    meeting_id: int
    signed: bool = False


@dataclass(frozen=True, slots=True)
class CountEntered:
    """With a network, the chair closed a vote that people count, or its reserved opinions were replaced."""

    ballot_id: int
    meeting_id: int
    actor: Actor = field(default=SYSTEM, compare=False)
