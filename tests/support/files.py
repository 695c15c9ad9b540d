"""Files as people, and those who mean harm, would upload them; made by code, each as small as it can be."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import typst
from docx import Document

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(markup: str) -> bytes:
    made = typst.compile(markup.encode(), format="pdf", timestamp=0)
    assert isinstance(made, bytes)
    return made


def docx(fill: Callable[..., object] | None = None) -> bytes:
    document = Document()
    document.add_paragraph("ĐẢNG CỘNG SẢN VIỆT NAM")
    document.add_paragraph("Chi bộ bàn việc bảo mật thông tin và giữ bí mật nhà nước.")
    if fill is not None:
        fill(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def repacked(content: bytes, changes: dict[str, bytes]) -> bytes:
    """The same zip with parts replaced or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return buffer.getvalue()


def png(width: int, height: int, *, tail: bytes = b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 64)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"") + tail


def jpeg(width: int, height: int) -> bytes:
    app = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    frame = b"\xff\xc2" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00"
    return b"\xff\xd8" + app + frame + scan + b"\x00" * 8 + b"\xff\xd9"


def webp(width: int, height: int) -> bytes:
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    body += (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", len(body)) + body


def raw_pdf(pages: int, extra_page: str = "", trailer: str = "") -> bytes:
    """A PDF written by hand, with empty pages that share one object."""
    parts = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {pages}/Kids[{'3 0 R ' * pages}]>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]{extra_page}>>",
    ]
    body, offsets = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj{part}endobj\n".encode("latin-1")
    start = len(body)
    body += f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + f"trailer<</Size {len(parts) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF".encode()


def with_document(body: bytes) -> bytes:
    """A DOCX with this body."""
    return repacked(docx(), {"word/document.xml": body})
