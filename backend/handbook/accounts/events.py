"""What happens to sessions, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(slots=True)
class SessionSeeing:
    """A device is about to be marked as seen now; ``unwritten`` is answered by whoever must not have that on record."""

    member_id: int | None
    unwritten: bool = False
