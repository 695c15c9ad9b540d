"""A title names a cell; when the list was made and how many stand in it are no part of the name."""

import pytest

from handbook.members.roster.titles import cell_named_in, name_alone, without_label


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("DANH SÁCH ĐẢNG VIÊN CHI BỘ TRẠM Y TẾ (tính đến 10/2026)", "CHI BỘ TRẠM Y TẾ"),
        ("DANH SÁCH ĐẢNG VIÊN CHI BỘ ẤP 7 THÁNG 10 NĂM 2026", "CHI BỘ ẤP 7"),
        ("Danh sách đảng viên Chi bộ Thôn 2 tháng 11/2026", "Chi bộ Thôn 2"),
        ("Chi bộ Thôn 2, ngày 05 tháng 11 năm 2026", "Chi bộ Thôn 2"),
        ("Chi bộ Thôn 2 - 30/9/2026", "Chi bộ Thôn 2"),
        ("Chi bộ Thôn 2 T11-2026", "Chi bộ Thôn 2"),
        ("CHI BỘ TRẠM Y TẾ - THÁNG 10", "CHI BỘ TRẠM Y TẾ"),
        ("CHI BỘ TRẠM Y TẾ QUÝ III/2026", "CHI BỘ TRẠM Y TẾ"),
        ("Chi bộ ấp 7 quý 3 năm 2026", "Chi bộ ấp 7"),
        ("CHI BỘ TRƯỜNG TIỂU HỌC NĂM HỌC 2026-2027", "CHI BỘ TRƯỜNG TIỂU HỌC"),
        ("Chi bộ Nhà máy Z121 năm 2026", "Chi bộ Nhà máy Z121"),
        ("Chi bộ Trường học nhiệm kỳ 2025 - 2027", "Chi bộ Trường học"),
        ("CHI BỘ QUÂN SỰ: 46 đảng viên (Đến ngày 30/9/2026)", "CHI BỘ QUÂN SỰ"),
        ("Chi bộ Trạm y tế (cơ sở 2) (tháng 10)", "Chi bộ Trạm y tế (cơ sở 2)"),
        ("CHI BỘ (tính đến 3/2026)", ""),
        ("Chi bộ tháng 10", ""),
        ("Danh sách đảng viên", ""),
    ],
)
def test_the_name_of_a_cell_is_taken_without_the_day_of_the_list(title: str, cell: str) -> None:
    assert cell_named_in(title) == cell


@pytest.mark.parametrize(
    "name",
    [
        "Chi bộ Nhà máy 19 tháng 5", "Chi bộ Bệnh viện 22 tháng 12", "Chi bộ Trường 30/4", "Chi bộ Công ty 26.3",
        "Chi bộ khu phố Cách mạng Tháng 8", "Chi bộ thôn Phú Quý 1", "Chi bộ ấp Tân Quý 3", "Chi bộ Trạm Y tế (cơ sở 2)",
        "Chi bộ xóm Bến Đến", "Chi bộ thôn Độc Lập", "Chi bộ Nhà máy Z121",
    ],
)  # fmt: skip
def test_a_name_with_a_day_or_a_number_in_it_stays_whole(name: str) -> None:
    assert cell_named_in(name) == name
    assert name_alone(f"{name} (tính đến 31/10/2026)") == name
    assert name_alone(f"{name} - T10/2026 (46 đảng viên)") == name


def test_a_title_of_any_length_is_read_at_once() -> None:
    assert len(name_alone("Chi bộ " + "-(" * 50_000)) <= 300


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("Tên chi bộ: Thôn Hai", "Chi bộ Thôn Hai"),
        ("CHI BỘ: THÔN HAI", "CHI BỘ THÔN HAI"),
        ("Chi bộ - Thôn Bốn", "Chi bộ Thôn Bốn"),
        ("Chi bộ: Chi bộ Thôn Bốn", "Chi bộ Thôn Bốn"),
        ("Đơn vị: Chi bộ thôn Sáu", "Chi bộ thôn Sáu"),
        ("CHI BỘ “THÔN NĂM”", "CHI BỘ THÔN NĂM"),
        ("CHI BỘ THÔN BẢY (Bí thư: Lê A)", "CHI BỘ THÔN BẢY"),
        ("Chi bộ Trạm y tế (cơ sở 2)", "Chi bộ Trạm y tế (cơ sở 2)"),
        ("Đơn vị: Trạm y tế", "Đơn vị: Trạm y tế"),
    ],
)
def test_what_names_a_line_a_cell_is_no_part_of_the_name(line: str, cell: str) -> None:
    assert without_label(line) == cell
