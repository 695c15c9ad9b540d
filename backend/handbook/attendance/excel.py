"""The combined roll of a conference as an Excel file."""

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from handbook.attendance.enums import AttendanceState, Flag, Method
from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.meetings.models import Meeting

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATES = {
    AttendanceState.PRESENT: "Có mặt",
    AttendanceState.LATE: "Đến muộn",
    AttendanceState.EXCUSED: "Vắng có phép",
    AttendanceState.UNEXCUSED: "Vắng không phép",
    AttendanceState.EXEMPT: "Miễn sinh hoạt",
}
METHODS = {
    Method.QR: "Quét mã",
    Method.LINK: "Mở liên kết",
    Method.SECRETARY: "Ghi tay",
    Method.REQUEST: "Xin phép",
    Method.SYSTEM: "Tự động",
    Method.SHEET: "Ghi từ phiếu giấy",
    Method.REVERSE_SCAN: "Quét mã cá nhân",
}
NOT_RECORDED = "Chưa điểm danh"
COLUMNS = (
    Column("Điểm cầu", 34),
    Column("Họ và tên", 28),
    Column("Chi bộ", 34),
    Column("Số thẻ đảng viên", 16),
    Column("Điểm danh", 16),
    Column("Thời gian", 17, CellKind.INSTANT),
    Column("Cách ghi", 18),
    Column("Ở điểm cầu khác", 16),
)


def roll_workbook(meeting: Meeting, lines: Iterable[Row[Any]], *, created: datetime) -> bytes:
    """The workbook; ``lines`` come from :func:`~handbook.attendance.roll.combined_lines`."""
    target = io.BytesIO()
    zone = ZoneInfo(meeting.organization.timezone)
    sheet = Sheet("Điểm danh", COLUMNS, _rows(lines), heading=(meeting.title,), zone=zone)
    write_workbook(target, (sheet,), created=created)
    return target.getvalue()


def roll_filename(meeting: Meeting) -> str:
    zone = ZoneInfo(meeting.organization.timezone)
    return f"diem-danh-{meeting.starts_at.astimezone(zone):%Y-%m-%d}.xlsx"


def _rows(lines: Iterable[Row[Any]]) -> Iterator[list[Cell]]:
    for line in lines:
        site = None if line.site_name is None else f"{line.site_number}. {line.site_name}"
        yield [
            site,
            line.full_name,
            line.cell,
            line.card_number,
            NOT_RECORDED if line.state is None else STATES[AttendanceState(line.state)],
            line.checked_in_at or (line.recorded_at if line.state is not None else None),
            METHODS[Method(line.method)] if line.method else None,
            "Có" if Flag.OTHER_SITE in line.flags else None,
        ]
