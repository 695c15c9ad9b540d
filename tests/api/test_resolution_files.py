"""The resolution as PDF and DOCX: what is in the files is what was decided, with every diacritic."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from tests.api.test_minutes_files import MILLIMETRE, draw
from tests.api.test_resolutions_ended import create, issue
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.minutes import closed_meeting, composed
from tests.support.office import as_pdf

from handbook.kernel.db import db
from handbook.organizations.locality import NOWHERE, locality_of
from handbook.organizations.models import Organization

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


def text_of(document: Any) -> str:
    """The words of a DOCX with those in tables, where the heading stands."""
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


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
        "Thử Nghiệm, ngày 01 tháng 12 năm 2026",
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
    assert [round(side / MILLIMETRE) for side in pages[0].get_size()] == [210, 297]
    draw(answer.data, "resolution-pdf")


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


def test_an_office_program_opens_the_docx_and_reads_in_it_what_the_data_say(
    sign_in: SignIn, world: World, tmp_path: Path
) -> None:
    resolution = made(sign_in, world)
    file = tmp_path / "resolution.docx"
    file.write_bytes(
        sign_in("member").get(f"/api/resolutions/{resolution['id']}/document.docx", expect=200).data
    )
    printed = as_pdf(file, tmp_path)
    draw(printed, "resolution-docx")
    pages = pypdfium2.PdfDocument(printed)
    text = squeezed("\n".join(page.get_textpage().get_text_range() for page in pages)).casefold()
    (task,) = resolution["tasks"]
    for wanted in (
        resolution["organization_name"],
        resolution["symbol"],
        "Thử Nghiệm, ngày 01 tháng 12 năm 2026",
        resolution["title"].removeprefix("Nghị quyết "),
        *(line.removeprefix("- ") for line in resolution["body"].splitlines()),
        task["title"],
        ", ".join(one["full_name"] for one in task["assignees"]),
        "20/12/2026",
        "T/M Chi bộ",
        "Nguyễn Văn Ước",
        "Đảng bộ Sở Mẫu (để báo cáo)",
    ):
        assert squeezed(wanted).casefold() in text, wanted
    assert NOWHERE not in text


def test_the_place_is_the_nearest_commune_in_the_whole_line_above(sign_in: SignIn, world: World) -> None:
    """Also where a committee that names no place stands between the cell and the commune."""
    db.session.get_one(Organization, int(world.id_of("root"))).name = "Đảng ủy xã Minh Sơn"
    db.session.commit()
    resolution = made(sign_in, world)
    answer = sign_in("member").get(f"/api/resolutions/{resolution['id']}/document.pdf", expect=200)
    text = squeezed(pypdfium2.PdfDocument(answer.data)[0].get_textpage().get_text_range())
    assert "Minh Sơn, ngày 01 tháng 12 năm 2026" in text


def test_a_committee_sets_the_place_of_its_documents(sign_in: SignIn, world: World) -> None:
    """Whatever the names above say, for everything below it; who sets no words goes by the names again."""
    resolution = made(sign_in, world)

    meeting = closed_meeting(sign_in, world)
    composed(sign_in, world, meeting)
    files = (f"/api/resolutions/{resolution['id']}/document", f"/api/meetings/{meeting['id']}/minutes")
    secretary = sign_in("secretary")

    def stands(line: str) -> bool:
        """In both documents, as PDF and as DOCX, and on the screens of who writes them."""
        pdfs = (secretary.get(f"{file}.pdf", expect=200).data for file in files)
        words = (secretary.get(f"{file}.docx", expect=200).data for file in files)
        said = [
            *(pypdfium2.PdfDocument(one)[0].get_textpage().get_text_range() for one in pdfs),
            *(text_of(docx.Document(BytesIO(one))) for one in words),
        ]
        preview = secretary.get(files[1], expect=200).json["place"]
        draft = secretary.post(f"/api/meetings/{meeting['id']}/resolution-draft").json["place"]
        assert preview == draft == line.partition(",")[0]
        return all(line in squeezed(one) for one in said)

    def set_at(organization: str, place: str) -> None:
        path = f"/api/organizations/{world.id_of(organization)}/settings/documents.place"
        staff = sign_in("staff")
        (now,) = (
            one
            for one in staff.get(path.rpartition("/")[0], expect=200).json["items"]
            if one["name"] == "documents.place"
        )
        staff.put(path, {"value": place}, headers={"If-Match": f'"{now["etag"]}"'}, expect=200)

    set_at("committee", "Minh Sơn")
    assert stands("Minh Sơn, ngày 01 tháng 12 năm 2026")
    set_at("cell", "")
    assert stands("Thử Nghiệm, ngày 01 tháng 12 năm 2026")
    for name in ("root", "committee", "cell"):
        db.session.get_one(Organization, int(world.id_of(name))).name = "Đảng bộ Khối"
    db.session.commit()
    assert stands(f"{NOWHERE}, ngày 01 tháng 12 năm 2026"), "and the screens say how it is set"


@pytest.mark.parametrize(
    ("names", "place"),
    [
        (["Chi bộ thôn Đoài", "Đảng bộ xã Minh Sơn", "Đảng bộ tỉnh Thử Nghiệm"], "Minh Sơn"),
        (["Chi bộ Văn phòng", "Đảng bộ Sở Mẫu", "Đảng bộ tỉnh Thử Nghiệm"], "Thử Nghiệm"),
        (["Chi bộ Hợp tác xã Nông nghiệp", "Đảng ủy phường Mẫu"], "Mẫu"),
        (["Chi bộ Văn phòng", "Đảng bộ Khối"], NOWHERE),
    ],
)
def test_the_place_is_read_from_the_names(names: list[str], place: str) -> None:
    assert locality_of(names) == place


def test_a_draft_is_no_file_for_members(sign_in: SignIn, world: World) -> None:
    draft = create(sign_in("secretary"), world)
    path = f"/api/resolutions/{draft['id']}/document.pdf"
    sign_in("secretary").get(path, expect=200)
    sign_in("member").get(path, expect=404)
