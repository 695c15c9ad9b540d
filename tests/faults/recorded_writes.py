"""What SQLite writes and syncs in a process, and in its forks, as one record on disk.

:func:`record_to` puts itself between SQLite and the functions of its own file access (its VFS), for every connection that is
opened afterwards: each write, truncation and sync of the database and of its log (WAL) is appended to the record, in the order
in which it was asked for. Several processes append to one file; each entry is one ``write`` with ``O_APPEND``, which the kernel
keeps whole and in order. What locks order in the database is therefore in the same order in the record.
"""

import _sqlite3
import ctypes
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

_HEAD = struct.Struct("<BBQI")
_OPENS = {0x100: "", 0x80000: "-wal"}


class Kind(IntEnum):
    WRITE = 1
    TRUNCATE = 2
    SYNC = 3
    ACKNOWLEDGE = 4


class File(IntEnum):
    """Which file an entry is about."""

    DATABASE = 0
    LOG = 1
    NONE = 2


FILE_OF_SUFFIX = {"": File.DATABASE, "-wal": File.LOG}


@dataclass(frozen=True, slots=True)
class Entry:
    """``number`` is where it was written, the length to which the file was cut, or who was acknowledged."""

    kind: Kind
    file: File
    number: int
    data: bytes = b""


class Record:
    """The record, for who appends to it."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def append(self, entry: Entry) -> None:
        os.write(
            self._descriptor, _HEAD.pack(entry.kind, entry.file, entry.number, len(entry.data)) + entry.data
        )

    def close(self) -> None:
        os.close(self._descriptor)


def read_record(path: Path) -> Iterator[Entry]:
    """The entries in their order; one that was cut off at the end of the file is left out."""
    with path.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            kind, of, number, length = _HEAD.unpack(head)
            data = file.read(length)
            if len(data) < length:
                return
            yield Entry(Kind(kind), File(of), number, data)


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``: what SQLite calls to work on an open file."""

    _fields_ = [
        ("version", ctypes.c_int),
        *(
            (name, ctypes.c_void_p)
            for name in (
                "close", "read", "write", "truncate", "sync", "file_size", "lock", "unlock",
                "check_reserved_lock", "file_control", "sector_size", "device_characteristics",
                "shm_map", "shm_lock", "shm_barrier", "shm_unmap", "fetch", "unfetch",
            )
        ),
    ]  # fmt: skip


class _OpenFile(ctypes.Structure):
    """The beginning of ``sqlite3_file``; what follows belongs to the VFS."""

    _fields_ = [("methods", ctypes.POINTER(_Methods))]


class _Vfs(ctypes.Structure):
    """``sqlite3_vfs``, which SQLite opens files with."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("size_of_file", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("app_data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        *(
            (name, ctypes.c_void_p)
            for name in (
                "delete", "access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close", "randomness", "sleep",
                "current_time", "last_error", "current_time_64", "set_call", "get_call", "next_call",
            )
        ),
    ]  # fmt: skip


_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_int),
)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_longlong)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)

# SQLite keeps pointers to all of this.
_kept: list[Any] = []


def record_to(path: Path) -> None:
    """Record what every SQLite connection of this process writes from now on."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    usual = library.sqlite3_vfs_find(None).contents
    recorder = _Recorder(Record(path), usual)
    vfs = _Vfs.from_buffer_copy(usual)
    vfs.next, vfs.name = None, b"recorded"
    vfs.open = ctypes.cast(recorder.open, ctypes.c_void_p)
    _kept.extend((recorder, vfs))
    if library.sqlite3_vfs_register(ctypes.byref(vfs), 1) != 0:
        raise OSError("SQLite does not take another VFS")


class _Recorder:
    """Stands before the functions of the usual VFS. A file is known by where SQLite keeps it in memory."""

    def __init__(self, record: Record, usual: _Vfs) -> None:
        self._record = record
        self._files: dict[int, File] = {}
        self._methods: dict[int, _Methods] = {}
        self._open = _OPEN(usual.open)
        self.open = _OPEN(self._on_open)

    def _on_open(self, vfs: int, name: int, file: int, flags: int, out: Any) -> int:
        result = self._open(vfs, name, file, flags, out)
        suffix = next((suffix for flag, suffix in _OPENS.items() if flags & flag), None)
        if result == 0 and suffix is not None:
            opened = ctypes.cast(file, ctypes.POINTER(_OpenFile)).contents
            self._files[file] = FILE_OF_SUFFIX[suffix]
            opened.methods = ctypes.pointer(self._recorded(opened.methods))
        return int(result)

    def _recorded(self, usual: Any) -> _Methods:
        """The usual methods, but for those that change a file or make sure of a change."""
        address = ctypes.addressof(usual.contents)
        if address in self._methods:
            return self._methods[address]
        made = _Methods.from_buffer_copy(usual.contents)
        write, truncate, sync = _WRITE(made.write), _TRUNCATE(made.truncate), _SYNC(made.sync)

        def on_write(file: int, data: int, length: int, offset: int) -> int:
            written = ctypes.string_at(data, length)
            self._record.append(Entry(Kind.WRITE, self._files[file], offset, written))
            return int(write(file, data, length, offset))

        def on_truncate(file: int, length: int) -> int:
            self._record.append(Entry(Kind.TRUNCATE, self._files[file], length))
            return int(truncate(file, length))

        def on_sync(file: int, flags: int) -> int:
            result = int(sync(file, flags))
            # After it: what was acknowledged before its end was not made sure of by it.
            if result == 0:
                self._record.append(Entry(Kind.SYNC, self._files[file], 0))
            return result

        for name, made_of, function in (
            ("write", _WRITE, on_write),
            ("truncate", _TRUNCATE, on_truncate),
            ("sync", _SYNC, on_sync),
        ):
            callback = made_of(function)
            _kept.append(callback)
            setattr(made, name, ctypes.cast(callback, ctypes.c_void_p))
        self._methods[address] = made
        return made
