from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResolutionIssued:
    """A resolution came into force and is visible to the members of its organisation."""

    resolution_id: int
    organization_id: int
