"""What happens to conferences, for the features above. Ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DelegatesSummoned:
    """Delegates were added to a conference that had been convened already."""

    meeting_id: int
    organization_id: int
    member_ids: tuple[int, ...]
