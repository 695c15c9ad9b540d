"""How cells are called, and which of one name are several."""

from collections import Counter
from pathlib import Path

import pytest
from tests.unit.roster.test_layout_variants import judge, sheet_of

from handbook.members.roster.cells import best_spelling
from handbook.members.roster.judge import JudgedRoster
from handbook.members.roster.proper_names import proper_name


@pytest.mark.parametrize(
    "name",
    ["Chi bộ Trường THCS", "Chi bộ UBND xã", "Chi bộ Trường THPT Lê Lợi", "Chi bộ Công ty TNHH MTV Hòa Phát", "Chi bộ HTX số 2",
     "Chi bộ BHXH", "Chi bộ VNPT", "Chi bộ TDP 5", "Chi bộ thôn III", "Chi bộ MTTQ và Đoàn Thể", "Chi bộ HĐND - UBND",
     "Chi bộ CA xã", "Chi bộ xã Tu Mơ Rông",
     "Chi bộ Trường TH&THCS Lê Lợi", "Chi bộ Trường TH-THCS", "Chi bộ Công ty CP QĐ 4", "Chi bộ Hội CCB", "Chi bộ ấp XIV",
     "Chi bộ thôn Ia Grai", "Chi bộ buôn Krông Ana"],
)  # fmt: skip
def test_abbreviations_and_roman_numerals_stay_capitals(name: str) -> None:
    assert proper_name(name.upper()) == name


@pytest.mark.parametrize(
    ("rows", "line", "name"),
    [
        (["CB Thôn Tây"], "CHI BỘ THÔN TÂY", "Chi bộ Thôn Tây"),
        (["CB ấp Phước Lợi 12", "CB ấp Phước Lợi 12"], "Chi bộ ấp Phước Lợi 12", "Chi bộ ấp Phước Lợi 12"),
        (["CB. ấp 12", "CHI BỘ ẤP 12"], "CHI BỘ ẤP 12", "Chi bộ ấp 12"),
        (["Thôn Đông"], "CHI BỘ THÔN ĐÔNG", "Chi bộ Thôn Đông"),
        (["CB THÔN TÂY"], "CHI BỘ THÔN TÂY", "Chi bộ thôn Tây"),
        (["Chi bộ THÔN TÂY"], "CHI BỘ THÔN TÂY", "Chi bộ thôn Tây"),
        ([], "CB Thôn Tây", "Chi bộ Thôn Tây"),
        ([], "CHI BỘ TRƯỜNG THCS", "Chi bộ Trường THCS"),
        (["Chi bộ Thôn Tây", "Chi bộ thôn Tây", "Chi bộ thôn Tây"], "CHI BỘ THÔN TÂY", "Chi bộ thôn Tây"),
    ],
)
def test_a_cell_is_called_in_full(rows: list[str], line: str, name: str) -> None:
    assert best_spelling(Counter(rows), line) == name


HEADING: list[object] = ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Ngày chính thức"]


def member(name: str) -> list[object]:
    return [1, name, "2/3/1970", "5/6/1995", "5/6/1996"]


def cells_of(judged: JudgedRoster) -> list[tuple[str, str | list[str]]]:
    return [
        (row.values.full_name, row.values.cell or [f"{p.field}:{p.code}" for p in row.problems])
        for row in judged.rows
    ]


LEVELS: list[list[object]] = [
    HEADING,
    ["A. ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"],
    ["I. Chi bộ Thôn Thượng"],
    member("Lê Văn An"),
    ["II. Chi bộ Thôn Hạ"],
    member("Lê Văn Ba"),
    ["B. ĐẢNG BỘ BỘ PHẬN CÔNG AN"],
    ["I. Chi bộ Thôn Thượng"],
    member("Lê Văn Tư"),
]
MILITARY, POLICE = (
    "Chi bộ Thôn Thượng - Đảng bộ bộ phận Quân sự",
    "Chi bộ Thôn Thượng - Đảng bộ bộ phận Công an",
)


def test_cells_of_one_name_under_two_organisations_are_two(tmp_path: Path) -> None:
    judged = judge(sheet_of(LEVELS, tmp_path / "r.xlsx"))
    assert cells_of(judged) == [
        ("Lê Văn An", MILITARY),
        ("Lê Văn Ba", "Chi bộ Thôn Hạ"),
        ("Lê Văn Tư", POLICE),
    ]
    assert sorted(judged.named_cells.values()) == sorted([MILITARY, POLICE, "Chi bộ Thôn Hạ"])
    assert sorted(judged.sections.values()) == [
        "Đảng bộ bộ phận Công an", "Đảng bộ bộ phận Quân sự", "Đảng bộ bộ phận Quân sự",
    ]  # fmt: skip
    assert judged.told_apart == [], "each is in an organisation of its own"


def test_under_organisations_that_are_no_sections_they_bear_both_names_and_are_told(tmp_path: Path) -> None:
    rows = [[str(cell).replace(" BỘ PHẬN", "") for cell in row] for row in LEVELS]
    judged = judge(sheet_of(rows, tmp_path / "r.xlsx"))
    names = ["Chi bộ Thôn Thượng - Đảng bộ Quân sự", "Chi bộ Thôn Thượng - Đảng bộ Công an"]
    assert (judged.told_apart, judged.sections) == (names, {})


def test_in_capitals_they_are_written_properly(tmp_path: Path) -> None:
    rows = [[str(cell).upper() if len(row) == 1 else cell for cell in row] for row in LEVELS]
    assert sorted(judge(sheet_of(rows, tmp_path / "r.xlsx")).named_cells.values()) == [
        "Chi bộ thôn Hạ",
        "Chi bộ thôn Thượng - Đảng bộ bộ phận Công an",
        "Chi bộ thôn Thượng - Đảng bộ bộ phận Quân sự",
    ]


def test_a_part_of_the_file_finds_its_cell_again(tmp_path: Path) -> None:
    known = {"thôn thượng-đảng bộ bộ phận quân sự": MILITARY, "thôn thượng-đảng bộ bộ phận công an": POLICE}
    judged = judge(sheet_of([HEADING, *LEVELS[6:]], tmp_path / "r.xlsx"), known=known)
    assert (cells_of(judged), judged.named_cells) == ([("Lê Văn Tư", POLICE)], {})


def test_who_stands_right_under_such_an_organisation_is_in_no_cell(tmp_path: Path) -> None:
    rows = [*LEVELS[:4], ["B. ĐẢNG BỘ BỘ PHẬN CÔNG AN"], member("Lê Văn Tư")]
    assert cells_of(judge(sheet_of(rows, tmp_path / "r.xlsx"))) == [
        ("Lê Văn An", "Chi bộ Thôn Thượng"),
        ("Lê Văn Tư", ["cell:missing"]),
    ]


def test_a_row_that_could_mean_both_is_refused(tmp_path: Path) -> None:
    rows: list[list[object]] = [[*HEADING, "Chi bộ"], [*member("Lê Văn Năm"), "Chi bộ Thôn Thượng"]]
    path = sheet_of(rows, tmp_path / "r.xlsx")
    known = {"thôn thượng-đảng bộ bộ phận quân sự": MILITARY, "thôn thượng-đảng bộ bộ phận công an": POLICE}
    assert cells_of(judge(path, known=known)) == [("Lê Văn Năm", ["cell:unknown"])]
