"""Looking at a file before it becomes a paper: what it is, whether it is whole, and whether it may be held at all.

The type is told by the content, never by the name or by what the browser declares. PDF and DOCX are read by
:mod:`handbook.documents.extraction` in a process with bounds on memory and time; pictures are judged by their
headers. What text says is judged by :mod:`handbook.documents.secrecy`. A picture or a scan has no text to judge
(:attr:`Inspected.has_text`); only its name and title speak for it, and the person who attaches it answers for it.
"""

import json
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from handbook.documents import extraction
from handbook.documents.enums import MediaType
from handbook.documents.errors import (
    ClassifiedDocumentError,
    DamagedFileError,
    FileTooLargeError,
    UnsupportedFileTypeError,
)
from handbook.documents.pictures import check_picture
from handbook.documents.secrecy import find_mark_in_name, find_mark_in_text
from handbook.kernel.text import clean

DEFAULT_LIMIT_BYTES = 20 * 1024 * 1024
WALL_SECONDS = 20
MAX_NAME_LENGTH = 160
_CHUNK_BYTES = 64 * 1024
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may become a paper.

    ``filename`` is safe to offer for saving and ends as its type does; ``title`` is what the document calls
    itself; ``pages`` is known for PDF only; ``text_first_page`` is empty for pictures and scans.
    """

    media_type: MediaType
    filename: str
    size: int
    title: str | None
    pages: int | None
    text_first_page: str

    @property
    def has_text(self) -> bool:
        """Whether there was any text in which a secrecy mark could have been found."""
        return bool(self.text_first_page.strip())


def inspect_upload(stream: BinaryIO, filename: str, *, limit: int = DEFAULT_LIMIT_BYTES) -> Inspected:
    """Look at the file from its beginning; the stream is left at its beginning again.

    Raises :class:`UnsupportedFileTypeError`, :class:`FileTooLargeError` (more than ``limit`` bytes),
    :class:`DamagedFileError` or :class:`ClassifiedDocumentError`. Copies live in files without a name, which vanish
    with this call.
    """
    refuse_marked_name(filename, "file_name")
    with tempfile.TemporaryFile() as copy:
        size = _copy(stream, copy, limit)
        stream.seek(0)
        media_type = _recognise(copy)
        title, pages, text = None, None, ""
        if media_type in (MediaType.PDF, MediaType.DOCX):
            answer = _extract(copy, media_type)
            for candidate in answer["titles"]:
                refuse_marked_name(candidate, "title")
            level = find_mark_in_text(answer["lines"])
            if level is not None:
                raise ClassifiedDocumentError(level, "text")
            title = clean(answer["title"])[:MAX_NAME_LENGTH] or None
            pages, text = answer["pages"], unicodedata.normalize("NFC", answer["first_page"])
        else:
            check_picture(copy, media_type)
    return Inspected(media_type, safe_filename(filename, media_type), size, title, pages, text)


def refuse_marked_name(name: str, found_in: str) -> None:
    """Raise :class:`ClassifiedDocumentError` when a file name or a title bears a secrecy mark."""
    level = find_mark_in_name(name)
    if level is not None:
        raise ClassifiedDocumentError(level, found_in)


def safe_filename(filename: str, media_type: MediaType) -> str:
    """A name without folders, control and direction characters, whose ending is that of the type."""
    base = clean(filename.replace("\\", "/").rpartition("/")[2]).translate(_FORBIDDEN_IN_NAMES)
    stem, dot, ending = base.rpartition(".")
    if not dot or len(ending) > 5:
        stem = base
    stem = stem.strip(". ")[: MAX_NAME_LENGTH - 5] or "tai-lieu"
    kept = f".{ending.lower()}" in {media_type.suffix, ".jpeg" if media_type is MediaType.JPEG else ""}
    return f"{stem}.{ending.lower()}" if dot and kept else f"{stem}{media_type.suffix}"


def _copy(stream: BinaryIO, copy: IO[bytes], limit: int) -> int:
    stream.seek(0)
    size = 0
    while chunk := stream.read(_CHUNK_BYTES):
        size += len(chunk)
        if size > limit:
            raise FileTooLargeError(limit=limit)
        copy.write(chunk)
    copy.flush()
    return size


def _recognise(copy: IO[bytes]) -> MediaType:
    copy.seek(0)
    head = copy.read(1024)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return MediaType.PDF
    if head.startswith(b"PK\x03\x04"):
        return MediaType.DOCX
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return MediaType.WEBP
    if head.startswith(_OLD_OFFICE):
        raise UnsupportedFileTypeError(reason="old_office")
    if not head:
        raise DamagedFileError
    raise UnsupportedFileTypeError(reason="type")


def _extract(copy: IO[bytes], media_type: MediaType) -> dict[str, Any]:
    copy.seek(0)
    program = [sys.executable, "-I", "-B", str(Path(extraction.__file__)), media_type.name.lower()]
    try:
        finished = subprocess.run(  # noqa: S603 — our own program, fixed arguments
            program, stdin=copy, capture_output=True, timeout=WALL_SECONDS, check=False, env={}
        )
        answer: dict[str, Any] = json.loads(finished.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise DamagedFileError from None
    refusal = answer.get("refusal")
    if refusal == "damaged" or finished.returncode != 0:
        raise DamagedFileError
    if refusal is not None:
        raise UnsupportedFileTypeError(reason=refusal)
    return answer
