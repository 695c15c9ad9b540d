"""Đảng bộ bộ phận: however a roster names one, its cells are found in it or made in it."""

from pathlib import Path

import pytest
from tests.unit.roster.test_layout_variants import TODAY, sheet_of

from handbook.members.roster.judge import JudgedRoster, judge_roster
from handbook.members.roster.layout import read_table
from handbook.members.roster.levels import KnownPlaces
from handbook.members.roster.reader import read_sheets
from handbook.members.roster.sections import section_in, section_named, split_path

HEADING: list[object] = ["STT", "Họ và tên", "Ngày sinh", "Ngày vào Đảng", "Chi bộ"]
MILITARY = "Đảng bộ bộ phận Quân sự"


def member(cell: str = "") -> list[object]:
    return [1, "Lê Văn An", "2/3/1970", "5/6/1995", cell]


def judge(
    rows: list[list[object]], tmp_path: Path, known: KnownPlaces | None = None, title: str | None = None
) -> JudgedRoster:
    sheet = sheet_of(rows, tmp_path / "r.xlsx", title=title)
    tables = [read_table(table) for table in read_sheets(sheet)]
    return judge_roster(tables, known=known or KnownPlaces(), create_cells=True, today=TODAY)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ĐẢNG BỘ BỘ PHẬN QUÂN SỰ", MILITARY),
        ("Đảng bộ bộ phận: Quân sự", MILITARY),
        ("Đảng ủy bộ phận Quân sự", MILITARY),
        ("Đảng uỷ bộ phận “Quân sự”", MILITARY),
        ("ĐBBP QUÂN SỰ", MILITARY),
        ("Đơn vị: ĐB bộ phận Quân sự", MILITARY),
        ("Đảng bộ bộ phận số 2", "Đảng bộ bộ phận số 2"),
        ("Đảng bộ bộ phận", ""),
        ("Đảng bộ xã Tây", ""),
        ("Chi bộ Bộ phận một cửa", ""),
    ],
)
def test_a_section_has_one_name_however_it_is_written(text: str, name: str) -> None:
    assert section_named(text) == name
    assert section_in(f"Danh sách đảng viên {text}") == name or text.startswith("Đơn vị")


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Đảng bộ bộ phận Quân sự - Chi bộ Tiểu đoàn 1", "Chi bộ Tiểu đoàn 1"),
        ("ĐBBP Quân sự/CB Tiểu đoàn 1", "CB Tiểu đoàn 1"),
        ("Chi bộ Tiểu đoàn 1 thuộc Đảng bộ bộ phận Quân sự", "Chi bộ Tiểu đoàn 1"),
        ("Chi bộ Tiểu đoàn 1 trực thuộc Đảng bộ bộ phận Quân sự", "Chi bộ Tiểu đoàn 1"),
        ("Chi bộ Tiểu đoàn 1 (ĐBBP Quân sự)", "Chi bộ Tiểu đoàn 1"),
        ("Chi bộ Tiểu đoàn 1, Đảng bộ bộ phận Quân sự", "Chi bộ Tiểu đoàn 1"),
        ("Đảng bộ bộ phận Quân sự > Chi bộ Tham mưu - Hậu cần", "Chi bộ Tham mưu - Hậu cần"),
    ],
)
def test_the_way_to_a_cell_is_taken_apart(text: str, cell: str) -> None:
    assert split_path(text) == (cell, MILITARY)


@pytest.mark.parametrize("text", ["Chi bộ Tham mưu - Hậu cần", "Chi bộ thuộc Đảng ủy xã", "", "x" * 5000])
def test_what_names_no_section_stays_whole(text: str) -> None:
    assert split_path(text) == (text, "")


@pytest.mark.parametrize(
    "lines",
    [
        [["A. ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"], ["1. Chi bộ Tiểu đoàn 1"]],
        [["Đảng bộ bộ phận: Quân sự"], ["Tên chi bộ: Tiểu đoàn 1"]],
        [["I. Đảng bộ bộ phận Quân sự - Chi bộ Tiểu đoàn 1"]],
        [["CHI BỘ TIỂU ĐOÀN 1 THUỘC ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"]],
    ],
)
def test_a_cell_is_made_in_the_section_that_a_line_names(tmp_path: Path, lines: list[list[object]]) -> None:
    judged = judge([HEADING, *lines, member()], tmp_path)
    assert [row.problems for row in judged.rows] == [[]]
    assert [name.casefold() for name in judged.named_cells.values()] == ["chi bộ tiểu đoàn 1"]
    assert list(judged.sections.values()) == [MILITARY]


def test_the_title_and_the_name_of_the_sheet_tell_the_section(tmp_path: Path) -> None:
    body: list[list[object]] = [HEADING, ["1. Chi bộ Tiểu đoàn 1"], member()]
    titled = judge([["DANH SÁCH ĐẢNG VIÊN ĐẢNG BỘ BỘ PHẬN QUÂN SỰ (tính đến 30/9/2026)"], *body], tmp_path)
    named = judge(body, tmp_path, title="ĐBBP Quân sự")
    assert list(titled.sections.values()) == list(named.sections.values()) == [MILITARY]


def test_a_column_of_sections_tells_cells_of_one_name_apart(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [*HEADING, "Đảng bộ bộ phận"],
        [*member("Chi bộ 1"), "Quân sự"],
        [*member("Chi bộ 1"), "ĐBBP Công an"],
        [*member("Chi bộ 1"), ""],
    ]
    names = ("Chi bộ 1 - Đảng bộ bộ phận Quân sự", "Chi bộ 1 - Đảng bộ bộ phận Công an")
    known = KnownPlaces(
        {"1-đảng bộ bộ phận quân sự": names[0], "1-đảng bộ bộ phận công an": names[1]},
        ambiguous=frozenset({"1"}),
    )
    judged = judge(rows, tmp_path, known)
    assert [row.values.cell for row in judged.rows] == [*names, ""]


def test_a_name_known_in_another_section_is_another_cell(tmp_path: Path) -> None:
    rows: list[list[object]] = [HEADING, ["ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"], ["Chi bộ 1"], member()]
    known = {"1": "Chi bộ 1"}
    elsewhere = judge(rows, tmp_path, KnownPlaces(known, {"1": "đảng bộ bộ phận công an"}))
    assert elsewhere.sections == {"1-đảng bộ bộ phận quân sự": MILITARY}
    for places in (KnownPlaces(known, {"1": "đảng bộ bộ phận quân sự"}), KnownPlaces(known)):
        same = judge(rows, tmp_path, places)
        assert ([row.values.cell for row in same.rows], same.named_cells) == (["Chi bộ 1"], {})


def test_nothing_is_made_in_a_section_of_which_there_are_two(tmp_path: Path) -> None:
    rows: list[list[object]] = [HEADING, ["ĐẢNG BỘ BỘ PHẬN QUÂN SỰ"], ["Chi bộ 1"], member()]
    judged = judge(rows, tmp_path, KnownPlaces(ambiguous_sections=frozenset({"đảng bộ bộ phận quân sự"})))
    assert [str(problem.code) for row in judged.rows for problem in row.problems] == ["unknown"]
