"""Sending, changing and withdrawing own opinions; grouping and answering those of others."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.attendance.errors import NotSummoned
from handbook.attendance.models import Attendance
from handbook.audit.service import record
from handbook.documents.secrecy import find_mark_in_text
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.opinions.errors import OpinionsClosed, OpinionWithdrawn, TooManyOpinions
from handbook.opinions.models import Opinion
from handbook.opinions.rules import MOST_FROM_ONE, may_be_answered, takes_opinions
from handbook.resolutions.errors import ClassifiedText


def put_opinion(
    meeting: Meeting, key: str, fields: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> tuple[Opinion, bool]:
    """Send an opinion, or change the own one of this key; true when it is new. What was answered before is open again.

    Raises :class:`OpinionsClosed`, :class:`NotSummoned`, :class:`OpinionWithdrawn`, :class:`TooManyOpinions`,
    :class:`ClassifiedText`.
    """
    member_id = _summoned(meeting, actor, uow)
    opinion = _own(meeting, key, member_id, uow)
    if opinion is not None and opinion.withdrawn_at is not None:
        raise OpinionWithdrawn
    if opinion is not None and _content(opinion) == _wanted(fields):
        return opinion, False
    if not takes_opinions(meeting.state):
        raise OpinionsClosed
    _check(meeting, fields)
    now = uow.clock.now()
    created = opinion is None
    if opinion is None:
        if _count_of(meeting, member_id, uow) >= MOST_FROM_ONE:
            raise TooManyOpinions
        opinion = Opinion(
            key=key,
            meeting=meeting,
            meeting_id=meeting.id,
            member_id=member_id,
            created_at=now,
            answered=False,
        )
        uow.session.add(opinion)
    opinion.agenda_item_id = fields["agenda_item_id"]
    opinion.kind = fields["kind"]
    opinion.text = fields["text"]
    opinion.answered, opinion.answer, opinion.changed_at = False, None, now
    uow.session.flush()
    _record(uow, "sent" if created else "changed", opinion, actor)
    return opinion, created


def withdraw_opinion(meeting: Meeting, key: str, *, actor: Actor, uow: UnitOfWork) -> None:
    """Take an own opinion back; its text goes. Once more, or without one under this key, changes nothing.

    Raises :class:`OpinionsClosed`, :class:`NotSummoned`.
    """
    opinion = _own(meeting, key, _summoned(meeting, actor, uow), uow)
    if opinion is None or opinion.withdrawn_at is not None:
        return
    if not takes_opinions(meeting.state):
        raise OpinionsClosed
    opinion.withdrawn_at = uow.clock.now()
    opinion.text, opinion.group_title, opinion.answer, opinion.answered = "", None, None, False
    uow.session.flush()
    _record(uow, "withdrawn", opinion, actor)


def answer_opinion(opinion: Opinion, changes: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork) -> Opinion:
    """Put an opinion in a group, mark it as answered, keep what was answered. Raises :class:`WrongState`."""
    _require_answerable(opinion.meeting)
    if "group" in changes:
        opinion.group_title = changes["group"] or None
    if "answered" in changes:
        opinion.answered = changes["answered"]
    if "answer" in changes:
        opinion.answer = changes["answer"] or None
    uow.session.flush()
    _record(uow, "answered", opinion, actor, fields=sorted(changes))
    return opinion


def group_opinions(
    meeting: Meeting, ids: Collection[int], group: str | None, *, actor: Actor, uow: UnitOfWork
) -> None:
    """Gather opinions under one title, or take them out of their groups.

    Raises :class:`WrongState`, and :class:`ValidationFailed` for an id that is none of this meeting's and for opinions that
    were not sent to one item.
    """
    _require_answerable(meeting)
    found = {
        row.id: row
        for row in uow.session.scalars(
            select(Opinion).where(
                Opinion.meeting_id == meeting.id, Opinion.id.in_(ids), Opinion.withdrawn_at.is_(None)
            )
        )
    }
    unknown = [FieldError(f"/ids/{place}", "unknown") for place, id_ in enumerate(ids) if id_ not in found]
    if unknown:
        raise ValidationFailed(*unknown)
    if group is not None and len({row.agenda_item_id for row in found.values()}) > 1:
        raise ValidationFailed(FieldError("/ids", "of_several_items"))
    for row in found.values():
        row.group_title = group
    uow.session.flush()
    _record_grouping(uow, meeting, actor)


def _summoned(meeting: Meeting, actor: Actor, uow: UnitOfWork) -> int:
    line = (
        None
        if actor.member_id is None
        else uow.session.get(Attendance, {"meeting_id": meeting.id, "member_id": actor.member_id})
    )
    if line is None:
        raise NotSummoned
    return line.member_id


def _own(meeting: Meeting, key: str, member_id: int, uow: UnitOfWork) -> Opinion | None:
    found: Opinion | None = uow.session.scalar(
        select(Opinion).where(
            Opinion.meeting_id == meeting.id, Opinion.member_id == member_id, Opinion.key == key
        )
    )
    return found


def _content(opinion: Opinion) -> tuple[int | None, str, str]:
    return opinion.agenda_item_id, opinion.kind, opinion.text


def _wanted(fields: Mapping[str, Any]) -> tuple[int | None, str, str]:
    return fields["agenda_item_id"], fields["kind"], fields["text"]


def _check(meeting: Meeting, fields: Mapping[str, Any]) -> None:
    item_id = fields["agenda_item_id"]
    if item_id is not None and item_id not in {item.id for item in meeting.agenda}:
        raise ValidationFailed(FieldError("/agenda_item_id", "unknown"))
    if level := find_mark_in_text(fields["text"].splitlines()):
        raise ClassifiedText("/text", level)


def _count_of(meeting: Meeting, member_id: int, uow: UnitOfWork) -> int:
    return (
        uow.session.scalar(
            select(func.count())
            .select_from(Opinion)
            .where(
                Opinion.meeting_id == meeting.id,
                Opinion.member_id == member_id,
                Opinion.withdrawn_at.is_(None),
            )
        )
        or 0
    )


def _require_answerable(meeting: Meeting) -> None:
    if not may_be_answered(meeting.state):
        raise WrongState


def _record(uow: UnitOfWork, action: str, opinion: Opinion, actor: Actor, **details: Any) -> None:
    record(
        uow,
        f"opinions:opinion:{action}",
        actor=actor,
        subject_id=opinion.id,
        member_id=opinion.member_id,
        path=opinion.meeting.organization.path,
        details={"meeting_id": opinion.meeting_id, **details},
    )


def _record_grouping(uow: UnitOfWork, meeting: Meeting, actor: Actor) -> None:
    path = meeting.organization.path
    record(uow, "opinions:meeting:grouped", actor=actor, subject_id=meeting.id, path=path)
