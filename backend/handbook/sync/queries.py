"""Collecting what a phone does not have yet. Every list is scoped by the same policy as the routes that show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from handbook.access.actor import Actor
from handbook.access.guards import visible
from handbook.access.permissions import Permission
from handbook.access.predicates import RUNNERS
from handbook.accounts.models import Account
from handbook.accounts.presenter import present_session
from handbook.attendance.models import AbsenceRequest, Attendance
from handbook.attendance.reverse import own_code
from handbook.attendance.schemas import AbsenceRequestSchema, FollowedAttendanceSchema
from handbook.kernel.clock import Clock
from handbook.kernel.db import db
from handbook.kernel.secrets import current_secrets
from handbook.kernel.tree import path_ids
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.queries import meeting_views
from handbook.meetings.schemas import MeetingSchema
from handbook.meetings.sites import Site
from handbook.members.enums import ACTIVE_STATUSES
from handbook.members.models import Member
from handbook.members.presenter import present_member
from handbook.minutes.enums import MinutesState
from handbook.minutes.models import Minutes
from handbook.minutes.queries import minutes_data
from handbook.minutes.schemas import MinutesSchema
from handbook.notifications.models import Notice
from handbook.notifications.schemas import NoticeSchema
from handbook.organizations.models import Organization, Tombstone
from handbook.organizations.presenter import organization_views
from handbook.organizations.schemas import OrganizationSchema
from handbook.resolutions.models import Resolution
from handbook.resolutions.queries import resolution_data
from handbook.resolutions.schemas import ResolutionSchema
from handbook.sync.cursor import Cursor, day_of, scope_of

# How far back a phone that starts anew is filled.
MEETINGS_BACK = timedelta(days=400)
RESOLUTIONS_BACK = timedelta(days=800)
NOTICES_BACK = timedelta(days=90)

_organizations = OrganizationSchema(many=True)
_meetings = MeetingSchema(many=True)
_resolutions = ResolutionSchema(many=True)
_minutes = MinutesSchema(many=True)
_notices = NoticeSchema(many=True)
_absence_requests = AbsenceRequestSchema(many=True)
_own_attendance = FollowedAttendanceSchema(many=True)


@dataclass(frozen=True, slots=True)
class Since:
    """Where the phone stands: versions by organisation and of the account, all 0 for one that starts anew."""

    organizations: Mapping[int, int]
    account_version: int
    full: bool

    def moved(self, now: Cursor) -> dict[int, int]:
        """The organisations whose content moved, with the version the phone has."""
        return {
            id_: self.organizations[id_]
            for id_, version in now.organizations.items()
            if version > self.organizations[id_]
        }

    def newer(
        self,
        moved: Mapping[int, int],
        organization: InstrumentedAttribute[int],
        version: InstrumentedAttribute[int],
    ) -> ColumnElement[bool]:
        """Rows of the moved organisations that are newer than what the phone has."""
        return or_(false(), *(and_(organization == id_, version > since) for id_, since in moved.items()))


def current_cursor(actor: Actor, clock: Clock) -> Cursor:
    """The versions as they are now, of everything this actor follows."""
    ids = followed_ids(actor)
    rows = db.session.execute(
        select(Organization.id, Organization.content_version).where(Organization.id.in_(ids))
    )
    account_version = db.session.scalar(select(Account.content_version).where(Account.id == actor.account_id))
    return Cursor(
        account_id=actor.account_id or 0,
        account_version=account_version or 0,
        day=day_of(clock.now()),
        home=actor.organization_id or 0,
        scope=scope_of(actor),
        organizations={row.id: row.content_version for row in rows},
    )


def followed_ids(actor: Actor) -> list[int]:
    """The member's own line and those of the offices held, each up to the root: what is set above holds below."""
    ids = set(path_ids(actor.path)) if actor.path else set()
    ids.update(id_ for office in actor.offices for id_ in path_ids(office.path))
    return sorted(ids)


def since_cursor(held: Cursor | None, now: Cursor) -> Since:
    """What the phone has; a missing, foreign or overtaken cursor means nothing."""
    if held is None or not held.same_view(now) or _is_ahead(held, now):
        return Since(dict.fromkeys(now.organizations, 0), 0, full=True)
    return Since(held.organizations, held.account_version, full=False)


def collect_changes(actor: Actor, since: Since, now: Cursor, clock: Clock) -> dict[str, Any]:
    """The body of the answer: every list of what is newer than ``since``."""
    moved = since.moved(now)
    own_moved = now.account_version > since.account_version or since.full
    changes = {
        "organizations": _changed_organizations(since, moved),
        "meetings": _changed_meetings(actor, since, moved, clock),
        "resolutions": _changed_resolutions(actor, since, moved, clock),
        "minutes": _changed_minutes(actor, since, moved, clock),
        "notices": _changed_notices(actor, since, clock) if own_moved else [],
        "attendance": _changed_attendance(actor, since, moved, clock),
        "absence_requests": _changed_absence_requests(actor, since, moved, clock),
        "members": _changed_members(actor, since, moved),
        "me": _me(actor) if _is_me_due(actor, since, own_moved=own_moved) else None,
    }
    return {
        "cursor": now.encode(),
        "full": since.full,
        "changes": changes,
        "gone": _gone(actor, since, moved),
    }


def _is_ahead(held: Cursor, now: Cursor) -> bool:
    """A cursor from the future was made before a restored backup: the phone must start anew."""
    return held.account_version > now.account_version or any(
        version > now.organizations[id_] for id_, version in held.organizations.items()
    )


def _changed_organizations(since: Since, moved: Mapping[int, int]) -> Any:
    condition = since.newer(moved, Organization.id, Organization.row_content_version)
    rows = db.session.scalars(select(Organization).where(condition).order_by(Organization.path)).all()
    return _organizations.dump(organization_views(rows))


def _changed_meetings(actor: Actor, since: Since, moved: Mapping[int, int], clock: Clock) -> Any:
    now = clock.now()
    statement = (
        select(Meeting)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(
            since.newer(moved, Meeting.organization_id, Meeting.content_version),
            visible(actor, Permission.MEETINGS_READ, Meeting.columns()),
        )
        .order_by(Meeting.id)
    )
    if since.full:
        statement = statement.where(Meeting.starts_at >= now - MEETINGS_BACK)
    return _meetings.dump(meeting_views(list(db.session.scalars(statement)), actor=actor, now=now))


def _changed_resolutions(actor: Actor, since: Since, moved: Mapping[int, int], clock: Clock) -> Any:
    statement = (
        select(Resolution)
        .join(Organization, Organization.id == Resolution.organization_id)
        .where(
            since.newer(moved, Resolution.organization_id, Resolution.content_version),
            visible(actor, Permission.RESOLUTIONS_READ, Resolution.columns()),
        )
        .order_by(Resolution.id)
    )
    if since.full:
        statement = statement.where(Resolution.created_at >= clock.now() - RESOLUTIONS_BACK)
    return _resolutions.dump([resolution_data(row, actor=actor) for row in db.session.scalars(statement)])


def _changed_minutes(actor: Actor, since: Since, moved: Mapping[int, int], clock: Clock) -> Any:
    """Signed minutes only: a draft is fetched by who writes it."""
    statement = (
        select(Minutes)
        .join(Organization, Organization.id == Minutes.organization_id)
        .where(
            since.newer(moved, Minutes.organization_id, Minutes.content_version),
            Minutes.state == MinutesState.SIGNED.value,
            visible(actor, Permission.MINUTES_READ, Minutes.columns()),
        )
        .order_by(Minutes.id)
    )
    if since.full:
        statement = statement.where(Minutes.created_at >= clock.now() - MEETINGS_BACK)
    return _minutes.dump([minutes_data(row) for row in db.session.scalars(statement)])


def _changed_notices(actor: Actor, since: Since, clock: Clock) -> Any:
    statement = (
        select(Notice)
        .where(
            Notice.account_id == actor.account_id,
            Notice.account_version > since.account_version,
            Notice.created_at >= clock.now() - NOTICES_BACK,
        )
        .order_by(Notice.id)
    )
    if since.full:
        statement = select(Notice).where(
            Notice.account_id == actor.account_id, Notice.created_at >= clock.now() - NOTICES_BACK
        )
    return _notices.dump(db.session.scalars(statement))


def _changed_attendance(actor: Actor, since: Since, moved: Mapping[int, int], clock: Clock) -> Any:
    if actor.member_id is None:
        return []
    by_other = and_(Member.id == Attendance.recorded_by, Attendance.recorded_by != Attendance.member_id)
    statement = (
        select(Attendance, Meeting.state, Meeting.check_in_key_sealed, Member.full_name)
        .join(Meeting, Meeting.id == Attendance.meeting_id)
        .outerjoin(Member, by_other)
    )
    statement = statement.where(Attendance.member_id == actor.member_id)
    if since.full:
        statement = statement.where(Meeting.starts_at >= clock.now() - MEETINGS_BACK)
    else:
        statement = statement.where(
            or_(
                Attendance.account_version > since.account_version,
                since.newer(moved, Meeting.organization_id, Attendance.content_version),
            )
        )
    rows = db.session.execute(statement.order_by(Attendance.meeting_id)).all()
    return _own_attendance.dump([_own_line(*row) for row in rows])


def _own_line(line: Attendance, state: str, sealed: bytes | None, by: str | None) -> dict[str, Any]:
    code = own_code(sealed, state, line.meeting_id, line.member_id, secrets=current_secrets())
    return {
        "meeting_id": line.meeting_id,
        "state": line.state,
        "method": line.method,
        "checked_in_at": line.checked_in_at,
        "recorded_at": line.recorded_at,
        "arrived_at": line.arrived_at,
        "left_at": line.left_at,
        "recorded_by_name": by,
        "code": code,
        "flags": line.flags,
    }


def _changed_absence_requests(actor: Actor, since: Since, moved: Mapping[int, int], clock: Clock) -> Any:
    statement = (
        select(AbsenceRequest)
        .join(Meeting, Meeting.id == AbsenceRequest.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(visible(actor, Permission.ABSENCE_REQUESTS_READ, AbsenceRequest.columns()))
        .where(Meeting.organization_id.in_(followed_ids(actor)))
    )
    if since.full:
        statement = statement.where(Meeting.starts_at >= clock.now() - MEETINGS_BACK)
    else:
        statement = statement.where(
            or_(
                and_(
                    AbsenceRequest.member_id == actor.member_id,
                    AbsenceRequest.account_version > since.account_version,
                ),
                since.newer(moved, Meeting.organization_id, AbsenceRequest.content_version),
            )
        )
    return _absence_requests.dump(db.session.scalars(statement.order_by(AbsenceRequest.id)))


def _changed_members(actor: Actor, since: Since, moved: Mapping[int, int]) -> list[dict[str, Any]]:
    """The roster of the cells the actor runs, so that names can be marked without a network."""
    run_here = {office.organization_id for office in actor.offices if office.title in RUNNERS}
    of_cells = {id_: version for id_, version in moved.items() if id_ in run_here}
    if not of_cells:
        return []
    statement = (
        select(Member)
        .where(since.newer(of_cells, Member.organization_id, Member.content_version))
        .order_by(Member.name_sort, Member.id)
    )
    if since.full:
        statement = statement.where(Member.status.in_(sorted(ACTIVE_STATUSES)))
    return [present_member(member, actor) for member in db.session.scalars(statement)]


def _is_me_due(actor: Actor, since: Since, *, own_moved: bool) -> bool:
    """A member's record moves with its organisation; a new office or organisation is a new view and hence a full answer."""
    if since.full or actor.member_id is None or actor.organization_id is None:
        return own_moved
    version = db.session.scalar(select(Member.content_version).where(Member.id == actor.member_id))
    return (version or 0) > since.organizations[actor.organization_id]


def _me(actor: Actor) -> dict[str, Any]:
    return present_session(db.session.get_one(Account, actor.account_id), actor)


def _gone(actor: Actor, since: Since, moved: Mapping[int, int]) -> list[dict[str, str]]:
    if since.full or not moved:
        return []
    statement = select(Tombstone).where(
        since.newer(moved, Tombstone.organization_id, Tombstone.content_version)
    )
    stones = [{"type": stone.type, "id": str(stone.row_id)} for stone in db.session.scalars(statement)]
    return stones + [{"type": "attendance", "id": str(id_)} for id_ in _without_own_line(actor, since, moved)]


def _without_own_line(actor: Actor, since: Since, moved: Mapping[int, int]) -> Sequence[int]:
    """The conferences that changed and have no line of this reader, who may have been a delegate before. A conference moves
    when a delegate is taken out; who never was one has nothing to forget."""
    own = exists().where(Attendance.meeting_id == Meeting.id, Attendance.member_id == actor.member_id)
    statement = select(Meeting.id).where(
        since.newer(moved, Meeting.organization_id, Meeting.content_version),
        Meeting.kind == MeetingKind.CONFERENCE.value,
        Meeting.convened_at.is_not(None),
        exists().where(Site.meeting_id == Meeting.id),
        ~own,
    )
    return db.session.scalars(statement.order_by(Meeting.id)).all() if actor.member_id is not None else []
