"""What may be said of a task, and when: pure rules."""

from datetime import date

from handbook.resolutions.enums import TaskState, UpdateKind

#: The state that an update leads to; progress leaves it as it is.
LEADS_TO = {
    UpdateKind.DONE: TaskState.DONE,
    UpdateKind.NOT_DONE: TaskState.NOT_DONE,
    UpdateKind.REOPENED: TaskState.OPEN,
}


def is_open_to(state: TaskState, kind: UpdateKind) -> bool:
    """Only an open task makes progress and ends; only an ended one is opened again."""
    return (state == TaskState.OPEN) != (kind is UpdateKind.REOPENED)


def needs_text(kind: UpdateKind, percent: int | None) -> bool:
    """2-domain, default agenda: "each task done / not done / why": what was not done says why, and an update says something."""
    return kind is UpdateKind.NOT_DONE or (kind is UpdateKind.PROGRESS and percent is None)


def is_overdue(state: TaskState, due_on: date | None, today: date) -> bool:
    """Open, and its day is over."""
    return state == TaskState.OPEN and due_on is not None and due_on < today
