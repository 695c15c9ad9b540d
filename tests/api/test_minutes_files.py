"""The minutes as DOCX and PDF in the Party's layout: the words of the data, every diacritic, one typeface; and as pictures."""

import io
import re
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from pypdfium2 import raw
from tests.support.factories import World
from tests.support.minutes import SignIn, path_of, signed, texts_of
from tests.support.office import as_pdf
from tests.support.pdf import font_names, page_texts

MILLIMETRE = 72 / 25.4
PICTURES = Path(__file__).parents[2] / "build" / "screens" / "documents"


@pytest.fixture
def minutes(sign_in: SignIn, world: World, meeting_ended: dict[str, Any]) -> dict[str, Any]:
    meeting = meeting_ended
    made = signed(sign_in, world, meeting)
    deputy = sign_in("deputy")
    added: dict[str, Any] = deputy.post(
        path_of(meeting, "/addenda"), {"text": "Địa điểm ghi đúng là phòng số 3."}, expect=201
    ).json
    assert made["state"] == "signed"
    return added


def words(text: str) -> str:
    """Text without where its lines are broken and without the numbers of pages."""
    return re.sub(r"\s+", " ", text)


def draw(content: bytes, name: str) -> None:
    """Pictures for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pypdfium2.PdfDocument(content), 1):
        page.render(scale=1.6).to_pil().save(PICTURES / f"{name}-{number}.png")


def expected_texts(minutes: dict[str, Any]) -> list[str]:
    return [
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "ĐẢNG BỘ SỞ MẪU",
        "CHI BỘ VĂN PHÒNG",
        "Số 01-BB/CB",
        "Thử Nghiệm, ngày 01 tháng 12 năm 2026",
        "BIÊN BẢN",
        minutes["subtitle"],
        *(section["title"] for section in minutes["sections"]),
        *texts_of(minutes),
        "NGƯỜI GHI BIÊN BẢN",
        "CHỦ TRÌ",
        "Nguyễn Văn Ước",
        "Trần Thị Phó",
        "BỔ SUNG, ĐÍNH CHÍNH SỐ 1",
        "Địa điểm ghi đúng là phòng số 3.",
    ]


def test_the_pdf_says_what_the_minutes_say_in_the_partys_layout(
    sign_in: SignIn, minutes: dict[str, Any]
) -> None:
    answer = sign_in("member").get(f"/api/meetings/{minutes['meeting_id']}/minutes.pdf", expect=200)
    content = answer.get_data()
    assert answer.headers["Content-Disposition"] == "attachment; filename=bien-ban-01-2026-12.pdf"
    pages = page_texts(content)
    # The number of a page stands alone on its first line, from the second page on.
    assert [page.split("\n", 1)[0].strip() for page in pages[1:]] == [
        str(number) for number in range(2, len(pages) + 1)
    ]
    text = words(" ".join([pages[0], *(page.split("\n", 1)[1] for page in pages[1:])]))
    for expected in expected_texts(minutes):
        assert words(expected) in text, expected
    assert font_names(content) <= {"Tinos-Regular", "Tinos-Bold", "Tinos-Italic"}
    document = pypdfium2.PdfDocument(content)
    assert [round(side / MILLIMETRE) for side in document[0].get_size()] == [210, 297]
    assert b"pdfaid:part>2<" in content
    # Signatures are drawn as lines and kept as lines.
    objects = [item for page in document for item in page.get_objects()]
    assert not [item for item in objects if item.type == raw.FPDF_PAGEOBJ_IMAGE]
    draw(content, "minutes-pdf")


def test_the_docx_says_the_same_when_an_office_program_opens_it(
    sign_in: SignIn, minutes: dict[str, Any], tmp_path: Path
) -> None:
    content = (
        sign_in("member").get(f"/api/meetings/{minutes['meeting_id']}/minutes.docx", expect=200).get_data()
    )
    file = tmp_path / "minutes.docx"
    file.write_bytes(content)
    printed = as_pdf(file, tmp_path)
    text = words(" ".join(page_texts(printed)))
    for expected in expected_texts(minutes):
        assert words(expected) in text, expected
    assert {name.partition("-")[0] for name in font_names(printed)} == {"Tinos"}
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in margins if side is not None] == [20, 20, 30, 15]
    assert section.page_width is not None
    assert round(section.page_width.mm) == 210
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.core_properties.author == "Chi bộ Văn phòng"
    assert content.count(b"PK\x01\x02")
    draw(printed, "minutes-docx")


def test_the_same_minutes_give_the_same_files(sign_in: SignIn, minutes: dict[str, Any]) -> None:
    for ending in ("pdf", "docx"):
        path = f"/api/meetings/{minutes['meeting_id']}/minutes.{ending}"
        assert (
            sign_in("member").get(path, expect=200).get_data()
            == sign_in("secretary").get(path, expect=200).get_data()
        )
