"""Agenda templates: content, not words of the screen, so they are written here, in Vietnamese, and edited in every meeting.

The items of a regular meeting and their order are those of 2-domain; minutes are a proposal that sums to 90, the least
duration of a cell meeting.
"""

from dataclasses import dataclass

from handbook.meetings.enums import MeetingKind


@dataclass(frozen=True, slots=True)
class AgendaEntry:
    """One line of an agenda as it is written: ``minutes`` is its planned length, ``id`` an existing item to keep."""

    title: str
    presenter: str | None = None
    minutes: int | None = None
    body: str | None = None
    id: int | None = None


REGULAR = (
    AgendaEntry("Tuyên bố lý do, giới thiệu đại biểu và khách mời", "Chủ trì", 3),
    AgendaEntry("Cử thư ký ghi biên bản", "Chủ trì", 1),
    AgendaEntry("Điểm danh đảng viên", "Thư ký", 3),
    AgendaEntry("Thông qua chương trình sinh hoạt", "Chủ trì", 2),
    AgendaEntry("Kiểm điểm việc thực hiện nghị quyết tháng trước", "Chủ trì", 15),
    AgendaEntry("Báo cáo công tác tháng và phương hướng tháng tới", "Chủ trì", 12),
    AgendaEntry("Phổ biến, quán triệt văn bản của cấp trên", "Chủ trì", 10),
    AgendaEntry("Thông tin thời sự, định hướng tư tưởng", "Chủ trì", 5),
    AgendaEntry("Thảo luận", "Đảng viên", 15),
    AgendaEntry("Phân công nhiệm vụ cho đảng viên", "Chủ trì", 5),
    AgendaEntry("Biểu quyết thông qua nghị quyết", "Chủ trì", 5),
    AgendaEntry("Xét kết nạp đảng viên, công nhận đảng viên chính thức (nếu có)", "Chủ trì", 5),
    AgendaEntry("Đánh giá, chấm điểm chất lượng buổi sinh hoạt", "Chủ trì", 4),
    AgendaEntry("Thông qua biên bản", "Thư ký", 4),
    AgendaEntry("Kết luận và bế mạc", "Chủ trì", 1),
)

TEMPLATES: dict[MeetingKind, tuple[AgendaEntry, ...]] = {MeetingKind.REGULAR: REGULAR}


def template_for(kind: MeetingKind) -> tuple[AgendaEntry, ...]:
    """The agenda that a new meeting of this kind starts with; empty where there is no usual one."""
    return TEMPLATES.get(kind, ())
