"""The look at an .xlsx file before anything opens it as a workbook.

A workbook is a zip of XML parts. A few hundred kilobytes can inflate to gigabytes, two cells at opposite corners
can span 17 thousand million, and one long text can be repeated by every cell. So every part is inflated here once,
in small pieces and with hard bounds, never trusting the sizes the archive states; only a file that passes is given
to the spreadsheet library.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from handbook.members.roster.errors import RosterUnreadable
from handbook.members.roster.scan import PartScanner, SheetShape

_CHUNK = 64 * 1024
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_RECORD = struct.Struct("<4s4H2LH")
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_ENCRYPTED_FLAG = 0x1
_RATIO_FREE_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is taken as a roster; sizes in bytes, the rest are counts.

    The defaults are about nine times a block of 5,300 members and keep reading under 300 MB of memory.
    """

    file_bytes: int = 24 * 1024 * 1024
    part_bytes: int = 32 * 1024 * 1024
    total_bytes: int = 64 * 1024 * 1024
    ratio: int = 120
    parts: int = 2_000
    sheets: int = 120
    rows: int = 50_000
    columns: int = 256
    grid_cells: int = 1_200_000
    repeated_text: int = 64 * 1024 * 1024


DEFAULT_LIMITS = Limits()


@dataclass(slots=True)
class Inspection:
    """What the look found: the shape of every worksheet part, by its path in the archive."""

    sheets: dict[str, SheetShape] = field(default_factory=dict)
    sheet_paths: dict[str, str] = field(default_factory=dict)

    def shape_of(self, sheet_name: str) -> SheetShape | None:
        """The shape of the worksheet shown under this name, if the archive says which part it is."""
        return self.sheets.get(self.sheet_paths.get(sheet_name, ""))


def inspect(stream: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> Inspection:
    """Check a seekable stream; raises ``RosterUnreadable`` for anything that must not be opened."""
    size = stream.seek(0, 2)
    if size > limits.file_bytes:
        raise RosterUnreadable("too_large")
    _refuse_other_formats(stream, size)
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            _check_directory(infos, limits)
            return _scan_parts(stream, infos, limits)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        expat.ExpatError,
        UnicodeError,
        EOFError,
        OSError,
        LookupError,
        NotImplementedError,
        OverflowError,
        ValueError,
    ) as error:
        raise RosterUnreadable("damaged") from error


def _refuse_other_formats(stream: BinaryIO, size: int) -> None:
    stream.seek(0)
    head = stream.read(8)
    if head == _OLE_MAGIC:
        # An encrypted .xlsx is an OLE file with an EncryptedPackage stream; an old .xls is one without.
        stream.seek(0)
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in stream.read()
        raise RosterUnreadable("encrypted" if is_encrypted else "old_format")
    if not head.startswith(b"PK\x03\x04") or size < _END_RECORD.size:
        raise RosterUnreadable("not_a_workbook")
    # The end record must be the very end: then every zip reader sees the same directory, and what is checked
    # here is what is opened later.
    stream.seek(size - _END_RECORD.size)
    signature, _, _, _, _, directory_size, directory_start, comment = _END_RECORD.unpack(
        stream.read(_END_RECORD.size)
    )
    if signature != b"PK\x05\x06" or comment or directory_start + directory_size != size - _END_RECORD.size:
        raise RosterUnreadable("damaged")


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    names = {info.filename for info in infos}
    if "xl/workbook.bin" in names or "mimetype" in names:
        raise RosterUnreadable("old_format")
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise RosterUnreadable("not_a_workbook")
    if any(info.flag_bits & _ENCRYPTED_FLAG for info in infos):
        raise RosterUnreadable("encrypted")
    if len(names) != len(infos):
        raise RosterUnreadable("damaged")
    total = sum(info.file_size for info in infos)
    if len(infos) > limits.parts or total > limits.total_bytes:
        raise RosterUnreadable("too_large")
    for info in infos:
        if info.file_size > limits.part_bytes:
            raise RosterUnreadable("too_large")
        if info.file_size > _RATIO_FREE_BYTES and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise RosterUnreadable("too_large")


def _scan_parts(stream: BinaryIO, infos: list[zipfile.ZipInfo], limits: Limits) -> Inspection:
    scanner = PartScanner(
        max_sheets=limits.sheets,
        max_rows=limits.rows,
        max_columns=limits.columns,
        max_grid_cells=limits.grid_cells,
        max_repeated_text=limits.repeated_text,
    )
    # Shared texts come first: the worksheets refer to them.
    for info in sorted(infos, key=lambda part: "sharedstrings" not in part.filename.lower()):
        scanner.start(info.filename)
        for chunk in _inflate(stream, info, limits.part_bytes):
            scanner.feed(chunk)
        scanner.finish()
    return Inspection(sheets=scanner.sheets, sheet_paths=scanner.sheet_paths())


def _inflate(stream: BinaryIO, info: zipfile.ZipInfo, most: int) -> Iterator[bytes]:
    """The bytes of one part in pieces of at most 64 KiB; refused as soon as there are more than stated or ``most``."""
    stream.seek(info.header_offset)
    header = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    if header[0] != b"PK\x03\x04":
        raise RosterUnreadable("damaged")
    stream.seek(header[9] + header[10], 1)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise RosterUnreadable("damaged")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if info.compress_type == zipfile.ZIP_DEFLATED else None
    left, produced = info.compress_size, 0
    while left > 0:
        packed = stream.read(min(_CHUNK, left))
        if not packed:
            raise RosterUnreadable("damaged")
        left -= len(packed)
        while packed:
            piece = inflater.decompress(packed, _CHUNK) if inflater else packed
            packed = inflater.unconsumed_tail if inflater else b""
            produced += len(piece)
            if produced > most:
                raise RosterUnreadable("too_large")
            if produced > info.file_size:
                raise RosterUnreadable("damaged")
            yield piece
    tail = inflater.flush() if inflater else b""
    if produced + len(tail) != info.file_size:
        raise RosterUnreadable("damaged")
    if tail:
        yield tail
