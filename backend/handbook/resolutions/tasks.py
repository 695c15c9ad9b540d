"""What is said of tasks: progress, done, not done and why, open again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handbook.access.actor import Actor
from handbook.audit.service import record
from handbook.documents.secrecy import find_mark_in_text
from handbook.kernel.problems import FieldError, ValidationFailed, WrongState
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.organizations.versions import bump_content_version
from handbook.resolutions.enums import TaskState, UpdateKind
from handbook.resolutions.errors import ClassifiedText
from handbook.resolutions.events import TaskChanged
from handbook.resolutions.models import Task, TaskUpdate
from handbook.resolutions.review import lock_reviews
from handbook.resolutions.task_queries import stands
from handbook.resolutions.task_rules import LEADS_TO, is_open_to, needs_text


def add_update(
    task: Task, key: str, fields: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> TaskUpdate:
    """Write an update of :class:`~handbook.resolutions.schemas.TaskUpdateInSchema` into the task's history.

    The task is locked by the caller, who has compared its version for anything but progress. Raises :class:`WrongState` when
    the resolution is a draft, or its successor asks for the same, or the task is not in a state for it,
    :class:`ValidationFailed` (``/text``, ``missing``), :class:`ClassifiedText`.
    """
    kind, text, percent = UpdateKind(fields["kind"]), fields["text"], fields["percent"]
    resolution = task.resolution
    if not stands(task) or not is_open_to(TaskState(task.state), kind):
        raise WrongState
    if needs_text(kind, percent) and not text:
        raise ValidationFailed(FieldError("/text", "missing"))
    if level := find_mark_in_text(text.splitlines()):
        raise ClassifiedText("/text", level)
    now = uow.clock.now()
    update = TaskUpdate(
        key=key,
        kind=kind.value,
        text=text,
        percent=percent,
        at=_believed(fields["at"], resolution.created_at, now),
        recorded_at=now,
        member_id=actor.member_id,
    )
    task.updates.append(update)
    _apply(task, update, kind)
    lock_reviews(uow, resolution.organization_id)
    resolution.content_version = bump_content_version(uow, resolution.organization_id)
    uow.session.flush()
    record(
        uow,
        f"resolutions:task:{kind.value}",
        actor=actor,
        subject_id=task.id,
        path=resolution.organization.path,
        details={"resolution_id": resolution.id, "state": task.state},
    )
    uow.emit(
        TaskChanged(task_id=task.id, resolution_id=resolution.id, organization_id=resolution.organization_id)
    )
    return update


def _apply(task: Task, update: TaskUpdate, kind: UpdateKind) -> None:
    if update.percent is not None:
        task.percent = update.percent
    if kind is UpdateKind.PROGRESS:
        return
    task.state = LEADS_TO[kind].value
    task.row_version += 1
    task.finished_at = None if kind is UpdateKind.REOPENED else update.at
    task.reason = update.text if kind is UpdateKind.NOT_DONE else None
    if kind is UpdateKind.DONE:
        task.percent = 100
    elif kind is UpdateKind.REOPENED and task.percent == 100:
        task.percent = update.percent


def _believed(at: datetime | None, earliest: datetime, now: datetime) -> datetime:
    """The phone's clock may be wrong: never before the resolution was written, never in the future."""
    return now if at is None else min(max(at, earliest), now)
