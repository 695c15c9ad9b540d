"""Headings as rosters have them, and what is said of those that are not read."""

from pathlib import Path

import openpyxl
import pytest
from tests.unit.roster.test_layout_variants import CELLS, KNOWN, judge, sheet_of

from handbook.members.roster.heading_notes import letter_of, warnings_of_headings
from handbook.members.roster.headings import column_of, is_not_ours
from handbook.members.roster.judge import JudgedRow
from handbook.members.roster.layout import read_table
from handbook.members.roster.reader import read_sheets

SYNONYMS = {
    "phone": (
        "Số máy di động",
        "Số máy",
        "Đ.thoại",
        "Số thuê bao",
        "ĐT liên hệ",
        "SĐT Zalo",
        "Số ĐT di động",
        "ĐTDĐ",
        "Di động",
        "Số điện thoại cá nhân",
        "Điện thoại của đảng viên",
        "Số liên lạc",
        "Số DĐ",
    ),
    "cccd": (
        "CC/CCCD",
        "Số CC",
        "Thẻ căn cước",
        "CMND/CCCD",
        "Số CCCD của đảng viên",
        "Số định danh cá nhân",
        "Mã số công dân",
        "Giấy tờ tùy thân",
    ),
    "post": (
        "Chức vụ trong cấp ủy",
        "Chức vụ trong chi bộ",
        "Chức vụ trong chi ủy",
        "Chức vụ tại chi bộ",
        "CV Đảng",
        "Nhiệm vụ",
        "Chức vụ chi ủy",
        "Chức danh trong Đảng",
        "Tham gia cấp ủy",
        "Chức vụ, chức danh",
    ),
    "card": (
        "Số hiệu thẻ đảng viên",
        "Mã ĐV",
        "Thẻ đảng viên (số)",
        "Mã số thẻ ĐV",
        "Số TĐV",
        "Số thẻ đảng viên mới",
        "Thẻ Đảng",
    ),
    "official": (
        "Công nhận CT",
        "Chuyển CT",
        "Ngày CT",
        "Ngày vào Đảng (chính thức)",
        "Ngày vào Đảng (CT)",
        "Ngày kết nạp (chính thức)",
        "Ngày vào Đảng CT",
        "Vào Đảng - CT",
        "Ngày chuyển Đảng",
        "NCT",
        "Ngày (CT)",
        "Năm vào Đảng [chính thức]",
    ),
    "admitted": (
        "Ngày vào Đảng (dự bị)",
        "Ngày vào Đảng (DB)",
        "Ngày vào Đảng DB",
        "Ngày DB",
        "Ngày KN",
        "NVĐ",
        "Ngày (kết nạp)",
        "Ngày vào Đảng (dd/mm/yyyy)",
    ),
    "cell": (
        "SH tại chi bộ",
        "CB sinh hoạt",
        "Sinh hoạt chi bộ",
        "Đang sinh hoạt tại",
        "Nơi SHĐ",
        "Chi bộ trực thuộc",
        "Thuộc CB",
        "Sinh hoạt Đảng tại chi bộ",
    ),
}


@pytest.mark.parametrize("column", SYNONYMS)
def test_a_column_is_known_by_the_words_that_rosters_use(column: str) -> None:
    found = {words: column_of(words) for words in SYNONYMS[column]}
    assert {words: meant and meant[0] for words, meant in found.items()} == dict.fromkeys(found, column)
    assert {words: column_of(words.upper()) for words in found} == found


@pytest.mark.parametrize(
    "words",
    ["Mã định danh đảng viên", "Số định danh ĐV", "Số thẻ Đảng cũ", "Ngày cấp thẻ", "Ngày cấp CCCD", "Chức vụ chính quyền",
     "Ngày chuyển đến", "Số lý lịch", "Nơi cấp (chính thức)"],
)  # fmt: skip
def test_what_only_looks_like_a_column_of_ours_is_none(words: str) -> None:
    assert column_of(words) is None


def test_columns_of_no_use_are_known_as_such() -> None:
    none = (
        "Ghi chú",
        "Ký nhận",
        "Quê quán",
        "Dân tộc",
        "Trình độ LLCT",
        "Ngày cấp",
        "Nơi ở hiện nay",
        "Chức vụ chính quyền",
    )
    assert [words for words in none if not is_not_ours(words)] == []
    assert [words for words in ("Số máy bàn", "Mã định danh đảng viên", "Ngày") if is_not_ours(words)] == []


MEMBERS: list[list[object]] = [
    [1, "Lê Văn An", "2/3/1970", "5/6/1995", "5/6/1996"],
    [2, "Lê Thị Bình", "4/5/2000", "7/8/2026", None],
]
ONE_ROW = [
    ["Ngày vào Đảng (dự bị)", "Ngày vào Đảng (chính thức)"],
    ["Ngày vào Đảng (DB)", "Ngày vào Đảng (CT)"],
    ["Ngày kết nạp", "Ngày kết nạp (chính thức)"],
    ["Ngày vào Đảng", "Ngày vào Đảng (CT)"],
    ["Ngày vào Đảng DB", "Ngày vào Đảng CT"],
]
TWO_ROWS = [
    ["Ngày vào Đảng", "DB", "CT"],
    ["Ngày, tháng, năm vào Đảng", "Dự bị", "Chính thức"],
    ["Ngày vào ĐCSVN", "(DB)", "(CT)"],
    ["Vào Đảng", "Ngày DB", "Ngày CT"],
    ["Ngày", "Dự bị", "CT"],
    ["Năm kết nạp", "Kết nạp", "Chính thức"],
]


def dates(rows: list[JudgedRow]) -> list[tuple[list[object], str, str]]:
    return [(list(row.problems), str(row.values.admitted_on), str(row.values.official_on)) for row in rows]


BOTH = [([], "1995-06-05", "1996-06-05"), ([], "2026-08-07", "None")]


@pytest.mark.parametrize("words", ONE_ROW, ids=lambda words: words[1])
def test_both_days_of_admission_are_read_in_one_row(tmp_path: Path, words: list[str]) -> None:
    rows: list[list[object]] = [["STT", "Họ và tên", "Ngày sinh", *words], *MEMBERS]
    assert dates(judge(sheet_of(rows, tmp_path / "r.xlsx"), known=KNOWN, own_cell=CELLS[2]).rows) == BOTH


@pytest.mark.parametrize("is_merged", [True, False])
@pytest.mark.parametrize("words", TWO_ROWS, ids=" ".join)
def test_both_days_of_admission_are_read_under_one_heading(
    tmp_path: Path, words: list[str], is_merged: bool
) -> None:
    above, first, second = words
    rows: list[list[object]] = [
        ["STT", "Họ và tên", "Ngày sinh", above, None],
        [None, None, None, first, second],
        [1, 2, 3, 4, 5],
        *MEMBERS,
    ]
    merges = ("A1:A2", "B1:B2", "C1:C2", "D1:E1") if is_merged else ()
    path = sheet_of(rows, tmp_path / "r.xlsx", merges)
    assert dates(judge(path, known=KNOWN, own_cell=CELLS[2]).rows) == BOTH


def test_marks_of_official_and_probationary_members_are_no_days(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["STT", "Họ và tên", "Ngày sinh", "Đảng viên", None, "Ngày vào Đảng", "Ngày chính thức"],
        [None, None, None, "CT", "DB", None, None],
        [1, "Lê Văn An", "2/3/1970", "x", None, "5/6/1995", "5/6/1996"],
        [2, "Lê Thị Bình", "4/5/2000", None, "x", "7/8/2026", None],
    ]
    path = sheet_of(rows, tmp_path / "r.xlsx", ("D1:E1",))
    assert dates(judge(path, known=KNOWN, own_cell=CELLS[2]).rows) == BOTH


def warnings(path: Path) -> list[str]:
    return warnings_of_headings([read_table(sheet) for sheet in read_sheets(path)])


FULL = [
    "STT",
    "Họ và tên",
    "Giới tính",
    "Ngày sinh",
    "Số thẻ",
    "Ngày vào Đảng",
    "Ngày chính thức",
    "SĐT",
    "CCCD",
    "Chức vụ",
]
MEMBER = [
    1,
    "Lê Văn An",
    "Nam",
    "2/3/1970",
    "11.000001",
    "5/6/1995",
    "5/6/1996",
    "0912345678",
    "056070000001",
    "Bí thư",
]


def test_nothing_is_said_of_a_roster_that_is_read_whole(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*FULL, "Ghi chú", "Quê quán", "Ký nhận", "Mã gì đó trống"],
        [*MEMBER, "mới", "Hà Nội", "x", None],
    ]
    assert warnings(sheet_of(rows, tmp_path / "r.xlsx")) == []


def test_a_post_in_government_beside_the_one_in_the_party_is_neither_read_nor_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["STT", "Họ và tên", "Ngày sinh", None, *FULL[4:9], "Chức vụ", None],
        [None, None, "Nam", "Nữ", *[None] * 5, "Chính quyền", "Đảng"],
        [1, "Lê Văn An", "2/3/1970", None, *MEMBER[4:9], "Trưởng thôn", "BT"],
    ]
    path = sheet_of(rows, tmp_path / "r.xlsx", ("C1:D1", "J1:K1"))
    assert warnings(path) == []
    assert judge(path, known=KNOWN, own_cell=CELLS[2]).rows[0].values.post == "Bí thư"
    rows[1][10] = "Đoàn thể"
    path = sheet_of(rows, tmp_path / "r.xlsx", ("C1:D1", "J1:K1"))
    assert judge(path, known=KNOWN, own_cell=CELLS[2]).rows[0].values.post is None


def test_unread_doubled_untitled_and_missing_columns_are_named(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["DANH SÁCH"],
        ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày kết nạp", "Mã định danh đảng viên", None],
        [1, "Lê Văn An", "2/3/1970", "5/6/1995", "5/6/1996", "A1234567", "0912345678"],
        ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày kết nạp", "Mã định danh đảng viên", None],
        [2, "Lê Thị Bình", "2/3/1970", "5/6/1995", "5/6/1996", "A1234568", "0912345679"],
    ]
    unread, doubled, untitled, missing = warnings(sheet_of(rows, tmp_path / "r.xlsx"))
    assert unread.startswith("Trang “Sheet”: không đọc cột F “Mã định danh đảng viên” vì không hiểu tiêu đề.")
    assert doubled.startswith(
        "Trang “Sheet”: không đọc cột E “Ngày kết nạp” vì đã có cột khác là ngày vào Đảng."
    )
    assert untitled.startswith("Trang “Sheet”: không đọc cột G vì không có tiêu đề.")
    assert missing.startswith(
        "Trang “Sheet”: không thấy cột giới tính, số thẻ đảng viên, ngày chính thức, số điện thoại, số căn cước, chức vụ Đảng;"
    )


def test_sheets_of_the_same_headings_share_a_sentence_and_others_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Hướng dẫn"  # type: ignore[union-attr]
    for name in ("Một", "Hai"):
        sheet = book.create_sheet(name)
        sheet.append([*FULL, "Mã lạ", *[None] * 15, "Mã khác"])
        sheet.append([*MEMBER, "a", *[None] * 15, "b"])
    book.save(path)
    (warning,) = warnings(path)
    assert warning.startswith("Trang “Một”, “Hai”: không đọc cột K “Mã lạ”, AA “Mã khác” vì")


def test_letters_are_those_of_excel() -> None:
    assert [letter_of(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


@pytest.mark.parametrize("name", ["block", "commune"])
def test_the_sample_rosters_give_no_cause_to_warn_of_headings(name: str) -> None:
    assert warnings(Path(__file__).parents[2] / "data" / "rosters" / f"{name}.xlsx") == []
