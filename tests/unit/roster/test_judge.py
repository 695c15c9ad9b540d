"""What is wrong with a row, and what of it can still be known."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from handbook.members.roster.judge import JudgedRow, judge_roster
from handbook.members.roster.layout import read_table
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.messages import message_of
from handbook.members.roster.reader import read_sheets
from handbook.members.roster.warnings import long_probation, warnings_of_rows

TODAY = dt.date(2026, 11, 21)
CELL = "Chi bộ Bưu điện số 3"
GOOD = {
    "Họ và tên": "Lê Văn An",
    "Ngày sinh": "02/03/1970",
    "Giới tính": "Nam",
    "Số thẻ": "11.000001",
    "Ngày vào Đảng": "05/06/1995",
    "Ngày chính thức": "05/06/1996",
    "Điện thoại": "0912345678",
    "Số CCCD": "056070000001",
    "Chức vụ Đảng": "",
    "Chi bộ": CELL,
    "Tình trạng": "",
}


def judge(tmp_path: Path, *rows: dict[str, object], without: tuple[str, ...] = ()) -> list[JudgedRow]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    columns = [name for name in GOOD if name not in without]
    sheet.append(columns)
    for row in rows:
        sheet.append([{**GOOD, **row}[name] for name in columns])
    book.save(tmp_path / "r.xlsx")
    tables = [read_table(table) for table in read_sheets(tmp_path / "r.xlsx")]
    known = {"bưu điện số 3": CELL}
    return judge_roster(tables, known=KnownPlaces(known), create_cells=False, today=TODAY).rows


def problems_of(row: JudgedRow) -> list[str]:
    return [f"{problem.field}:{problem.code}" for problem in row.problems]


@pytest.mark.parametrize(
    ("cells", "problems"),
    [
        ({}, []),
        ({"Họ và tên": "-"}, ["name:missing"]),
        ({"Họ và tên": "12345"}, ["name:invalid"]),
        ({"Ngày sinh": ""}, ["birth:missing"]),
        ({"Ngày sinh": "1970"}, ["birth:invalid_date"]),
        ({"Ngày sinh": "22/11/2026"}, ["birth:future_date"]),
        ({"Giới tính": "khác"}, ["sex:invalid"]),
        ({"Số thẻ": "không rõ"}, ["card:invalid"]),
        ({"Ngày vào Đảng": ""}, ["admitted:missing"]),
        ({"Ngày vào Đảng": "31/02/1980"}, ["admitted:invalid_date"]),
        ({"Ngày vào Đảng": "22/11/2026"}, ["admitted:future_date"]),
        ({"Ngày vào Đảng": "21/11/2026", "Ngày chính thức": ""}, []),
        ({"Ngày vào Đảng": "01/01/1969"}, ["admitted:invalid"]),
        ({"Ngày sinh": "02/03/1990", "Ngày vào Đảng": "01/03/2008", "Ngày chính thức": ""}, ["admitted:invalid"]),
        ({"Ngày sinh": "02/03/1990", "Ngày vào Đảng": "02/03/2008", "Ngày chính thức": ""}, []),
        ({"Ngày sinh": "02/03/1950", "Ngày vào Đảng": "02/03/1966", "Ngày chính thức": ""}, []),
        ({"Ngày sinh": "02/03/1950", "Ngày vào Đảng": "01/03/1966", "Ngày chính thức": ""}, ["admitted:invalid"]),
        ({"Ngày vào Đảng": "01/01/1929", "Ngày sinh": "01/01/1905"}, ["admitted:invalid"]),
        ({"Ngày chính thức": "04/06/1995"}, ["official:before_admitted"]),
        ({"Ngày chính thức": "không rõ"}, ["official:invalid_date"]),
        ({"Ngày chính thức": "01/01/2099"}, ["official:future_date"]),
        ({"Ngày chính thức": "chưa"}, []),
        ({"Điện thoại": "không có số"}, ["phone:invalid"]),
        ({"Điện thoại": ""}, []),
        ({"Điện thoại": "chưa có"}, []),
        ({"Điện thoại": "Không"}, []),
        ({"Số CCCD": "Chưa có."}, []),
        ({"Số CCCD": "không"}, []),
        ({"Điện thoại": "dự bị"}, ["phone:invalid"]),
        ({"Số CCCD": "12345"}, ["cccd:invalid"]),
        ({"Số CCCD": "-"}, []),
        ({"Chức vụ Đảng": "2020"}, ["post:invalid"]),
        ({"Chức vụ Đảng": "Trưởng thôn"}, []),
        ({"Chi bộ": ""}, ["cell:missing"]),
        ({"Chi bộ": "Chi bộ Không Có"}, ["cell:unknown"]),
        ({"Họ và tên": "", "Điện thoại": "12", "Chi bộ": "x", "Ngày sinh": "?"},
         ["name:missing", "birth:invalid_date", "phone:invalid", "cell:unknown"]),
    ],
)  # fmt: skip
def test_each_problem_has_its_field_its_code_and_a_sentence(
    tmp_path: Path, cells: dict[str, object], problems: list[str]
) -> None:
    (row,) = judge(tmp_path, cells)
    assert problems_of(row) == problems
    assert all(message_of(problem).endswith(".") for problem in row.problems)


def test_of_two_rows_with_one_number_the_later_is_refused_and_told_where_the_first_is(tmp_path: Path) -> None:
    rows = judge(
        tmp_path,
        {},
        {"Số CCCD": "056070000002"},
        {"Số thẻ": "11 000 001", "Số CCCD": 56070000001},
        {"Số thẻ": "", "Số CCCD": ""},
        {"Số thẻ": "", "Số CCCD": ""},
    )
    assert [problems_of(row) for row in rows] == [
        [],
        ["card:duplicate"],
        ["card:duplicate", "cccd:duplicate"],
        [],
        [],
    ]
    assert "dòng 2 của trang" in message_of(rows[1].problems[0])


def test_of_two_people_with_one_number_the_later_is_refused_even_when_the_first_is_too(
    tmp_path: Path,
) -> None:
    other = {"Họ và tên": "Lê Văn Khác", "Ngày sinh": "3/4/1971"}
    rows = judge(tmp_path, {"Điện thoại": "12"}, {**other, "Số CCCD": ""})
    assert [problems_of(row) for row in rows] == [["phone:invalid"], ["card:duplicate"]]
    assert "dòng 2 của trang “Sheet”, dòng đó cũng bị từ chối" in message_of(rows[1].problems[0])


@pytest.mark.parametrize(
    "wrong", [{"Điện thoại": "12"}, {"Ngày sinh": "31/2/1970"}, {"Họ và tên": ""}, {"Ngày vào Đảng": "?"}]
)
def test_the_same_person_written_again_as_it_should_be_is_taken_and_told(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    rows = judge(tmp_path, wrong, {}, {})
    assert [bool(row.problems) for row in rows] == [True, False, True]
    assert problems_of(rows[2]) == ["card:duplicate", "cccd:duplicate"], "the second holds both numbers now"
    (said,) = warnings_of_rows([rows[1]])
    assert said.startswith("Trang “Sheet”, dòng 3: cùng người và cùng số với trang “Sheet”, dòng 2")


def test_who_shares_a_number_with_somebody_taken_too_stays_out(tmp_path: Path) -> None:
    rows = judge(
        tmp_path, {"Số thẻ": ""}, {"Số CCCD": "056070000002", "Điện thoại": "12"}, {"Số CCCD": "056070000001"}
    )
    assert [problems_of(row) for row in rows] == [[], ["phone:invalid"], ["cccd:duplicate"]]


def test_the_sex_is_taken_from_the_citizen_id_when_the_years_of_birth_agree(tmp_path: Path) -> None:
    rows = judge(
        tmp_path,
        {"Số thẻ": "", "Số CCCD": "056070000001"},
        {"Số thẻ": "", "Số CCCD": "056170000001"},
        {"Số thẻ": "", "Số CCCD": "056171000001"},
        without=("Giới tính",),
    )
    assert [row.values.sex for row in rows] == ["male", "female", None]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("Chính thức", "official"),
        ("Dự bị", "probationary"),
        ("Miễn sinh hoạt", "exempt"),
        ("Từ trần", "deceased"),
        ("Đang sinh hoạt", "official"),
        ("?", "official"),
    ],
)
def test_a_status_column_is_understood_where_there_is_one(tmp_path: Path, words: str, status: str) -> None:
    (row,) = judge(tmp_path, {"Tình trạng": words})
    assert row.values.derived_status == status


def test_who_takes_part_before_the_day_of_becoming_official_stays_probationary(tmp_path: Path) -> None:
    (row,) = judge(tmp_path, {"Tình trạng": "Đang sinh hoạt", "Ngày chính thức": ""})
    assert (row.values.derived_status, row.unread_status) == ("probationary", None)


def test_a_status_that_names_none_is_warned_of_once_for_all_its_rows(tmp_path: Path) -> None:
    own = {"Số thẻ": "", "Số CCCD": ""}
    rows = judge(
        tmp_path,
        {"Tình trạng": "Hưu trí"},
        {**own, "Tình trạng": "hưu trí", "Họ và tên": "Lê Thị Bình"},
        {**own, "Tình trạng": "0912345678", "Họ và tên": "Lê Thị Chi"},
        {**own, "Tình trạng": "-", "Họ và tên": "Lê Thị Dung"},
    )
    assert [row.unread_status for row in rows] == ["Hưu trí", "hưu trí", "0912345678", None]
    together, number = warnings_of_rows(rows)
    assert together.startswith("Trang “Sheet”, dòng 2 và 1 dòng khác: không hiểu tình trạng “Hưu trí”.")
    assert number.startswith("Trang “Sheet”, dòng 4: không hiểu tình trạng. ")


def test_one_person_twice_and_two_secretaries_of_a_cell_are_warned_of(tmp_path: Path) -> None:
    rows = judge(
        tmp_path,
        {"Số thẻ": "", "Số CCCD": "", "Chức vụ Đảng": "Bí thư"},
        {"Số thẻ": "", "Số CCCD": "", "Họ và tên": "LÊ VĂN AN"},
        {"Họ và tên": "Lê Thị Bình", "Chức vụ Đảng": "BT"},
        {"Số thẻ": "11.000002", "Số CCCD": "", "Họ và tên": "Lê Thị Bình"},
    )
    twice, secretaries = warnings_of_rows(rows)
    assert twice.startswith("Trang “Sheet”, dòng 3: ")
    assert "giống hệt trang “Sheet”, dòng 2" in twice
    assert secretaries.startswith(
        f"“{CELL}” có 2 Bí thư trong tệp (trang “Sheet”, dòng 2; trang “Sheet”, dòng 4)"
    )


def test_offices_that_are_over_are_told_of(tmp_path: Path) -> None:
    rows = judge(tmp_path, {"Chức vụ Đảng": "Nguyên Bí thư"})
    assert (rows[0].values.post, rows[0].former_post) == (None, "Bí thư")
    (warning,) = warnings_of_rows(rows)
    assert "(trang “Sheet”, dòng 2)" in warning


def test_who_would_be_probationary_for_years_is_told_of(tmp_path: Path) -> None:
    own = {"Số thẻ": "", "Số CCCD": "", "Ngày chính thức": ""}
    rows = judge(
        tmp_path,
        {"Ngày chính thức": ""},
        {**own, "Họ và tên": "Lê Thị Bình", "Ngày vào Đảng": "21/11/2024"},
        {**own, "Họ và tên": "Lê Thị Chi", "Ngày vào Đảng": "20/11/2024", "Tình trạng": "Chính thức"},
    )
    (warning,) = long_probation(rows, TODAY)
    assert warning.startswith("1 đồng chí vào Đảng đã hơn hai năm mà không có ngày chính thức")
    assert "(trang “Sheet”, dòng 2)" in warning


def test_many_warnings_of_a_kind_are_few_sentences(tmp_path: Path) -> None:
    rows = judge(
        tmp_path,
        *(
            {"Số thẻ": "", "Số CCCD": "", "Họ và tên": f"Lê {c}n", "Tình trạng": f"lạ {c}"}
            for c in "abcdeghiklmn"
        ),
    )
    assert warnings_of_rows(rows)[-1] == "… và 2 trường hợp nữa"
