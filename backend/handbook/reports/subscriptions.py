"""What the reports listen to."""

from handbook.attendance.events import AttendanceCorrected
from handbook.kernel.events import subscribe
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.events import (
    MeetingCancelled,
    MeetingChanged,
    MeetingClosed,
    MeetingConvened,
    MeetingFinalized,
    MeetingReopened,
    MeetingUnopened,
)
from handbook.meetings.models import Meeting
from handbook.organizations.models import Organization
from handbook.reports.own_months import refresh_own_month, refresh_planned_months
from handbook.reports.rules import month_of


@subscribe(MeetingConvened)
def on_convened(event: MeetingConvened, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(MeetingChanged)
def on_changed(event: MeetingChanged, uow: UnitOfWork) -> None:
    organization = uow.session.get_one(Organization, event.organization_id)
    refresh_planned_months(uow, organization)
    _refresh(event.meeting_id, uow)


@subscribe(MeetingCancelled)
def on_cancelled(event: MeetingCancelled, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(MeetingClosed)
def on_closed(event: MeetingClosed, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(MeetingReopened)
def on_reopened(event: MeetingReopened, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(MeetingUnopened)
def on_unopened(event: MeetingUnopened, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(MeetingFinalized)
def on_finalized(event: MeetingFinalized, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


@subscribe(AttendanceCorrected)
def on_corrected(event: AttendanceCorrected, uow: UnitOfWork) -> None:
    _refresh(event.meeting_id, uow)


def _refresh(meeting_id: int, uow: UnitOfWork) -> None:
    meeting = uow.session.get_one(Meeting, meeting_id)
    organization = uow.session.get_one(Organization, meeting.organization_id)
    refresh_own_month(uow, organization, month_of(meeting.starts_at, organization.timezone))
