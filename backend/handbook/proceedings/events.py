"""What happens to the book of the room, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(slots=True)
class LineArriving:
    """A line of the book has arrived after the meeting; ``signed`` is answered by who keeps the minutes: somebody has put a
    signature to what the room wrote."""

    meeting_id: int
    signed: bool = False
