"""Scoped reads of tasks: one's own, those of a meeting's organisation, and those of a whole tree."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, func, literal, not_, or_, select, true
from sqlalchemy.orm import aliased

from handbook.access.actor import Actor
from handbook.access.guards import may, require, visible
from handbook.access.permissions import Permission
from handbook.kernel.clock import Clock, today_in
from handbook.kernel.concurrency import etag_of
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.kernel.tree import PATH_END
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization
from handbook.resolutions.enums import Gone, ResolutionState, TaskState, UpdateKind
from handbook.resolutions.models import Resolution, Task, TaskAssignee, TaskUpdate
from handbook.resolutions.task_rules import is_open_to

HELD = (MeetingState.CLOSED.value, MeetingState.FINALIZED.value)
ENDING = (UpdateKind.DONE.value, UpdateKind.NOT_DONE.value)
# Tasks without a day come after all that have one.
NO_DAY = date(9999, 12, 31)
DUE: ColumnElement[date] = func.coalesce(Task.due_on, literal(NO_DAY, Date()), type_=Date())


def get_task(task_id: int, permission: Permission, *, actor: Actor, lock: bool = False) -> Task:
    """The task, when the actor holds the permission for it; else 404 or 403 as the policy says."""
    task = db.session.get(
        Task, task_id, populate_existing=lock, with_for_update={"of": Task} if lock else None
    )
    if task is None:
        raise NotFound
    require(actor, permission, task.target_for(actor.member_id))
    return task


def find_update(key: str) -> TaskUpdate | None:
    """The update with this key of a device, whatever task it is about."""
    return db.session.scalar(select(TaskUpdate).where(TaskUpdate.key == key))


def list_tasks(
    organization: Organization,
    *,
    actor: Actor,
    clock: Clock,
    limit: int,
    cursor: str | None,
    state: str | None = None,
    overdue: bool = False,
    assignee_id: int | None = None,
    below: bool = True,
) -> Page[Task]:
    """Tasks of resolutions in force, and those that one out of force has left, of the organisation and, with ``below``, of
    everything below it; the most urgent first.

    ``overdue``: open ones whose day is over, by the organisation's calendar.
    """
    statement = _tasks_of(organization, actor, below=below)
    if state is not None:
        statement = statement.where(Task.state == state)
    if overdue:
        today = today_in(organization.timezone, clock)
        statement = statement.where(Task.state == TaskState.OPEN.value, Task.due_on < today)
    if assignee_id is not None:
        statement = statement.where(
            Task.id.in_(select(TaskAssignee.task_id).where(TaskAssignee.member_id == assignee_id))
        )
    return paginate(
        statement,
        [DUE, Task.id],
        limit=limit,
        cursor=cursor,
        key_of=lambda task: [(task.due_on or NO_DAY).isoformat(), task.id],
    )


def each_task(organization: Organization, *, actor: Actor, clock: Clock, **filters: Any) -> Iterator[Task]:
    """Every task that :func:`list_tasks` would show, page after page."""
    cursor: str | None = None
    while True:
        page = list_tasks(organization, actor=actor, clock=clock, limit=200, cursor=cursor, **filters)
        yield from page.items
        if page.next is None:
            return
        cursor = page.next


def tasks_to_review(meeting: Meeting) -> list[Task]:
    """The tasks that a meeting goes through (2-domain, default agenda: "review of last month's resolution, each task done / not
    done / why"): of resolutions from before it, those open and those ended since the last meeting of its kind. What
    was written before the end of that one and reached the server after it had not been heard there: it counts as ended since.

    A resolution that was revoked or superseded leaves its tasks there until somebody says what became of them, but for those
    that its successor asks for as well (:func:`gone_before` says which were so when the meeting was held).
    """
    before = db.session.scalar(
        select(func.max(func.coalesce(Meeting.closed_at, Meeting.starts_at))).where(
            Meeting.organization_id == meeting.organization_id,
            Meeting.kind == meeting.kind,
            Meeting.state.in_(HELD),
            Meeting.starts_at < meeting.starts_at,
        )
    )
    statement = (
        select(Task)
        .join(Resolution, Resolution.id == Task.resolution_id)
        .where(
            Resolution.organization_id == meeting.organization_id,
            Resolution.state != ResolutionState.DRAFT.value,
            Resolution.issued_on <= meeting.day,
            Resolution.meeting_id.is_distinct_from(meeting.id),
            not_(_is_taken_over(meeting)),
        )
        .order_by(DUE, Task.id)
    )
    if before is not None:
        heard_since = Task.updates.any(and_(TaskUpdate.kind.in_(ENDING), TaskUpdate.recorded_at > before))
        statement = statement.where(or_(Task.finished_at.is_(None), Task.finished_at > before, heard_since))
    return list(db.session.scalars(statement))


def gone_before(meeting: Meeting, resolution: Resolution) -> bool:
    """Whether a resolution was out of force when the meeting went through its tasks. What the meeting itself put in its place
    was in force until then; of what was revoked on its very day nobody knows the hour, and minutes are written of it as
    before.
    """
    if resolution.revoked_on is None:
        return False
    successor = resolution.superseded_by
    by_itself = successor is not None and successor.meeting_id == meeting.id
    return not by_itself and (meeting.state not in HELD or resolution.revoked_on < meeting.day)


def gone_of(resolution: Resolution) -> Gone | None:
    """What became of it; None for one that is in force."""
    if resolution.state != ResolutionState.REVOKED:
        return None
    return Gone.REVOKED if resolution.superseded_by_id is None else Gone.SUPERSEDED


def stands(task: Task) -> bool:
    """Whether something can still be said of it: its resolution was issued, and no successor asks for the same. What was
    revoked leaves its tasks until somebody says what became of them."""
    resolution = task.resolution
    if resolution.superseded_by is not None:
        return all(other.title != task.title for other in resolution.superseded_by.tasks)
    return resolution.state != ResolutionState.DRAFT


def _is_taken_over(meeting: Meeting | None = None) -> ColumnElement[bool]:
    """Whether the resolution that took the place of the task's own asks for the same, in the same words; for a meeting, whether
    it did so before (:func:`gone_before`)."""
    same, successor = aliased(Task), aliased(Resolution)
    before: ColumnElement[bool] = true()
    if meeting is not None:
        before = successor.meeting_id.is_distinct_from(meeting.id)
        if meeting.state in HELD:
            before &= Resolution.revoked_on < meeting.day
    return (
        select(same.id)
        .join(successor, successor.id == same.resolution_id)
        .where(successor.id == Resolution.superseded_by_id, same.title == Task.title, before)
        .correlate(Task, Resolution)
        .exists()
    )


def task_data(task: Task, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.resolutions.schemas.TaskSchema` dumps: what was written of it only for who answers for it, who
    runs the organisation, and those above.
    """
    target = task.target_for(actor.member_id)
    reads = may(actor, Permission.TASKS_READ_UPDATES, target)
    return {
        "id": task.id,
        "title": task.title,
        "due_on": task.due_on,
        "assignees": [{"member_id": row.member_id, "full_name": row.full_name} for row in task.assignees],
        "state": task.state,
        "percent": task.percent,
        "reason": task.reason if reads else None,
        "finished_at": task.finished_at,
        "updates": task.updates if reads else [],
        "mine": target.member_id is not None,
        "can": _acts(task) if may(actor, Permission.TASKS_UPDATE, target) else [],
        "etag": etag_of(task),
    }


def task_line(task: Task, *, actor: Actor) -> dict[str, Any]:
    """What :class:`~handbook.resolutions.schemas.TaskLineSchema` dumps: the task with the resolution that asks for it."""
    resolution = task.resolution
    return {
        **task_data(task, actor=actor),
        "organization_id": resolution.organization_id,
        "organization_name": resolution.organization_name,
        "resolution": resolution,
        "gone": gone_of(resolution),
    }


def _acts(task: Task) -> list[str]:
    if not stands(task):
        return []
    return [kind.value for kind in UpdateKind if is_open_to(TaskState(task.state), kind)]


def _tasks_of(organization: Organization, actor: Actor, *, below: bool) -> Select[tuple[Task]]:
    here = (
        (Organization.path >= organization.path) & (Organization.path < organization.path + PATH_END)
        if below
        else Organization.id == organization.id
    )
    return (
        select(Task)
        .join(Resolution, Resolution.id == Task.resolution_id)
        .join(Organization, Organization.id == Resolution.organization_id)
        .where(
            here,
            Resolution.state != ResolutionState.DRAFT.value,
            not_(_is_taken_over()),
            visible(actor, Permission.TASKS_READ, Task.columns()),
        )
    )
