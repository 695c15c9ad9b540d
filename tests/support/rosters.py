"""Makes rosters as people make them: other words over the columns, other orders, other places, other forms of values.

People are made up from lists of common names; nobody real is meant.
"""

import datetime as dt
import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đỗ", "Đặng", "Lý", "Quách", "Vũ")
MIDDLES = ("Văn", "Thị", "Đức", "Thu", "Hữu", "Kim", "Quốc", "Bích")
GIVEN = ("An", "Bình", "Đông", "Hạnh", "Khoa", "Lộc", "Mai", "Oanh", "Thủy", "Yến")

# Words people put over each column; the first is the plainest.
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("STT", "TT", "Số TT"),
    "name": (
        "Họ và tên",
        "HỌ VÀ TÊN",
        "Họ tên",
        "Họ, tên đảng viên",
        "Họ và tên đảng viên",
        "Ho va ten",
        "Tên đảng viên",
    ),
    "birth": (
        "Ngày sinh",
        "Ngày, tháng, năm sinh",
        "Năm sinh",
        "Sinh ngày",
        "Ngày sinh\n(dd/mm/yyyy)",
        "NGÀY THÁNG NĂM SINH",
    ),
    "sex": ("Giới tính", "Nam/Nữ", "Phái", "Nam, nữ", "GT"),
    "card": ("Số thẻ đảng viên", "Số thẻ ĐV", "Số thẻ", "Thẻ Đảng số", "Số thẻ Đảng"),
    "admitted": (
        "Ngày vào Đảng",
        "Ngày kết nạp",
        "Ngày vào Đảng (dự bị)",
        "Ngày, tháng, năm vào Đảng",
        "Kết nạp",
    ),
    "official": ("Ngày chính thức", "Chính thức", "Ngày công nhận chính thức", "Ngày vào Đảng chính thức"),
    "phone": ("Điện thoại", "SĐT", "Số điện thoại", "Di động", "Số ĐTDĐ"),
    "cccd": ("Số CCCD", "CCCD/CMND", "Căn cước công dân", "Số định danh cá nhân", "Số căn cước"),
    "post": ("Chức vụ Đảng", "Chức vụ", "Chức vụ trong Đảng", "Chức danh"),
    "cell": ("Chi bộ", "Đơn vị sinh hoạt", "Chi bộ sinh hoạt", "Tên chi bộ", "Nơi sinh hoạt"),
    "note": ("Ghi chú",),
    "home": ("Quê quán",),
    "issued": ("Ngày cấp CCCD",),
    "work": ("Đơn vị công tác",),
    "job": ("Chức vụ chính quyền",),
}
PLAIN_ORDER = (
    "number",
    "name",
    "birth",
    "sex",
    "card",
    "admitted",
    "official",
    "phone",
    "cccd",
    "post",
    "cell",
    "note",
)


@dataclass
class Person:
    """A made-up member as a roster should come to know it."""

    full_name: str
    sex: str
    birth_date: dt.date
    admitted_on: dt.date
    official_on: dt.date | None
    card_number: str | None
    citizen_id: str
    phone: str
    cell: str
    post: str | None = None

    def canonical(self) -> dict[str, Any]:
        """As the answer keys write it."""
        return {
            "full_name": self.full_name,
            "sex": self.sex,
            "birth_date": self.birth_date.isoformat(),
            "admitted_on": self.admitted_on.isoformat(),
            "official_on": self.official_on.isoformat() if self.official_on else None,
            "status": "official" if self.official_on else "probationary",
            "card_number": self.card_number,
            "citizen_id": self.citizen_id,
            "phone": self.phone,
            "cell": self.cell,
            "post": self.post,
        }


def make_people(rng: random.Random, cells: Sequence[str], per_cell: int) -> list[Person]:
    """People for each cell, the first of a cell its secretary."""
    people: list[Person] = []
    for cell in cells:
        for place in range(per_cell):
            index = len(people)
            is_female = rng.random() < 0.45
            born = dt.date(rng.randint(1945, 2002), rng.randint(1, 12), rng.randint(1, 28))
            admitted = dt.date(born.year + rng.randint(19, 22), rng.randint(1, 12), rng.randint(1, 28))
            official = (
                None if rng.random() < 0.08 else dt.date(admitted.year + 1, admitted.month, admitted.day)
            )
            if official is None:
                # Nobody is probationary for years.
                admitted = admitted.replace(year=2026 if admitted.month <= 10 else 2025)
            century = (born.year // 100 - 19) * 2 + is_female
            people.append(
                Person(
                    full_name=f"{rng.choice(FAMILIES)} {rng.choice(MIDDLES)} {rng.choice(GIVEN)}",
                    sex="female" if is_female else "male",
                    birth_date=born,
                    admitted_on=admitted,
                    official_on=official,
                    card_number=f"{10 + index % 89}.{index:06d}" if official else None,
                    citizen_id=f"0{rng.randint(10, 96)}{century}{born.year % 100:02d}{index:06d}",
                    phone=f"+849{rng.randint(0, 9)}{index:07d}",
                    cell=cell,
                    post="Bí thư" if place == 0 else "Phó Bí thư" if place == 1 else None,
                )
            )
    return people


DATE_FORMS: tuple[Callable[[dt.date], Any], ...] = (
    lambda day: day,
    lambda day: day.strftime("%d/%m/%Y"),
    lambda day: f"{day.day}/{day.month}/{day.year}",
    lambda day: day.strftime("%d-%m-%Y"),
    lambda day: day.strftime("%d.%m.%Y"),
    lambda day: day.isoformat(),
    lambda day: f"ngày {day.day} tháng {day.month} năm {day.year}",
    lambda day: (day - dt.date(1899, 12, 30)).days,
)
NAME_FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.lower,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: "  " + name.replace(" ", "\u00a0 ") + " ",
)
PHONE_FORMS: tuple[Callable[[str], Any], ...] = (
    lambda phone: "0" + phone[3:],
    lambda phone: int(phone[3:]),
    lambda phone: f"+84 {phone[3:6]} {phone[6:9]} {phone[9:]}",
    lambda phone: f"0{phone[3:6]}.{phone[6:9]}.{phone[9:]}",
    str,
)
CITIZEN_FORMS: tuple[Callable[[str], Any], ...] = (
    str,
    int,
    lambda digits: f"{digits[:3]} {digits[3:6]} {digits[6:]}",
)


@dataclass
class Shape:
    """How a roster is laid out."""

    order: Sequence[str] = PLAIN_ORDER
    headings: dict[str, str] = field(default_factory=dict)
    first_row: int = 4  # of the header, from 0
    first_column: int = 0
    with_groups: bool = True
    with_cell_column: bool = True
    merge_groups: bool = True
    group_form: str = "{number}. {NAME}"
    subtotal_form: str | None = "Cộng: {count} đảng viên"
    index_row: bool = False
    header_again_every: int = 0
    blank_every: int = 0
    signature: bool = False
    sheets: Sequence[str] = ("Danh sách",)
    seed: int | None = None  # None: plain values; else values in mixed forms


def write_roster(path: Path, people: Sequence[Person], shape: Shape) -> list[tuple[str, int, Person]]:
    """Write the workbook; returns where each person stands: sheet, row as Excel shows it, person."""
    rng = random.Random(shape.seed) if shape.seed is not None else None
    places: list[tuple[str, int, Person]] = []
    cells = list(dict.fromkeys(person.cell for person in people))
    per_sheet = -(-len(cells) // len(shape.sheets))
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "default_date_format": "dd/mm/yyyy"}
    ) as book:
        bold = book.add_format({"bold": True})
        for position, name in enumerate(shape.sheets):
            sheet = book.add_worksheet(name)
            writer = _SheetWriter(sheet, shape, rng, bold)
            writer.titles()
            writer.header()
            for cell in cells[position * per_sheet : (position + 1) * per_sheet]:
                places += [(name, row, person) for row, person in writer.cell_block(cell, people)]
            if shape.signature:
                writer.signature()
    return places


class _SheetWriter:
    def __init__(self, sheet: Any, shape: Shape, rng: random.Random | None, bold: Any) -> None:
        self.sheet, self.shape, self.rng, self.bold = sheet, shape, rng, bold
        order = [name for name in shape.order if shape.with_cell_column or name != "cell"]
        self.columns = {name: shape.first_column + index for index, name in enumerate(order)}
        self.row = shape.first_row
        self.number = self.group = 0

    def titles(self) -> None:
        lines = ("ĐẢNG BỘ XÃ MẪU", "DANH SÁCH ĐẢNG VIÊN", "(Kèm theo báo cáo)")
        for row, text in enumerate(lines[: max(0, self.shape.first_row - 1)]):
            self.sheet.write_string(row, self.shape.first_column, text)

    def header(self) -> None:
        for name, column in self.columns.items():
            self.sheet.write_string(
                self.row, column, self.shape.headings.get(name, HEADINGS[name][0]), self.bold
            )
        self.row += 1
        if self.shape.index_row:
            for column in self.columns.values():
                self.sheet.write_string(self.row, column, f"({column - self.shape.first_column + 1})")
            self.row += 1

    def cell_block(self, cell: str, people: Sequence[Person]) -> list[tuple[int, Person]]:
        members = [person for person in people if person.cell == cell]
        self.group += 1
        if self.shape.with_groups:
            text = self.shape.group_form.format(
                number=self.group, NAME=cell.upper(), name=cell, count=len(members)
            )
            first, last = min(self.columns.values()), max(self.columns.values())
            if self.shape.merge_groups:
                self.sheet.merge_range(self.row, first, self.row, last, text, self.bold)
            else:
                self.sheet.write_string(self.row, first, text)
            self.row += 1
        places = []
        for person in members:
            if (
                self.shape.header_again_every
                and self.number
                and self.number % self.shape.header_again_every == 0
            ):
                self.header()
            if self.shape.blank_every and self.number % self.shape.blank_every == 1:
                self.row += 1
            self.number += 1
            self._person(person)
            places.append((self.row + 1, person))
            self.row += 1
        if self.shape.subtotal_form:
            self.sheet.write_string(
                self.row, self.columns["name"], self.shape.subtotal_form.format(count=len(members))
            )
            self.row += 1
        return places

    def _person(self, person: Person) -> None:
        pick: Callable[[Sequence[Any]], Any] = self.rng.choice if self.rng else lambda forms: forms[0]
        official: Any = (
            pick(DATE_FORMS)(person.official_on) if person.official_on else pick(("", "-", "chưa"))
        )
        values: dict[str, Any] = {
            "number": self.number,
            "name": pick(NAME_FORMS)(person.full_name),
            "birth": pick(DATE_FORMS)(person.birth_date),
            "sex": pick(("Nam", "nam", " NAM ") if person.sex == "male" else ("Nữ", "nữ", "Nu")),
            "card": person.card_number or "",
            "admitted": pick(DATE_FORMS)(person.admitted_on),
            "official": official,
            "phone": pick(PHONE_FORMS)(person.phone),
            "cccd": pick(CITIZEN_FORMS)(person.citizen_id),
            "post": pick((str, str.upper, str.lower))(person.post) if person.post else "",
            "cell": pick((str, str.lower, lambda name: f" {name} "))(person.cell),
            "note": pick(("", "=1+1", "12/5/2020")),
            "home": "Xã Mẫu",
            "issued": dt.date(2021, 4, 5),
            "work": "Trường Mẫu",
            "job": "Hiệu trưởng",
        }
        for name, column in self.columns.items():
            value = values[name]
            if isinstance(value, dt.date):
                self.sheet.write_datetime(self.row, column, dt.datetime(value.year, value.month, value.day))  # noqa: DTZ001
            elif isinstance(value, str):
                if value:
                    self.sheet.write_string(self.row, column, value)
            else:
                self.sheet.write_number(self.row, column, value)

    def signature(self) -> None:
        name, last = self.columns["name"], max(self.columns.values())
        self.sheet.write_string(self.row + 1, last, "Xã Mẫu, ngày 20 tháng 11 năm 2026")
        self.sheet.write_string(self.row + 2, name, "NGƯỜI LẬP BIỂU")
        self.sheet.write_string(self.row + 2, last, "T/M ĐẢNG ỦY")
        self.sheet.write_string(self.row + 3, last, "BÍ THƯ")
        self.sheet.write_string(self.row + 6, name, "Nguyễn Văn Mẫu")
        self.sheet.write_string(self.row + 6, last, "Trần Thị Mẫu")
