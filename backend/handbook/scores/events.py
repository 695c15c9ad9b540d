"""What happens to scores, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(slots=True)
class PaperScoreChanging:
    """The count of the paper sheets is about to be entered or corrected; ``signed`` is answered by who keeps the minutes."""

    meeting_id: int
    signed: bool = False
