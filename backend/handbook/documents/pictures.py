"""Pictures, looked at from outside: their structure and size, without decoding a single pixel."""

import os
import struct
from typing import BinaryIO

from handbook.documents.enums import MediaType
from handbook.documents.errors import DamagedFileError, FileTooLargeError

MAX_SIDE = 20_000
MAX_PIXELS = 64_000_000
_MAX_PARTS = 20_000
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset((0x01, *range(0xD0, 0xD8)))


def check_picture(source: BinaryIO, media_type: MediaType) -> tuple[int, int]:
    """Width and height in pixels.

    Raises :class:`DamagedFileError` when the structure is broken or cut short, :class:`FileTooLargeError` beyond
    :data:`MAX_PIXELS`: a file of a few kilobytes can ask a phone for gigabytes.
    """
    readers = {MediaType.PNG: _png, MediaType.JPEG: _jpeg, MediaType.WEBP: _webp}
    source.seek(0)
    try:
        width, height = readers[media_type](source)
    except (struct.error, IndexError):
        raise DamagedFileError from None
    if width < 1 or height < 1:
        raise DamagedFileError
    if width > MAX_SIDE or height > MAX_SIDE or width * height > MAX_PIXELS:
        raise FileTooLargeError(limit_pixels=MAX_PIXELS)
    return width, height


def _length(source: BinaryIO) -> int:
    here = source.tell()
    length = source.seek(0, os.SEEK_END)
    source.seek(here)
    return length


def _png(source: BinaryIO) -> tuple[int, int]:
    """Walk the chunks (PNG, second edition, clause 5): IHDR first, IEND last and nothing after it."""
    total = _length(source)
    source.seek(8)
    size: tuple[int, int] | None = None
    has_data = False
    for _ in range(_MAX_PARTS):
        length, kind = struct.unpack(">I4s", source.read(8))
        if size is None:
            if kind != b"IHDR" or length != 13:
                break
            size = struct.unpack(">II", source.read(8))
            source.seek(length - 8 + 4, os.SEEK_CUR)
            continue
        has_data = has_data or kind == b"IDAT"
        if source.seek(length + 4, os.SEEK_CUR) > total:
            break
        if kind == b"IEND":
            if source.tell() != total or not has_data:
                break
            return size
    raise DamagedFileError


def _jpeg(source: BinaryIO) -> tuple[int, int]:
    """Walk the segments (ITU T.81, annex B) to the start of the scan; the frame header gives the size."""
    total = _length(source)
    source.seek(2)
    size: tuple[int, int] | None = None
    for _ in range(_MAX_PARTS):
        lead, marker = struct.unpack(">BB", source.read(2))
        if lead != 0xFF:
            break
        if marker == 0xFF:
            source.seek(-1, os.SEEK_CUR)
            continue
        if marker in _WITHOUT_LENGTH:
            continue
        length = struct.unpack(">H", source.read(2))[0]
        end = source.tell() + length - 2
        if length < 2 or end >= total:
            break
        if marker in _FRAME_HEADERS:
            _precision, height, width = struct.unpack(">BHH", source.read(5))
            size = (width, height)
        if marker == 0xDA:
            if size is None:
                break
            return size
        source.seek(end)
    raise DamagedFileError


def _webp(source: BinaryIO) -> tuple[int, int]:
    """Read the first chunk (RFC 9649): lossy, lossless or extended; the file must be as long as it says."""
    total = _length(source)
    head = source.read(30)
    declared, kind = struct.unpack("<I", head[4:8])[0], head[12:16]
    if declared + 8 not in (total, total - 1):
        raise DamagedFileError
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and head[20] == 0x2F:
        bits = struct.unpack("<I", head[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    raise DamagedFileError
