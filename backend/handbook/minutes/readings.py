"""Staff above the cell who read its minutes read about other people: that is recorded like any other reading."""

from handbook.access.actor import Actor
from handbook.access.predicates import COMMITTEE
from handbook.audit.readings import Reading, record_readings
from handbook.minutes.models import Minutes


def record_reading(minutes: Minutes, *, actor: Actor) -> None:
    """Once a day for each reader who neither belongs to the organisation nor sits in its committee."""
    path = minutes.meeting.organization.path
    if actor.path != path and path not in actor.paths_of(COMMITTEE):
        record_readings("minutes:minutes:read", [Reading(minutes.id, path)], actor=actor)
