"""Changes of member records, and readings that must be recorded."""

from collections.abc import Sequence

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.audit.readings import Reading, record_readings
from handbook.audit.service import record
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.members.models import Member
from handbook.organizations.models import Organization

CITIZEN_ID_CONTEXT = "members.citizen_id"


def record_reading(member: Member, *, actor: Actor, uow: UnitOfWork) -> None:
    """Record that somebody read another person's record; reading one's own leaves no trace."""
    if actor.member_id != member.id:
        record(
            uow,
            "members:member:read",
            actor=actor,
            subject_id=member.id,
            member_id=member.id,
            path=member.organization.path,
        )


def record_list_reading(organization: Organization, members: Sequence[Member], *, actor: Actor) -> None:
    """Record that a list was read: the list and, unless the reader runs that very cell, each person on it, once a day."""
    record_readings("members:list:read", [Reading(organization.id, organization.path)], actor=actor)
    if not may(actor, Permission.MEETINGS_RUN, organization.target):
        persons = [Reading(member.id, member.organization.path, member.id) for member in members]
        record_readings("members:member:read", persons, actor=actor)


def view_citizen_id(member: Member, reason: str, *, actor: Actor, uow: UnitOfWork) -> str | None:
    """The citizen ID in plain text; the reading and its reason are recorded in the same transaction."""
    record(
        uow,
        "members:citizen_id:viewed",
        actor=actor,
        subject_id=member.id,
        member_id=member.id,
        path=member.organization.path,
        details={"reason": reason},
    )
    return read_citizen_id(member)


def read_citizen_id(member: Member) -> str | None:
    """Unseal the citizen ID."""
    if member.citizen_id_sealed is None:
        return None
    return current_secrets().decrypt(member.citizen_id_sealed, CITIZEN_ID_CONTEXT)


def set_citizen_id(member: Member, citizen_id: str | None) -> None:
    """Seal a citizen ID of 12 digits into the record, with its fingerprint for matching."""
    secrets = current_secrets()
    member.citizen_id_sealed = secrets.encrypt(citizen_id, CITIZEN_ID_CONTEXT) if citizen_id else None
    member.citizen_id_index = citizen_id_index(citizen_id) if citizen_id else None


def citizen_id_index(citizen_id: str) -> str:
    """The fingerprint under which a citizen ID is found."""
    return current_secrets().blind_index(citizen_id, CITIZEN_ID_CONTEXT)
