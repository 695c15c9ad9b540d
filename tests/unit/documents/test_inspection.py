"""What a file is, whether it is whole, and whether it may be held: told by its content, within bounds."""

import io
from collections.abc import Callable

import pytest
from docx.oxml import parse_xml
from tests.support.files import WORD, docx, jpeg, pdf, png, raw_pdf, repacked, webp, with_document

from handbook.documents.enums import MediaType
from handbook.documents.errors import (
    ClassifiedDocumentError,
    DamagedFileError,
    FileTooLargeError,
    UnsupportedFileTypeError,
)
from handbook.documents.inspection import Inspected, inspect_upload, safe_filename

MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
ORDINARY = "Nghị quyết tháng 11.pdf"


def inspect(content: bytes, name: str = ORDINARY, limit: int = 10**7) -> Inspected:
    return inspect_upload(io.BytesIO(content), name, limit=limit)


# --- what is taken ---------------------------------------------------------------------------------------


def test_a_pdf_is_taken_with_its_title_pages_and_first_text() -> None:
    made = pdf('#set document(title: "Nghị quyết tháng 11")\nPhần mở đầu: bảo mật, mật độ\n#pagebreak()\nHai')

    seen = inspect(made, "C:\\Tài liệu\\nghi-quyet.PDF")

    assert (seen.media_type, seen.pages, seen.size) == (MediaType.PDF, 2, len(made))
    assert seen.title == "Nghị quyết tháng 11"
    assert "Phần mở đầu: bảo mật, mật độ" in seen.text_first_page
    assert "Hai" not in seen.text_first_page
    assert seen.has_text
    assert seen.filename == "nghi-quyet.pdf"


def test_a_docx_is_taken_with_the_text_of_its_tables() -> None:
    def fill(document: object) -> None:
        table = document.add_table(rows=1, cols=2)  # type: ignore[attr-defined]
        table.cell(0, 0).text = "Số 01-NQ/CB"
        document.core_properties.comments = "Không phải tên"  # type: ignore[attr-defined]
        document.core_properties.title = "Nghị quyết"  # type: ignore[attr-defined]

    seen = inspect(docx(fill), "nq.docx")

    assert (seen.media_type, seen.title, seen.pages) == (MediaType.DOCX, "Nghị quyết", None)
    assert "Số 01-NQ/CB" in seen.text_first_page


@pytest.mark.parametrize(
    ("content", "media_type", "filename"),
    [
        (png(640, 480), MediaType.PNG, "anh.png"),
        (jpeg(4000, 3000), MediaType.JPEG, "anh.jpg"),
        (webp(800, 600), MediaType.WEBP, "anh.webp"),
    ],
    ids=["png", "jpeg", "webp"],
)
def test_pictures_are_taken_and_have_no_text(content: bytes, media_type: MediaType, filename: str) -> None:
    seen = inspect(content, "anh.exe")

    assert (seen.media_type, seen.filename) == (media_type, filename)
    assert not seen.has_text


def test_the_stream_is_ready_to_be_read_again() -> None:
    stream = io.BytesIO(png(4, 4))
    stream.seek(7)

    inspect_upload(stream, "a.png")

    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("báo cáo.pdf", "báo cáo.pdf"),
        ("ba\u0301o.pdf", "báo.pdf"),
        ("hoa\u202efdp.exe", "hoafdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ('a"b<c>.html', "a_b_c_.pdf"),
        ("", "tai-lieu.pdf"),
        ("...", "tai-lieu.pdf"),
        ("x" * 400 + ".pdf", "x" * 155 + ".pdf"),
        ("Nghị quyết số 1. Phần đầu", "Nghị quyết số 1. Phần đầu.pdf"),
    ],
)
def test_file_names_are_made_safe(given: str, safe: str) -> None:
    assert safe_filename(given, MediaType.PDF) == safe


def test_jpeg_keeps_its_long_ending() -> None:
    assert safe_filename("a.JPEG", MediaType.JPEG) == "a.jpeg"


# --- secrecy marks ---------------------------------------------------------------------------------------

STAMPED_PDFS = {
    "line": "#align(center)[*TỐI MẬT*]\nNội dung",
    "letters apart": "#text(tracking: 6pt)[MẬT]\n\nNội dung",
    "column beside the symbol": "#grid(columns: (1fr, 1fr, 1fr))[Số 12-CV/CB][Mật][Hà Nội, ngày 3 tháng 11]",
    "box in the corner": "#place(top + right, rect[MẬT])\nNội dung của văn bản dài một dòng",
    "slanted across the page": "#place(center + horizon, rotate(-40deg, text(60pt)[MẬT]))\nNội dung",
    "upright": "#place(left, rotate(90deg, reflow: true, text(20pt)[TỐI MẬT]))\nNội dung",
    "second page": "Bìa\n#pagebreak()\nTUYỆT MẬT",
    "header": "#set page(header: [TỐI MẬT])\nNội dung",
    "label": "Độ mật: Mật",
    "title": '#set document(title: "Kế hoạch tối mật")\nNội dung',
    "keyword": '#set document(keywords: "tuyệt mật")\nNội dung',
}


@pytest.mark.parametrize("markup", STAMPED_PDFS.values(), ids=STAMPED_PDFS.keys())
def test_a_stamped_pdf_is_refused(markup: str) -> None:
    with pytest.raises(ClassifiedDocumentError):
        inspect(pdf(markup))


def test_the_refusal_says_level_and_place() -> None:
    with pytest.raises(ClassifiedDocumentError) as refusal:
        inspect(pdf("TUYỆT MẬT"))

    assert (refusal.value.status, refusal.value.code) == (422, "classified_document")
    assert refusal.value.params == {"level": "tuyet_mat", "found_in": "text"}


def test_a_stamp_as_an_annotation_is_refused() -> None:
    annotation = (
        "<</Type/Annot/Subtype/FreeText/Rect[10 10 90 90]/Contents(\\376\\377\\000M\\036\\254\\000T)>>"
    )
    content = raw_pdf(pages=1, extra_page=f"/Annots[{annotation}]")

    with pytest.raises(ClassifiedDocumentError):
        inspect(content)


def test_ordinary_pdfs_with_the_word_are_taken() -> None:
    markup = """
#align(center)[*ĐẢNG CỘNG SẢN VIỆT NAM*\\ LUẬT BẢO VỆ BÍ MẬT NHÀ NƯỚC]
#set par(justify: true)
Chi bộ giữ bí *mật* công tác, bảo *mật* thông tin; luật chia ba mức là tuyệt mật, tối mật và mật. #lorem(40)
Mật khẩu phải đổi hằng quý. Đồng chí Nguyễn Văn Mật phát biểu về mật độ dân số.
"""
    assert inspect(pdf(markup)).has_text


def test_a_marked_name_is_refused_before_the_file_is_read() -> None:
    class Unread(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise AssertionError("the file was read")

    with pytest.raises(ClassifiedDocumentError) as refusal:
        inspect_upload(Unread(b""), "tai-lieu_toi-mat.pdf")

    assert refusal.value.params == {"level": "toi_mat", "found_in": "file_name"}


def _in_header(document: object) -> None:
    document.sections[0].header.paragraphs[0].text = "TỐI MẬT"  # type: ignore[attr-defined]


def _in_footer(document: object) -> None:
    document.sections[0].footer.paragraphs[0].text = "MẬT"  # type: ignore[attr-defined]


def _in_cell(document: object) -> None:
    document.add_table(rows=2, cols=2).cell(1, 0).text = "Mật"  # type: ignore[attr-defined]


def _in_nested_cell(document: object) -> None:
    outer = document.add_table(rows=1, cols=1).cell(0, 0)  # type: ignore[attr-defined]
    outer.add_table(rows=1, cols=1).cell(0, 0).text = "MẬT"


def _split_over_runs(document: object) -> None:
    paragraph = document.add_paragraph()  # type: ignore[attr-defined]
    for letter in "TỐI MẬT":
        paragraph.add_run(letter)


def _in_text_box(document: object) -> None:
    box = (
        f'<w:r xmlns:w="{WORD}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox>'
        "<w:txbxContent><w:p><w:r><w:t>MẬT</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.add_paragraph("Công văn về việc họp ")._p.append(parse_xml(box))  # type: ignore[attr-defined]


def _as_watermark(document: object) -> None:
    mark = (
        f'<w:r xmlns:w="{WORD}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape>'
        '<v:textpath string="TUYỆT MẬT"/></v:shape></w:pict></w:r>'
    )
    document.sections[0].header.paragraphs[0]._p.append(parse_xml(mark))  # type: ignore[attr-defined]


def _in_title(document: object) -> None:
    document.core_properties.title = "Công văn mật"  # type: ignore[attr-defined]


def _in_category(document: object) -> None:
    document.core_properties.category = "Tối mật"  # type: ignore[attr-defined]


def _behind_a_tab(document: object) -> None:
    document.add_paragraph("Số 12-CV/CB\tMật\tHà Nội")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "stamp",
    [
        _in_header,
        _in_footer,
        _in_cell,
        _in_nested_cell,
        _split_over_runs,
        _in_text_box,
        _as_watermark,
        _in_title,
        _in_category,
        _behind_a_tab,
    ],
)
def test_a_stamped_docx_is_refused(stamp: Callable[..., object]) -> None:
    with pytest.raises(ClassifiedDocumentError):
        inspect(docx(stamp), "cong-van.docx")


def test_a_heading_broken_over_two_paragraphs_is_no_stamp() -> None:
    def fill(document: object) -> None:
        document.add_paragraph("TĂNG CƯỜNG BẢO VỆ BÍ")  # type: ignore[attr-defined]
        document.add_paragraph("MẬT NHÀ NƯỚC")  # type: ignore[attr-defined]

    assert inspect(docx(fill), "nq.docx").has_text


# --- what is not taken -----------------------------------------------------------------------------------


ENCRYPT = (
    f"/Encrypt<</Filter/Standard/V 2/R 3/Length 128/P -44/O<{'11' * 32}>/U<{'22' * 32}>>>"
    f"/ID[<{'33' * 16}><{'33' * 16}>]"
)
ORDINARY_DOCX = docx()

UNSUPPORTED = {
    "html": (b"<!DOCTYPE html><script>alert(1)</script>", "type"),
    "svg": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
    "script": (b"#!/bin/sh\necho\n", "type"),
    "program": (b"MZ\x90\x00" + bytes(100), "type"),
    "gif": (b"GIF89a" + bytes(100), "type"),
    "plain text": ("Nghị quyết".encode(), "type"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_office"),
    "encrypted pdf": (raw_pdf(1, trailer=ENCRYPT), "encrypted"),
    "zip": (repacked(ORDINARY_DOCX, {"[Content_Types].xml": b"<Types/>"}), "type"),
    "docm": (
        repacked(
            ORDINARY_DOCX,
            {
                "[Content_Types].xml": b'<Types><Override PartName="/word/document.xml" ContentType='
                b'"application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
            },
        ),
        "macros",
    ),
    "docx with a program": (repacked(ORDINARY_DOCX, {"word/vbaProject.bin": b"x"}), "macros"),
}


@pytest.mark.parametrize(("content", "reason"), UNSUPPORTED.values(), ids=UNSUPPORTED.keys())
@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.bin"])
def test_other_types_are_refused_whatever_their_name(content: bytes, reason: str, name: str) -> None:
    with pytest.raises(UnsupportedFileTypeError) as refusal:
        inspect(content, name)

    assert (refusal.value.status, refusal.value.params) == (422, {"reason": reason})


DAMAGED = {
    "empty": b"",
    "pdf cut short": pdf("Nội dung")[:300],
    "pdf of nothing": b"%PDF-1.7\n" + bytes(2000),
    "pdf without pages": raw_pdf(0),
    "docx cut short": ORDINARY_DOCX[: len(ORDINARY_DOCX) // 2],
    "docx without its body": repacked(
        ORDINARY_DOCX,
        {
            "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Override PartName="/word/gone.xml" ContentType="%s"/></Types>' % MAIN_TYPE.encode()
        },
    ),
    "docx of broken xml": with_document(b"<w:document><w:p>"),
    "docx with entities": with_document(
        b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'b'><!ENTITY c '&b;&b;'>]><a>&c;</a>"
    ),
    "png cut short": png(10, 10)[:50],
    "png with more behind it": png(10, 10, tail=b"<script>alert(1)</script>"),
    "png without size": png(0, 10),
    "jpeg cut short": jpeg(10, 10)[:25],
    "jpeg of nothing": b"\xff\xd8\xff" + bytes(100),
    "webp longer than it says": webp(10, 10) + bytes(9),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_files_are_refused(content: bytes) -> None:
    with pytest.raises(DamagedFileError) as refusal:
        inspect(content)

    assert (refusal.value.status, refusal.value.code) == (422, "damaged_file")


def test_the_limit_is_exact() -> None:
    content = png(10, 10)

    assert inspect(content, limit=len(content)).size == len(content)
    with pytest.raises(FileTooLargeError) as refusal:
        inspect(content, limit=len(content) - 1)
    assert (refusal.value.status, refusal.value.params) == (413, {"limit": len(content) - 1})


@pytest.mark.parametrize(
    "content",
    [png(60_000, 60_000), png(19_000, 19_000), jpeg(65_000, 10), webp(16_000_000, 2)],
    ids=["square", "many pixels", "long", "wide"],
)
def test_a_picture_that_asks_for_gigabytes_is_refused(content: bytes) -> None:
    with pytest.raises(FileTooLargeError) as refusal:
        inspect(content)

    assert "limit_pixels" in refusal.value.params
