"""Headings: the name of the organisation on one line, none broken between pages, none without words of its own."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm
from tests.support.office import as_pdf
from tests.support.pdf import page_texts

from handbook.documents.layout import Document, Heading, Kind, Paragraph, make_docx, make_pdf
from handbook.minutes.document import blocks_of

CREATED = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
ISSUER = "Chi bộ Tổ chức – Hành chính"


def document(*blocks: Paragraph) -> Document:
    return Document(
        heading=Heading(ISSUER, "Tân An", date(2026, 12, 5), superior="Đảng bộ Sở Nội vụ", symbol="05-BB/CB"),
        title="Biên bản",
        subtitle="Sinh hoạt thường kỳ",
        blocks=blocks,
    )


def lines_of(content: bytes) -> list[str]:
    return [line.strip() for page in page_texts(content) for line in page.splitlines()]


def test_the_name_of_the_organisation_is_one_line_in_both_files(tmp_path: Path) -> None:
    made = document(Paragraph("Nội dung."))
    assert ISSUER.upper() in lines_of(make_pdf(made, created=CREATED))
    file = tmp_path / "minutes.docx"
    file.write_bytes(make_docx(made, created=CREATED))
    assert ISSUER.upper() in lines_of(as_pdf(file, tmp_path))


def test_a_heading_stays_whole_and_with_its_words() -> None:
    content = make_docx(
        document(Paragraph("II. Thành phần", Kind.HEADING), Paragraph("Có.")), created=CREATED
    )
    line = next(one for one in docx.Document(io.BytesIO(content)).paragraphs if one.text == "II. Thành phần")
    assert line.paragraph_format.keep_with_next
    assert line.paragraph_format.keep_together
    assert line.alignment == WD_ALIGN_PARAGRAPH.LEFT


def test_each_line_of_a_text_is_a_paragraph_of_its_own(tmp_path: Path) -> None:
    # A break inside a justified paragraph stretches the words before it over the whole width.
    made = document(
        Paragraph("Giao tổ 4 rà soát.\n\nChi bộ thống nhất ngày thứ Bảy.", lead="Kết luận:"),
        Paragraph("Một việc.\nHai việc.", Kind.ITEM),
    )
    content = make_docx(made, created=CREATED)
    body = [one for one in docx.Document(io.BytesIO(content)).paragraphs if one.text.endswith(".")]
    words = [
        "Kết luận: Giao tổ 4 rà soát.",
        "Chi bộ thống nhất ngày thứ Bảy.",
        "– Một việc.",
        "Hai việc.",
    ]
    assert [one.text for one in body] == words
    assert {round((one.paragraph_format.first_line_indent or 0) / Mm(1)) for one in body} == {10}
    pages = page_texts(make_pdf(made, created=CREATED))
    assert [line for line in "".join(pages).splitlines() if line.strip().endswith(".")] == words


@pytest.mark.parametrize("below", [[], [("2. Bế mạc", True), ("Chủ trì kết luận.", False)]])
def test_an_item_of_which_nothing_is_said_is_a_line_and_no_heading(below: list[tuple[str, bool]]) -> None:
    section = {
        "key": "content",
        "title": "Nội dung",
        "paragraphs": [
            {"text": text, "is_heading": heads} for text, heads in [("1. Biểu quyết", True), *below]
        ],
    }
    kinds = [(one.text, one.kind) for one in blocks_of([section])]
    assert kinds[:2] == [("I. Nội dung", Kind.HEADING), ("1. Biểu quyết", Kind.BODY)]
    assert [kind for text, kind in kinds if text == "2. Bế mạc"] == [Kind.HEADING] * bool(below)


def test_a_section_whose_words_were_all_left_out_has_no_heading() -> None:
    empty = {"key": "votes", "title": "Biểu quyết", "paragraphs": []}
    full = {"key": "score", "title": "Chấm điểm", "paragraphs": [{"text": "Tốt.", "is_heading": False}]}
    assert [one.text for one in blocks_of([empty, full])] == ["I. Chấm điểm", "Tốt."]
