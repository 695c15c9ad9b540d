"""Keeping and removing papers. The bytes go to the blob store, the rest is rows.

A blob is named by its content, so several papers may share it; its row in ``blobs`` counts them and is the lock under
which the file is made sure of or deleted. The order is always: file first, then the row that names it; row gone
first, then the file.
"""

from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.documents.inspection import Inspected, refuse_marked_name
from handbook.documents.models import Blob, Paper
from handbook.kernel.storage import BlobStore, StoredBlob
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work

MAX_TITLE_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that has been inspected and whose bytes are in the store, but that no row names yet."""

    inspected: Inspected
    blob: StoredBlob
    stream: BinaryIO
    store: BlobStore


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper belongs: the organisation (with its path), the meeting, and perhaps an item of its agenda."""

    organization_id: int
    path: str
    meeting_id: int
    agenda_item_id: int | None = None


def attach_paper(place: Place, upload: Upload, title: str, *, actor: Actor, uow: UnitOfWork) -> Paper:
    """Name the uploaded file as a paper of the meeting.

    An empty title becomes the document's own, or else its file name. Raises
    :class:`~handbook.documents.errors.ClassifiedDocumentError` when the title bears a secrecy mark.
    """
    refuse_marked_name(title, "title")
    seen = upload.inspected
    name_bytes(upload, uow=uow)
    paper = Paper(
        organization_id=place.organization_id,
        meeting_id=place.meeting_id,
        agenda_item_id=place.agenda_item_id,
        title=(title or seen.title or seen.filename.rpartition(".")[0])[:MAX_TITLE_LENGTH],
        filename=seen.filename,
        media_type=seen.media_type.value,
        size=upload.blob.size,
        pages=seen.pages,
        sha256=upload.blob.key,
        attached_at=uow.clock.now(),
        attached_by_account_id=actor.account_id,
    )
    uow.session.add(paper)
    uow.session.flush()
    _record(uow, "attached", paper, place.path, actor)
    return paper


def remove_paper(paper: Paper, path: str, *, store: BlobStore, actor: Actor, uow: UnitOfWork) -> None:
    """Take the paper away; its bytes go after the commit, unless another paper has the same."""
    key = paper.sha256
    _record(uow, "removed", paper, path, actor)
    uow.session.delete(paper)
    uow.session.flush()
    release_bytes(key, store=store, uow=uow)


def name_bytes(upload: Upload, *, uow: UnitOfWork) -> None:
    """Count one more row that names the uploaded bytes, and make sure that they are there."""
    _count_reference(upload.blob, uow)
    if not upload.store.exists(upload.blob.key):
        # Somebody removed the last other row that named the same content since the upload was stored.
        upload.stream.seek(0)
        upload.store.put(upload.stream)


def release_bytes(key: str, *, store: BlobStore, uow: UnitOfWork) -> None:
    """A row that named these bytes is gone: they go after the commit, unless another one names them."""
    uow.session.get_one(Blob, key, populate_existing=True, with_for_update=True).reference_count -= 1
    uow.after_commit(lambda: discard_unnamed(store, key))


def discard_unnamed(store: BlobStore, key: str) -> None:
    """Delete the blob unless a paper names it; begins a unit of work of its own."""
    with unit_of_work() as uow:
        # Makes the row, or locks the one that is there: either way an upload under way is waited for.
        _count_reference(StoredBlob(key, 0, created=False), uow, by=0)
        blob = uow.session.get_one(Blob, key, populate_existing=True)
        if blob.reference_count == 0:
            store.delete(key)
            uow.session.delete(blob)


def sweep_blobs(store: BlobStore) -> int:
    """Delete what no paper names, left behind by a process that was killed at the wrong moment; returns how many.

    Safe while people attach papers: an upload makes sure of its bytes when it names them.
    """
    store.remove_stale_drafts()
    swept = 0
    with unit_of_work() as uow:
        forgotten = set(uow.session.scalars(select(Blob.sha256).where(Blob.reference_count == 0)))
    keys = store.keys()
    while batch := list(islice(keys, 500)):
        with unit_of_work() as uow:
            named = select(Blob.sha256).where(Blob.sha256.in_(batch), Blob.reference_count > 0)
            forgotten |= set(batch) - set(uow.session.scalars(named))
    for key in sorted(forgotten):
        discard_unnamed(store, key)
        swept += not store.exists(key)
    return swept


def _count_reference(stored: StoredBlob, uow: UnitOfWork, *, by: int = 1) -> None:
    """Make the blob's row or add to its count; its lock is held to the end of the transaction."""
    insert = postgresql.insert if uow.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"sha256": stored.key, "size": stored.size, "reference_count": by}
    uow.session.execute(
        insert(Blob)
        .values(row)
        .on_conflict_do_update(
            index_elements=[Blob.sha256], set_={"reference_count": Blob.reference_count + by}
        )
    )


def _record(uow: UnitOfWork, action: str, paper: Paper, path: str, actor: Actor) -> None:
    record(
        uow,
        f"documents:paper:{action}",
        actor=actor,
        subject_id=paper.id,
        path=path,
        details={"meeting_id": paper.meeting_id, "media_type": paper.media_type, "size": paper.size},
    )
