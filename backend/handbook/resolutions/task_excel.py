"""The tasks of a tree as a workbook for people, the same lines as the JSON."""

import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handbook.kernel.xlsx import Cell, CellKind, Column, Sheet, write_workbook
from handbook.organizations.models import Organization
from handbook.resolutions.enums import Gone, TaskState
from handbook.resolutions.models import Resolution, Task
from handbook.resolutions.task_queries import gone_of
from handbook.resolutions.task_rules import is_overdue

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILENAME = "nhiem-vu.xlsx"
_STATES = {TaskState.OPEN: "Đang làm", TaskState.DONE: "Đã xong", TaskState.NOT_DONE: "Chưa đạt"}
OVERDUE = "Quá hạn"
_GONE = {Gone.SUPERSEDED: "đã được thay thế", Gone.REVOKED: "đã thu hồi"}


def task_workbook(
    organization: Organization, tasks: Iterable[Task], *, today: date, created: datetime
) -> bytes:
    """The bytes of the workbook, a line for each task."""
    target = io.BytesIO()
    sheet = Sheet(
        "Nhiệm vụ",
        [
            Column("STT", 6, CellKind.INTEGER),
            Column("Tổ chức đảng", 36),
            Column("Nghị quyết", 16),
            Column("Nhiệm vụ", 48),
            Column("Người được giao", 36),
            Column("Hạn hoàn thành", 14, CellKind.DATE),
            Column("Tình trạng", 14),
            Column("Tiến độ", 10, CellKind.PERCENT),
            Column("Ghi chú mới nhất", 48),
            Column("Ngày kết thúc", 18, CellKind.INSTANT),
        ],
        _lines(tasks, today),
        heading=["THEO DÕI NHIỆM VỤ THEO NGHỊ QUYẾT", organization.name, f"Ngày {today:%d/%m/%Y}"],
        zone=ZoneInfo(organization.timezone),
    )
    write_workbook(target, [sheet], created=created)
    return target.getvalue()


def _lines(tasks: Iterable[Task], today: date) -> Iterator[list[Cell]]:
    for number, task in enumerate(tasks, 1):
        state = TaskState(task.state)
        notes = [update.text for update in task.updates if update.text]
        yield [
            number,
            task.resolution.organization_name,
            _symbol(task.resolution),
            task.title,
            ", ".join(row.full_name for row in task.assignees),
            task.due_on,
            OVERDUE if is_overdue(state, task.due_on, today) else _STATES[state],
            None if task.percent is None else task.percent / 100,
            notes[-1] if notes else None,
            task.finished_at,
        ]


def _symbol(resolution: Resolution) -> str:
    gone = gone_of(resolution)
    return f"{resolution.symbol} ({_GONE[gone]})" if gone else resolution.symbol
