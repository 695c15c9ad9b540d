"""Whom a meeting's messages have not reached, as a workbook to telephone from."""

import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.members.phones import national_phone

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILENAME = "chua-nhan-duoc.xlsx"
#: The words of the app's own list (`reach.why` in the secretary's screens).
WHY = {
    "not_activated": "Chưa kích hoạt tài khoản",
    "no_device": "Chưa bật thông báo trên máy",
    "muted": "Đã tắt loại thông báo này",
    "not_sent": "Chưa gửi",
    "waiting": "Đang chờ gửi lại",
    "failed": "Gửi không được",
    "not_shown": "Máy chưa hiện thông báo",
}


def unreached_workbook(
    meeting: Meeting, unreached: Iterable[Mapping[str, Any]], *, created: datetime
) -> bytes:
    """The bytes of the workbook: one line for each member to telephone, with room for what came of it. Of a meeting that was
    called off it says so, and why: that is what they are telephoned for.
    """
    zone = ZoneInfo(meeting.organization.timezone)
    cancelled = meeting.state == MeetingState.CANCELLED
    when = f"{meeting.starts_at.astimezone(zone):%H:%M ngày %d/%m/%Y}, {meeting.place}"
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
            f"DANH SÁCH ĐẢNG VIÊN CHƯA NHẬN ĐƯỢC THÔNG BÁO {'HỦY CUỘC ' if cancelled else ''}HỌP",
            f"{meeting.organization.name}: {meeting.title}",
            f"ĐÃ HỦY cuộc họp lúc {when}. Lý do: {meeting.cancel_reason}" if cancelled else f"Họp lúc {when}",
            f"Lập lúc {created.astimezone(zone):%H:%M ngày %d/%m/%Y}",
        ],
    )
    target = io.BytesIO()
    write_workbook(target, [sheet], created=created)
    return target.getvalue()


def _lines(unreached: Iterable[Mapping[str, Any]]) -> Iterable[list[Cell]]:
    for number, person in enumerate(unreached, 1):
        yield [number, person["full_name"], national_phone(person["phone"]), WHY[person["reason"]], None]
