"""Sheets and rows of a workbook that nothing was read of although something stands in them."""

from collections.abc import Iterable

from handbook.members.roster.layout import TableSheet
from handbook.members.roster.warnings import MOST_OF_A_KIND

_NO_HEADER = (
    "không đọc được dòng nào vì không thấy dòng tiêu đề có cột họ và tên cùng ít nhất hai cột khác (ngày sinh, ngày vào Đảng,"
    " số thẻ…). Nếu ở đó có đảng viên, hãy thêm dòng tiêu đề rồi nhập lại tệp; nếu không, không cần làm gì."
)
_NO_MEMBER = (
    "có dòng tiêu đề nhưng không dòng nào bên dưới được đọc là đảng viên. Nếu ở đó có đảng viên, hãy ghi họ tên và ngày"
    " sinh đúng dưới tiêu đề của chúng rồi nhập lại tệp; nếu không, không cần làm gì."
)
_ROWS = (
    "không rõ là đảng viên, tên chi bộ hay dòng cộng nên không được đọc. Nếu là đảng viên, hãy ghi đủ họ tên, ngày sinh và"
    " ngày vào Đảng; nếu là chi bộ, hãy bắt đầu dòng bằng chữ “Chi bộ”."
)


def warnings_of_unread(sheets: Iterable[TableSheet]) -> list[str]:
    """Sentences about whole sheets first, then about single rows. Empty sheets, which every new workbook has, are none."""
    places: dict[str, list[str]] = {_NO_HEADER: [], _NO_MEMBER: []}
    rows: list[str] = []
    for sheet in sheets:
        if not sheet.members:
            if sheet.rows:
                places[_NO_MEMBER if sheet.has_table else _NO_HEADER].append(f"“{sheet.name}”")
        elif unread := [str(row.number) for row in sheet.rows if row.kind == "unread"]:
            rows.append(f"Trang “{sheet.name}”, dòng {_first(unread)}: {_ROWS}")
    return [f"Trang {_first(names)}: {words}" for words, names in places.items() if names] + rows


def _first(words: list[str]) -> str:
    rest = len(words) - MOST_OF_A_KIND
    return ", ".join(words) if rest <= 0 else f"{', '.join(words[:MOST_OF_A_KIND])} và {rest} nữa"
