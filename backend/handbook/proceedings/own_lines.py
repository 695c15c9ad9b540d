"""Lines that the server writes into the book itself, for what was done with a network and no device told."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import func, select

from handbook.access.actor import Actor
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.proceedings.enums import OPEN_TO_MEMBERS, EntryKind, Outcome
from handbook.proceedings.fold import standing, subject_of
from handbook.proceedings.models import Book, ProceedingsEntry
from handbook.proceedings.queries import applied_entries


def write_own_line(
    meeting_id: int,
    kind: EntryKind,
    data: dict[str, Any],
    *,
    at: datetime | None = None,
    actor: Actor,
    uow: UnitOfWork,
) -> None:
    """Put down what is carried out already, now or at that hour; the meeting is locked by the caller. The server has seen
    everything that stands."""
    subject = subject_of(kind.value, data)
    device = str(uuid5(NAMESPACE_URL, f"urn:handbook:meeting:{meeting_id}:server"))
    stands = standing(one for one in applied_entries(meeting_id) if one.subject == subject)
    book = uow.session.get(Book, meeting_id, populate_existing=True)
    if book is None:
        book = Book(meeting_id=meeting_id, version=0, open_version=0)
        uow.session.add(book)
    book.version += 1
    if kind in OPEN_TO_MEMBERS:
        book.open_version = book.version
    own = select(func.max(ProceedingsEntry.sequence)).where(
        ProceedingsEntry.meeting_id == meeting_id, ProceedingsEntry.device_id == device
    )
    now = uow.clock.now()
    sequence = (uow.session.scalar(own) or 0) + 1
    told = at or now
    at = told.replace(microsecond=told.microsecond // 1000 * 1000)
    uow.session.add(
        ProceedingsEntry(
            id=str(uuid5(UUID(device), f"{sequence} {now.isoformat()}")),
            meeting_id=meeting_id,
            number=book.version,
            kind=kind.value,
            subject=subject,
            data=data,
            at=at,
            device_at=at,
            device_id=device,
            sequence=sequence,
            base=None if stands is None else stands.entry.id,
            recorded_by=actor.member_id,
            received_at=now,
            outcome=Outcome.APPLIED.value,
            flags=[],
        )
    )
    uow.session.flush()
