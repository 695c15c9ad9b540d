"""What notifications do when something happens below."""

from datetime import timedelta
from typing import Any

from handbook.access.actor import Actor
from handbook.accounts.service import SessionEnded
from handbook.attendance.events import AbsenceDecided, AbsenceRequested, AbsenceWithdrawn
from handbook.attendance.models import AbsenceRequest
from handbook.attendance.queries import member_ids_to_tell
from handbook.conferences.events import DelegatesSummoned
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.events import (
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingConvened,
    MeetingFinalized,
    MeetingOpened,
    MeetingReopened,
    MeetingUnopened,
)
from handbook.meetings.models import Meeting
from handbook.notifications.enums import NoticeKind
from handbook.notifications.inbox import retell, tell_members
from handbook.notifications.reminders.asked import call_for_answers
from handbook.notifications.reminders.nudges import (
    NO_MINUTES_DAYS,
    cancel_minutes_nudges,
    plan_minutes_nudges,
)
from handbook.notifications.reminders.planning import (
    announce,
    cancel_everything,
    cancel_reminders,
    cancel_task,
    plan_again_below,
    plan_steps,
    plan_task,
    tell_those_who_came_later,
    waiting_change,
)
from handbook.notifications.reminders.timing import OVERRIDABLE
from handbook.notifications.rules import GATHER_CHANGES, GATHERED_FIELDS
from handbook.notifications.subscriptions import forget_session
from handbook.organizations.settings.events import SettingChanged
from handbook.resolutions.enums import ResolutionState, TaskState
from handbook.resolutions.events import ResolutionIssued, ResolutionRevoked, TaskChanged
from handbook.resolutions.models import Resolution, Task


@subscribe(MeetingConvened)
def tell_of_meeting(event: MeetingConvened, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    _tell_summoned(
        NoticeKind.MEETING_CONVENED, f"meeting_convened:{meeting.id}", meeting, uow, by=event.actor
    )
    plan_steps(uow, meeting)


@subscribe(DelegatesSummoned)
def tell_newcomers(event: DelegatesSummoned, uow: UnitOfWork) -> None:
    """What all were told at the convening, they alone; reminders ask at their hour who is summoned."""
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    slot = f"meeting_convened:{meeting.id}"
    tell_members(
        uow,
        event.member_ids,
        NoticeKind.MEETING_CONVENED,
        slot,
        meeting_id=meeting.id,
        params={"starts_at": meeting.starts_at.isoformat()},
    )
    tell_those_who_came_later(uow, slot)


@subscribe(MeetingChanged)
def tell_of_change(event: MeetingChanged, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    waiting = waiting_change(uow, meeting.id)
    gathers = set(event.fields) <= GATHERED_FIELDS
    if waiting is not None and gathers:
        fields = sorted({*waiting.params.get("fields", ()), *event.fields})
        waiting.params = {**waiting.params, "fields": fields}
        retell(uow, meeting.id, waiting.slot, waiting.params, by=event.actor)
        return
    slot = f"meeting_changed:{meeting.id}:{meeting.sequence}"
    wait = GATHER_CHANGES if gathers else timedelta(0)
    _tell_summoned(
        NoticeKind.MEETING_CHANGED, slot, meeting, uow, by=event.actor, wait=wait, fields=list(event.fields)
    )
    if meeting.state == MeetingState.CONVENED:
        plan_steps(uow, meeting)


@subscribe(MeetingCancelled)
def tell_of_cancelling(event: MeetingCancelled, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    cancel_everything(uow, meeting.id)
    _tell_summoned(
        NoticeKind.MEETING_CANCELLED, f"meeting_cancelled:{meeting.id}", meeting, uow, by=event.actor
    )


@subscribe(MeetingOpened)
def stop_reminding(event: MeetingOpened, uow: UnitOfWork) -> None:
    cancel_reminders(uow, event.meeting_id)


@subscribe(MeetingUnopened)
def remind_again(event: MeetingUnopened, uow: UnitOfWork) -> None:
    """The opening was a mistake: the reminders that it gave up are wanted again."""
    plan_steps(uow, uow.session.get_one(Meeting, event.meeting_id))


@subscribe(MeetingClosed)
def call_for_minutes(event: MeetingClosed, uow: UnitOfWork) -> None:
    plan_minutes_nudges(uow, uow.session.get_one(Meeting, event.meeting_id))


@subscribe(MeetingReopened)
def call_later(event: MeetingReopened, uow: UnitOfWork) -> None:
    cancel_minutes_nudges(uow, event.meeting_id)


@subscribe(MeetingFinalized)
def call_no_more(event: MeetingFinalized, uow: UnitOfWork) -> None:
    cancel_minutes_nudges(uow, event.meeting_id)


@subscribe(SettingChanged)
def plan_by_the_new_rule(event: SettingChanged, uow: UnitOfWork) -> None:
    """The meetings below may be many: a job plans them again."""
    if event.name in (*OVERRIDABLE, NO_MINUTES_DAYS):
        plan_again_below(uow, event.organization_id, event.version)


@subscribe(AbsenceRequested)
def call_for_answer(event: AbsenceRequested, uow: UnitOfWork) -> None:
    call_for_answers(uow, uow.session.get_one(Meeting, event.meeting_id), withdrawn=False)


@subscribe(AbsenceWithdrawn)
def tell_of_withdrawal(event: AbsenceWithdrawn, uow: UnitOfWork) -> None:
    call_for_answers(uow, uow.session.get_one(Meeting, event.meeting_id), withdrawn=True)


@subscribe(AbsenceDecided)
def tell_of_decision(event: AbsenceDecided, uow: UnitOfWork) -> None:
    request = uow.session.get_one(AbsenceRequest, event.request_id)
    slot = f"absence_decided:{request.id}:{request.decision}"
    params = {"decision": request.decision}
    meeting = uow.session.get_one(Meeting, event.meeting_id)
    tell_members(
        uow,
        [event.member_id],
        NoticeKind.ABSENCE_DECIDED,
        slot,
        meeting_id=meeting.id,
        params=params,
        by=event.actor,
    )
    announce(
        uow,
        NoticeKind.ABSENCE_DECIDED,
        slot,
        meeting=meeting,
        member_id=event.member_id,
        params=params,
    )


@subscribe(ResolutionIssued)
def tell_of_resolution(event: ResolutionIssued, uow: UnitOfWork) -> None:
    _tell_below(NoticeKind.RESOLUTION_ISSUED, event.resolution_id, uow, by=event.actor)


@subscribe(ResolutionIssued)
def remind_of_tasks(event: ResolutionIssued, uow: UnitOfWork) -> None:
    for task in uow.session.get_one(Resolution, event.resolution_id).tasks:
        plan_task(uow, task)


@subscribe(ResolutionRevoked)
def tell_of_revoking(event: ResolutionRevoked, uow: UnitOfWork) -> None:
    """Nobody is reminded of its tasks any more. Of a resolution that another took the place of, the news is the other."""
    for task in uow.session.get_one(Resolution, event.resolution_id).tasks:
        cancel_task(uow, task.id)
    if event.superseded_by_id is None:
        _tell_below(NoticeKind.RESOLUTION_REVOKED, event.resolution_id, uow, by=event.actor)


@subscribe(TaskChanged)
def follow_task(event: TaskChanged, uow: UnitOfWork) -> None:
    task = uow.session.get_one(Task, event.task_id)
    if task.state == TaskState.OPEN and task.resolution.state == ResolutionState.ISSUED:
        plan_task(uow, task)
    else:
        cancel_task(uow, task.id)


@subscribe(SessionEnded)
def forget_device(event: SessionEnded, uow: UnitOfWork) -> None:
    forget_session(event.session_id, uow=uow)


def _tell_summoned(
    kind: NoticeKind,
    slot: str,
    meeting: Meeting,
    uow: UnitOfWork,
    *,
    by: Actor,
    wait: timedelta = timedelta(0),
    **params: list[str],
) -> None:
    said: dict[str, Any] = {"starts_at": meeting.starts_at.isoformat(), **params}
    tell_members(uow, member_ids_to_tell(meeting.id), kind, slot, meeting_id=meeting.id, params=said, by=by)
    announce(uow, kind, slot, meeting=meeting, params=said, wait=wait)


def _tell_below(kind: NoticeKind, resolution_id: int, uow: UnitOfWork, *, by: Actor) -> None:
    """The worker writes the inboxes of all whom it concerns, but that of who did it: the line stands there now, and read."""
    slot = f"{kind.value}:{resolution_id}"
    organization = uow.session.get_one(Resolution, resolution_id).organization
    if by.member_id is not None and by.path is not None and by.path.startswith(organization.path):
        tell_members(uow, [by.member_id], kind, slot, resolution_id=resolution_id, by=by)
    announce(uow, kind, slot, resolution_id=resolution_id)
