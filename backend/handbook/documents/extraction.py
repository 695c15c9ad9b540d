"""The text of a document's first pages, taken out in a process of its own.

Parsers of PDF and DOCX are where hostile files strike, and pdfium is not safe to use from several threads. So the
web process never parses: it starts this file as a program (``python -I extraction.py pdf|docx``, the document on
standard input), which first gives up the right to more memory, time and files, and answers one JSON object:

- ``{"title": "...", "titles": [...], "pages": 3 | null, "lines": [...], "first_page": "..."}``, or
- ``{"refusal": "damaged" | "encrypted" | "macros" | "type"}``.

``titles`` are the title and everything else that describes the document, such as keywords. ``lines`` go to
:func:`handbook.documents.secrecy.find_mark_in_text`: an empty line parts blocks, a tab parts columns. This file
imports nothing of the application, so that it starts fast.
"""

import contextlib
import ctypes
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 10
PAGES_READ = 3
CHARACTERS_PER_PAGE = 20_000
RECTANGLES_PER_PAGE = 2_000
ANNOTATIONS_PER_PAGE = 200
DOCX_BODY_CHARACTERS = 12_000
DOCX_SIDE_CHARACTERS = 4_000
DOCX_ENTRIES = 3_000
DOCX_INFLATED_BYTES = 256 * 1024 * 1024
DOCX_SIDE_PARTS = 60
XML_BYTES = 64 * 1024 * 1024
PROPERTY_CHARACTERS = 1_000

_CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SIDE_PART = re.compile(r"word/(header|footer|footnotes|comments)\d*\.xml")
_PROPERTY_PARTS = ("docProps/core.xml", "docProps/custom.xml")
_PROPERTIES = frozenset(
    ("title", "subject", "keywords", "category", "description", "contentStatus", "lpwstr")
)


class RefusedError(Exception):
    """The document is refused for the reason given as the argument."""


# --- PDF -----------------------------------------------------------------------------------------


def read_pdf(source: BinaryIO) -> dict[str, Any]:
    """Titles, number of pages and text of the first pages of a PDF."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        locked = raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(error).lower()
        raise RefusedError("encrypted" if locked else "damaged") from None
    try:
        pages = len(document)
        if not pages:
            raise RefusedError("damaged")
        metadata = document.get_metadata_dict(skip_empty=True)
        titles = [
            metadata[key][:PROPERTY_CHARACTERS] for key in ("Title", "Subject", "Keywords") if key in metadata
        ]
        lines: list[str] = []
        first_page = ""
        for index in range(min(pages, PAGES_READ)):
            page = document[index]
            text_page = page.get_textpage()
            text = text_page.get_text_range(0, min(text_page.count_chars(), CHARACTERS_PER_PAGE))
            first_page = first_page if index else text
            lines += ["", *_joined_letters(text.splitlines()), "", *_laid_out_lines(text_page), ""]
            lines += _annotation_texts(page.raw)
    except pypdfium2.PdfiumError:
        raise RefusedError("damaged") from None
    title = metadata.get("Title", "")[:PROPERTY_CHARACTERS]
    return {"title": title, "titles": titles, "pages": pages, "lines": lines, "first_page": first_page}


def _joined_letters(lines: list[str]) -> Iterator[str]:
    """Letters that stand on lines of their own, as those of a slanted stamp do, drawn together to one line."""
    letters = ""
    for line in [*lines, ""]:
        letter = line.strip()
        if len(letter) == 1 and letter.isalpha():
            letters += letter
            continue
        if letters:
            yield letters
            letters = ""
        yield line


def _laid_out_lines(text_page: Any) -> Iterator[str]:
    """The page's text by place: what stands beside each other on one line, with a tab at every wide gap."""
    boxes = []
    for index in range(min(text_page.count_rects(), RECTANGLES_PER_PAGE)):
        left, bottom, right, top = text_page.get_rect(index)
        text = text_page.get_text_bounded(left, bottom, right, top).strip()
        if text:
            boxes.append(((bottom + top) / 2, left, right, top - bottom, text))
    boxes.sort(key=lambda box: -box[0])
    row: list[tuple[float, float, float, float, str]] = []
    for box in boxes:
        if row and abs(row[0][0] - box[0]) > max(row[0][3], box[3]) / 2:
            yield _row_text(row)
            row = []
        row.append(box)
    if row:
        yield _row_text(row)


def _row_text(row: list[tuple[float, float, float, float, str]]) -> str:
    row.sort(key=lambda box: box[1])
    text, end = row[0][4], row[0][2]
    for _middle, left, right, height, more in row[1:]:
        text += ("\t" if left - end > 1.5 * height else " ") + more
        end = max(end, right)
    return text


def _annotation_texts(page: Any) -> Iterator[str]:
    from pypdfium2 import raw

    for index in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS_PER_PAGE)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            length = raw.FPDFAnnot_GetStringValue(annotation, b"Contents", None, 0)
            if 2 < length <= 2 * PROPERTY_CHARACTERS:
                buffer = ctypes.create_string_buffer(length)
                wide = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
                raw.FPDFAnnot_GetStringValue(annotation, b"Contents", wide, length)
                yield from ("", *buffer.raw[: length - 2].decode("utf-16-le", "replace").splitlines())
        finally:
            raw.FPDFPage_CloseAnnot(annotation)


# --- DOCX ----------------------------------------------------------------------------------------


class _EnoughError(Exception):
    """Enough text has been read."""


class _WordText:
    """Collects the visible text of one part of a DOCX: paragraphs, tables, text boxes, watermarks, in their order."""

    def __init__(self, limit: int) -> None:
        self.lines: list[str] = []
        self._left = limit
        self._paragraphs: list[list[str]] = []
        self._in_text = False
        self._page_breaks = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "p":
            self._paragraphs.append([])
        elif name == "t":
            self._in_text = True
        elif name in ("tab", "ptab"):
            self._add("\t")
        elif name in ("br", "cr"):
            self._add("\n")
            self._page_breaks += any(value == "page" for value in attributes.values())
        elif name == "noBreakHyphen":
            self._add("-")
        elif name == "lastRenderedPageBreak":
            self._page_breaks += 1
        elif name in ("tc", "txbxContent"):
            self.lines.append("")
        elif name == "textpath":
            self.lines += ["", *attributes.get("string", "").splitlines(), ""]
        if self._page_breaks >= PAGES_READ:
            raise _EnoughError

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name == "t":
            self._in_text = False
        elif name == "p" and self._paragraphs:
            self.lines += "".join(self._paragraphs.pop()).split("\n")
        elif name in ("tc", "txbxContent", "tbl"):
            self.lines.append("")

    def data(self, text: str) -> None:
        if self._in_text:
            self._add(text)
            self._left -= len(text)
            if self._left <= 0:
                raise _EnoughError

    def doctype(self, *_declaration: str | None) -> None:
        raise RefusedError("damaged")

    def close(self) -> None:
        while self._paragraphs:
            self.lines += "".join(self._paragraphs.pop(0)).split("\n")

    def _add(self, text: str) -> None:
        if self._paragraphs:
            self._paragraphs[-1].append(text)


class _Properties:
    """Collects the values of the document's properties that people read."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self.names: list[str] = []
        self._open = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._open = name in _PROPERTIES
        if self._open:
            self.names.append(name)
            self.values.append("")

    def end(self, _tag: str) -> None:
        self._open = False

    def data(self, text: str) -> None:
        if self._open and len(self.values) < 100:
            self.values[-1] = (self.values[-1] + text)[:PROPERTY_CHARACTERS]

    def doctype(self, *_declaration: str | None) -> None:
        raise RefusedError("damaged")

    def close(self) -> None:
        pass


class _ContentTypes:
    """Finds the main part, and refuses what carries programs."""

    def __init__(self) -> None:
        self.main: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kind = attributes.get("ContentType", "")
        if "macroEnabled" in kind or "vbaProject" in kind:
            raise RefusedError("macros")
        if tag == f"{{{_CONTENT_TYPES}}}Override" and kind == _MAIN:
            self.main = attributes.get("PartName", "").lstrip("/")

    def end(self, _tag: str) -> None:
        pass

    def data(self, _text: str) -> None:
        pass

    def doctype(self, *_declaration: str | None) -> None:
        raise RefusedError("damaged")

    def close(self) -> None:
        pass


class _Package:
    """A DOCX as a zip file whose sizes have been looked at before anything is inflated."""

    def __init__(self, source: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(source)
        entries = self._zip.infolist()
        if len(entries) > DOCX_ENTRIES or sum(entry.file_size for entry in entries) > DOCX_INFLATED_BYTES:
            raise RefusedError("damaged")
        if any(entry.flag_bits & 1 for entry in entries):
            raise RefusedError("encrypted")
        self.names = [entry.filename for entry in entries]
        self._budget = XML_BYTES

    def feed(self, name: str, target: Any) -> None:
        """Parse one part into the target, as far as the target wants it."""
        parser = ET.XMLParser(target=target)  # noqa: S314 — declarations are refused, sizes bounded
        with self._zip.open(name) as part, contextlib.suppress(_EnoughError):
            while chunk := part.read(64 * 1024):
                self._budget -= len(chunk)
                if self._budget < 0:
                    raise RefusedError("damaged")
                parser.feed(chunk)
            parser.close()
            return
        target.close()


def read_docx(source: BinaryIO) -> dict[str, Any]:
    """Titles and text of the first pages, the headers, footers, text boxes and watermarks of a DOCX."""
    try:
        return _read_docx(source)
    except (
        zipfile.BadZipFile,
        ET.ParseError,
        KeyError,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
    ):
        raise RefusedError("damaged") from None


def _read_docx(source: BinaryIO) -> dict[str, Any]:
    package = _Package(source)
    if "[Content_Types].xml" not in package.names:
        raise RefusedError("type")
    types = _ContentTypes()
    package.feed("[Content_Types].xml", types)
    if any(name.lower().endswith("vbaproject.bin") for name in package.names):
        raise RefusedError("macros")
    if types.main is None:
        raise RefusedError("type")
    body = _WordText(DOCX_BODY_CHARACTERS)
    package.feed(types.main, body)
    sides = [name for name in package.names if _SIDE_PART.fullmatch(name)][:DOCX_SIDE_PARTS]
    lines = list(body.lines)
    for name in sides:
        side = _WordText(DOCX_SIDE_CHARACTERS)
        package.feed(name, side)
        lines += ["", *side.lines]
    properties = _Properties()
    for name in _PROPERTY_PARTS:
        if name in package.names:
            package.feed(name, properties)
    titles = [value for value in properties.values if value.strip()]
    title = dict(zip(properties.names, properties.values, strict=True)).get("title", "")
    first_page = "\n".join(line for line in body.lines if line.strip())
    return {"title": title, "titles": titles, "pages": None, "lines": lines, "first_page": first_page}


# --- the program ---------------------------------------------------------------------------------


def _give_up_rights() -> None:
    limits = (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    )
    for which, limit in limits:
        resource.setrlimit(which, (limit, limit))


def main() -> int:
    """Read the document on standard input, write the answer to standard output."""
    _give_up_rights()
    read = {"pdf": read_pdf, "docx": read_docx}[sys.argv[1]]
    try:
        with open(0, "rb", closefd=False) as source:
            answer = read(source)
    except RefusedError as refusal:
        answer = {"refusal": str(refusal)}
    except (MemoryError, RecursionError):
        answer = {"refusal": "damaged"}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
