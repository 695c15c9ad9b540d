"""Three small papers, made by code: a report as PDF, a draft resolution as DOCX, a table as PNG."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from handbook.kernel.typesetting import render_pdf

TEMPLATE = Path(__file__).parent / "report.typ"
_EPOCH = datetime(2020, 1, 1)  # noqa: DTZ001 - a DOCX knows no zones


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
    from docx import Document

    document = Document()
    document.core_properties.author = cell_name
    document.core_properties.title = "Dự thảo nghị quyết"
    document.core_properties.created = _EPOCH
    document.core_properties.modified = _EPOCH
    document.add_heading("DỰ THẢO NGHỊ QUYẾT", level=1)
    document.add_paragraph(f"{cell_name} – sinh hoạt thường kỳ tháng {month}")
    for line in (
        "1. Tiếp tục giữ nền nếp sinh hoạt, nâng chất lượng thảo luận.",
        "2. Hoàn thành nhiệm vụ chuyên môn trọng tâm của tháng.",
        "3. Phân công đảng viên phụ trách từng việc, có thời hạn rõ ràng.",
        "4. Báo cáo kết quả tại kỳ sinh hoạt sau.",
    ):
        document.add_paragraph(line)
    target = io.BytesIO()
    document.save(target)
    return _without_dates(target)


def _without_dates(archive: io.BytesIO) -> bytes:
    """The same archive, whose entries do not tell when it was packed."""
    target = io.BytesIO()
    with zipfile.ZipFile(archive) as packed, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bare:
        for name in packed.namelist():
            bare.writestr(zipfile.ZipInfo(name), packed.read(name), zipfile.ZIP_DEFLATED)
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
