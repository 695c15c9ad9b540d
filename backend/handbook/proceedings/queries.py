"""Reads of the book of the room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.kernel.clock import as_utc
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.members.models import Member
from handbook.proceedings.enums import OPEN_TO_MEMBERS, EntryKind, Outcome
from handbook.proceedings.fold import Entry, Room, fold
from handbook.proceedings.models import Book, ProceedingsEntry

MAX_ENTRIES = 1000


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What somebody said, with the full name; ``speaker_member_id`` None for a guest, or where nobody was named. ``key`` is
    the device's name for the note, whichever entry corrects it."""

    key: str
    speaker_member_id: int | None
    speaker_name: str | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """What the book says of one agenda item, or, with None, of the meeting as a whole; ``begun``: its clock was started, or
    somebody noted that it was dealt with."""

    agenda_item_id: int | None
    seconds: int
    notes: tuple[NoteRecord, ...]
    conclusion: str | None
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What the minutes need of the book: items in the order of the agenda, then what belongs to none. ``closing_received_at``:
    when the latest line of an end arrived; None where the meeting was ended with a network, which knows it at once."""

    opened_at: datetime | None
    closed_at: datetime | None
    chair_id: int | None
    minute_taker_id: int | None
    items: tuple[ItemRecord, ...] = field(default_factory=tuple)
    unsettled: int = 0
    closing_received_at: datetime | None = None


def book_etag(meeting: Meeting, *, actor: Actor, after: int) -> str:
    """The entity tag of what this reader may see of the book after that version."""
    whole = _sees_all(meeting, actor)
    return tag_of(meeting.id, _version(meeting, actor), after, meeting.state, whole)


def tag_of(meeting_id: int, version: int, after: int, state: str, whole: bool) -> str:
    """The tag of a book at this version of it, for who sees the whole of it or what members see."""
    return f"b{meeting_id}-{version}-{after}-{state}-{'all' if whole else 'open'}"


def read_book(meeting: Meeting, *, actor: Actor, after: int) -> dict[str, Any]:
    """The entries that were written or judged after that version: all for who runs the meeting or writes its minutes, else
    what members see."""
    statement = (
        select(ProceedingsEntry)
        .where(ProceedingsEntry.meeting_id == meeting.id, ProceedingsEntry.number > after)
        .order_by(ProceedingsEntry.number)
        .limit(MAX_ENTRIES + 1)
    )
    if not _sees_all(meeting, actor):
        statement = statement.where(
            ProceedingsEntry.kind.in_(sorted(kind.value for kind in OPEN_TO_MEMBERS)),
            ProceedingsEntry.outcome == Outcome.APPLIED.value,
        )
    rows = db.session.scalars(statement).all()
    items, more = rows[:MAX_ENTRIES], len(rows) > MAX_ENTRIES
    cursor = items[-1].number if more else max(after, _version(meeting, actor))
    return {"items": items, "cursor": cursor, "more": more, "state": meeting.state}


def as_entry(row: ProceedingsEntry) -> Entry:
    """A line of the book as the fold sees it."""
    return Entry(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        data=row.data,
        at=int(as_utc(row.at).timestamp() * 1000),
        device_id=row.device_id,
        sequence=row.sequence,
        base=row.base,
    )


def applied_entries(meeting_id: int) -> list[Entry]:
    """Everything in the book of a meeting that counts."""
    rows = db.session.scalars(
        select(ProceedingsEntry).where(
            ProceedingsEntry.meeting_id == meeting_id, ProceedingsEntry.outcome == Outcome.APPLIED.value
        )
    )
    return [as_entry(row) for row in rows]


def room_of(meeting: Meeting) -> Room:
    """The room as the book has it now."""
    return fold(applied_entries(meeting.id))


def record_of(meeting: Meeting) -> Record:
    """What was said, concluded and timed in the meeting, for its minutes and the draft of its resolution."""
    room = room_of(meeting)
    names = _names({int(note["speaker_member_id"]) for note in room.notes if note.get("speaker_member_id")})
    notes: dict[str | None, list[NoteRecord]] = {}
    for note in room.notes:
        item = note.get("agenda_item_id")
        notes.setdefault(item, []).append(_note(note, names))
    items = [
        ItemRecord(
            item.id,
            _seconds(room, item.name_in_book),
            tuple(notes.get(item.name_in_book, ())),
            room.conclusions.get(item.name_in_book),
            begun=item.name_in_book in room.items,
        )
        for item in meeting.agenda
    ]
    if None in notes:
        items.append(ItemRecord(None, 0, tuple(notes[None]), None))
    return Record(
        opened_at=_instant(room.opened_at) or meeting.opened_at,
        closed_at=_instant(room.closed_at) or meeting.closed_at,
        chair_id=None if room.chair is None else int(room.chair),
        minute_taker_id=None if room.minute_taker is None else int(room.minute_taker),
        items=tuple(items),
        unsettled=len(room.differences) + len(room.doubles),
        closing_received_at=_closing_received_at(meeting),
    )


def _closing_received_at(meeting: Meeting) -> datetime | None:
    return db.session.scalar(
        select(func.max(ProceedingsEntry.received_at)).where(
            ProceedingsEntry.meeting_id == meeting.id,
            ProceedingsEntry.kind == EntryKind.CLOSE.value,
            ProceedingsEntry.outcome == Outcome.APPLIED.value,
        )
    )


def _note(note: dict[str, Any], names: dict[int, str]) -> NoteRecord:
    member = note.get("speaker_member_id")
    member_id = None if member is None else int(member)
    name = note.get("speaker_name") if member_id is None else names.get(member_id)
    return NoteRecord(
        note["key"], member_id, name, note["text"], datetime.fromtimestamp(note["at"] / 1000, UTC)
    )


def _names(member_ids: set[int]) -> dict[int, str]:
    rows: Sequence[Any] = db.session.execute(
        select(Member.id, Member.full_name).where(Member.id.in_(member_ids))
    ).all()
    return {row.id: row.full_name for row in rows}


def _seconds(room: Room, item: str) -> int:
    time = room.items.get(item)
    return 0 if time is None else round(time.spent / 1000)


def _instant(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def _sees_all(meeting: Meeting, actor: Actor) -> bool:
    return may(actor, Permission.PROCEEDINGS_READ, meeting.target)


def _version(meeting: Meeting, actor: Actor) -> int:
    book = db.session.get(Book, meeting.id)
    if book is None:
        return 0
    return book.version if _sees_all(meeting, actor) else book.open_version
