"""The attendance report as a workbook for people, with the same figures as the JSON."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.meetings.enums import MeetingState
from handbook.members.phones import national_phone
from handbook.reports.queries import AttendanceReport, MeetingLine
from handbook.reports.rules import ExceptionKind, Figures

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_COUNTS = (
    Column("Triệu tập", 11, CellKind.INTEGER),
    Column("Có mặt", 11, CellKind.INTEGER),
    Column("Trong đó đến muộn", 11, CellKind.INTEGER),
    Column("Vắng có phép", 11, CellKind.INTEGER),
    Column("Vắng không phép", 11, CellKind.INTEGER),
    Column("Miễn sinh hoạt", 11, CellKind.INTEGER),
    Column("Tỷ lệ dự họp", 11, CellKind.PERCENT),
)
# The rule of the counts, under the heading of every sheet that has them; see rules.py.
RULE = (
    "Có mặt gồm cả người đến muộn. Tỷ lệ dự họp = có mặt ÷ (triệu tập − miễn sinh hoạt);"
    " chỉ tính các cuộc họp đã kết thúc."
)
# Exceptions of each kind in a workbook, which nobody turns the pages of.
MOST_EXCEPTIONS = 10_000
MORE = "Còn nữa: xem tiếp ở báo cáo của từng tổ chức trực thuộc."
_EXCEPTIONS = {
    ExceptionKind.NO_MEETING: "Chưa sinh hoạt thường kỳ trong tháng",
    ExceptionKind.MINUTES_OVERDUE: "Biên bản chưa hoàn thành đúng hạn",
    ExceptionKind.FALLING_ATTENDANCE: "Tỷ lệ dự họp giảm",
}
_STATES = {
    MeetingState.CONVENED: "Đã triệu tập",
    MeetingState.OPEN: "Đang họp",
    MeetingState.CLOSED: "Đã họp",
    MeetingState.FINALIZED: "Đã hoàn thành biên bản",
    MeetingState.CANCELLED: "Đã hủy",
}
# States in which the roll of a meeting says who came.
_OVER = frozenset({MeetingState.CLOSED, MeetingState.FINALIZED})


def report_workbook(report: AttendanceReport, above: Mapping[int, str], *, created: datetime) -> bytes:
    """The bytes of the workbook: the parts with their total, the organisation's own meetings, and the exceptions.

    ``above`` names the organisation right above one with an exception, by id; see ``names_above``.
    """
    target = io.BytesIO()
    write_workbook(target, _sheets(report, above), created=created)
    return target.getvalue()


def report_filename(report: AttendanceReport) -> str:
    """A name for the file that says nothing about persons."""
    return f"diem-danh-{report.organization.id}-{report.month}.xlsx"


def _sheets(report: AttendanceReport, above: Mapping[int, str]) -> Iterator[Sheet]:
    month = f"Tháng {int(report.month[5:])} năm {report.month[:4]}"
    heading = ["TỔNG HỢP SINH HOẠT VÀ ĐIỂM DANH", report.organization.name, month]
    with_rule = [*heading, RULE]
    zone = ZoneInfo(report.organization.timezone)
    yield Sheet(
        "Tổng hợp",
        [
            Column("STT", 6, CellKind.INTEGER),
            Column("Tổ chức đảng", 44),
            Column("Số chi bộ", 11, CellKind.INTEGER),
            Column("Đã sinh hoạt", 11, CellKind.INTEGER),
            *_COUNTS,
        ],
        _lines(report),
        heading=with_rule,
    )
    if report.meetings:
        yield Sheet(
            "Cuộc họp",
            [
                Column("Thời gian", 18, CellKind.INSTANT),
                Column("Nội dung", 44),
                Column("Trạng thái", 24),
                *_COUNTS,
            ],
            (
                [line.starts_at, line.title, _STATES[MeetingState(line.state)], *_counts_of(line)]
                for line in report.meetings
            ),
            heading=with_rule,
            zone=zone,
        )
    yield Sheet(
        "Cần lưu ý",
        [
            Column("Tổ chức đảng", 44),
            Column("Trực thuộc", 44),
            Column("Nội dung", 40),
            Column("Từ lúc", 18, CellKind.INSTANT),
            Column("Tỷ lệ dự họp", 12, CellKind.PERCENT),
            Column("Ba tháng trước", 12, CellKind.PERCENT),
            Column("Bí thư hoặc Phó Bí thư", 28),
            Column("Điện thoại", 16),
        ],
        _exceptions(report, above),
        heading=heading,
        zone=zone,
    )


def _exceptions(report: AttendanceReport, above: Mapping[int, str]) -> Iterator[list[Cell]]:
    for line in report.exceptions:
        yield [
            line.finding.name,
            above.get(line.finding.organization_id),
            _EXCEPTIONS[line.finding.kind],
            line.finding.since,
            line.finding.rate,
            line.finding.previous_rate,
            line.contact.full_name if line.contact else None,
            national_phone(line.contact.phone) if line.contact else None,
        ]
    if any(report.exceptions_next.values()):
        yield [MORE, None, None, None, None, None, None, None]


def _lines(report: AttendanceReport) -> Iterator[list[Cell]]:
    for number, line in enumerate(report.children, 1):
        yield [number, line.name, line.figures.cells, line.figures.cells_met, *_counts(line.figures)]
    totals = report.totals
    yield [None, "Tổng cộng", totals.cells, totals.cells_met, *_counts(totals)]


def _counts_of(meeting: MeetingLine) -> list[Cell]:
    """What the meeting came to; of one that is not over only how many are summoned, for nobody has failed to come yet."""
    if MeetingState(meeting.state) in _OVER:
        return _counts(meeting.figures)
    return [meeting.figures.summoned, *[None] * (len(_COUNTS) - 1)]


def _counts(figures: Figures) -> list[Cell]:
    return [
        figures.summoned,
        figures.attended,
        figures.late,
        figures.excused,
        figures.unexcused,
        figures.exempt,
        figures.rate,
    ]
