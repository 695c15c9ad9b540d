"""What happens to resolutions, for the features above. ``actor`` is who acted."""

from dataclasses import dataclass, field

from handbook.access.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class PassedVote:
    """What a vote of the meeting decided: the question and the frozen numbers."""

    title: str
    agree: int
    denominator: int


@dataclass(frozen=True, slots=True)
class DraftMaterial:
    """What a draft is written from. ``conclusions`` are in the order of the agenda."""

    conclusions: list[str] = field(default_factory=list)
    votes: list[PassedVote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ResolutionDrafting:
    """A resolution is about to be drafted from a meeting. Who knows what was concluded or voted there adds it."""

    meeting_id: int
    material: DraftMaterial


@dataclass(slots=True)
class ResolutionChanging:
    """What a draft says is about to change, or the meeting that it belongs to. Who is having it voted on says so, and who has
    counted a vote on it in that meeting."""

    resolution_id: int
    put_to_vote: bool = False
    voted_on: bool = False


@dataclass(frozen=True, slots=True)
class ResolutionIssued:
    """A resolution came into force and is visible to the members of its organisation."""

    resolution_id: int
    organization_id: int
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class ResolutionRevoked:
    """A resolution is no longer in force. ``superseded_by_id`` is the one that took its place, if one did."""

    resolution_id: int
    organization_id: int
    superseded_by_id: int | None
    actor: Actor = field(default=SYSTEM, compare=False)


@dataclass(frozen=True, slots=True)
class TaskChanged:
    """Something was said of a task: progress, its end, or that it is open again."""

    task_id: int
    resolution_id: int
    organization_id: int
