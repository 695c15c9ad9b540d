"""Signatures stand under words that they are given for, however long the text is."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pypdfium2
import pytest
from pypdfium2.raw import FPDF_PAGEOBJ_PATH
from tests.support.office import all_as_pdf, as_pdf
from tests.support.pdf import page_texts

from handbook.documents.layout import (
    Appendix,
    Document,
    Heading,
    Paragraph,
    Signature,
    Table,
    make_docx,
    make_pdf,
)

CREATED = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
LAST = "Đây là câu cuối cùng của văn bản."


SENTENCE = "Toàn thể đảng viên nhất trí với nội dung đã trình bày. "


def document(paragraphs: int) -> Document:
    body = (f"Nội dung thứ {number}." for number in range(1, paragraphs))
    return signed(*(Paragraph(text) for text in (*body, LAST)))


def closing_table(rows: int, last: str = LAST) -> Document:
    lines = [(f"Nhiệm vụ thứ {number}", "31/12") for number in range(1, rows)]
    return signed(Paragraph("Các nhiệm vụ:"), Table(("Việc", "Hạn"), (*lines, (last, "")), (0.7, 0.3)))


def long_paragraph(sentences: int) -> Document:
    return signed(Paragraph("Mở đầu."), Paragraph(SENTENCE * sentences + LAST))


def pages_of(content: bytes) -> list[str]:
    """The text of each page, however its lines are broken."""
    return [" ".join(page.split()) for page in page_texts(content)]


def signed(*blocks: Paragraph | Table) -> Document:
    return Document(
        heading=Heading("Chi bộ Ấp 3", "Tân An", date(2026, 12, 5), superior="Đảng bộ xã Tân An"),
        title="Biên bản",
        subtitle="Sinh hoạt thường kỳ",
        blocks=blocks,
        signatures=(
            Signature(("Người ghi biên bản",), "Trần Thị Ghi"),
            Signature(("Chủ trì",), "Nguyễn Văn Trì"),
        ),
    )


@pytest.mark.parametrize("paragraphs", range(18, 32))
def test_the_last_words_stay_with_the_signatures(paragraphs: int) -> None:
    pages = pages_of(make_pdf(document(paragraphs), created=CREATED))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]


@pytest.mark.parametrize("rows", [*range(18, 30), *range(62, 68)])
def test_the_last_row_of_a_closing_table_stays_with_the_signatures(rows: int) -> None:
    pages = pages_of(make_pdf(closing_table(rows), created=CREATED))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]
    assert all("Việc" in page for page in pages)


def test_a_row_of_more_than_a_page_before_the_signatures_is_printed_whole() -> None:
    pages = pages_of(make_pdf(closing_table(3, SENTENCE * 120 + LAST), created=CREATED))
    assert len(pages) > 2
    assert sum(page.count("nhất trí") for page in pages) == 120
    assert LAST in pages[-1]


@pytest.mark.parametrize("sentences", range(40, 56, 2))
def test_the_end_of_a_long_paragraph_stays_with_the_signatures(sentences: int) -> None:
    pages = pages_of(make_pdf(long_paragraph(sentences), created=CREATED))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]


def test_an_office_program_keeps_tables_and_long_paragraphs_with_them(tmp_path: Path) -> None:
    made = [closing_table(rows) for rows in (22, 23, 24, 25)]
    made += [long_paragraph(sentences) for sentences in (36, 42, 46, 48, 50, 52)]
    files = [tmp_path / f"{number}.docx" for number in range(len(made))]
    for file, one in zip(files, made, strict=True):
        file.write_bytes(make_docx(one, created=CREATED))
    for content in all_as_pdf(files, tmp_path):
        pages = pages_of(content)
        assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]


def test_an_office_program_keeps_them_together_as_well(tmp_path: Path) -> None:
    content = make_docx(document(23), created=CREATED)
    last = next(one for one in docx.Document(io.BytesIO(content)).paragraphs if one.text == LAST)
    assert last.paragraph_format.keep_with_next
    file = tmp_path / "minutes.docx"
    file.write_bytes(content)
    pages = pages_of(as_pdf(file, tmp_path))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]


@pytest.mark.parametrize("paragraphs", range(54, 64))
def test_the_rule_before_an_addendum_goes_overleaf_with_it(paragraphs: int) -> None:
    addendum = Appendix("Bổ sung số 1", (Paragraph("Địa điểm là phòng số 2."),), document(1).signatures)
    made = make_pdf(replace(document(paragraphs), appendices=(addendum,)), created=CREATED)
    pages = list(zip(pages_of(made), pypdfium2.PdfDocument(made), strict=True))[1:]
    ruled = [bool(list(page.get_objects(filter=(FPDF_PAGEOBJ_PATH,)))) for _, page in pages]
    assert ruled == [addendum.title in text for text, _ in pages]
