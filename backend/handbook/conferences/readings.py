"""Who read the telephone numbers of the hosts of a conference."""

from collections.abc import Mapping, Sequence
from typing import Any

from handbook.access.actor import Actor
from handbook.audit.readings import Reading, record_readings
from handbook.meetings.models import Meeting


def record_phones(meeting: Meeting, sites: Sequence[Mapping[str, Any]], *, actor: Actor) -> None:
    """Record that the actor has been shown the numbers in these views of sites, once a day for each host."""
    path = meeting.organization.path
    shown = {int(host["member_id"]) for site in sites for host in site["hosts"] if host["phone"]}
    record_readings("members:phone:read", [Reading(id_, path, id_) for id_ in sorted(shown)], actor=actor)
