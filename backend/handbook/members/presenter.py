"""What a member's record looks like to this actor: fields that are not the actor's to see are left out."""

from collections.abc import Sequence
from typing import Any

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.members.models import Member, StatusChange
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
