"""The words over the columns of a conference's workbook."""

import pytest

from handbook.conferences.sheets import Column, column_of, name_in


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("Tên điểm cầu", Column.SITE),
        ("ĐIỂM CẦU", Column.SITE),
        ("Điểm cầu tham dự", Column.SITE),
        ("Địa chỉ", Column.ADDRESS),
        ("Địa điểm họp", Column.ADDRESS),
        ("Liên kết trực tuyến (nếu có)", Column.LINK),
        ("Địa chỉ trực tuyến", Column.LINK),
        ("Đường dẫn phòng họp", Column.LINK),
        ("Link", Column.LINK),
        ("Số thẻ người phụ trách", Column.HOSTS),
        ("Người phụ trách (số thẻ)", None),
        ("Phụ trách điểm cầu - số thẻ đảng viên", Column.HOSTS),
        ("Số thẻ đảng viên", Column.CARD),
        ("Số thẻ Đảng", Column.CARD),
        ("Mã thẻ", Column.CARD),
        ("Số TĐV", Column.CARD),
        ("Họ và tên", Column.NAME),
        ("Họ, chữ đệm và tên", Column.NAME),
        ("Họ tên đại biểu", Column.NAME),
        ("STT", None),
        ("Ghi chú", None),
        ("Danh sách điểm cầu", None),
        ("", None),
    ],
)
def test_the_words_over_a_column_say_what_it_holds(words: str, column: Column | None) -> None:
    assert column_of(words) == column


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1. Điểm cầu Sở Mẫu", "Điểm cầu Sở Mẫu"),
        ("II. Điểm cầu Sở Mẫu: 12 đại biểu", "Điểm cầu Sở Mẫu"),
        ("Điểm cầu Sở Mẫu (12 đồng chí)", "Điểm cầu Sở Mẫu"),
        ("Điểm cầu số 3", "Điểm cầu số 3"),
    ],
)
def test_numbering_and_head_counts_are_no_part_of_a_name(text: str, name: str) -> None:
    assert name_in(text) == name
