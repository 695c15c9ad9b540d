"""What is printed for members without a phone: the sheet to sign, and agenda and papers as one PDF."""

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdfium2 import raw
from tests.api.test_minutes_files import draw, words
from tests.api.test_papers_attach import attach
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.files import docx, pdf
from tests.support.meetings import convened, draft
from tests.support.minutes import SignIn
from tests.support.pdf import font_names, page_texts

from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.kernel.storage import current_blobs


@pytest.fixture
def meeting(meeting_convened: dict[str, Any]) -> dict[str, Any]:
    return meeting_convened


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (600, 300), "#8c1d18").save(made, "PNG")
    return made.getvalue()


def pack(client: ApiClient, meeting: dict[str, Any]) -> bytes:
    return bytes(client.get(f"/api/meetings/{meeting['id']}/pack.pdf", expect=200).get_data())


def test_the_sheet_numbers_everybody_by_given_name_with_room_to_sign(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    answer = sign_in("secretary").get(f"/api/meetings/{meeting['id']}/roll-sheet.pdf", expect=200)
    content = answer.get_data()
    text = words(" ".join(page_texts(content)))
    names = ["Trần Thị Phó", "Lê Văn Thử", "Nguyễn Văn Ước", "Vũ Thị Mới", "Phạm Văn Nghỉ"]
    assert all(name in text for name in names)
    assert "Dự bị" in text
    assert "Tổng số đảng viên: 6 (chính thức 5, dự bị 1)" in text
    assert "Chữ ký" in text
    assert font_names(content) <= {"Tinos-Regular", "Tinos-Bold", "Tinos-Italic"}
    draw(content, "roll-sheet")


def test_the_sheet_can_be_printed_before_the_meeting_is_convened(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    planned = draft(secretary, world.id_of("cell"))
    content = secretary.get(f"/api/meetings/{planned['id']}/roll-sheet.pdf", expect=200).get_data()
    assert "Nguyễn Văn Ước" in words(page_texts(content)[0])


def test_printing_the_sheet_is_recorded(sign_in: SignIn, meeting: dict[str, Any]) -> None:
    sign_in("secretary").get(f"/api/meetings/{meeting['id']}/roll-sheet.pdf", expect=200)
    entry = db.session.query(AuditEntry).filter_by(tag="printing:roll_sheet:printed").one()
    assert entry.subject_id == int(meeting["id"])


def test_the_pack_begins_with_the_agenda_and_holds_every_page_of_the_papers(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    two_pages = pdf("Trang một của báo cáo #pagebreak() Trang hai")
    attach(secretary, meeting, two_pages, "a.pdf", title="Báo cáo tháng", expect=201)
    attach(secretary, meeting, picture(), "b.png", title="Biểu đồ", expect=201)
    content = pack(sign_in("member"), meeting)
    pages = page_texts(content)
    cover = words(pages[0])
    for item in meeting["agenda"]:
        assert words(item["title"]) in words(" ".join(pages))
    assert "Sinh hoạt chi bộ tháng 12/2026" in cover
    assert "19:00–20:30, ngày 05 tháng 12 năm 2026" in cover
    listed = words(" ".join(pages[:-3]))
    assert "Báo cáo tháng – kèm theo sau trang này" in listed
    assert "Trang một của báo cáo" in pages[-3]
    assert "Trang hai" in pages[-2]
    document = pypdfium2.PdfDocument(content)
    last = document[len(document) - 1]
    assert any(item.type == raw.FPDF_PAGEOBJ_IMAGE for item in last.get_objects(max_depth=5))
    draw(content, "pack")


def test_every_line_below_an_item_begins_on_a_line_of_its_own(sign_in: SignIn, world: World) -> None:
    tasks = "1. Viết bài giới thiệu\n2. Thăm hỏi đảng viên"
    agenda = [{"title": "Kiểm điểm việc tháng trước", "body": tasks}]
    planned = convened(sign_in("secretary"), world.id_of("cell"), agenda=agenda)
    lines = page_texts(pack(sign_in("member"), planned))[0].split("\n")
    begun = [line.strip() for line in lines if line.strip()[:2] in ("1.", "2.")]
    assert begun == ["1. Kiểm điểm việc tháng trước", *tasks.split("\n")]


def resolution(document: Any) -> None:
    document.add_heading("I. ĐÁNH GIÁ TÌNH HÌNH", level=1)
    document.add_paragraph("Nền nếp sinh hoạt được giữ vững.", style="List Bullet")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.rows[0].cells, ("Việc", "Người phụ trách", "Thời hạn"), strict=True):
        cell.text = text
    merged = table.rows[1].cells[0].merge(table.rows[1].cells[1])
    merged.text = "Rà soát #hồ sơ $ của chi bộ"
    table.rows[1].cells[2].text = "30/11"
    document.add_paragraph("Nghị quyết được phổ biến đến toàn thể đảng viên.")


def test_what_stands_in_a_word_file_stands_in_the_pack_and_says_that_it_was_set_anew(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    attach(secretary, meeting, docx(resolution), "c.docx", title="Dự thảo nghị quyết", expect=201)
    attach(secretary, meeting, pdf("Phụ lục"), "d.pdf", title="Phụ lục", expect=201)
    content = pack(sign_in("member"), meeting)
    pages = [words(page) for page in page_texts(content)]
    assert "Dự thảo nghị quyết – tệp Word, bản in lại chữ và hình kèm theo" in " ".join(pages[:-2])
    assert "Phụ lục" in pages[-1]
    text = pages[-2]
    expected = (
        *("Dự thảo nghị quyết", "Bản in lại chữ và hình của tệp Word", "ĐẢNG CỘNG SẢN VIỆT NAM"),
        *(
            "I. ĐÁNH GIÁ TÌNH HÌNH",
            "– Nền nếp sinh hoạt được giữ vững.",
            "Việc",
            "Người phụ trách",
            "Thời hạn",
        ),
        *("Rà soát #hồ sơ $ của chi bộ", "30/11", "Nghị quyết được phổ biến đến toàn thể đảng viên."),
    )
    places = [text.index(part) for part in expected]
    assert places == sorted(places)
    assert text.count("Rà soát #hồ sơ") == 1
    draw(content, "pack-word")


def test_a_paper_that_cannot_be_read_is_named_and_spoils_nothing(
    sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    attach(secretary, meeting, pdf("Một trang"), "a.pdf", title="Báo cáo", expect=201)
    paper = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["papers"][0]
    whole = len(pypdfium2.PdfDocument(pack(secretary, meeting)))
    store = current_blobs()
    path: Path = store._path(paper["sha256"])  # type: ignore[attr-defined]
    path.chmod(0o600)
    path.write_bytes(b"%PDF-1.7 torn")
    content = pack(secretary, meeting)
    assert len(pypdfium2.PdfDocument(content)) == whole - 1
    assert "không ghép được" in words(" ".join(page_texts(content)))


def test_the_pack_is_for_who_may_read_the_meeting(
    sign_in: SignIn, world: World, meeting: dict[str, Any]
) -> None:
    sign_in("other_member").get(f"/api/meetings/{meeting['id']}/pack.pdf", expect=404)
    sign_in("member").get(f"/api/meetings/{meeting['id']}/roll-sheet.pdf", expect=403)
