"""The other meetings that the warnings about a meeting look at: three statements for all meetings that are being prepared."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, and_, or_, select

from handbook.kernel.db import db
from handbook.kernel.tree import PATH_END, SEGMENT, ancestor_paths
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import AgendaItem, Meeting
from handbook.meetings.rules import LONGEST, names_a_subject
from handbook.meetings.schedule import month_bounds
from handbook.meetings.warnings import MeetingWarning, Planned, quarter_of, warnings_of
from handbook.organizations.enums import OrganizationKind
from handbook.organizations.models import Organization
from handbook.organizations.settings import Rules

MOST_NEARBY = 500


def warnings_of_all(
    meetings: Sequence[Meeting], rules: dict[str, Rules], now: datetime
) -> dict[int, list[MeetingWarning]]:
    """The warnings about each of these meetings, by its id. ``rules`` are those in force, by path of the organisation."""
    if not meetings:
        return {}
    line, nearby = _line_of(meetings), _nearby(meetings)
    own = {meeting.organization_id for meeting in meetings}
    subjects = _with_a_subject([one for _, one in line if one.organization_id in own])
    line = [(at, replace(one, thematic_part=one.id in subjects)) for at, one in line]
    found = {}
    for meeting in meetings:
        path = meeting.organization.path
        found[meeting.id] = warnings_of(
            replace(planned(meeting), thematic_part=meeting.id in subjects),
            notified_at=meeting.convened_at or now,
            rules=rules[path],
            line=[one for at, one in line if path.startswith(at)],
            nearby=[one for at, one in nearby if at.startswith(path[:-SEGMENT]) and at != path],
        )
    return found


def planned(meeting: Meeting) -> Planned:
    """A meeting as the rules of warnings look at it."""
    organization = meeting.organization
    return Planned(
        id=meeting.id,
        organization_id=meeting.organization_id,
        kind=MeetingKind(meeting.kind),
        title=meeting.title,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        place=meeting.place,
        timezone=organization.timezone,
        organization_name=organization.name,
        of_cell=organization.kind == OrganizationKind.CELL,
    )


def _line_of(meetings: Sequence[Meeting]) -> list[tuple[str, Planned]]:
    """Meetings of the same organisations and of those above, in the quarters of these; of those above no drafts."""
    paths = {path for meeting in meetings for path in ancestor_paths(meeting.organization.path)}
    own = {meeting.organization_id for meeting in meetings}
    quarters = [_quarter_bounds(planned(meeting)) for meeting in meetings]
    statement = _rows().where(
        Organization.path.in_(sorted(paths)),
        Meeting.state != MeetingState.CANCELLED.value,
        or_(Meeting.convened_at.is_not(None), Meeting.organization_id.in_(sorted(own))),
        Meeting.starts_at > min(start for start, _ in quarters) - LONGEST,
        Meeting.starts_at < max(end for _, end in quarters) + LONGEST,
    )
    return [(row.path, _planned(row)) for row in db.session.execute(statement)]


def _with_a_subject(meetings: Sequence[Planned]) -> set[int]:
    """The regular ones of these meetings whose title or agenda says that a subject is treated in them."""
    regular = [one for one in meetings if one.kind == MeetingKind.REGULAR]
    rows = db.session.execute(
        select(AgendaItem.meeting_id, AgendaItem.title).where(
            AgendaItem.meeting_id.in_(sorted(one.id for one in regular))
        )
    )
    named = {one.id for one in regular if names_a_subject(one.title)}
    return named | {row.meeting_id for row in rows if names_a_subject(row.title)}


def _nearby(meetings: Sequence[Meeting]) -> list[tuple[str, Planned]]:
    """Convened meetings of the organisations beside these, at their times."""
    beside = [
        and_(
            Organization.path > path[:-SEGMENT],
            Organization.path < path[:-SEGMENT] + PATH_END,
            Organization.path != path,
            Meeting.starts_at < meeting.ends_at,
            Meeting.starts_at > meeting.starts_at - LONGEST,
            Meeting.ends_at > meeting.starts_at,
        )
        for meeting in meetings
        if len(path := meeting.organization.path) > SEGMENT
    ]
    if not beside:
        return []
    standing = (MeetingState.CONVENED.value, MeetingState.OPEN.value)
    statement = _rows().where(or_(*beside), Meeting.state.in_(standing)).limit(MOST_NEARBY)
    return [(row.path, _planned(row)) for row in db.session.execute(statement)]


def _quarter_bounds(meeting: Planned) -> tuple[datetime, datetime]:
    year, number = quarter_of(meeting.day)
    start, _ = month_bounds(year, 3 * number - 2, meeting.timezone)
    _, end = month_bounds(year, 3 * number, meeting.timezone)
    return start, max(end, meeting.ends_at + timedelta(days=1))


def _rows() -> Select[tuple[int, int, str, str, datetime, datetime, str, str, str, str, str]]:
    return select(
        Meeting.id,
        Meeting.organization_id,
        Meeting.kind,
        Meeting.title,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.place,
        Organization.path,
        Organization.timezone,
        Organization.name,
        Organization.kind.label("organization_kind"),
    ).join(Organization, Organization.id == Meeting.organization_id)


def _planned(row: Row[tuple[int, int, str, str, datetime, datetime, str, str, str, str, str]]) -> Planned:
    return Planned(
        id=row.id,
        organization_id=row.organization_id,
        kind=MeetingKind(row.kind),
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        timezone=row.timezone,
        organization_name=row.name,
        of_cell=row.organization_kind == OrganizationKind.CELL,
    )
