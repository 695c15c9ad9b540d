"""The empty workbook that people fill in with the sites and delegates of a conference."""

from collections.abc import Sequence
from typing import BinaryIO

from handbook.kernel.xlsx import Cell, Column, Sheet, write_workbook

SITES = "Điểm cầu"
DELEGATES = "Đại biểu"
_SITE_COLUMNS = (
    Column("Tên điểm cầu", 34),
    Column("Địa chỉ", 40),
    Column("Liên kết trực tuyến", 40),
    Column("Số thẻ người phụ trách", 30),
)
_DELEGATE_COLUMNS = (Column("Số thẻ đảng viên", 20), Column("Họ và tên", 30), Column("Điểm cầu", 34))
# A card number that nobody has: a line of the form that is left in is refused by itself.
_SITE_EXAMPLE: Sequence[Cell] = (
    "Ví dụ: Điểm cầu Đảng ủy xã Mẫu",
    "Hội trường tầng 2, số 1 đường Mẫu",
    "https://hop.example.vn/diem-cau-1",
    "00.000001; 00.000002",
)
_DELEGATE_EXAMPLE: Sequence[Cell] = ("00.000001", "Nguyễn Văn Mẫu", "Ví dụ: Điểm cầu Đảng ủy xã Mẫu")


def write_form(target: BinaryIO) -> None:
    """Write the form to a stream."""
    write_workbook(
        target,
        (
            Sheet(SITES, _SITE_COLUMNS, (_SITE_EXAMPLE,)),
            Sheet(DELEGATES, _DELEGATE_COLUMNS, (_DELEGATE_EXAMPLE,)),
        ),
    )
