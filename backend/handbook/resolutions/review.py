"""The tasks on the agenda: the item that reviews last month's resolution lists them, up to date until the meeting is over.

Those still open come with who answers for them and until when; those that have ended since the last meeting say how, so that
what failed does not vanish before the meeting has heard of it. Why it failed stands below, on a line of its own: the members
read it in the app, the notice board does not (ADR 19).

The list is content of the agenda, as a secretary would write it, so it is Vietnamese.
"""

from collections.abc import Collection, Iterable

from sqlalchemy import Select, select

from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.templates import OPEN_TASKS
from handbook.organizations.versions import bump_content_version
from handbook.resolutions.enums import TaskState
from handbook.resolutions.models import Resolution, Task
from handbook.resolutions.task_queries import gone_before, tasks_to_review

LIVE = (MeetingState.DRAFT.value, MeetingState.CONVENED.value, MeetingState.OPEN.value)
MAX_BODY = 10_000
NOTHING_OPEN = "Không còn nhiệm vụ nào chưa hoàn thành."
WHY = "Lý do: "
ENDED = {TaskState.DONE.value: "đã hoàn thành", TaskState.NOT_DONE.value: "chưa đạt"}


def review_text(tasks: Iterable[Task], gone: Collection[int] = ()) -> str:
    """One line for each task: what, who answers for it, until when, or how it ended; below it why it was not done. Of those
    whose resolution is among ``gone`` (ids), that it was revoked, or what took its place."""
    lines = [
        f"{number}. {_line(task, gone=task.resolution_id in gone)}" for number, task in enumerate(tasks, 1)
    ]
    text = "\n".join(lines) if lines else NOTHING_OPEN
    return text if len(text) <= MAX_BODY else text[: MAX_BODY - 1].rsplit("\n", 1)[0] + "\n…"


def without_reasons(body: str) -> str:
    """What :func:`review_text` wrote, as it may hang on a notice board."""
    return "\n".join(line for line in body.split("\n") if not line.startswith(WHY))


def lock_reviews(uow: UnitOfWork, organization_id: int) -> None:
    """Lock the meetings whose agenda :func:`refresh_review` may rewrite, before the content version is moved: who changes a
    meeting locks it first and moves the version then, and two who took them in another order would wait for each other.
    """
    uow.session.execute(
        _with_review(organization_id)
        .with_for_update(of=Meeting, key_share=True)
        .execution_options(populate_existing=True)
    )


def refresh_review(uow: UnitOfWork, organization_id: int, meeting_id: int | None = None) -> None:
    """Write the list anew where it is shown: in one meeting, or in all of the organisation that are not over.

    Who holds the agenda hears of it by the content version; it is no change that anybody is told of.
    """
    statement = _with_review(organization_id)
    if meeting_id is not None:
        statement = statement.where(Meeting.id == meeting_id)
    for meeting in uow.session.scalars(statement).all():
        tasks = tasks_to_review(meeting)
        gone = {task.resolution_id for task in tasks if gone_before(meeting, task.resolution)}
        text = review_text(tasks, gone)
        stale = [item for item in meeting.agenda if item.source == OPEN_TASKS and item.body != text]
        for item in stale:
            item.body = text
        if stale:
            meeting.content_version = bump_content_version(uow, organization_id)
    uow.session.flush()


def _with_review(organization_id: int) -> Select[tuple[Meeting]]:
    return (
        select(Meeting)
        .where(
            Meeting.organization_id == organization_id,
            Meeting.state.in_(LIVE),
            Meeting.agenda.any(AgendaItem.source == OPEN_TASKS),
        )
        .order_by(Meeting.id)
    )


def _gone(resolution: Resolution) -> str:
    symbol, successor = resolution.symbol, resolution.superseded_by
    return f"{symbol} đã được thay thế bằng {successor.symbol}" if successor else f"{symbol} đã thu hồi"


def _line(task: Task, *, gone: bool = False) -> str:
    who = ", ".join(row.full_name for row in task.assignees)
    until = f"hạn {task.due_on:%d/%m/%Y}" if task.due_on else ""
    parts = (who, ENDED.get(task.state, until), _gone(task.resolution) if gone else "")
    about = "; ".join(part for part in parts if part)
    line = f"{task.title} ({about})" if about else task.title
    why = " ".join((task.reason or "").split()) if task.state == TaskState.NOT_DONE else ""
    return f"{line}\n{WHY}{why}" if why else line
