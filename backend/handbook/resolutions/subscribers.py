"""What resolutions do when something happens below: their open tasks head the agenda of the next meeting."""

from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import (
    AgendaReplaced,
    MeetingConvened,
    MeetingDrafted,
    MeetingOpened,
    MeetingReopened,
    MeetingUnopened,
)
from handbook.resolutions.events import ResolutionIssued, ResolutionRevoked, TaskChanged
from handbook.resolutions.review import refresh_review


@subscribe(MeetingDrafted)
def list_tasks_in_draft(event: MeetingDrafted, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(AgendaReplaced)
def list_tasks_in_agenda(event: AgendaReplaced, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(MeetingConvened)
def list_tasks_at_convening(event: MeetingConvened, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(MeetingOpened)
def list_tasks_at_opening(event: MeetingOpened, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(MeetingReopened)
def list_tasks_at_reopening(event: MeetingReopened, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(MeetingUnopened)
def list_tasks_until_the_opening(event: MeetingUnopened, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id, event.meeting_id)


@subscribe(ResolutionIssued)
def list_new_tasks(event: ResolutionIssued, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id)


@subscribe(ResolutionRevoked)
def mark_revoked_tasks(event: ResolutionRevoked, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id)


@subscribe(TaskChanged)
def list_changed_tasks(event: TaskChanged, uow: UnitOfWork) -> None:
    refresh_review(uow, event.organization_id)
