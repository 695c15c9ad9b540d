"""Who belongs to a meeting: the lines of its roll are made when it is convened, and completed when it opens."""

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from handbook.access.actor import Actor, OfficeTitle
from handbook.attendance.counters import recount
from handbook.attendance.enums import AttendanceState, Flag, Method
from handbook.attendance.models import Attendance
from handbook.attendance.rules import state_when_summoned
from handbook.attendance.site_counters import recount_sites
from handbook.audit.service import record_about_many
from handbook.kernel.tree import PATH_END
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.sites import Delegate, has_sites
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus
from handbook.members.models import Member, Office
from handbook.organizations.models import Organization

COMMITTEE_TITLES = (OfficeTitle.SECRETARY, OfficeTitle.DEPUTY_SECRETARY, OfficeTitle.COMMITTEE_MEMBER)
COUNTERS = (
    "summoned_count",
    "present_count",
    "late_count",
    "excused_count",
    "unexcused_count",
    "exempt_count",
    "official_due",
    "official_present",
    "roll_version",
)


def summon_members(meeting: Meeting, *, uow: UnitOfWork) -> None:
    """Add a line for everybody who belongs to the meeting and has none; lines that exist stay as they are.

    To a conference with sites its delegates belong, nobody else.
    Exempt members and those who live the party life elsewhere for now begin as ``exempt``.
    """
    session = uow.session
    known = set(session.scalars(select(Attendance.member_id).where(Attendance.meeting_id == meeting.id)))
    if has_sites(meeting):
        forget_strangers(meeting, uow=uow)
        summoned = _delegates_of(meeting, uow)
    else:
        summoned = [(member.id, member.status, None) for member in members_of(meeting, uow)]
    lines = [
        _line(meeting, member_id, status, site_id, uow)
        for member_id, status, site_id in summoned
        if member_id not in known
    ]
    if lines:
        session.execute(insert(Attendance), lines)
    refresh_counts(meeting, uow=uow)


def close_roll(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """Who is not recorded when the meeting closes was absent without leave, until somebody corrects it.

    Each of them has an entry of the record: it is the one who closes, ``actor``, that has it written.
    """
    missing = uow.session.scalars(
        update(Attendance)
        .where(Attendance.meeting_id == meeting.id, Attendance.state.is_(None))
        .values(
            state=AttendanceState.UNEXCUSED.value,
            method=Method.SYSTEM.value,
            recorded_at=uow.clock.now(),
            recorded_by=None,
            content_version=meeting.content_version,
        )
        .returning(Attendance.member_id)
        .execution_options(synchronize_session=False)
    ).all()
    record_about_many(
        uow,
        "attendance:line:settled",
        actor=actor,
        subject_id=meeting.id,
        member_ids=sorted(missing),
        path=meeting.organization.path,
        details={
            "before": None,
            "state": AttendanceState.UNEXCUSED.value,
            "method": Method.SYSTEM.value,
        },
    )
    refresh_counts(meeting, uow=uow)


def open_roll_again(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """What the closing wrote about those whom nobody had recorded is taken back: the meeting goes on, and they may come."""
    settled = uow.session.scalars(
        update(Attendance)
        .where(
            Attendance.meeting_id == meeting.id,
            Attendance.state == AttendanceState.UNEXCUSED.value,
            Attendance.method == Method.SYSTEM.value,
        )
        .values(
            state=None,
            method=None,
            recorded_at=None,
            content_version=meeting.content_version,
        )
        .returning(Attendance.member_id)
        .execution_options(synchronize_session=False)
    ).all()
    record_about_many(
        uow,
        "attendance:line:settled",
        actor=actor,
        subject_id=meeting.id,
        member_ids=sorted(settled),
        path=meeting.organization.path,
        details={"before": AttendanceState.UNEXCUSED.value, "state": None, "method": Method.SYSTEM.value},
    )
    refresh_counts(meeting, uow=uow)


def refresh_counts(meeting: Meeting, *, uow: UnitOfWork) -> None:
    """Count the roll anew and let the object at hand show it."""
    recount(uow.session.connection(), meeting.id)
    if meeting.kind == MeetingKind.CONFERENCE:
        recount_sites(uow.session.connection(), meeting.id)
    uow.session.expire(meeting, COUNTERS)


def forget_strangers(meeting: Meeting, *, uow: UnitOfWork) -> None:
    """Take out delegates who have left the organisation, or its life, before they were summoned."""
    path = meeting.organization.path
    within = and_(Organization.path >= path, Organization.path < path + PATH_END)
    belonging = (
        select(Member.id)
        .join(Organization, Organization.id == Member.organization_id)
        .where(within, Member.status.in_(sorted(ACTIVE_STATUSES)))
    )
    summoned = select(Attendance.member_id).where(Attendance.meeting_id == meeting.id)
    uow.session.execute(
        delete(Delegate)
        .where(
            Delegate.meeting_id == meeting.id,
            Delegate.member_id.not_in(belonging),
            Delegate.member_id.not_in(summoned),
        )
        .execution_options(synchronize_session=False)
    )


def _delegates_of(meeting: Meeting, uow: UnitOfWork) -> list[tuple[int, str, int | None]]:
    rows = uow.session.execute(
        select(Member.id, Member.status, Delegate.site_id)
        .join(Delegate, Delegate.member_id == Member.id)
        .where(Delegate.meeting_id == meeting.id)
        .order_by(Member.id)
    )
    return [(row.id, row.status, row.site_id) for row in rows]


def members_of(meeting: Meeting, uow: UnitOfWork) -> list[Member]:
    """Everybody who belongs to the meeting by the records as they are now."""
    day = meeting.day
    of_committee = (
        select(Office.member_id)
        .where(
            Office.organization_id == meeting.organization_id,
            Office.title.in_([title.value for title in COMMITTEE_TITLES]),
            Office.member_id.is_not(None),
            Office.from_date <= day,
            or_(Office.to_date.is_(None), Office.to_date >= day),
        )
        .scalar_subquery()
    )
    belongs: ColumnElement[bool] = Member.id.in_(of_committee)
    if meeting.kind != MeetingKind.COMMITTEE:
        belongs = or_(Member.organization_id == meeting.organization_id, belongs)
    return list(
        uow.session.scalars(
            select(Member).where(belongs, Member.status.in_(sorted(ACTIVE_STATUSES))).order_by(Member.id)
        )
    )


def _line(
    meeting: Meeting, member_id: int, status: str, site_id: int | None, uow: UnitOfWork
) -> dict[str, object]:
    preset = state_when_summoned(MemberStatus(status))
    return {
        "meeting_id": meeting.id,
        "member_id": member_id,
        "member_status": status,
        "state": preset.value if preset else None,
        "method": Method.SYSTEM.value if preset else None,
        "recorded_at": uow.clock.now() if preset else None,
        "flags": [Flag.TEMPORARY_OUT.value] if status == MemberStatus.TEMPORARY_OUT else [],
        "home_site_id": site_id,
        "site_id": site_id,
        "content_version": meeting.content_version,
        "account_version": 0,
    }
