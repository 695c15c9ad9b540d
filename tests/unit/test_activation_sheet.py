"""The activation sheet says the right things to the right person, in real text, and reads with a camera."""

import re
import time
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.support.pdf import font_names, page_texts, qr_contents

from handbook.accounts.activation_sheet import SheetCell, SheetMember, build_activation_sheet
from handbook.accounts.codes import new_code

ADDRESS = "https://sotay.tinh.example.vn"
OPTIONS: dict[str, Any] = {
    "public_url": ADDRESS,
    "issued_on": date(2026, 11, 21),
    "expires_on": date(2027, 1, 20),
    "created": datetime(2026, 11, 21, 8, 0, 0, 123456, tzinfo=UTC),
}
NAMES = [
    "Nguyễn Thị Ánh Tuyết",
    "Đỗ Văn Bường",
    "Lò Thị Phượng",
    "Vũ Ngọc Ẩn",
    "H'Hoa Niê Kđăm",
    "Rơ Châm Ĭñ",
    "Y Blĭ",
]


def members(count: int) -> list[SheetMember]:
    return [SheetMember(NAMES[number % len(NAMES)], f"{number:08}", new_code()) for number in range(count)]


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.fixture(scope="module")
def cells() -> list[SheetCell]:
    return [
        SheetCell("Chi bộ thôn Phú Lộc 5", "Đảng bộ xã Tân Thành", members(6)),
        SheetCell("Chi bộ không còn ai chờ", "Đảng bộ xã Tân Thành", []),
        SheetCell("Chi bộ Trạm Y tế", "Đảng bộ xã Tân Thành", [SheetMember("Trần Dự Bị", None, new_code())]),
    ]


@pytest.fixture(scope="module")
def sheet(cells: list[SheetCell]) -> bytes:
    return build_activation_sheet(cells, **OPTIONS)


def test_every_cell_begins_a_page_of_its_own(sheet: bytes) -> None:
    first, second, third = page_texts(sheet)

    assert "Chi bộ thôn Phú Lộc 5" in first
    assert "trang 1 / 2" in first
    assert "trang 2 / 2" in second
    assert "Chi bộ Trạm Y tế" in third
    assert "trang 1 / 1" in third
    assert "Phú Lộc" not in third


def test_each_slip_has_name_card_and_code_as_real_text(sheet: bytes, cells: list[SheetCell]) -> None:
    pages = page_texts(sheet)
    for position, member in enumerate(cells[0].members):
        text = one_line(pages[position // 4])
        assert member.full_name in text
        assert f"Số thẻ đảng viên: {member.card_number}" in text
        assert member.code in text
        assert sum(page.count(member.code) for page in pages) == 1


def test_who_has_no_card_number_has_a_slip_too(sheet: bytes) -> None:
    assert "Chưa có số thẻ đảng viên" in one_line(page_texts(sheet)[2])


def test_the_qr_code_of_each_slip_opens_its_own_activation(sheet: bytes, cells: list[SheetCell]) -> None:
    wanted = [f"{ADDRESS}/activate#{member.code}" for member in cells[0].members]

    assert qr_contents(sheet, 0) == wanted[:4]
    assert qr_contents(sheet, 1) == wanted[4:]


def test_every_slip_says_what_to_do_and_until_when(sheet: bytes) -> None:
    text = one_line(page_texts(sheet)[0])

    for sentence in ("1. Mở máy ảnh", "2. Đặt mật khẩu", "3. Đọc thông báo", "đến hết ngày 20/01/2027"):
        assert text.count(sentence) == 4
    assert "sotay.tinh.example.vn/activate" in text
    assert "trao tận tay" in text
    assert "lập ngày 21/11/2026" in text


def test_only_tinos_is_embedded_and_the_text_is_composed(sheet: bytes) -> None:
    assert {name.partition("-")[0] for name in font_names(sheet)} == {"Tinos"}
    text = "".join(page_texts(sheet))
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


def test_names_are_never_markup() -> None:
    hostile = ["#panic()", "*Đậm* _nghiêng_", "$x^2$ `mã`", '"; </svg>', '#read("/etc/passwd")', "= Tiêu đề"]
    cell = SheetCell('#include "x"', "@ref <label>", [SheetMember(name, "1", new_code()) for name in hostile])

    text = one_line("".join(page_texts(build_activation_sheet([cell], **OPTIONS))))

    for name in (*hostile, '#include "x"', "@ref <label>"):
        assert name in text


def test_decomposed_names_are_printed_composed() -> None:
    cell = SheetCell(
        "Chi bộ", "Đảng bộ", [SheetMember(unicodedata.normalize("NFD", "Đặng Thị Nguyệt"), "1", new_code())]
    )

    assert "Đặng Thị Nguyệt" in page_texts(build_activation_sheet([cell], **OPTIONS))[0]


def test_long_names_stay_on_their_slip() -> None:
    long = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Bảo Quỳnh Hương Giang Phương Thảo Nguyên"
    cell = SheetCell("Chi bộ " + long * 2, long, [SheetMember(long, "1" * 12, new_code()) for _ in range(8)])

    made = build_activation_sheet([cell], **OPTIONS)

    assert len(page_texts(made)) == 2
    assert len(qr_contents(made, 0)) == 4


def test_the_same_input_gives_the_same_bytes(sheet: bytes, cells: list[SheetCell]) -> None:
    assert build_activation_sheet(cells, **OPTIONS) == sheet


def test_no_member_no_slip() -> None:
    assert len(page_texts(build_activation_sheet([], **OPTIONS))) == 1


def test_five_hundred_members_take_little_work() -> None:
    """Under two seconds on an idle machine; counted in processor time, which a busy machine does not change much."""
    cells = [SheetCell(f"Chi bộ {number}", "Đảng bộ xã", members(25)) for number in range(20)]
    started = time.process_time()

    build_activation_sheet(cells, **OPTIONS)

    assert time.process_time() - started < 5
