"""Scoped reads of minutes."""

from typing import Any

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.guards import require
from handbook.access.permissions import Permission
from handbook.access.predicates import Target
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.problems import NotFound
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.minutes.document import addendum_digest, describe, digest, sections_of, signatures_of
from handbook.minutes.enums import MinutesState
from handbook.minutes.models import Minutes
from handbook.organizations.locality import line_above

_AS_SIGNED = {"facts": None, "removed": False, "differs": False, "by_hand": False}


def find_minutes(meeting_id: int, *, lock: bool = False) -> Minutes | None:
    """The minutes of the meeting; with ``lock`` nobody else changes them until the end of the unit of work."""
    statement = select(Minutes).where(Minutes.meeting_id == meeting_id)
    if lock:
        statement = statement.with_for_update(of=Minutes).execution_options(populate_existing=True)
    return db.session.scalar(statement)


def get_minutes(meeting_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Minutes:
    """The minutes, when the actor holds the permission for them; else 404 or 403 as the policy says."""
    minutes = _begun(meeting_id, permission, actor=actor, lock=lock)
    if minutes is None:
        raise NotFound
    return minutes


def find_for_reading(meeting_id: int, *, actor: Actor) -> Minutes | None:
    """The minutes for who may read them, None when they are not begun; else 404 or 403 as the policy says."""
    return _begun(meeting_id, Permission.MINUTES_READ, actor=actor)


def find_for_writing(meeting_id: int, *, actor: Actor) -> Minutes | None:
    """The minutes for who may write them, None when they are not begun; else 404 or 403 as the policy says."""
    return _begun(meeting_id, Permission.MINUTES_WRITE, actor=actor, lock=True)


def _begun(meeting_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Minutes | None:
    """Minutes that are not written yet are a draft that nobody has begun."""
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is None:
        raise NotFound
    minutes = find_minutes(meeting_id, lock=lock)
    require(actor, permission, minutes.target if minutes else unwritten(meeting))
    return minutes


def unwritten(meeting: Meeting) -> Target:
    """What the policy decides about before there are minutes."""
    return Target(path=meeting.organization.path, private=True, minute_taker_id=meeting.minute_taker_id)


def describe_minutes(minutes: Minutes) -> dict[str, Any]:
    """The document as it was signed, or as it would be signed now."""
    if minutes.frozen is not None:
        return minutes.frozen
    return describe(minutes, line_above(minutes.meeting.organization), _names(minutes))


def is_intact(minutes: Minutes) -> bool:
    """Whether everything that was signed is still what was signed, word by word; True while nothing is signed."""
    if minutes.frozen is None or minutes.content_hash is None:
        return minutes.state != MinutesState.SIGNED
    expected = {0: digest(minutes.frozen)}
    for one in minutes.addenda:
        expected[one.number] = addendum_digest(minutes.content_hash, one.number, one.text)
    return (
        expected[0] == minutes.content_hash
        and all(one.content_hash == expected[one.number] for one in minutes.addenda)
        and all(one.content_hash == expected.get(one.part) for one in minutes.signatures)
    )


def minutes_data(minutes: Minutes) -> dict[str, Any]:
    """What :class:`~handbook.minutes.schemas.MinutesSchema` dumps."""
    described = describe_minutes(minutes)
    return {
        "id": minutes.id,
        "meeting_id": minutes.meeting_id,
        "organization_id": minutes.organization_id,
        "state": minutes.state,
        **{name: described[name] for name in ("issuer", "superior", "place", "symbol", "title", "subtitle")},
        "day": described["day"],
        "sections": _signed_sections(described)
        if minutes.state == MinutesState.SIGNED
        else sections_of(minutes),
        "chair": _signer(described, "chair"),
        "minute_taker": _signer(described, "minute_taker"),
        "signatures": signatures_of(minutes, 0),
        "addenda": [
            {
                "number": one.number,
                "text": one.text,
                "written_at": one.written_at,
                "signatures": signatures_of(minutes, one.number),
            }
            for one in minutes.addenda
        ],
        "intact": is_intact(minutes),
        "read_back_at": minutes.read_back_at,
        "signed_at": minutes.signed_at,
        "changed_at": minutes.changed_at,
        "etag": etag_of(minutes),
    }


def _signed_sections(described: dict[str, Any]) -> list[dict[str, Any]]:
    """What was signed and nothing beside it: neither what was left out nor what the facts said."""
    return [
        {
            **section,
            "paragraphs": [
                {**_AS_SIGNED, "id": str(number), **paragraph}
                for number, paragraph in enumerate(section["paragraphs"], 1)
            ],
        }
        for section in described["sections"]
    ]


def _signer(described: dict[str, Any], role: str) -> dict[str, Any] | None:
    signer: dict[str, Any] = described["signers"][role]
    return signer if signer["member_id"] is not None else None


def _names(minutes: Minutes) -> dict[int, str]:
    ids = {minutes.chair_id, minutes.minute_taker_id} - {None}
    rows = db.session.execute(select(Member.id, Member.full_name).where(Member.id.in_(ids)))
    return {row.id: row.full_name for row in rows}
