"""What calls the secretary upon a duty: the month's meeting is not convened, a meeting has no minutes yet.

Planned like reminders, and asked once more whether it is wanted when its time has come.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from handbook.kernel import jobs
from handbook.kernel.clock import Clock, day_in, today_in
from handbook.kernel.db import db
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import UnitOfWork, current_clock, unit_of_work
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.schedule import month_bounds
from handbook.minutes.enums import MinutesState
from handbook.minutes.queries import find_minutes
from handbook.notifications.enums import NoticeKind
from handbook.notifications.models import Reminder
from handbook.notifications.reminders.anew import plan_each_below
from handbook.notifications.reminders.asked import is_to_be_told
from handbook.notifications.reminders.planning import cancel_pending, cancel_unwanted, move, plan_reminder
from handbook.notifications.reminders.timing import (
    QUIET_FROM,
    QUIET_TO,
    QuietHours,
    convening_nudge_day,
    minutes_nudges,
    nudge_time,
)
from handbook.organizations.enums import CELL_KINDS
from handbook.organizations.models import Organization
from handbook.organizations.settings import Rules, rules_of
from handbook.organizations.settings.queries import rules_of_paths

JOB = "notifications.nudge"
NOT_CONVENED_DAYS = "reminders.not_convened_days"
NO_MINUTES_DAYS = "reminders.no_minutes_days"
#: How often in a day the cells are gone through, so that each zone's morning is met.
ROUNDS = 4
CELLS_AT_ONCE = 500
#: Minutes of a meeting that ended longer ago are called for no more, whatever the rule: the setting takes no more days.
CALLED_FOR = timedelta(days=61)
_HELD = (
    MeetingState.CONVENED.value,
    MeetingState.OPEN.value,
    MeetingState.CLOSED.value,
    MeetingState.FINALIZED.value,
)


def call_for_a_round() -> None:
    """At every tick: let a job go through the cells, once for each part of the day."""
    now = current_clock().now()
    key = f"{JOB}:{now:%Y-%m-%d}:{now.hour * ROUNDS // 24}"
    if db.session.scalar(select(Job.id).where(Job.key == key)) is None:
        with unit_of_work() as uow:
            jobs.enqueue(uow, JOB, key=key, args={})


def plan_convening_nudges() -> int:
    """Plan today's nudges of cells whose month's meeting is not convened, a few hundred cells in a transaction; how many
    cells that were. What fell on days on which no round was made, because no worker was there, is made up for once.
    """
    nudged, after = 0, 0
    last_round = _last_round()
    while True:
        with unit_of_work() as uow:
            cells = uow.session.scalars(
                select(Organization)
                .where(Organization.kind.in_(sorted(CELL_KINDS)), Organization.id > after)
                .order_by(Organization.id)
                .limit(CELLS_AT_ONCE)
            ).all()
            if not cells:
                return nudged
            after = cells[-1].id
            nudged += _plan_convening(cells, last_round, uow)


def plan_minutes_nudges(uow: UnitOfWork, meeting: Meeting) -> None:
    """Plan what calls for the minutes of a meeting that has been closed, by the rules in force now: none for the past, and
    what was planned by other rules and has not gone out is cancelled.
    """
    if meeting.closed_at is None:
        return
    organization = meeting.organization
    rules = rules_of(organization)
    nudges = minutes_nudges(meeting.closed_at, rules[NO_MINUTES_DAYS], _quiet(rules, organization))
    slots = {
        days: f"{NoticeKind.MINUTES_DUE}:{meeting.id}:{days}:{int(meeting.closed_at.timestamp())}"
        for days, _ in nudges
    }
    cancel_unwanted(uow, meeting.id, NoticeKind.MINUTES_DUE, slots.values())
    for days, due_at in nudges:
        if due_at <= uow.clock.now():
            continue
        reminder = plan_reminder(
            uow,
            NoticeKind.MINUTES_DUE,
            slots[days],
            step=f"+{days}d",
            due_at=due_at,
            meeting=meeting,
            organization_id=meeting.organization_id,
            params={"days": days, "closed_at": meeting.closed_at.isoformat()},
        )
        move(uow, reminder, due_at)


def plan_minutes_nudges_again(organization_id: int) -> int:
    """Plan by the rules in force now what calls for minutes at or below an organisation; how many meetings wait for theirs."""
    return plan_each_below(
        organization_id,
        MeetingState.CLOSED,
        lambda uow: Meeting.closed_at > uow.clock.now() - CALLED_FOR,
        plan_minutes_nudges,
    )


def cancel_minutes_nudges(uow: UnitOfWork, meeting_id: int) -> None:
    """The meeting has its minutes, or has not ended after all."""
    cancel_pending(uow, meeting_id, NoticeKind.MINUTES_DUE)


def nudge_is_wanted(reminder: Reminder, meeting: Meeting | None, session: Session, clock: Clock) -> bool:
    """Whether the duty has still not been done."""
    if reminder.kind == NoticeKind.ABSENCE_ASKED:
        return is_to_be_told(reminder, meeting, session)
    if reminder.kind == NoticeKind.MINUTES_DUE:
        if meeting is None or meeting.state != MeetingState.CLOSED:
            return False
        minutes = find_minutes(meeting.id)
        return minutes is None or minutes.state != MinutesState.SIGNED
    organization = session.get_one(Organization, reminder.organization_id)
    today = today_in(organization.timezone, clock)
    same_month = reminder.params["month"] == f"{today:%Y-%m}"
    return same_month and not _with_meeting([organization], today, session)


def _last_round() -> datetime | None:
    """When the last round that was made to its end was called for; None when there was none, or it is long forgotten."""
    with unit_of_work() as uow:
        return uow.session.scalar(
            select(func.max(Job.created_at)).where(Job.name == JOB, Job.state == "done")
        )


def _plan_convening(cells: Sequence[Organization], last_round: datetime | None, uow: UnitOfWork) -> int:
    rules = rules_of_paths([cell.path for cell in cells])
    now = uow.clock.now()
    due: dict[date, list[Organization]] = {}
    for cell in cells:
        today = day_in(cell.timezone, now)
        seen = day_in(cell.timezone, last_round) if last_round is not None else None
        in_force = rules[cell.path]
        day = convening_nudge_day(today, seen, in_force["meeting.days"], in_force[NOT_CONVENED_DAYS])
        if day is not None:
            due.setdefault(day, []).append(cell)
    nudged = 0
    for day, called in due.items():
        having = _with_meeting(called, day, uow.session)
        for cell in called:
            if cell.id in having:
                continue
            quiet = _quiet(rules[cell.path], cell)
            plan_reminder(
                uow,
                NoticeKind.MEETING_DUE,
                f"{NoticeKind.MEETING_DUE}:{cell.id}:{day}",
                step="now",
                due_at=max(nudge_time(now, 0, quiet), quiet.out_of(now)),
                organization_id=cell.id,
                params={"month": f"{day:%Y-%m}", "organization_id": str(cell.id)},
            )
            nudged += 1
    return nudged


def _with_meeting(cells: Sequence[Organization], today: date, session: Session) -> set[int]:
    """Which of these cells have convened or held the meeting of today's month."""
    by_zone: dict[str, list[int]] = {}
    for cell in cells:
        by_zone.setdefault(cell.timezone, []).append(cell.id)
    found: set[int] = set()
    for timezone, ids in by_zone.items():
        start, end = month_bounds(today.year, today.month, timezone)
        found.update(
            session.scalars(
                select(Meeting.organization_id).where(
                    Meeting.organization_id.in_(ids),
                    Meeting.starts_at >= start,
                    Meeting.starts_at < end,
                    Meeting.state.in_(_HELD),
                    _is_monthly(),
                )
            )
        )
    return found


def _is_monthly() -> ColumnElement[bool]:
    """A regular meeting, or a thematic one convened "where the committee allows combining" (2-domain)."""
    combined = and_(Meeting.kind == MeetingKind.THEMATIC.value, Meeting.thematic_combines.is_(True))
    return or_(Meeting.kind == MeetingKind.REGULAR.value, combined)


def _quiet(rules: Rules, organization: Organization) -> QuietHours:
    return QuietHours(rules[QUIET_FROM], rules[QUIET_TO], ZoneInfo(organization.timezone))
