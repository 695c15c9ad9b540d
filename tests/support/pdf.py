"""Looking into PDFs: their text, their fonts, and the QR codes a camera would see."""

import re
import zlib
from collections.abc import Iterator

import pypdfium2
import zxingcpp


def page_texts(content: bytes) -> list[str]:
    """The text of each page, as a reader would copy it."""
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]


def font_names(content: bytes) -> set[str]:
    """The PostScript names of all embedded fonts, without their subset tags."""
    names = re.findall(rb"/(?:FontName|BaseFont)\s*/([^\s/<>\[\]()]+)", b"".join(_plain_parts(content)))
    return {re.sub(r"^[A-Z]{6}\+", "", name.decode()).removesuffix("-Identity-H") for name in names}


def qr_contents(content: bytes, page: int, *, scale: float = 2.0) -> list[str]:
    """What a camera reads on a page, from top to bottom; at ``scale`` 2 the page has 144 dots to the inch."""
    bitmap = pypdfium2.PdfDocument(content)[page].render(scale=scale, grayscale=True)
    rows = b"".join(
        bytes(bitmap.buffer[line * bitmap.stride : line * bitmap.stride + bitmap.width])
        for line in range(bitmap.height)
    )
    picture = memoryview(rows).cast("B", shape=(bitmap.height, bitmap.width))
    found = zxingcpp.read_barcodes(picture)
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]


def _plain_parts(content: bytes) -> Iterator[bytes]:
    yield content
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        unpacker = zlib.decompressobj()
        try:
            yield unpacker.decompress(packed)
        except zlib.error:
            continue
