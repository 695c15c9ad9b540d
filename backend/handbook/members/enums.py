from enum import StrEnum


class MemberStatus(StrEnum):
    """Status of a member (2-domain, Members); every change is kept with date and decision."""

    OFFICIAL = "official"
    PROBATIONARY = "probationary"
    EXEMPT = "exempt"
    TEMPORARY_IN = "temporary_in"
    TEMPORARY_OUT = "temporary_out"
    TRANSFERRED = "transferred"
    SUSPENDED = "suspended"
    STRUCK_OFF = "struck_off"
    EXPELLED = "expelled"
    WITHDRAWN = "withdrawn"
    DECEASED = "deceased"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


# Who belongs to the cell's life today: is summoned, may sign in, is counted.
ACTIVE_STATUSES = frozenset(
    {
        MemberStatus.OFFICIAL,
        MemberStatus.PROBATIONARY,
        MemberStatus.EXEMPT,
        MemberStatus.TEMPORARY_IN,
        MemberStatus.TEMPORARY_OUT,
    }
)
