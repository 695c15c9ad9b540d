"""Whom staff telephone about an exception: the secretary in force of the organisation, else the deputy."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from handbook.access.actor import Actor, OfficeTitle
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.access.predicates import Target
from handbook.audit.readings import Reading, record_readings
from handbook.kernel.db import db
from handbook.members.models import Member, Office
from handbook.organizations.models import Organization

# In the order of asking.
_TITLES = (OfficeTitle.SECRETARY.value, OfficeTitle.DEPUTY_SECRETARY.value)


@dataclass(frozen=True, slots=True)
class Contact:
    """``phone`` is E.164; None when there is none, it is not the actor's to see or was not asked for.

    ``path`` is that of the member's organisation.
    """

    member_id: int
    full_name: str
    title: str
    phone: str | None
    path: str


def list_contacts(
    organization_ids: Collection[int], *, actor: Actor, today: date, phones: bool = True
) -> dict[int, Contact]:
    """One person for each organisation that has somebody to ask, by organisation."""
    rows = db.session.execute(
        select(
            Office.organization_id, Office.title, Member.id, Member.full_name, Member.phone, Organization.path
        )
        .join(Member, Member.id == Office.member_id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(
            Office.organization_id.in_(organization_ids),
            Office.title.in_(_TITLES),
            Office.from_date <= today,
            (Office.to_date.is_(None)) | (Office.to_date >= today),
        )
        .order_by(Office.from_date.desc(), Office.id.desc())
    ).all()
    found: dict[int, Contact] = {}
    for row in sorted(rows, key=lambda row: _TITLES.index(row.title)):
        target = Target(path=row.path, member_id=row.id)
        phone = row.phone if phones and may(actor, Permission.MEMBERS_READ_PHONE, target) else None
        found.setdefault(row.organization_id, Contact(row.id, row.full_name, row.title, phone, row.path))
    return found


def record_phones_read(contacts: Iterable[Contact | None], *, actor: Actor) -> None:
    """Record whose phone number the actor was given; each of them sees it in the own access log."""
    shown = [contact for contact in contacts if contact is not None and contact.phone is not None]
    readings = [Reading(contact.member_id, contact.path, contact.member_id) for contact in shown]
    record_readings("members:phone:read", readings, actor=actor)


def list_paths(organization_ids: Collection[int]) -> dict[int, str]:
    """The path of each organisation, by id."""
    rows = db.session.execute(
        select(Organization.id, Organization.path).where(Organization.id.in_(organization_ids))
    )
    return {row.id: row.path for row in rows}
