"""Whom a meeting's messages have not reached, as a workbook to telephone from."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.meetings.models import Meeting

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILENAME = "chua-nhan-duoc.xlsx"
WHY = {
    "not_activated": "Chưa kích hoạt tài khoản",
    "no_device": "Chưa có máy nhận thông báo",
    "muted": "Đã tắt loại thông báo này",
    "not_sent": "Chưa gửi",
    "waiting": "Đang chờ gửi lại",
    "failed": "Không gửi được",
    "not_shown": "Máy chưa hiện thông báo",
}


def unreached_workbook(
    meeting: Meeting, unreached: Iterable[Mapping[str, Any]], *, created: datetime
) -> bytes:
    """The bytes of the workbook: one line for each member to telephone, with room for what came of it."""
    zone = ZoneInfo(meeting.organization.timezone)
    sheet = Sheet(
        "Chưa nhận được",
        [
            Column("STT", 6, CellKind.INTEGER),
            Column("Họ và tên", 32),
            Column("Điện thoại", 18),
            Column("Lý do", 32),
            Column("Kết quả gọi điện", 40),
        ],
        _lines(unreached),
        heading=[
            "DANH SÁCH ĐẢNG VIÊN CHƯA NHẬN ĐƯỢC THÔNG BÁO HỌP",
            f"{meeting.organization.name}: {meeting.title}",
            f"Họp lúc {meeting.starts_at.astimezone(zone):%H:%M ngày %d/%m/%Y}, {meeting.place}",
            f"Lập lúc {created.astimezone(zone):%H:%M ngày %d/%m/%Y}",
        ],
    )
    target = io.BytesIO()
    write_workbook(target, [sheet], created=created)
    return target.getvalue()


def _lines(unreached: Iterable[Mapping[str, Any]]) -> Iterable[list[Cell]]:
    for number, person in enumerate(unreached, 1):
        yield [number, person["full_name"], person["phone"], WHY[person["reason"]], None]
