"""Scoped reads of opinions: who runs the meeting sees all of them with names, anybody else only what they have sent."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from handbook.access.actor import Actor
from handbook.access.guards import may, require, visible
from handbook.access.permissions import Permission
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.problems import NotFound
from handbook.meetings.models import AgendaItem, Meeting
from handbook.opinions.models import Opinion
from handbook.opinions.rules import takes_opinions
from handbook.organizations.models import Organization


@dataclass(frozen=True, slots=True)
class OpinionLine:
    """One opinion as the room and the minutes read it."""

    id: int
    agenda_item_id: int | None
    member_id: int
    full_name: str
    kind: str
    text: str
    group: str | None
    answered: bool
    answer: str | None


def of_meeting(meeting: Meeting) -> list[OpinionLine]:
    """Everything that was sent beforehand and not withdrawn: by item of the agenda, those to the meeting as a whole last,
    groups together, in the order in which they came. Who asks has been let in before."""
    return [
        OpinionLine(
            id=row.id,
            agenda_item_id=row.agenda_item_id,
            member_id=row.member_id,
            full_name=row.member.full_name,
            kind=row.kind,
            text=row.text,
            group=row.group_title,
            answered=row.answered,
            answer=row.answer,
        )
        for row in db.session.scalars(_standing(meeting))
    ]


def opinions_view(meeting: Meeting, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.opinions.schemas.OpinionsSchema` dumps for this reader."""
    statement = (
        _standing(meeting)
        .join(Meeting, Meeting.id == Opinion.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(visible(actor, Permission.OPINIONS_READ, Opinion.columns()))
    )
    return {
        "meeting_id": meeting.id,
        "open": takes_opinions(meeting.state),
        "runs": may(actor, Permission.MEETINGS_RUN, meeting.target),
        "items": [opinion_view(row, actor=actor) for row in db.session.scalars(statement)],
    }


def opinion_view(opinion: Opinion, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.opinions.schemas.OpinionSchema` dumps for this reader."""
    runs = may(actor, Permission.OPINIONS_ANSWER, opinion.target)
    return {
        "id": opinion.id,
        "key": opinion.key,
        "meeting_id": opinion.meeting_id,
        "agenda_item_id": opinion.agenda_item_id,
        "member_id": opinion.member_id,
        "full_name": opinion.member.full_name,
        "kind": opinion.kind,
        "text": opinion.text,
        "group": opinion.group_title if runs else None,
        "answered": opinion.answered,
        "answer": opinion.answer,
        "created_at": opinion.created_at,
        "changed_at": opinion.changed_at,
        "mine": opinion.member_id == actor.member_id,
        "etag": etag_of(opinion),
    }


def get_opinion(opinion_id: int, permission: Permission, *, actor: Actor) -> Opinion:
    """The opinion, when it stands and the actor holds the permission for it; else 404 or 403 as the policy says."""
    opinion = db.session.get(Opinion, opinion_id)
    if opinion is None or opinion.withdrawn_at is not None:
        raise NotFound
    require(actor, permission, opinion.target)
    return opinion


def _standing(meeting: Meeting) -> Select[tuple[Opinion]]:
    return (
        select(Opinion)
        .outerjoin(AgendaItem, AgendaItem.id == Opinion.agenda_item_id)
        .where(Opinion.meeting_id == meeting.id, Opinion.withdrawn_at.is_(None))
        .order_by(
            AgendaItem.position.is_(None),
            AgendaItem.position,
            Opinion.group_title.is_(None),
            Opinion.group_title,
            Opinion.id,
        )
    )
