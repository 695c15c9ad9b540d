"""What may be said of a task, and when: pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from handbook.resolutions.enums import TaskState, UpdateKind

#: The state that an update leads to; progress leaves it as it is.
LEADS_TO = {
    UpdateKind.DONE: TaskState.DONE,
    UpdateKind.NOT_DONE: TaskState.NOT_DONE,
    UpdateKind.REOPENED: TaskState.OPEN,
}


class Update(Protocol):
    """What was said of a task; ``at`` by the clock of who said it, ``recorded_at`` when it arrived."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def percent(self) -> int | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Known:
    """How a task stood for who knew a part of what was said of it."""

    state: TaskState = TaskState.OPEN
    percent: int | None = None
    reason: str | None = None

    def after(self, kind: UpdateKind, text: str, percent: int | None) -> "Known":
        """The same once more was said."""
        told = self.percent if percent is None else percent
        if kind is UpdateKind.PROGRESS:
            return Known(self.state, told, self.reason)
        if kind is UpdateKind.DONE:
            return Known(TaskState.DONE, 100)
        if kind is UpdateKind.NOT_DONE:
            return Known(TaskState.NOT_DONE, told, text)
        return Known(TaskState.OPEN, percent if told == 100 else told)


def as_heard(updates: Iterable[Update], ended_at: datetime, heard_until: datetime) -> Known | None:
    """How a task stood for a meeting that ended at ``ended_at``; None when all that was said of it was heard there.

    Heard is what was written before the end and had arrived by ``heard_until``, when the end itself arrived: a room
    without a network sends what it wrote in order, and nobody there knew what another phone had kept to itself.
    """
    said = list(updates)
    heard = [one for one in said if one.at <= ended_at and one.recorded_at <= heard_until]
    if len(heard) == len(said):
        return None
    known = Known()
    for one in heard:
        known = known.after(UpdateKind(one.kind), one.text, one.percent)
    return known


def is_open_to(state: TaskState, kind: UpdateKind) -> bool:
    """Only an open task makes progress and ends; only an ended one is opened again."""
    return (state == TaskState.OPEN) != (kind is UpdateKind.REOPENED)


def needs_text(kind: UpdateKind, percent: int | None) -> bool:
    """2-domain, default agenda: "each task done / not done / why": what was not done says why, and an update says something."""
    return kind is UpdateKind.NOT_DONE or (kind is UpdateKind.PROGRESS and percent is None)


def is_overdue(state: TaskState, due_on: date | None, today: date) -> bool:
    """Open, and its day is over."""
    return state == TaskState.OPEN and due_on is not None and due_on < today
