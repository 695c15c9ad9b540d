"""Nothing of a workbook is passed over in silence: sheets and rows that were not read are told of."""

from pathlib import Path

import openpyxl
import pytest
from tests.unit.roster.test_layout_variants import sheet_of

from handbook.members.roster.layout import read_table
from handbook.members.roster.reader import read_sheets
from handbook.members.roster.unread import warnings_of_unread

HEADING: list[object] = ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Số thẻ"]
MEMBER: list[object] = [1, "Lê Văn An", "2/3/1970", "5/6/1995", "12.345678"]


def said(path: Path) -> list[str]:
    return warnings_of_unread([read_table(sheet) for sheet in read_sheets(path)])


def test_sheets_without_a_header_or_without_members_are_named_and_empty_ones_are_not(tmp_path: Path) -> None:
    path = sheet_of([HEADING, MEMBER], tmp_path / "r.xlsx", title="Tổ 1")
    book = openpyxl.load_workbook(path)
    for name, rows in {
        "Tổ 2": [MEMBER, MEMBER],
        "Tổng hợp": [["TT", "Chi bộ", "Nam", "Nữ"], [1, "Chi bộ 1", 3, 4]],
        "Mẫu trống": [HEADING, [1], [2]],
        "Sheet3": [],
    }.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    no_header, no_member = said(path)
    assert no_header.startswith(
        "Trang “Tổ 2”, “Tổng hợp”: không đọc được dòng nào vì không thấy dòng tiêu đề"
    )
    assert no_member.startswith("Trang “Mẫu trống”: có dòng tiêu đề nhưng không dòng nào bên dưới")
    assert all("rồi nhập lại tệp; nếu không, không cần làm gì." in words for words in (no_header, no_member))


def test_a_row_among_members_that_could_be_one_is_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        HEADING,
        MEMBER,
        ["", "Trần Thị Ba", "", "", ""],
        ["", "", "", "", "12.345679"],
        [2],
        MEMBER,
        ["Cộng: 2 đảng viên"],
        ["", "Nguyễn Văn Ký", "", "", ""],
    ]
    (words,) = said(sheet_of(rows, tmp_path / "r.xlsx", title="A"))
    assert words.startswith("Trang “A”, dòng 3, 4: không rõ là đảng viên, tên chi bộ hay dòng cộng")


@pytest.mark.parametrize("name", ["block", "commune"])
def test_of_the_sample_rosters_everything_is_read(name: str) -> None:
    assert said(Path(__file__).parents[2] / "data" / "rosters" / f"{name}.xlsx") == []
