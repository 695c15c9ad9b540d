"""Votes that people counted with a network, as the book of the room tells them.

Other devices may have counted the same vote without a network. Only where both counts are lines of the book are they compared,
is the difference shown, and does nobody sign before somebody has chosen.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from handbook.access.actor import SYSTEM, Actor
from handbook.ballots.enums import BallotMethod, BallotState
from handbook.ballots.models import Ballot
from handbook.ballots.queries import counted_ballots, papers_of
from handbook.kernel.clock import as_utc
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.models import Meeting
from handbook.proceedings.enums import EntryKind
from handbook.proceedings.fold import subject_of
from handbook.proceedings.own_lines import write_own_line

LINE_OF = {BallotMethod.HAND: EntryKind.HAND_VOTE, BallotMethod.SECRET_PAPER: EntryKind.PAPER_VOTE}
METHOD_OF = {kind: method for method, kind in LINE_OF.items()}


def find_counted(meeting: Meeting, subject: str, method: BallotMethod) -> Ballot | None:
    """The latest vote of the meeting that asks what the book calls so, however it was put."""
    for ballot in counted_ballots(meeting.id, method):
        if subject_of(LINE_OF[method].value, {"ballot": _question_of(ballot, meeting)}) == subject:
            return ballot
    return None


def last_count_of(meeting_id: int, uow: UnitOfWork) -> datetime | None:
    """The hour of the latest vote of a meeting that people have counted by hands or on paper; None where there is none."""
    methods = [method.value for method in LINE_OF]
    return uow.session.scalar(
        select(func.max(Ballot.closed_at)).where(Ballot.meeting_id == meeting_id, Ballot.method.in_(methods))
    )


def put_down_count(ballot: Ballot, *, actor: Actor, uow: UnitOfWork) -> None:
    """Put what the chair counted, and whose opinions are reserved, into the book; the meeting is locked by the caller."""
    kind = LINE_OF[BallotMethod(ballot.method)]
    write_own_line(ballot.meeting_id, kind, {"ballot": _said_of(ballot)}, actor=actor, uow=uow)


def put_down_old_count(meeting: Meeting, subject: str, kind: EntryKind, uow: UnitOfWork) -> bool:
    """The same for a vote that was closed before counts were put into the book, when the first line about it arrives; whether
    there is one. It stands since it was closed."""
    ballot = find_counted(meeting, subject, METHOD_OF[kind]) if kind in METHOD_OF else None
    if ballot is None or ballot.state != BallotState.CLOSED or ballot.closed_at is None:
        return False
    data = {"ballot": _said_of(ballot)}
    write_own_line(meeting.id, kind, data, at=as_utc(ballot.closed_at), actor=SYSTEM, uow=uow)
    return True


def _question_of(ballot: Ballot, meeting: Meeting) -> dict[str, Any]:
    names = {one.id: one.name_in_book for one in meeting.agenda}
    item = names.get(ballot.agenda_item_id or 0)
    return {"title": ballot.title, "kind": ballot.kind, "agenda_item_id": item}


def _said_of(ballot: Ballot) -> dict[str, Any]:
    """What a device would have written, with the ids as text."""
    form, papers = ballot.put_form, papers_of(ballot)
    said: dict[str, Any] = {
        **_question_of(ballot, ballot.meeting),
        "resolution_id": None if ballot.resolution_id is None else str(ballot.resolution_id),
        "agree": ballot.agree,
        "disagree": ballot.disagree,
        "other": ballot.other,
        "denominator": ballot.denominator,
        "confirmed": ballot.count_confirmed,
        "reserved": [{"member_id": str(one.member_id), "text": one.text} for one in ballot.reservations],
    }
    if ballot.put_hash is not None:
        said["put"] = {
            "symbol": ballot.put_symbol,
            "title": ballot.put_title,
            "content_hash": ballot.put_hash,
        }
        if form is not None:
            old = form["supersedes_id"]
            said["put"]["form"] = {**form, "supersedes_id": None if old is None else str(old)}
    if papers is not None:
        names = ("given_out", "returned", "valid", "invalid")
        said["papers"] = {name: getattr(papers, name) for name in names}
    return said
