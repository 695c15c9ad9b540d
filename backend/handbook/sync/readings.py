"""What a phone of an office holder is sent about other people is a reading like any other."""

from typing import Any

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.predicates import RUNNERS
from handbook.audit.readings import Reading, record_readings
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization


def record_synced_readings(changes: dict[str, Any], *, actor: Actor) -> None:
    """Record, once a day each, the rosters sent to who runs the cell and the reasons of absence sent to staff."""
    run_here = {office.organization_id: office.path for office in actor.offices if office.title in RUNNERS}
    cells = {int(member["organization_id"]) for member in changes["members"]}
    lists = [Reading(id_, run_here[id_]) for id_ in sorted(cells & run_here.keys())]
    record_readings("members:list:read", lists, actor=actor)
    others = [row for row in changes["absence_requests"] if row["member_id"] != str(actor.member_id)]
    if others:
        paths = _paths_of({int(row["meeting_id"]) for row in others})
        record_readings(
            "attendance:absence_request:read",
            [
                Reading(int(row["id"]), paths[int(row["meeting_id"])], int(row["member_id"]))
                for row in others
                if paths[int(row["meeting_id"])] not in run_here.values()
            ],
            actor=actor,
        )


def _paths_of(meeting_ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(Meeting.id, Organization.path)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(Meeting.id.in_(meeting_ids))
    )
    return {row.id: row.path for row in rows}
