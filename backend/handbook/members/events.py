"""What happened to a member's record that other features must know."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """The member's organisation, status or offices changed: what the person may see may be another set now."""

    member_id: int
