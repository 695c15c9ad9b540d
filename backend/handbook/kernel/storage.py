"""Blobs: the bytes of papers, outside the database, named by their SHA-256.

A blob is written once and never changed, so its name is also its checksum and its entity tag, and the same
paper attached in a hundred cells is held once. Who may delete a blob is the business of the rows that name
it; the store only keeps bytes. :class:`FolderBlobStore` serves one machine; a store in an S3-compatible
service fits behind the same :class:`BlobStore`.
"""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, Self

CHUNK_BYTES = 64 * 1024
_KEY = re.compile(r"[0-9a-f]{64}")
_DRAFTS = "incoming"


class BlobNotFoundError(Exception):
    """The store holds nothing under this key."""


class BlobTooLargeError(Exception):
    """The stream holds more than ``limit`` bytes; nothing of it was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} bytes")
        self.limit = limit


class InvalidRangeError(Exception):
    """The range begins behind the end of the blob or is upside down."""


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """``key``: SHA-256 in lower-case hex; ``size`` in bytes; ``created``: false when it was there already."""

    key: str
    size: int
    created: bool


class BlobReader(Iterator[bytes], Protocol):
    """Chunks of at most 64 KB of the asked range, and ``close``: a WSGI server sends it as it is."""

    def close(self) -> None: ...


class BlobStore(Protocol):
    """What a store of blobs can do. Every method is safe to call from any thread and any process."""

    def put(self, source: BinaryIO, *, limit: int | None = None) -> StoredBlob:
        """Keep all bytes from the stream's position on; durable when this returns.

        Raises :class:`BlobTooLargeError` beyond ``limit`` bytes. Memory does not grow with the size.
        """

    def size(self, key: str) -> int:
        """Length in bytes; raises :class:`BlobNotFoundError`."""

    def open(self, key: str, *, start: int = 0, stop: int | None = None) -> BlobReader:
        """The bytes from ``start`` up to, not including, ``stop`` (by default the end).

        Raises :class:`BlobNotFoundError` and :class:`InvalidRangeError` at once, not while reading.
        """

    def exists(self, key: str) -> bool:
        """Whether the store holds this key."""

    def delete(self, key: str) -> bool:
        """Remove the blob; false when there was none. Readers that are under way finish undisturbed."""

    def keys(self) -> Iterator[str]:
        """Every key held, in no particular order."""

    def remove_stale_drafts(self, *, older_than_seconds: float = 3600.0) -> int:
        """Clear away what killed processes left half written; returns how many."""


def current_blobs() -> BlobStore:
    """The application's store."""
    from flask import current_app

    store: BlobStore = current_app.extensions["handbook.blobs"]
    return store


class _FileRange:
    """Reads a range of an open file in chunks."""

    def __init__(self, handle: BinaryIO, length: int) -> None:
        self._handle = handle
        self._left = length

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        chunk = self._handle.read(min(CHUNK_BYTES, self._left)) if self._left else b""
        if not chunk:
            self.close()
            raise StopIteration
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._left = 0
        self._handle.close()


class FolderBlobStore:
    """Blobs as files ``ab/cd/abcd…`` under one folder, readable by the owner only.

    A blob is written beside the others under a draft name, forced to the disk and then renamed, and the
    rename is forced too: a power cut leaves either the whole blob or a draft, which
    :meth:`remove_stale_drafts` clears away.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, source: BinaryIO, *, limit: int | None = None) -> StoredBlob:
        drafts = self._folder(self._root / _DRAFTS)
        draft = drafts / f"{os.getpid()}-{secrets.token_hex(8)}"
        try:
            key, size = _write_draft(draft, source, limit)
            target = self._path(key)
            if target.exists():
                return StoredBlob(key, size, created=False)
            self._folder(target.parent)
            draft.rename(target)
            _sync_folder(target.parent)
            return StoredBlob(key, size, created=True)
        finally:
            draft.unlink(missing_ok=True)

    def size(self, key: str) -> int:
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise BlobNotFoundError(key) from None

    def open(self, key: str, *, start: int = 0, stop: int | None = None) -> BlobReader:
        try:
            handle = self._path(key).open("rb")
        except FileNotFoundError:
            raise BlobNotFoundError(key) from None
        size = os.fstat(handle.fileno()).st_size
        end = size if stop is None else min(stop, size)
        if start < 0 or start > end:
            handle.close()
            raise InvalidRangeError(f"{start} to {stop} of {size}")
        handle.seek(start)
        return _FileRange(handle, end - start)

    def exists(self, key: str) -> bool:
        return bool(_KEY.fullmatch(key)) and self._path(key).is_file()

    def delete(self, key: str) -> bool:
        path = self._path(key)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def keys(self) -> Iterator[str]:
        for path in self._root.glob("??/??/*"):
            if _KEY.fullmatch(path.name):
                yield path.name

    def remove_stale_drafts(self, *, older_than_seconds: float = 3600.0) -> int:
        oldest = time.time() - older_than_seconds
        removed = 0
        for path in (self._root / _DRAFTS).glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise BlobNotFoundError(key)
        return self._root / key[:2] / key[2:4] / key

    def _folder(self, folder: Path) -> Path:
        """Make the folder, 0700, and make sure that its name survives a power cut too."""
        if not folder.is_dir():
            missing = [folder, *(parent for parent in folder.parents if not parent.is_dir())]
            for path in reversed(missing):
                path.mkdir(mode=0o700, exist_ok=True)
                _sync_folder(path.parent)
        return folder


def _write_draft(draft: Path, source: BinaryIO, limit: int | None) -> tuple[str, int]:
    """Copy the stream to a new file, 0600, forced to the disk; its SHA-256 and its size."""
    digest = hashlib.sha256()
    size = 0
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if limit is not None and size > limit:
                raise BlobTooLargeError(limit)
            digest.update(chunk)
            handle.write(chunk)
        handle.flush()
        os.fsync(handle.fileno())
    return digest.hexdigest(), size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
