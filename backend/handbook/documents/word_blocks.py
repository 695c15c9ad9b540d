"""What stands in a Word file, in its order: text, tables and pictures, for the pages that ``merging.py`` sets.

It runs in that process of its own and imports nothing of the application. A picture is looked at from outside before anything
decodes it: a file of a few kilobytes can ask for gigabytes. What cannot be shown is said in words at its place.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# A longer Word file is not set anew: it is read where it was made.
MAX_BLOCKS = 4_000
MAX_CHARACTERS = 400_000
MAX_PICTURES = 80
MAX_PICTURE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PIXELS_TOGETHER = 150_000_000
MAX_SIDE = 20_000
# What a page has room for, in millimetres.
ROOM = (160.0, 235.0)
EMU_IN_MM = 36_000
MAX_WORDS_ABOUT = 300

Block = dict[str, Any]


def blocks_of(path: Path) -> list[Block]:
    """Paragraphs, tables and pictures in their order, empty ones left out; pictures are written beside the file.

    Raises :class:`ValueError` for a file that is no Word file, or too long.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, SyntaxError) as error:
        raise ValueError(str(error)) from error
    pictures = _Pictures(path)
    blocks: list[Block] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            blocks += _of_table(block, pictures)
        else:
            blocks += _of_paragraph(block, pictures)
        if len(blocks) > MAX_BLOCKS:
            raise ValueError("too long")
    if len(json.dumps(blocks, ensure_ascii=False)) > MAX_CHARACTERS:
        raise ValueError("too long")
    return blocks


def without_picture(block: Block) -> Block:
    """The words that stand where a picture cannot."""
    return {"kind": "missing", "text": block.get("about", "")}


def _of_paragraph(paragraph: Any, pictures: "_Pictures") -> Iterator[Block]:
    """The paragraph's text before, between and after its pictures."""
    kind, words = _kind_of(paragraph), ""
    for piece in _pieces(paragraph._p):
        if isinstance(piece, str):
            words += piece
            continue
        if words.strip():
            yield {"kind": kind, "text": words.strip()}
        words = ""
        yield from pictures.of_drawing(piece, paragraph.part)
    if words.strip():
        yield {"kind": kind, "text": words.strip()}


def _of_table(table: Any, pictures: "_Pictures") -> Iterator[Block]:
    """The rows of a table; its pictures follow it, and the cells name them."""
    rows, shown = [], []
    for row in table.rows:
        texts: list[str] = []
        seen: list[Any] = []
        for cell in row.cells:
            # Of a cell over several columns the text stands in the first, so that the others keep their place.
            again = cell._tc in seen
            seen.append(cell._tc)
            found: list[Block] = []
            texts.append("" if again else _words_of_cell(cell, pictures, found))
            shown += found
        rows.append(texts)
    if any(any(row) for row in rows):
        yield {"kind": "table", "rows": rows}
    yield from shown


def _words_of_cell(cell: Any, pictures: "_Pictures", shown: list[Block]) -> str:
    words = []
    for paragraph in cell.paragraphs:
        for block in _of_paragraph(paragraph, pictures):
            if block["kind"] in ("picture", "missing"):
                number = pictures.next_in_table()
                shown.append({**block, "number": number})
                words.append(f"[Hình {number}]")
            else:
                words.append(block["text"])
    return " ".join(words)


def _kind_of(paragraph: Any) -> str:
    style = paragraph.style.name if paragraph.style is not None else ""
    if style.startswith(("Heading", "Title")):
        return "heading"
    properties = paragraph._p.pPr
    numbered = properties is not None and properties.numPr is not None
    return "item" if numbered or style.startswith("List") else "body"


def _pieces(element: Any) -> Iterator[Any]:
    """Text and drawings below an element, in their order; of two forms of one thing the newer, of deleted text nothing."""
    for child in element:
        name = _name_of(child)
        if name == "t":
            yield child.text or ""
        elif name in ("tab", "ptab"):
            yield "\t"
        elif name in ("br", "cr"):
            yield "\n"
        elif name == "noBreakHyphen":
            yield "-"
        elif name in ("drawing", "pict", "object"):
            yield child
        elif name not in ("Fallback", "del", "moveFrom", "pPr", "rPr", "instrText"):
            yield from _pieces(child)


def _name_of(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _below(element: Any, *names: str) -> Iterator[Any]:
    return (one for one in element.iter() if _name_of(one) in names)


@dataclass(slots=True)
class _Pictures:
    """The pictures of one file, as many and as large as there is room for."""

    path: Path
    files: dict[str, tuple[str, bool]] = field(default_factory=dict)
    pixels: int = 0
    in_tables: int = 0

    def next_in_table(self) -> int:
        self.in_tables += 1
        return self.in_tables

    def of_drawing(self, drawing: Any, part: Any) -> Iterator[Block]:
        """A picture, the text of a text box, or the words that there is something which is not shown."""
        boxes = [box for box in _below(drawing, "txbxContent") if not _in_fallback(box, drawing)]
        for box in boxes:
            for paragraph in _below(box, "p"):
                words = "".join(piece for piece in _pieces(paragraph) if isinstance(piece, str)).strip()
                if words:
                    yield {"kind": "body", "text": words}
        images = [one for one in _below(drawing, "blip", "imagedata") if not _in_fallback(one, drawing)]
        about = _about(drawing)
        if not images:
            if not boxes:
                yield {"kind": "missing", "text": about}
            return
        for image in images:
            reference = next((value for name, value in image.attrib.items() if _is_reference(name)), None)
            found = self._file_of(reference, part) if reference else None
            if found is None:
                yield {"kind": "missing", "text": about}
            else:
                width, height = _size_of(drawing)
                file, turned = found
                turn = 0 if turned else _turn_of(drawing)
                yield {
                    "kind": "picture",
                    "file": file,
                    "width": width,
                    "height": height,
                    "turn": turn,
                    "about": about,
                }

    def _file_of(self, reference: str, part: Any) -> tuple[str, bool] | None:
        """The picture as a file beside the Word file, and whether it says itself how it is turned; None for one that is not
        in the file, is of another kind, or is too large."""
        relation = part.rels.get(reference)
        if relation is None or relation.is_external:
            return None
        name = str(relation.target_part.partname)
        if name not in self.files:
            content = relation.target_part.blob
            kind = _kind_of_picture(content)
            if kind is None or len(self.files) >= MAX_PICTURES or len(content) > MAX_PICTURE_BYTES:
                return None
            size = size_of_picture(content)
            if size is None or not self._has_room(*size):
                return None
            file = self.path.with_name(f"{self.path.stem}-{len(self.files)}.{kind}")
            file.write_bytes(content)
            self.files[name] = file.name, turn_of_photograph(content) > 1
        return self.files[name]

    def _has_room(self, width: int, height: int) -> bool:
        pixels = width * height
        if not 0 < pixels <= MAX_PIXELS or max(width, height) > MAX_SIDE:
            return False
        self.pixels += pixels
        return self.pixels <= MAX_PIXELS_TOGETHER


def _in_fallback(element: Any, top: Any) -> bool:
    while element is not None and element is not top:
        if _name_of(element) == "Fallback":
            return True
        element = element.getparent()
    return False


def _is_reference(name: str) -> bool:
    return name.startswith("{") and name.rpartition("}")[2] in ("embed", "id")


def _about(drawing: Any) -> str:
    """What the author says of the picture, for who cannot see it."""
    for properties in _below(drawing, "docPr", "shape"):
        words = properties.get("descr") or properties.get("alt") or properties.get("title") or ""
        if words.strip():
            return " ".join(str(words).split())[:MAX_WORDS_ABOUT]
    return ""


def _size_of(drawing: Any) -> tuple[float, float]:
    """Breadth and height in millimetres, made smaller together until they fit the page."""
    for extent in _below(drawing, "extent"):
        try:
            wide, tall = int(extent.get("cx")) / EMU_IN_MM, int(extent.get("cy")) / EMU_IN_MM
        except (TypeError, ValueError):
            continue
        if wide > 0 and tall > 0:
            scale = min(1.0, ROOM[0] / wide, ROOM[1] / tall)
            return round(max(wide * scale, 1), 2), round(max(tall * scale, 1), 2)
    return ROOM[0], ROOM[1] / 2


def _turn_of(drawing: Any) -> int:
    """Quarter turns to the right by which Word shows it."""
    for transform in _below(drawing, "xfrm"):
        try:
            return round(int(transform.get("rot", "0")) / 60_000 / 90) % 4
        except ValueError:
            return 0
    return 0


# --- pictures from outside -----------------------------------------------------------------------

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _kind_of_picture(content: bytes) -> str | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def size_of_picture(content: bytes) -> tuple[int, int] | None:
    """Breadth and height in pixels as the head of the picture says; None where it does not."""
    try:
        kind = _kind_of_picture(content)
        if kind == "png":
            return struct.unpack_from(">II", content, 16) if content[12:16] == b"IHDR" else None
        if kind == "gif":
            return struct.unpack_from("<HH", content, 6)
        if kind == "jpg":
            for marker, start in _segments(content):
                if marker in _FRAME_HEADERS:
                    height, width = struct.unpack_from(">HH", content, start + 1)
                    return width, height
            return None
        return _size_of_webp(content) if kind == "webp" else None
    except (struct.error, IndexError):
        return None


def _size_of_webp(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", content, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    return None


def turn_of_photograph(content: bytes) -> int:
    """The orientation that a camera wrote into a JPEG (Exif, tag 0x0112), 1 to 8; 1 where it says nothing."""
    try:
        for marker, start in _segments(content) if _kind_of_picture(content) == "jpg" else ():
            if marker == 0xE1 and content[start : start + 6] == b"Exif\0\0":
                tiff = start + 6
                order = "<" if content[tiff : tiff + 2] == b"II" else ">"
                first = tiff + struct.unpack_from(f"{order}I", content, tiff + 4)[0]
                for entry in range(struct.unpack_from(f"{order}H", content, first)[0]):
                    tag, _kind, _count, value = struct.unpack_from(
                        f"{order}HHIH", content, first + 2 + 12 * entry
                    )
                    if tag == 0x0112:
                        return value if 1 <= value <= 8 else 1
                return 1
    except (struct.error, IndexError):
        pass
    return 1


def _segments(content: bytes) -> Iterator[tuple[int, int]]:
    """The segments of a JPEG before its scan: marker, and where its data begins."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xDA:
            return
        yield marker, at + 4
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
