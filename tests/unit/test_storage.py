"""The folder of blobs: durable, private, bounded in memory, and exact about ranges."""

import hashlib
import io
import os
import stat
import tracemalloc
from pathlib import Path

import pytest

from handbook.kernel.storage import (
    CHUNK_BYTES,
    BlobNotFoundError,
    BlobTooLargeError,
    FolderBlobStore,
    InvalidRangeError,
)

CONTENT = bytes(range(256)) * 1024
KEY = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FolderBlobStore:
    return FolderBlobStore(tmp_path / "var" / "blobs")


def files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_was_put_comes_back_under_its_own_checksum(store: FolderBlobStore) -> None:
    stored = store.put(io.BytesIO(CONTENT))

    assert (stored.key, stored.size, stored.created) == (KEY, len(CONTENT), True)
    assert b"".join(store.open(stored.key)) == CONTENT
    assert store.size(stored.key) == len(CONTENT)
    assert store.exists(stored.key)
    assert list(store.keys()) == [KEY]


def test_equal_bytes_are_held_once(store: FolderBlobStore, tmp_path: Path) -> None:
    store.put(io.BytesIO(CONTENT))
    again = store.put(io.BytesIO(CONTENT))

    assert not again.created
    assert len(files_under(tmp_path)) == 1


def test_an_empty_blob_is_a_blob(store: FolderBlobStore) -> None:
    stored = store.put(io.BytesIO(b""))

    assert b"".join(store.open(stored.key)) == b""


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, None), (0, 1), (5, 70_000), (CHUNK_BYTES, CHUNK_BYTES + 1), (262_143, 262_144), (9, 9**9)],
)
def test_a_range_is_exactly_the_bytes_asked_for(store: FolderBlobStore, start: int, stop: int | None) -> None:
    key = store.put(io.BytesIO(CONTENT)).key

    assert b"".join(store.open(key, start=start, stop=stop)) == CONTENT[start:stop]


@pytest.mark.parametrize(("start", "stop"), [(-1, None), (len(CONTENT) + 1, None), (7, 3)])
def test_a_range_outside_the_blob_is_refused_before_reading(
    store: FolderBlobStore, start: int, stop: int | None
) -> None:
    key = store.put(io.BytesIO(CONTENT)).key

    with pytest.raises(InvalidRangeError):
        store.open(key, start=start, stop=stop)


@pytest.mark.parametrize("key", [KEY, "", "../../etc/passwd", KEY.upper(), KEY + "0", "é" * 64])
def test_a_key_that_names_nothing_is_not_found(store: FolderBlobStore, key: str) -> None:
    assert not store.exists(key)
    with pytest.raises(BlobNotFoundError):
        store.open(key)
    with pytest.raises(BlobNotFoundError):
        store.size(key)


def test_a_deleted_blob_is_gone_but_its_reader_finishes(store: FolderBlobStore) -> None:
    key = store.put(io.BytesIO(CONTENT)).key
    reader = store.open(key)
    first = next(reader)

    assert store.delete(key)
    assert not store.delete(key)
    assert not store.exists(key)
    assert first + b"".join(reader) == CONTENT


def test_beyond_the_limit_nothing_is_kept(store: FolderBlobStore, tmp_path: Path) -> None:
    with pytest.raises(BlobTooLargeError):
        store.put(io.BytesIO(CONTENT), limit=len(CONTENT) - 1)

    assert files_under(tmp_path) == []
    assert store.put(io.BytesIO(CONTENT), limit=len(CONTENT)).created


def test_a_stream_that_breaks_leaves_nothing(store: FolderBlobStore, tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > CHUNK_BYTES:
                raise ConnectionResetError
            return super().read(size)

    with pytest.raises(ConnectionResetError):
        store.put(Broken(CONTENT))

    assert files_under(tmp_path) == []


def test_only_the_owner_may_read(store: FolderBlobStore, tmp_path: Path) -> None:
    store.put(io.BytesIO(CONTENT))

    for path in (tmp_path / "var").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o600 if path.is_file() else 0o700), path


def test_bytes_are_forced_to_the_disk_before_the_name_appears(
    store: FolderBlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def watched_fsync(descriptor: int) -> None:
        acts.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def watched_rename(self: Path, target: Path) -> Path:
        acts.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(Path, "rename", watched_rename)
    store.put(io.BytesIO(CONTENT))

    assert acts.index("file") < acts.index("rename")
    assert acts[-1] == "folder"


def test_memory_does_not_grow_with_the_size(store: FolderBlobStore) -> None:
    class Endless(io.RawIOBase):
        left = 40 * 1024 * 1024

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    tracemalloc.start()
    try:
        key = store.put(Endless()).key  # type: ignore[arg-type]
        read = sum(len(chunk) for chunk in store.open(key))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert read == 40 * 1024 * 1024
    assert peak < 2 * 1024 * 1024


def test_only_old_drafts_are_cleared_away(store: FolderBlobStore, tmp_path: Path) -> None:
    key = store.put(io.BytesIO(CONTENT)).key
    drafts = tmp_path / "var" / "blobs" / "incoming"
    (drafts / "old").write_bytes(b"x")
    (drafts / "new").write_bytes(b"x")
    os.utime(drafts / "old", (1, 1))

    assert store.remove_stale_drafts() == 1
    assert [path.name for path in drafts.iterdir()] == ["new"]
    assert store.exists(key)
