"""The activation sheet says the right things to the right person, in real text, and reads with a camera."""

import re
import time
import unicodedata
from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
import zxingcpp
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
AT_150_DPI = 150 / 72
MM = 72 / 25.4
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
        SheetCell("Chi bộ thôn Phú Lộc 5", "Đảng bộ xã Tân Thành", members(31)),
        SheetCell("Chi bộ không còn ai chờ", "Đảng bộ xã Tân Thành", []),
        SheetCell("Chi bộ Trạm Y tế", "Đảng bộ xã Tân Thành", [SheetMember("Trần Dự Bị", None, new_code())]),
    ]


@pytest.fixture(scope="module")
def sheet(cells: list[SheetCell]) -> bytes:
    return build_activation_sheet(cells, **OPTIONS)


def test_every_cell_begins_a_page_of_its_own(sheet: bytes) -> None:
    first, second, third = page_texts(sheet)

    assert "Chi bộ thôn Phú Lộc 5, Đảng bộ" in first
    assert "trang 1 / 2" in first
    assert "Chi bộ thôn Phú Lộc 5 (tiếp)" in second
    assert "trang 2 / 2" in second
    assert "Chi bộ Trạm Y tế" in third
    assert "trang 1 / 1" in third
    assert "Phú Lộc" not in third


def test_each_slip_has_name_card_and_code_as_real_text(sheet: bytes, cells: list[SheetCell]) -> None:
    pages = page_texts(sheet)
    for position, member in enumerate(cells[0].members):
        text = one_line(pages[position // 24])
        assert member.full_name in text
        assert f"Số thẻ: {member.card_number}" in text
        assert member.code in text
        assert sum(page.count(member.code) for page in pages) == 1


def test_who_has_no_card_number_has_a_slip_too(sheet: bytes) -> None:
    assert "Chưa có số thẻ đảng viên" in one_line(page_texts(sheet)[2])


@pytest.mark.parametrize("count", [1, 22, 24, 27])
def test_a_usual_cell_takes_one_page_and_every_code_on_it_reads(count: int) -> None:
    cell = SheetCell("Chi bộ thôn Phú Lộc 5", "Đảng bộ xã Tân Thành", members(count))
    made = build_activation_sheet([cell], **OPTIONS)

    (text,) = page_texts(made)
    assert "trang 1 / 1" in text
    assert [member.code for member in cell.members if member.code not in text] == []
    assert sorted(qr_contents(made, 0, scale=AT_150_DPI)) == sorted(
        f"{ADDRESS}/activate#{member.code}" for member in cell.members
    )


def test_the_qr_code_of_each_slip_opens_its_own_activation(sheet: bytes, cells: list[SheetCell]) -> None:
    """The letters below a code are the letters in it, on both pages of a large cell."""
    wanted = {f"{ADDRESS}/activate#{member.code}" for member in cells[0].members}
    read = [set(qr_contents(sheet, page, scale=AT_150_DPI)) for page in (0, 1)]

    assert [len(codes) for codes in read] == [24, 7]
    assert read[0] | read[1] == wanted


def test_a_code_is_large_enough_for_any_camera_and_its_letters_for_old_eyes(sheet: bytes) -> None:
    page = pypdfium2.PdfDocument(sheet)[0]
    picture = page.render(scale=AT_150_DPI, grayscale=True).to_pil()

    marks = zxingcpp.read_barcodes(picture)
    widths = [(mark.position.top_right.x - mark.position.top_left.x) / 150 * 25.4 for mark in marks]
    assert min(widths) > 19.5
    words = page.get_textpage()
    found = words.search("-")
    heights = []
    while place := found.get_next():
        heights += [words.get_charbox(place[0] + 1, loose=True)]
    assert min(top - bottom for _, bottom, _, top in heights) >= 13


def test_every_slip_says_what_to_do_and_until_when(sheet: bytes) -> None:
    for page, slips in zip(page_texts(sheet), (24, 7, 1), strict=True):
        text = one_line(page)
        for words in (
            "Soi máy ảnh, hoặc gõ mã tại",
            "sotay.tinh.example.vn/activate",
            "Hạn: hết ngày 20/01/2027",
        ):
            assert text.count(words) == slips
        assert "trao tận tay" in text
        assert "lập ngày 21/11/2026" in text


def test_only_tinos_is_embedded_and_the_text_is_composed(sheet: bytes) -> None:
    assert {name.partition("-")[0] for name in font_names(sheet)} == {"Tinos"}
    text = "".join(page_texts(sheet))
    assert unicodedata.is_normalized("NFC", text)
    assert "\ufffd" not in text


def test_names_are_never_markup() -> None:
    hostile = ["#panic()", "*Đậm* _nghiêng_", "$x^2$ `mã`", '"; </svg>', '#read("/etc")', "= Tiêu đề"]
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
    cell = SheetCell("Chi bộ " + long * 2, long, [SheetMember(long, "1" * 12, new_code()) for _ in range(27)])

    made = build_activation_sheet([cell], **OPTIONS)

    (text,) = page_texts(made)
    assert one_line(text).count(f"{long} Số thẻ: {'1' * 12}") == 27
    assert len(qr_contents(made, 0, scale=AT_150_DPI)) == 27


def test_a_name_of_forty_letters_wraps_and_stays_readable() -> None:
    long = "Công Tằng Tôn Nữ Nguyễn Thị Quỳnh Phương"
    assert len(long) == 40
    cell = SheetCell("Chi bộ", "Đảng bộ", [SheetMember(long, "99.000001", new_code()) for _ in range(27)])

    words = pypdfium2.PdfDocument(build_activation_sheet([cell], **OPTIONS))[0].get_textpage()

    found = words.search("Công Tằng")
    while place := found.get_next():
        left, bottom, _, top = words.get_charbox(place[0], loose=True)
        ends = [words.get_charbox(place[0] + letter, loose=True) for letter in range(40)]
        assert top - bottom >= 8
        assert max(right for _, _, right, _ in ends) - left <= MM * (65 - 25)
        assert min(low for _, low, _, _ in ends) < bottom - 8


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
