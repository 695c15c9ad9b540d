"""Single values: every form people type comes to one, nonsense comes to none."""

import datetime as dt
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handbook.members.roster import normalize
from handbook.members.roster.cells import CellNames, cell_key, proper_name
from handbook.members.roster.dates import parse_date
from handbook.members.roster.reader import UNCALCULATED

TODAY = dt.date(2026, 11, 21)
SYLLABLES = st.sampled_from(
    [
        "Nguyễn",
        "Trần",
        "Đỗ",
        "Đặng",
        "Thị",
        "Văn",
        "Thúy",
        "Hòa",
        "Ý",
        "Út",
        "Quỳnh",
        "Oanh",
        "Ngọc",
        "Phượng",
        "Ẩn",
    ]
)
NAMES = st.lists(SYLLABLES, min_size=2, max_size=5).map(" ".join)
DAYS = st.dates(min_value=dt.date(1930, 3, 1), max_value=dt.date(2026, 11, 21))
CELLS = st.one_of(
    st.text(max_size=40),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.just(UNCALCULATED),
)


@given(
    NAMES,
    st.sampled_from(["NFC", "NFD"]),
    st.sampled_from([str, str.upper, str.lower]),
    st.sampled_from([" ", "\u00a0", "  \t", "\u200b "]),
)
def test_a_name_in_any_dress_is_the_same_name(name: str, form: str, case: object, blank: str) -> None:
    dressed = blank + unicodedata.normalize(form, case(name)).replace(" ", blank) + blank  # type: ignore[operator]
    assert normalize.person_name(dressed) == name


@given(CELLS)
def test_no_value_whatever_makes_a_normalizer_fail(value: object) -> None:
    for act in (
        normalize.person_name, normalize.sex, normalize.phone, normalize.citizen_id, normalize.card_number,
        normalize.post, normalize.status, normalize.is_blank, normalize.text_of, normalize.is_senseless_post,
    ):  # fmt: skip
        act(value)  # type: ignore[operator]
    parse_date(value, today=TODAY)  # type: ignore[arg-type]


@given(NAMES)
def test_normalizing_a_name_twice_changes_nothing(name: str) -> None:
    once = normalize.person_name(name.upper())
    assert once is not None
    assert normalize.person_name(once) == once


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ĐỖ THẾ SƠN", "Đỗ Thế Sơn"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Đ/c Lê Văn An", "Lê Văn An"),
        ("Y BLOK Êban", "Y Blok Êban"),
        ("Lê  Văn An ", "Lê Văn An"),
    ],
)
def test_names(written: str, name: str) -> None:
    assert normalize.person_name(written) == name


@pytest.mark.parametrize(
    "written", ["Lê Văn 2", "NguyÔn V¨n An", "=HYPERLINK(1)", "<b>An</b>", "12/3/1970", "An" * 80]
)
def test_what_is_no_name(written: str) -> None:
    assert normalize.person_name(written) is None


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%d / %m / %Y", "%d%m%Y",
                              "ngày %d tháng %m năm %Y", "Ngày %d, tháng %m, năm %Y", "%d tháng %m, %Y",
                              "%d/%m/%Y 00:00:00", "%Y-%m-%dT00:00:00", " %d.%m.%Y. "]))  # fmt: skip
def test_a_date_in_any_form_is_the_same_day(day: dt.date, form: str) -> None:
    assert parse_date(day.strftime(form), today=TODAY) == day
    assert parse_date(dt.datetime(day.year, day.month, day.day, 13, 5), today=TODAY) == day  # noqa: DTZ001
    assert parse_date(float((day - dt.date(1899, 12, 30)).days), today=TODAY) == day


@given(DAYS)
def test_a_year_of_two_digits_is_never_in_a_future_year(day: dt.date) -> None:
    parsed = parse_date(f"{day.day}-{day.month}-{day.year % 100:02d}", today=TODAY)
    assert parsed is None or (parsed.year <= TODAY.year and parsed.year % 100 == day.year % 100)


@pytest.mark.parametrize(
    "written",
    ["31/02/1980", "1975/13/40", "không rõ", "1969", 1969.0, "5/1969", "00/00/1950", "12/25/1980", "x", True, -5.0, 1e300,
     float("nan"), float("inf"), "01/01/0001", "12345", UNCALCULATED],
)  # fmt: skip
def test_what_is_no_date(written: object) -> None:
    assert parse_date(written, today=TODAY) is None  # type: ignore[arg-type]


@given(st.sampled_from("35789"), st.text(string.digits, min_size=8, max_size=8))
def test_a_phone_in_any_form_is_the_same_number(first: str, rest: str) -> None:
    national = first + rest
    expected = f"+84{national}"
    forms = [
        f"0{national}", national, float(national), float(f"84{national}"), f"+84 {national[:3]} {national[3:6]} {national[6:]}",
        f"0{national[:3]}.{national[3:6]}.{national[6:]}", f"0084{national}", f"(+84) {national}", f"'0{national}",
        f"0{national} / 02033123456", f"0{national}; 0912345678", f"0{national[:3]}-{national[3:6]}-{national[6:]}",
    ]  # fmt: skip
    assert {normalize.phone(form) for form in forms} == {expected}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("01203456789", "+84703456789"),
        ("0169 345 6789", "+84393456789"),
        (1233456789.0, "+84833456789"),
        ("+841993456789", "+84593456789"),
    ],
)
def test_numbers_of_eleven_digits_are_of_before_2018(old: object, new: str) -> None:
    assert normalize.phone(old) == new  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    ["0912345678 (Zalo)", "0912345678-0987654321", "0912345678 và 0987654321", "ĐT: 0912.345.678", "0912 345 678 - zalo",
     "0912345678 0987654321", "DĐ 0912345678; NR 02438251234", "Zalo: 0912345678 hoặc 0987654321", "84912345678-84987654321"],
)  # fmt: skip
def test_of_several_numbers_the_first_is_taken_and_a_remark_passed_over(written: str) -> None:
    assert normalize.phone(written) == "+84912345678"


@pytest.mark.parametrize(
    "written", ["0912 345 678 (vợ)", "0912-345678901", "0912345678 (cũ)", "của con 0912345678"]
)
def test_a_number_of_somebody_else_or_of_too_many_digits_is_none(written: str) -> None:
    assert normalize.phone(written) is None


@pytest.mark.parametrize(
    "written", ["0912-ABC", "12", "không có số", "0112345678", "09123456789", 12.0, 0.5, "+12", True, "=A1"]
)
def test_what_is_no_phone(written: object) -> None:
    assert normalize.phone(written) is None  # type: ignore[arg-type]


@given(st.integers(1, 96), st.integers(0, 3), st.integers(0, 99), st.integers(0, 999999))
def test_a_citizen_id_keeps_and_regains_its_zeros(
    province: int, century: int, year: int, serial: int
) -> None:
    digits = f"{province:03d}{century}{year:02d}{serial:06d}"
    assert normalize.citizen_id(digits) == digits
    assert normalize.citizen_id(float(digits)) == digits
    assert normalize.citizen_id(f"{digits[:3]} {digits[3:6]}.{digits[6:]}") == digits


def test_a_text_of_eleven_digits_is_completed_only_when_it_tells_the_year_of_birth() -> None:
    assert normalize.citizen_id("56072821816", birth_date=dt.date(1972, 8, 5)) == "056072821816"
    assert normalize.citizen_id("56072821816", birth_date=dt.date(1973, 8, 5)) is None
    assert normalize.citizen_id("56072821816") is None


@pytest.mark.parametrize(
    "written", ["0910720012345678", "09107200ABCD", "12345", 123456789.0, "000000000000", 5.6e15, "5.6E+10"]
)
def test_what_is_no_citizen_id(written: object) -> None:
    assert normalize.citizen_id(written, birth_date=dt.date(1972, 1, 1)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "card"),
    [("51.303034", "51.303034"), (51.303034, "51.303034"), (10.50054, "10.500540"), (5.1, "05.100000"),
     ("51303034", "51.303034"), (51303034.0, "51.303034"), (1303034.0, "01.303034"),
     (" 51 303 034", "51.303034"), ("TV-0012", "TV-0012")],
)  # fmt: skip
def test_card_numbers_are_text(written: object, card: str) -> None:
    assert normalize.card_number(written) == card  # type: ignore[arg-type]


@pytest.mark.parametrize("written", ["không rõ", "abc", "=1+1", -1.0, 0.0, True, "x1", float("nan")])
def test_what_is_no_card_number(written: object) -> None:
    assert normalize.card_number(written) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "post"),
    [
        ("BÍ THƯ CHI BỘ", "Bí thư"), ("Bí thư", "Bí thư"), ("phó bí thư", "Phó Bí thư"), ("P. Bí thư", "Phó Bí thư"),
        ("Chi uỷ viên", "Cấp ủy viên"), ("Cấp ủy viên", "Cấp ủy viên"), ("Đảng viên", None), ("Trưởng thôn, Bí thư", "Bí thư"),
        ("Bí thư Đảng ủy", None), ("Bí thư Chi đoàn", None), ("Đảng ủy viên, Bí thư chi bộ", "Bí thư"), ("Hiệu trưởng", None),
        ("Phó Bí thư, Chi ủy viên", "Phó Bí thư"), ("PBT", "Phó Bí thư"), ("BT", "Bí thư"), ("Ủy viên UBND", None),
        ("UVBCH, Trưởng thôn", "Cấp ủy viên"), ("UV BCH chi bộ", "Cấp ủy viên"), ("Ủy viên UBKT", None),
        ("UV BCH Đảng bộ", None),
    ],
)  # fmt: skip
def test_posts(written: str, post: str | None) -> None:
    assert normalize.post(written).held == post


@pytest.mark.parametrize(
    ("post", "words"),
    [
        (
            "Bí thư",
            (
                "Nguyên Bí thư",
                "Nguyên BT CB",
                "Cựu bí thư chi bộ",
                "Thôi Bí thư từ 2024",
                "Bí thư (đã thôi)",
                "Bí thư cũ",
                "Bí thư, đã thôi từ 01/2024",
                "Nguyên đ/c Bí thư",
                "BT (thôi 3/2025)",
                "Bí thư hết nhiệm kỳ",
                "Bí thư (hết NK)",
                "Bí thư chi bộ cũ",
                "Bí thư 2015 - 2020",
                "Bí thư (đến 12/2023)",
                "Bí thư - thôi giữ chức",
                "Nguyen bi thu",
                "Nguyên Bí thư, Phó Bí thư",
                "Miễn nhiệm Bí thư",
                "NGUYÊN BÍ THƯ CHI BỘ",
            ),
        ),
        ("Phó Bí thư", ("Nguyên Phó Bí thư", "nguyên PBT", "P.Bí thư (cũ)", "Phó bí thư khóa trước")),
        ("Cấp ủy viên", ("Nguyên chi ủy viên", "Thôi cấp ủy viên", "Chi ủy viên nhiệm kỳ 2015-2020")),
    ],
)
def test_an_office_that_is_over_is_none(post: str, words: tuple[str, ...]) -> None:
    assert {word: normalize.post(word, today=TODAY) for word in words} == dict.fromkeys(words, (None, post))


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("Nguyên Bí thư, nay là Phó Bí thư", "Phó Bí thư"),
        ("Bí thư nhiệm kỳ 2025-2030", "Bí thư"),
        ("Bí thư từ 01/2024", "Bí thư"),
        ("Bí thư chi bộ Thái Nguyên", "Bí thư"),
        ("Bí thư chi bộ Cựu chiến binh", "Bí thư"),
        ("Bí thư, nguyên Trưởng thôn", "Bí thư"),
        ("Nguyên Trưởng thôn, Bí thư", "Bí thư"),
        ("Bí thư, thôi chức Trưởng thôn", "Bí thư"),
        ("Cựu chiến binh, Bí thư", "Bí thư"),
        ("Nguyên Bí thư; Chi ủy viên", "Cấp ủy viên"),
    ],
)
def test_an_office_that_is_held_beside_one_that_is_over_counts(written: str, held: str) -> None:
    assert normalize.post(written, today=TODAY).held == held


@pytest.mark.parametrize("written", ["", " ", "-", "–", "—", "...", "…", "\u00a0", " - ", "\u200b"])
def test_dashes_and_dots_mean_nothing_is_there(written: str) -> None:
    assert normalize.is_blank(written)


def test_cells_are_the_same_whatever_the_case_the_tone_place_and_the_blanks() -> None:
    names = CellNames(["Chi bộ thôn Hòa Bình 1", "Chi bộ thôn Đông", "Chi bộ thôn Đồng"])
    for spelling in (
        "CHI BỘ THÔN HÒA BÌNH 1",
        "chi bộ thôn hoà bình 1 ",
        "thôn Hòa  Bình 1",
        "Chi bo thon Hoa Binh 1",
    ):
        assert names.find(spelling) == cell_key("Chi bộ thôn Hòa Bình 1")
    assert names.find("Chi bộ thôn Đong") is None
    assert names.find("Chi bo thon Dong") is None, "two cells could be meant"


@pytest.mark.parametrize(
    "name",
    ["Chi bộ Công ty Cổ phần Cấp nước số 16", "Chi bộ ấp Phước Lợi 2", "Chi bộ tổ dân phố Ngọc Tích 42",
     "Chi bộ Trường Trung học phổ thông số 29",
     "Chi bộ Trạm Y tế số 26", "Chi bộ khu phố Bình Minh 6", "Chi bộ Ban Quản lý dự án số 38"],
)  # fmt: skip
def test_a_name_in_capitals_is_written_properly(name: str) -> None:
    assert proper_name(name.upper()) == name


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            "deceased",
            ("đã qua đời", "mất", "Đã mất (2024)", "Mất ngày 3/4/2024", "từ trần năm 2023", "đã từ trần."),
        ),
        (
            "transferred",
            (
                "Đã chuyển đi",
                "chuyển đi",
                "chuyển SHĐ đi nơi khác",
                "Chuyển sinh hoạt từ 5/2025",
                "đã chuyển",
            ),
        ),
        ("expelled", ("Đã khai trừ", "bị khai trừ khỏi Đảng", "Khai trừ theo QĐ số 15")),
        ("struck_off", ("đã xóa tên", "bị xoá tên", "Xóa tên trong danh sách đảng viên")),
        ("suspended", ("bị đình chỉ", "Đang bị đình chỉ sinh hoạt Đảng")),
        ("withdrawn", ("Đã xin ra khỏi Đảng", "xin ra", "ra khỏi Đảng")),
        (
            "exempt",
            ("Miễn SH", "ĐV miễn sinh hoạt", "Được miễn công tác và sinh hoạt", "miễn CT, SH", "Miễn"),
        ),
        ("probationary", ("ĐV dự bị", "đảng viên dự bị", "Đang dự bị", "DB", "ĐVDB")),
        ("official", ("ĐV chính thức", "CT", "Chuyển Đảng chính thức")),
        ("temporary_in", ("Sinh hoạt tạm thời", "tạm thời đến")),
        ("temporary_out", ("Tạm thời đi", "Sinh hoạt tạm thời nơi khác")),
        (None, ("Mất thẻ", "miễn nhiệm", "hết miễn sinh hoạt", "Hưu trí", "xin chuyển", "chưa chuyển", "?")),
    ],
)
def test_a_status_is_known_by_the_words_of_the_party_and_of_people(
    status: str | None, words: tuple[str, ...]
) -> None:
    assert {word: normalize.status(word) for word in words} == dict.fromkeys(words, status)


@pytest.mark.parametrize(
    ("written", "card"),
    [("5.2000006E7", "52.000006"), ("5,200006E+06", "05.200006"), ("5.2E7", None), ("AB 1234E5", "AB1234E5")],
)
def test_a_card_number_that_became_a_power_of_ten_is_restored_or_refused(
    written: str, card: str | None
) -> None:
    assert normalize.card_number(written) == card


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Văn\u200bAn", "Văn An"),
        ("(Đ/c) Mai Ổn", "Mai Ổn"),
        ("\u00d0ặng \u00d0ình Ân", "Đặng Đình Ân"),
        ("Y Ñuê Niê", "Y Ñuê Niê"),
        ("ĐÀO ĐÊ", "Đào Đê"),
        ("TrÇn ThÞ Hoa", None),
        ("NguyÔn Thanh", None),
    ],
)
def test_a_name_is_read_as_a_person_would_and_an_old_font_is_none(written: str, name: str | None) -> None:
    assert normalize.person_name(written) == name
