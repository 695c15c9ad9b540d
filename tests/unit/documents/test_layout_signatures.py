"""Signatures stand under words that they are given for, however long the text is."""

import io
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest
from tests.support.office import as_pdf
from tests.support.pdf import page_texts

from handbook.documents.layout import (
    Document,
    Heading,
    Paragraph,
    Signature,
    make_docx,
    make_pdf,
)

CREATED = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
LAST = "Đây là câu cuối cùng của văn bản."


def document(paragraphs: int) -> Document:
    body = (f"Nội dung thứ {number}." for number in range(1, paragraphs))
    return Document(
        heading=Heading("Chi bộ Ấp 3", "Tân An", date(2026, 12, 5), superior="Đảng bộ xã Tân An"),
        title="Biên bản",
        subtitle="Sinh hoạt thường kỳ",
        blocks=tuple(Paragraph(text) for text in (*body, LAST)),
        signatures=(
            Signature(("Người ghi biên bản",), "Trần Thị Ghi"),
            Signature(("Chủ trì",), "Nguyễn Văn Trì"),
        ),
    )


@pytest.mark.parametrize("paragraphs", range(18, 32))
def test_the_last_words_stay_with_the_signatures(paragraphs: int) -> None:
    pages = page_texts(make_pdf(document(paragraphs), created=CREATED))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]


def test_an_office_program_keeps_them_together_as_well(tmp_path: Path) -> None:
    content = make_docx(document(23), created=CREATED)
    last = next(one for one in docx.Document(io.BytesIO(content)).paragraphs if one.text == LAST)
    assert last.paragraph_format.keep_with_next
    file = tmp_path / "minutes.docx"
    file.write_bytes(content)
    pages = page_texts(as_pdf(file, tmp_path))
    assert [LAST in page for page in pages] == ["Nguyễn Văn Trì" in page for page in pages]
