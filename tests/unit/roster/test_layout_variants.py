"""The same people in rosters laid out in many ways are always read the same."""

import datetime as dt
import random
from pathlib import Path

import openpyxl
import pytest
from tests.support.rosters import HEADINGS, PLAIN_ORDER, Person, Shape, make_people, write_roster

from handbook.members.roster.judge import JudgedRoster, judge_roster
from handbook.members.roster.layout import read_table
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.reader import read_sheets
from handbook.members.roster.unread import warnings_of_unread

TODAY = dt.date(2026, 11, 21)
CELLS = ("Chi bộ thôn Hòa Bình 1", "Chi bộ Công ty Cổ phần Cấp nước số 2", "Chi bộ Bưu điện số 3")
KNOWN = {"thôn hòa bình 1": CELLS[0], "công ty cổ phần cấp nước số 2": CELLS[1], "bưu điện số 3": CELLS[2]}


def judge(path: Path, *, known: dict[str, str] | None = None, own_cell: str | None = None) -> JudgedRoster:
    tables = [read_table(sheet) for sheet in read_sheets(path)]
    return judge_roster(
        tables, known=KnownPlaces(known or {}), create_cells=True, today=TODAY, own_cell=own_cell
    )


def assert_read_as(judged: JudgedRoster, places: list[tuple[str, int, Person]]) -> None:
    found = {
        (row.sheet, row.number): ([str(p) for p in row.problems], row.values.canonical())
        for row in judged.rows
    }
    assert found == {(sheet, row): ([], person.canonical()) for sheet, row, person in places}


def people(seed: int = 1) -> list[Person]:
    return make_people(random.Random(seed), CELLS, 7)


SHAPES = {
    "plain": Shape(),
    "header in the first row": Shape(first_row=0),
    "header far down and to the right": Shape(first_row=23, first_column=3),
    "no cell column": Shape(with_cell_column=False),
    "no group merges": Shape(merge_groups=False),
    "roman group numbers": Shape(group_form="I. {NAME}"),
    "group with head count": Shape(group_form="{number}/ {NAME} ({count} đảng viên)", with_cell_column=False),
    "group without a number": Shape(group_form="{name}: {count} đồng chí", with_cell_column=False, merge_groups=False),
    "index row": Shape(index_row=True),
    "header on every page": Shape(header_again_every=5),
    "blank lines": Shape(blank_every=3),
    "signatures": Shape(signature=True),
    "two sheets with other names": Shape(sheets=("Chính quyền", "Sheet2")),
    "no subtotals": Shape(subtotal_form=None),
    "grand totals": Shape(subtotal_form="Tổng số: {count}"),
    "extra columns": Shape(
        order=("number", "cell", "name", "home", "work", "job", "sex", "birth", "cccd", "issued", "official",
               "admitted", "card", "post", "phone", "note"),
    ),
    "no number column": Shape(order=PLAIN_ORDER[1:]),
    "headings that say how to fill them in": Shape(
        headings={"cccd": "Số CCCD (12 số)", "phone": "ĐTDĐ (10 số)", "birth": "Ngày sinh (VD: 01/02/1980)"},
    ),
    "a heading with a year": Shape(
        order=(*PLAIN_ORDER, "note"), headings={"note": "Xếp loại năm 2025"},
    ),
    "a labelled group": Shape(group_form="Đơn vị: {name}", with_cell_column=False),
    "a group with a colon": Shape(group_form="Chi bộ: {name} (Bí thư: Lê A)"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_roster_of_this_shape_is_read_whole(tmp_path: Path, name: str) -> None:
    path = tmp_path / "roster.xlsx"
    places = write_roster(path, people(), SHAPES[name])
    assert_read_as(judge(path), places)


@pytest.mark.parametrize("seed", range(12))
def test_mixed_forms_orders_and_headings_are_read_whole(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    order = list(PLAIN_ORDER)
    rng.shuffle(order)
    shape = Shape(
        order=order,
        headings={name: rng.choice(words) for name, words in HEADINGS.items()},
        first_row=rng.randint(0, 9),
        first_column=rng.randint(0, 2),
        merge_groups=rng.random() < 0.5,
        header_again_every=rng.choice((0, 6)),
        blank_every=rng.choice((0, 4)),
        signature=rng.random() < 0.5,
        index_row=rng.random() < 0.5,
        sheets=rng.choice((("Danh sách",), ("Khối A", "Khối B"), ("1", "2", "3"))),
        seed=seed,
    )
    path = tmp_path / "roster.xlsx"
    places = write_roster(path, people(seed), shape)
    assert_read_as(judge(path), places)


def test_a_cell_column_without_group_lines_needs_cells_that_exist(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    places = write_roster(path, people(), Shape(with_groups=False, subtotal_form=None))
    assert_read_as(judge(path, known=KNOWN), places)
    assert {problem.code for row in judge(path).rows for problem in row.problems} == {"unknown"}


def test_existing_cells_are_not_named_anew(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    write_roster(path, people(), Shape())
    judged = judge(path, known=dict(list(KNOWN.items())[:2]))
    assert list(judged.named_cells.values()) == [CELLS[2]]


def test_a_roster_of_one_cell_goes_into_that_cell(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    members = make_people(random.Random(3), CELLS[:1], 9)
    places = write_roster(path, members, Shape(with_groups=False, with_cell_column=False, subtotal_form=None))
    assert_read_as(judge(path, known={"thôn hòa bình 1": CELLS[0]}, own_cell=CELLS[0]), places)


def test_a_sheet_named_after_its_cell_tells_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    members = make_people(random.Random(3), CELLS[2:], 4)
    shape = Shape(
        with_groups=False, with_cell_column=False, subtotal_form=None, sheets=("Chi bộ Bưu điện số 3",)
    )
    places = write_roster(path, members, shape)
    assert_read_as(judge(path), places)


def sheet_of(
    rows: list[list[object]], path: Path, merges: tuple[str, ...] = (), title: str | None = None
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title or sheet.title
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["DANH SÁCH"],
        ["TT", "Họ và tên", "Năm sinh", None, "Ngày, tháng, năm", None, "Số thẻ", "Chi bộ"],
        [None, None, "Nam", "Nữ", "Vào Đảng", "Chính thức", None, None],
        [1, 2, 3, 4, 5, 6, 7, 8],
        [1, "Lê Văn An", "2/3/1970", None, "5/6/1995", "5/6/1996", "11.000001", "Chi bộ Bưu điện số 3"],
        [2, "Lê Thị Yến", None, "4/5/1980", "7/8/2005", None, None, None],
    ]
    merges = ("A2:A3", "B2:B3", "C2:D2", "E2:F2", "G2:G3", "H2:H3", "H5:H6")
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx", merges), known=KNOWN)
    assert [row.problems for row in judged.rows] == [[], []]
    first, second = (row.values for row in judged.rows)
    assert (first.sex, first.birth_date, first.official_on) == (
        "male",
        dt.date(1970, 3, 2),
        dt.date(1996, 6, 5),
    )
    assert (second.sex, second.birth_date, second.cell) == ("female", dt.date(1980, 5, 4), CELLS[2])


def test_names_and_dates_spread_over_columns_and_sex_as_marks(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["STT", "Họ và tên", None, "Giới tính", None, "Ngày sinh", None, None, "Ngày vào Đảng", "Số CCCD"],
        [None, None, None, "Nam", "Nữ", "Ngày", "Tháng", "Năm", None, None],
        [1, "Lê Văn", "An", "x", None, 2, 3, 1970, "5/6/1995", 56070000001],
    ]
    merges = ("A1:A2", "B1:C2", "D1:E1", "F1:H1", "I1:I2", "J1:J2")
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx", merges), known=KNOWN, own_cell=CELLS[2])
    assert [row.problems for row in judged.rows] == [[]]
    values = judged.rows[0].values
    assert (values.full_name, values.sex, values.birth_date, values.citizen_id) == (
        "Lê Văn An",
        "male",
        dt.date(1970, 3, 2),
        "056070000001",
    )


def test_formulas_without_a_value_are_no_values(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Điện thoại", "Số CCCD", "Ghi chú"],
        ["=ROW()-1", "Lê Văn An", "2/3/1970", "5/6/1995", '="09"&"12345678"', "", "=1+1"],
        ["=ROW()-1", '=UPPER("lê an")', "2/3/1970", "5/6/1995", "0912345678", "", ""],
    ]
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx"), known=KNOWN, own_cell=CELLS[2])
    assert [[(p.field, p.code) for p in row.problems] for row in judged.rows] == [
        [("phone", "invalid")],
        [("name", "missing")],
    ]


def test_rows_that_only_have_their_number_are_nobody(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Điện thoại"],
        [1, "Lê Văn An", "2/3/1970", "5/6/1995", "0912345678"],
        [2, None, None, None, None],
        [3, "Lê Thị Mai", None, None, None],
        [None, None, "ngày 1 tháng 2 năm 2026", None, None],
    ]
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx"), known=KNOWN, own_cell=CELLS[2])
    assert [(row.number, [f"{p.field}:{p.code}" for p in row.problems]) for row in judged.rows] == [
        (2, []),
        (4, ["birth:missing", "admitted:missing"]),
    ]


def test_the_name_of_a_cell_beside_its_first_member_only(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Chi bộ", "Họ và tên", "Ngày sinh", "Ngày vào Đảng"]]
    for cell in CELLS:
        rows += [
            [cell if place == 0 else None, f"Lê Văn {chr(65 + place)}", "2/3/1970", "5/6/1995"]
            for place in range(3)
        ]
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx"), known=KNOWN)
    assert [row.values.cell for row in judged.rows] == [cell for cell in CELLS for _ in range(3)]


def test_hidden_rows_and_sheets_are_read_and_other_sheets_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    places = write_roster(path, people(), Shape(sheets=("Chính", "Phụ")))
    book = openpyxl.load_workbook(path)
    book["Phụ"].sheet_state = "hidden"
    book["Chính"].row_dimensions[8].hidden = True
    guide = book.create_sheet("Hướng dẫn", 0)
    guide.append(["Cách điền: họ và tên viết đủ", 1, 2])
    book.save(path)
    assert_read_as(judge(path), places)


def test_a_summary_beside_the_roster_has_no_members(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    places = write_roster(path, people(), Shape())
    book = openpyxl.load_workbook(path)
    summary = book.create_sheet("Tổng hợp", 0)
    summary.append(["TT", "Chi bộ", "Đảng viên", "Nam", "Nữ", "Chính thức", "Dự bị"])
    for number, cell in enumerate(CELLS, start=1):
        summary.append([number, cell, 7, 4, 3, 6, 1])
    book.save(path)
    assert_read_as(judge(path), places)


@pytest.mark.parametrize("words", [("Họ đệm", "Tên"), ("Họ và tên đệm", "Tên"), (None, "Tên")])
def test_names_in_two_columns_or_under_a_short_word(tmp_path: Path, words: tuple[str | None, str]) -> None:
    family, given = words
    rows: list[list[object]] = [["STT", family, given, "Ngày sinh", "Ngày vào Đảng", "Chi bộ"]]
    rows.append(
        [1, "Lê Văn" if family else None, "An" if family else "Lê Văn An", "2/3/1970", "5/6/1995", CELLS[2]]
    )
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx"), known=KNOWN)
    assert [(row.values.full_name, row.problems) for row in judged.rows] == [("Lê Văn An", [])]


def cells_of(judged: JudgedRoster) -> list[tuple[str, str]]:
    return [(row.values.full_name, row.values.cell) for row in judged.rows]


HEADER: list[object] = ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức", "Tổ đảng"]


def line_of(name: str, group: str = "") -> list[object]:
    return [1, name, "2/3/1970", "5/6/1995", "5/6/1996", group]


@pytest.mark.parametrize("second", ["2. Chi bộ ấp Hai", "DANH SÁCH ĐẢNG VIÊN CHI BỘ ẤP HAI (10/2026)"])
def test_each_table_of_a_sheet_has_the_cell_of_its_own_title(tmp_path: Path, second: str) -> None:
    rows: list[list[object]] = [
        ["1. Chi bộ ấp Một"],
        HEADER,
        line_of("Lê Văn An"),
        ["Tổng cộng: 1"],
        [],
        [second],
        ["Họ và tên", "Ngày vào Đảng", "Ngày sinh"],
        ["Lê Văn Ba", "5/6/1995", "2/3/1970"],
    ]
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx", merges=("A6:F6",)))
    assert [(name, cell.casefold()) for name, cell in cells_of(judged)] == [
        ("Lê Văn An", "chi bộ ấp một"),
        ("Lê Văn Ba", "chi bộ ấp hai"),
    ]
    assert len(judged.named_cells) == 2


def test_a_party_group_is_no_cell_of_its_own(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        HEADER,
        ["I. Chi bộ ấp Một"],
        line_of("Lê Văn An", "Tổ 1"),
        ["", "Tổ đảng số 2"],
        line_of("Lê Văn Ba", "Tổ 2"),
        ["", "", "", "Trang 1/2"],
        line_of("Lê Văn Tư"),
    ]
    path = sheet_of(rows, tmp_path / "r.xlsx")
    judged = judge(path)
    assert {cell for _, cell in cells_of(judged)} == set(judged.named_cells.values()) == {"Chi bộ ấp Một"}
    assert warnings_of_unread([read_table(sheet) for sheet in read_sheets(path)]) == []
