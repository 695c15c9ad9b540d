"""Workbooks: text stays text, dates are dates, memory stays small."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
COLUMNS = [
    Column("Họ và tên", 28),
    Column("Số thẻ", 16),
    Column("Ngày sinh", 12, CellKind.DATE),
    Column("Tỷ lệ", 10, CellKind.PERCENT),
    Column("Lúc", 18, CellKind.INSTANT),
]
DANGEROUS = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+84",
    "-1",
    "@SUM(A1)",
    "{=1}",
    "http://example.vn",
    "007",
    "0001\tx",
]


def workbook(*sheets: Sheet) -> bytes:
    buffer = io.BytesIO()
    write_workbook(buffer, sheets)
    return buffer.getvalue()


def sheet_of(rows: Sequence[Sequence[Cell]], **kwargs: object) -> Sheet:
    return Sheet("Danh sách", COLUMNS, rows, **kwargs)  # type: ignore[arg-type]


def test_rows_come_back_as_they_were_written() -> None:
    at = datetime(2026, 11, 3, 12, 30, tzinfo=UTC)
    row = ["Nguyễn Thị Ánh", "012345", date(1951, 2, 28), 0.75, at]

    content = workbook(sheet_of([row, ["Đỗ Văn B"]], heading=["Chi bộ thôn 5", "Tháng 11"], zone=HANOI))

    read = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert read[0][0] == "Chi bộ thôn 5"
    assert read[3] == ["Họ và tên", "Số thẻ", "Ngày sinh", "Tỷ lệ", "Lúc"]
    assert read[4] == ["Nguyễn Thị Ánh", "012345", date(1951, 2, 28), 0.75, datetime(2026, 11, 3, 19, 30)]  # noqa: DTZ001
    assert read[5][:2] == ["Đỗ Văn B", ""]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula_a_link_or_a_number(text: str) -> None:
    content = workbook(Sheet(text, [Column(text)], [[text]], heading=[text]))

    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
        assert not any(
            "hyperlink" in package.read(name).decode() for name in package.namelist() if ".rels" in name
        )
    assert "<f>" not in xml
    assert re.findall(r'<c r="A\d+" s="\d+" t="(\w+)"', xml) == ["inlineStr"] * 3
    assert load_workbook(io.BytesIO(content)).worksheets[0]["A4"].value == text


def test_the_header_stays_in_view_and_columns_have_their_width() -> None:
    page = load_workbook(io.BytesIO(workbook(sheet_of([["a"]], heading=["Tên"])))).worksheets[0]

    assert page.freeze_panes == "A4"
    assert page["A3"].font.bold
    assert page.column_dimensions["A"].width == pytest.approx(28, abs=1)
    assert page["C4"].number_format == "General" or page["C4"].value is None


def test_sheet_names_are_made_valid_and_unique() -> None:
    long = "Đảng bộ xã có một cái tên rất dài [số/1]"
    content = workbook(
        *(Sheet(name, [Column("a")], []) for name in (long, long, long.upper(), "'", "a:b*c?d\\e"))
    )

    names = load_workbook(io.BytesIO(content)).sheetnames
    assert len({name.casefold() for name in names}) == 5
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


@pytest.mark.parametrize(
    "row",
    [
        [datetime(2026, 1, 1, 8)],  # noqa: DTZ001
        [float("nan")],
        [float("inf")],
        ["a"] * 6,
    ],
)
def test_what_a_cell_cannot_hold_is_refused(row: list[Cell]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — each has a message of its own
        workbook(sheet_of([row], zone=HANOI))


def test_overlong_text_is_cut_with_a_sign() -> None:
    content = workbook(sheet_of([["x" * 40_000]]))

    value = load_workbook(io.BytesIO(content)).worksheets[0]["A2"].value
    assert (len(value), value[-1]) == (32_767, "…")


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def rows() -> Iterator[list[Cell]]:
        for number in range(20_000):
            yield [f"Nguyễn Văn {number}", f"{number:08}", date(1960, 1, 1), 0.5, None]

    target = tmp_path / "large.xlsx"
    write_workbook(target, [sheet_of([["warm"] * 2])])
    tracemalloc.start()
    try:
        written = write_workbook(target, [Sheet("Danh sách", COLUMNS, rows())])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert written == 20_000
    assert peak < 3 * 1024 * 1024
