"""Which meetings stand in whose calendar."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.access.guards import visible
from handbook.access.permissions import Permission
from handbook.attendance.models import Attendance
from handbook.calendars.ics import CalendarEvent
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.notifications.enums import Audience
from handbook.notifications.reminders.timing import reminders_before, rules_for
from handbook.organizations.models import Organization
from handbook.organizations.settings import Rules
from handbook.organizations.settings.queries import rules_of_paths

#: How far back a calendar goes, and how many meetings it holds at most, the latest.
BACK = timedelta(days=400)
MOST = 500


def meetings_of(actor: Actor, clock: Clock) -> Sequence[Meeting]:
    """The meetings to which the actor's member was summoned and that the actor may see, called off ones included."""
    statement = (
        select(Meeting)
        .join(Organization, Organization.id == Meeting.organization_id)
        .join(Attendance, Attendance.meeting_id == Meeting.id)
        .where(
            Attendance.member_id == actor.member_id,
            Meeting.convened_at.is_not(None),
            Meeting.starts_at >= clock.now() - BACK,
            visible(actor, Permission.MEETINGS_READ, Meeting.columns()),
        )
        .order_by(Meeting.starts_at.desc(), Meeting.id.desc())
        .limit(MOST)
    )
    return db.session.scalars(statement).all()


def events_of(meetings: Iterable[Meeting], public_url: str) -> list[CalendarEvent]:
    """The meetings as calendars show them, with alarms when everybody is reminded of them."""
    listed = list(meetings)
    rules = rules_of_paths({meeting.organization.path for meeting in listed})
    return [
        CalendarEvent(
            meeting_id=meeting.id,
            created_at=meeting.created_at,
            changed_at=meeting.changed_at or meeting.convened_at or meeting.created_at,
            sequence=meeting.sequence,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            timezone=meeting.organization.timezone,
            title=meeting.title,
            organization_name=meeting.organization.name,
            place=meeting.place,
            url=f"{public_url.rstrip('/')}/meetings/{meeting.id}",
            online_url=meeting.online_url,
            cancelled=meeting.state == MeetingState.CANCELLED,
            cancel_reason=meeting.cancel_reason,
            alarms=_alarms(meeting, rules[meeting.organization.path]),
        )
        for meeting in listed
    ]


def _alarms(meeting: Meeting, rules: Rules) -> list[int]:
    """How many minutes before the beginning everybody is reminded: by what the meeting has itself, else its organisation, and
    not in the quiet hours. Reminders for some only are no alarms: a calendar does not know who has answered."""
    zone = ZoneInfo(meeting.organization.timezone)
    planned = reminders_before(meeting.starts_at, rules_for(rules, meeting.reminder_rules), zone)
    return [
        int((meeting.starts_at - one.due_at).total_seconds()) // 60
        for one in planned
        if Audience.ALL in one.audiences
    ]
