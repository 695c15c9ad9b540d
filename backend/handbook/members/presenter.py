"""What a member's record looks like to this actor: fields that are not the actor's to see are left out."""

from collections.abc import Sequence
from typing import Any

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.audit.models import AuditEntry
from handbook.members.models import Member, Office, StatusChange
from handbook.members.queries import names_of
from handbook.members.readers import offices_of_readers
from handbook.members.schemas import MemberSchema, StatusChangeSchema

_full = MemberSchema()
_without_phone = MemberSchema(exclude=("phone",))
_changes = StatusChangeSchema(many=True)


def present_member(member: Member, actor: Actor) -> dict[str, Any]:
    """The body of :class:`MemberSchema` for this actor."""
    schema = _full if may(actor, Permission.MEMBERS_READ_PHONE, member.target) else _without_phone
    body: dict[str, Any] = schema.dump(member)
    return body


def present_record(member: Member, history: Sequence[StatusChange], actor: Actor) -> dict[str, Any]:
    """The body of :class:`MemberRecordSchema` for this actor."""
    return {**present_member(member, actor), "history": _changes.dump(history)}


def present_access_log(entries: Sequence[AuditEntry]) -> list[dict[str, Any]]:
    """Who read, in which office, when and why, as :class:`~handbook.members.schemas.AccessLogEntry` shows it."""
    offices = offices_of_readers(entries)
    names = names_of({entry.actor_member_id for entry in entries if entry.actor_member_id})
    return [
        {
            "at": entry.at,
            "action": entry.tag,
            "actor_name": names.get(entry.actor_member_id or 0),
            "actor_office": _present_office(offices.get(entry.id)),
            "reason": entry.details.get("reason"),
        }
        for entry in entries
    ]


def _present_office(office: Office | None) -> dict[str, str] | None:
    return office and {"title": office.title, "organization_name": office.organization.name}
