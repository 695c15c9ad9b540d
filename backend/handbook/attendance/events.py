"""What happens to attendance, for the features above. Ids only; ``actor`` is who acted."""

from dataclasses import dataclass, field

from handbook.access.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class AttendanceCorrected:
    """The roll of a closed meeting was changed by hand, by an answered request or by a check-in that was sent late."""

    meeting_id: int
    organization_id: int


@dataclass(frozen=True, slots=True)
class AbsenceRequested:
    request_id: int
    meeting_id: int
    member_id: int
    organization_id: int


@dataclass(frozen=True, slots=True)
class AbsenceWithdrawn:
    """A member who was excused by an approved request took it back, and is expected again."""

    meeting_id: int


@dataclass(frozen=True, slots=True)
class AbsenceDecided:
    request_id: int
    meeting_id: int
    member_id: int
    organization_id: int
    actor: Actor = field(default=SYSTEM, compare=False)
