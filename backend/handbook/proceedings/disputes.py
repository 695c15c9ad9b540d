"""Counts of the room between which nobody has chosen yet, and the resolutions that wait for it (ADR 24)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from handbook.ballots.enums import BallotKind
from handbook.ballots.standing import votes_on
from handbook.kernel.db import db
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.proceedings.enums import Outcome
from handbook.proceedings.fold import COUNTED, Entry, fold
from handbook.proceedings.models import ProceedingsEntry
from handbook.proceedings.queries import as_entry
from handbook.resolutions.enums import IssueWarning
from handbook.resolutions.models import Resolution
from handbook.resolutions.standing import Hold, tells_what_holds_back, tells_what_is_missing

Counts = list[Mapping[str, Any]]


@tells_what_holds_back
def hold_a_disputed_count(resolution: Resolution, hold: Hold) -> None:
    """What rests on two counts waits until somebody chooses, as the signature does; a meeting that is settled takes no line."""
    hold.disputed = hold.disputed or is_disputed(resolution)
    if resolution.meeting_id is not None:
        meeting = db.session.get_one(Meeting, resolution.meeting_id)
        hold.recorded = hold.recorded or meeting.state == MeetingState.FINALIZED


@tells_what_is_missing
def tell_disputed_vote(resolution: Resolution) -> Iterator[IssueWarning]:
    if is_disputed(resolution):
        yield IssueWarning.VOTE_DISPUTED


def is_disputed(resolution: Resolution) -> bool:
    """Whether two devices counted a vote of its meeting differently, or two results may be of one vote, and that vote is on
    this resolution: it names it, or has its words, or names no draft while no other vote names this one."""
    if resolution.meeting_id is None:
        return False
    disputed = [
        [count for count in counts if count["kind"] == BallotKind.RESOLUTION]
        for counts in _disputed_counts(_votes_in_book(resolution.meeting_id))
    ]
    if any(_names(count, resolution) for counts in disputed for count in counts):
        return True
    on_none = [
        counts for counts in disputed if counts and not any(one.get("resolution_id") for one in counts)
    ]
    return bool(on_none) and bool(votes_on(resolution, db.session()).on_none)


def _disputed_counts(entries: Sequence[Entry]) -> list[Counts]:
    """For each open question everything that was ever counted for it: what a settlement chose is among it."""
    room = fold(entries)
    questions = [{one.entry.subject} for one in room.differences]
    questions += [{one.entry.subject, other.entry.subject} for one, other in room.doubles]
    return [
        [entry.data["ballot"] for entry in entries if entry.kind in COUNTED and entry.subject in subjects]
        for subjects in questions
    ]


def _names(count: Mapping[str, Any], resolution: Resolution) -> bool:
    named, put = count.get("resolution_id"), count.get("put") or {}
    return named is not None and (
        str(named) == str(resolution.id) or put.get("content_hash") == resolution.content_hash
    )


def _votes_in_book(meeting_id: int) -> list[Entry]:
    """The lines of counted votes, and those that settle them: each question is one by itself, and needs no other line."""
    rows = db.session.scalars(
        select(ProceedingsEntry).where(
            ProceedingsEntry.meeting_id == meeting_id,
            ProceedingsEntry.outcome == Outcome.APPLIED.value,
            or_(
                *(
                    ProceedingsEntry.subject.startswith(f"{kind}:", autoescape=True)
                    for kind in sorted(COUNTED)
                )
            ),
        )
    )
    return [as_entry(row) for row in rows]
