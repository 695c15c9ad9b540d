"""Typesetting: data is never markup, nothing but the bundled typeface is used, nothing outside is read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support.pdf import font_names, page_texts

from handbook.kernel.typesetting import FONTS, TypesettingError, render_pdf

HEAD = '#let data = json(bytes(sys.inputs.data))\n#set text(font: "Tinos", fallback: false, lang: "vi")\n'
LETTERS = (
    "aàảãáạăằẳẵắặâầẩẫấậ bcdđ eèẻẽéẹêềểễếệ ghiìỉĩíị klmn oòỏõóọôồổỗốộơờởỡớợ pqrst uùủũúụưừửữứự vxyỳỷỹýỵ "
    "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬ BCDĐ EÈẺẼÉẸÊỀỂỄẾỆ GHIÌỈĨÍỊ KLMN OÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢ PQRST UÙỦŨÚỤƯỪỬỮỨỰ VXYỲỶỸÝỴ ₫ 0123456789"
)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    return tmp_path / "document.typ"


def test_every_vietnamese_letter_is_printed_with_tinos_alone(template: Path) -> None:
    template.write_text(HEAD + "#data.text \\ *#data.text* \\ _#data.text _")

    made = render_pdf(template, {"text": LETTERS})

    text = " ".join(page_texts(made)[0].split())
    assert text.count(LETTERS) == 3
    assert font_names(made) == {"Tinos-Regular", "Tinos-Bold", "Tinos-Italic"}


def test_system_typefaces_are_never_used(template: Path) -> None:
    template.write_text('#set text(font: ("DejaVu Sans", "Libertinus Serif"))\nNghị quyết')

    assert {name.partition("-")[0] for name in font_names(render_pdf(template, {}))} <= {"Tinos"}


def test_archival_pdf_can_be_asked_for(template: Path) -> None:
    template.write_text(HEAD + "#set document(title: data.text)\n#data.text")

    made = render_pdf(
        template, {"text": "Biên bản"}, standard="a-2u", created=datetime(2026, 1, 1, tzinfo=UTC)
    )

    assert b"pdfaid:part>2<" in made


def test_a_template_reads_nothing_outside_its_folder(template: Path, tmp_path: Path) -> None:
    (tmp_path.parent / "outside.txt").write_text("x")
    template.write_text('#read("../outside.txt")')

    with pytest.raises(TypesettingError):
        render_pdf(template, {})


def test_a_template_fetches_nothing_from_the_network(template: Path) -> None:
    template.write_text('#import "@preview/example:0.1.0": *')

    with pytest.raises(TypesettingError):
        render_pdf(template, {})


def test_a_broken_template_is_an_error_of_its_own(template: Path) -> None:
    template.write_text("#unknown-name")

    with pytest.raises(TypesettingError, match="unknown variable"):
        render_pdf(template, {})


def test_the_licence_lies_beside_the_typeface() -> None:
    assert "SIL OPEN FONT LICENSE" in (FONTS / "OFL.txt").read_text()
    assert {path.suffix for path in FONTS.iterdir()} == {".ttf", ".txt"}
