"""The resolution as PDF and DOCX: what is in the files is what was decided, with every diacritic."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import docx
import pypdfium2
from tests.api.test_resolutions_ended import create, issue
from tests.support.clients import ApiClient
from tests.support.factories import World

SignIn = Callable[[str], ApiClient]
BODY = "Chi bộ thống nhất quyết nghị:\n1. Giữ nền nếp sinh hoạt, đúng ngày đã định.\n- Vận động Nhân dân hưởng ứng."


def made(sign_in: SignIn, world: World) -> dict[str, Any]:
    secretary = sign_in("secretary")
    task = {
        "title": "Rà soát hồ sơ đảng viên",
        "assignee_ids": [world.id_of("member"), world.id_of("deputy")],
        "due_on": "2026-12-20",
    }
    fields = {"title": "Nghị quyết sinh hoạt chi bộ tháng 12/2026", "body": BODY, "tasks": [task]}
    answer: dict[str, Any] = issue(secretary, create(secretary, world, **fields)).json
    return answer


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_pdf_says_what_was_decided(sign_in: SignIn, world: World) -> None:
    resolution = made(sign_in, world)
    answer = sign_in("member").get(f"/api/resolutions/{resolution['id']}/document.pdf", expect=200)
    assert answer.headers["Content-Disposition"] == "attachment; filename=nghi-quyet-01-2026.pdf"
    pages = pypdfium2.PdfDocument(answer.data)
    text = squeezed("\n".join(page.get_textpage().get_text_range() for page in pages))
    for wanted in (
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "ĐẢNG BỘ SỞ MẪU",
        "CHI BỘ VĂN PHÒNG",
        "01-NQ/CB",
        "ngày 01 tháng 12 năm 2026",
        "NGHỊ QUYẾT",
        "Giữ nền nếp sinh hoạt, đúng ngày đã định.",
        "Vận động Nhân dân hưởng ứng.",
        "Rà soát hồ sơ đảng viên",
        "Đặng Thị Ngẫm, Trần Thị Phó",
        "20/12/2026",
        "T/M CHI BỘ",
        "Nguyễn Văn Ước",
        "Nơi nhận",
        "Đảng bộ Sở Mẫu (để báo cáo)",
    ):
        assert wanted in text, wanted


def test_the_docx_says_the_same(sign_in: SignIn, world: World) -> None:
    resolution = made(sign_in, world)
    answer = sign_in("member").get(f"/api/resolutions/{resolution['id']}/document.docx", expect=200)
    document = docx.Document(BytesIO(answer.data))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    whole = squeezed("\n".join(texts))
    for wanted in (
        "NGHỊ QUYẾT",
        "01-NQ/CB",
        "Giữ nền nếp sinh hoạt",
        "Rà soát hồ sơ đảng viên",
        "Nguyễn Văn Ước",
    ):
        assert wanted.casefold() in whole.casefold(), wanted


def test_a_draft_is_no_file_for_members(sign_in: SignIn, world: World) -> None:
    draft = create(sign_in("secretary"), world)
    path = f"/api/resolutions/{draft['id']}/document.pdf"
    sign_in("secretary").get(path, expect=200)
    sign_in("member").get(path, expect=404)
