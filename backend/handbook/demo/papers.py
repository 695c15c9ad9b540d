"""Three small papers, made by code: a report as PDF, a draft resolution as DOCX, a table as PNG."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

from handbook.kernel.typesetting import render_pdf

TEMPLATE = Path(__file__).parent / "report.typ"

# The four parts that a DOCX cannot do without (ECMA-376, part 2), around one column of paragraphs.
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "application/vnd.openxmlformats-"
_SCHEMAS = "http://schemas.openxmlformats.org"
_CONTENT_TYPES = (
    f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    f'<Default Extension="rels" ContentType="{_OFFICE}package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_OFFICE}officedocument.wordprocessingml.document.main+xml"/>'
    f'<Override PartName="/docProps/core.xml" ContentType="{_OFFICE}package.core-properties+xml"/></Types>'
)
_RELATIONS = (
    f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">'
    f'<Relationship Id="document" Type="{_SCHEMAS}/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/>'
    f'<Relationship Id="properties" Type="{_SCHEMAS}/package/2006/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/></Relationships>'
)
_CORE_PROPERTIES = (
    f'<cp:coreProperties xmlns:cp="{_SCHEMAS}/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>Dự thảo nghị quyết</dc:title><dc:creator>{author}</dc:creator></cp:coreProperties>"
)
_DOCUMENT = (
    f'<w:document xmlns:w="{_SCHEMAS}/wordprocessingml/2006/main"><w:body>'
    "{body}"
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="851" w:bottom="1134" w:left="1701" w:header="709" w:footer="709" w:gutter="0"/>'
    "</w:sectPr></w:body></w:document>"
)


@dataclass(frozen=True, slots=True)
class DemoPaper:
    """A paper to attach; ``item`` is the position on the agenda that it belongs to, None for the meeting."""

    title: str
    filename: str
    content: bytes
    item: int | None


def make_papers(cell_name: str, month: str, *, created: datetime) -> list[DemoPaper]:
    """The papers of the meeting in ``month`` (MM/YYYY); the same arguments give the same bytes."""
    return [
        DemoPaper(
            f"Báo cáo công tác tháng {month}",
            f"bao-cao-thang-{month.replace('/', '-')}.pdf",
            render_pdf(TEMPLATE, {"cell": cell_name, "month": month}, created=created),
            6,
        ),
        DemoPaper("Dự thảo nghị quyết", "du-thao-nghi-quyet.docx", _draft_resolution(cell_name, month), 11),
        DemoPaper("Biểu đồ tiến độ nhiệm vụ", "bieu-do-tien-do.png", _chart((62, 85, 74, 91, 58, 97)), 5),
    ]


def _draft_resolution(cell_name: str, month: str) -> bytes:
    heading = '<w:jc w:val="center"/>', '<w:b/><w:sz w:val="32"/>'
    plain = "", '<w:sz w:val="26"/>'
    paragraphs = (
        (heading, "DỰ THẢO NGHỊ QUYẾT"),
        (plain, f"{cell_name} – sinh hoạt thường kỳ tháng {month}"),
        (plain, "1. Tiếp tục giữ nền nếp sinh hoạt, nâng chất lượng thảo luận."),
        (plain, "2. Hoàn thành nhiệm vụ chuyên môn trọng tâm của tháng."),
        (plain, "3. Phân công đảng viên phụ trách từng việc, có thời hạn rõ ràng."),
        (plain, "4. Báo cáo kết quả tại kỳ sinh hoạt sau."),
    )
    body = "".join(
        f"<w:p><w:pPr>{layout}</w:pPr><w:r><w:rPr>{letters}</w:rPr><w:t>{escape(text)}</w:t></w:r></w:p>"
        for (layout, letters), text in paragraphs
    )
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": _CORE_PROPERTIES.format(author=escape(cell_name)),
        "word/document.xml": _DOCUMENT.format(body=body),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in parts.items():
            # A ZipInfo made by hand does not tell when it was packed.
            package.writestr(zipfile.ZipInfo(name), _XML + content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _chart(values: tuple[int, ...], width: int = 720, height: int = 420) -> bytes:
    """Bars in the house's red on white, as an 8-bit palette PNG."""
    rows = [bytearray(width) for _ in range(height)]
    step = (width - 80) // len(values)
    for line in range(0, 101, 25):
        y = height - 40 - line * (height - 80) // 100
        rows[y][40 : width - 40] = bytes([2]) * (width - 80)
    for number, value in enumerate(values):
        left = 40 + number * step + step // 6
        for y in range(height - 40 - value * (height - 80) // 100, height - 40):
            rows[y][left : left + step * 2 // 3] = bytes([1]) * (step * 2 // 3)
    image = zlib.compress(b"".join(b"\x00" + bytes(row) for row in rows), 9)
    palette = bytes.fromhex("ffffff8c1d18d9d4cf")
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", image), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
