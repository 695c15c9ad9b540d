"""The meeting of the next month in one act: after the schedule, the last meeting and the template."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.errors import NothingToFollow
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.rules import same_day_in, start_on_usual_day, title_of_month
from handbook.meetings.schedule import Schedule, month_bounds, months_from, schedule_of, start_in
from handbook.meetings.service import MeetingDraft, create_meeting
from handbook.meetings.templates import AgendaEntry, template_of, with_open_tasks
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.organizations.settings import rules_of


def prepare_next_meeting(
    organization: Organization, month: tuple[int, int] | None, *, actor: Actor, uow: UnitOfWork
) -> tuple[Meeting, bool]:
    """The draft of the next month's meeting, true when it is new. Once more answers the same one.

    The month is the first in which the meeting is still ahead and none of its kind is convened. One that is asked for by
    ``month`` (year, number) answers what it has already; where its usual day has passed, the meeting is proposed for the
    first day that keeps the usual notice. The organisation must be locked. Raises :class:`NothingToFollow` where there is
    neither a schedule nor an earlier meeting.
    """
    schedule = schedule_of(organization)
    kind = schedule.kind if schedule else MeetingKind.REGULAR
    last = _last_of(organization, kind, uow)
    if schedule is None and last is None:
        raise NothingToFollow
    now = uow.clock.now()
    today = now.astimezone(ZoneInfo(organization.timezone)).date()
    for year, number in [month] if month else months_from(today):
        there = _meeting_in(organization, kind, year, number, uow)
        if there is not None and (month or (there.state == MeetingState.DRAFT and there.ends_at > now)):
            return there, False
        if there is not None and there.state != MeetingState.DRAFT:
            continue
        starts_at = _start(organization, schedule, last, (year, number), now)
        if starts_at <= now:
            if not month:
                continue
            starts_at = _first_with_notice(organization, starts_at, now)
        draft = _draft(organization, kind, schedule, last, starts_at)
        return create_meeting(organization, draft, actor=actor, uow=uow), True
    raise NothingToFollow


def agenda_of_next(
    template: Sequence[AgendaEntry], last: Sequence[AgendaItem], *, reviews: bool
) -> list[AgendaEntry]:
    """The template, with who presented and how long as last time, and the open tasks as its first substantial item.

    Bodies are last month's and stay behind; so do items that were of last month alone.
    """
    as_last_time = {item.title: item for item in last}
    entries = [
        replace(entry, presenter=found.presenter or entry.presenter, minutes=found.minutes or entry.minutes)
        if (found := as_last_time.get(entry.title))
        else entry
        for entry in template
    ]
    return with_open_tasks(entries) if reviews else entries


def _draft(
    organization: Organization,
    kind: MeetingKind,
    schedule: Schedule | None,
    last: Meeting | None,
    starts_at: datetime,
) -> MeetingDraft:
    minutes = (
        schedule.minutes
        if schedule
        else int((last.ends_at - last.starts_at).total_seconds() // 60)
        if last
        else 90
    )
    return MeetingDraft(
        kind=kind,
        title=title_of_month(
            last.title if last else None,
            kind,
            starts_at,
            organization.timezone,
            in_a_cell=organization.kind in CELL_KINDS,
        ),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        place=schedule.place if schedule else last.place if last else "",
        online_url=schedule.online_url if schedule else last.online_url if last else None,
        agenda=agenda_of_next(
            template_of(organization, kind),
            [item for item in last.agenda if item.key is None] if last else [],
            reviews=True,
        ),
    )


def _start(
    organization: Organization,
    schedule: Schedule | None,
    last: Meeting | None,
    month: tuple[int, int],
    now: datetime,
) -> datetime:
    """By the organisation's own schedule; else as last time, a cell's regular meeting on a day that the committee sets."""
    if schedule is not None:
        return start_in(schedule, *month, organization.timezone)
    if last is None:
        raise NothingToFollow
    if organization.kind in CELL_KINDS and last.kind == MeetingKind.REGULAR:
        days = rules_of(organization)["meeting.days"]
        return start_on_usual_day(last.starts_at, days, organization.timezone, month, now)
    return same_day_in(last.starts_at, organization.timezone, *month)


def _first_with_notice(organization: Organization, missed: datetime, now: datetime) -> datetime:
    """The time of day of the missed meeting, on the first day that keeps the usual notice."""
    zone = ZoneInfo(organization.timezone)
    notice = timedelta(days=rules_of(organization)["meeting.notice_days"])
    earliest = (now + notice).astimezone(zone)
    proposed = datetime.combine(earliest.date(), missed.astimezone(zone).time(), tzinfo=zone)
    return (proposed if proposed >= earliest else proposed + timedelta(days=1)).astimezone(UTC)


def _last_of(organization: Organization, kind: MeetingKind, uow: UnitOfWork) -> Meeting | None:
    """The latest meeting of this kind that was convened and not called off."""
    found: Meeting | None = uow.session.scalar(
        select(Meeting)
        .where(
            Meeting.organization_id == organization.id,
            Meeting.kind == kind.value,
            Meeting.convened_at.is_not(None),
            Meeting.state != MeetingState.CANCELLED.value,
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    )
    return found


def _meeting_in(
    organization: Organization, kind: MeetingKind, year: int, month: int, uow: UnitOfWork
) -> Meeting | None:
    """The meeting of this kind in a month: one that was convened before a draft."""
    start, end = month_bounds(year, month, organization.timezone)
    found: Meeting | None = uow.session.scalar(
        select(Meeting)
        .where(
            Meeting.organization_id == organization.id,
            Meeting.kind == kind.value,
            Meeting.state != MeetingState.CANCELLED.value,
            Meeting.starts_at >= start,
            Meeting.starts_at < end,
        )
        .order_by(Meeting.convened_at.is_(None), Meeting.id.desc())
        .limit(1)
    )
    return found
