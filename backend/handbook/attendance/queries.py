"""Scoped reads of attendance."""

import base64
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from handbook.access.actor import Actor
from handbook.access.guards import may, require, visible
from handbook.access.permissions import Permission
from handbook.attendance.enums import AttendanceState, Method
from handbook.attendance.head_count import GuestLine, HeadCount, RollLine
from handbook.attendance.head_count import head_count as count_heads
from handbook.attendance.models import AbsenceRequest, Attendance, Guest
from handbook.attendance.rules import DEFAULT_RULES, AttendanceRules
from handbook.audit.models import AuditEntry
from handbook.kernel.db import db
from handbook.kernel.pagination import Page, paginate
from handbook.kernel.problems import NotFound
from handbook.kernel.secrets import Secrets
from handbook.meetings.enums import MeetingState
from handbook.meetings.keys import unseal
from handbook.meetings.models import Meeting
from handbook.meetings.sites import site_key
from handbook.meetings.state import WITH_CHECK_IN_KEY, require_state
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus
from handbook.members.models import Member
from handbook.members.naming import Bearer, name_marks, with_mark
from handbook.organizations.models import Organization
from handbook.organizations.settings import rules_at, rules_of

LINE_TAGS = tuple(f"attendance:line:{act}" for act in ("checked_in", "marked", "excused", "settled"))
LINES = (
    select(
        Attendance.member_id,
        Member.full_name,
        Attendance.member_status.label("status"),
        Attendance.state,
        Attendance.method,
        Attendance.checked_in_at,
        Attendance.recorded_at,
        Attendance.recorded_by,
        Attendance.arrived_at,
        Attendance.left_at,
        Attendance.reason,
        Attendance.flags,
        Attendance.home_site_id,
        Attendance.site_id,
    )
    .join(Member, Member.id == Attendance.member_id)
    .where(Attendance.meeting_id == bindparam("meeting_id"))
)
_ALL_LINES = LINES.order_by(Member.name_sort, Member.id)
_ONE_LINE = LINES.where(Attendance.member_id == bindparam("member_id"))
_GUESTS = (
    select(Guest).where(Guest.meeting_id == bindparam("meeting_id")).order_by(Guest.recorded_at, Guest.key)
)
_IN_ROLL = select(Attendance.member_id).where(Attendance.meeting_id == bindparam("meeting_id"))
_NAMESAKES = select(Member.id, Member.full_name, Member.birth_date, Member.card_number).where(
    Member.id.in_(_IN_ROLL),
    Member.name_folded.in_(
        select(Member.name_folded)
        .where(Member.id.in_(_IN_ROLL))
        .group_by(Member.name_folded)
        .having(func.count() > 1)
    ),
)


def guests_of(meeting_id: int) -> Sequence[Guest]:
    """The guests in the order in which they were written down."""
    return db.session.scalars(_GUESTS, {"meeting_id": meeting_id}).all()


def name_marks_of(meeting_id: int) -> dict[int, str]:
    """By member what tells those apart whose name is in the roll more than once; a roll without such has none."""
    return name_marks(
        Bearer(row.id, row.full_name, row.birth_date and row.birth_date.year, row.card_number)
        for row in db.session.execute(_NAMESAKES, {"meeting_id": meeting_id})
    )


def head_count(meeting: Meeting) -> HeadCount:
    """The head-count of a meeting, as the minutes tell it: with what tells two of one name apart."""
    marks = name_marks_of(meeting.id)
    lines = db.session.execute(_ALL_LINES, {"meeting_id": meeting.id})
    return count_heads(
        (
            RollLine(
                member_id=line.member_id,
                name=with_mark(line.full_name, marks.get(line.member_id)),
                status=MemberStatus(line.status),
                state=None if line.state is None else AttendanceState(line.state),
                reason=line.reason,
                arrived_at=line.arrived_at or line.checked_in_at,
                left_at=line.left_at,
            )
            for line in lines
        ),
        quorum=quorum_share(meeting),
        guests=[GuestLine(guest.name, guest.origin) for guest in guests_of(meeting.id)],
        chair_id=meeting.chair_id,
        minute_taker_id=meeting.minute_taker_id,
    )


def line_history(meeting: Meeting, member_id: int) -> list[dict[str, Any]]:
    """Every change of a member's line in the order it happened, from the audit record, which nothing is taken out of.

    What the line began with (the summons) is told by the line itself.
    """
    rows = db.session.execute(
        select(
            AuditEntry.at, AuditEntry.tag, AuditEntry.details, AuditEntry.actor_member_id, Member.full_name
        )
        .outerjoin(Member, Member.id == AuditEntry.actor_member_id)
        .where(
            AuditEntry.member_id == member_id,
            AuditEntry.subject_id == meeting.id,
            AuditEntry.tag.in_(LINE_TAGS),
        )
        .order_by(AuditEntry.id)
    )
    return [_change_of(row) for row in rows]


def _change_of(row: Row[Any]) -> dict[str, Any]:
    details = row.details
    times = {
        name: datetime.fromisoformat(details[name]) if name in details else None
        for name in ("arrived_at", "left_at")
    }
    return {
        "at": row.at,
        "before": details.get("before"),
        "state": details.get("state"),
        "method": details.get("method", Method.SECRETARY.value),
        **times,
        "actor_id": row.actor_member_id,
        "actor_name": row.full_name,
    }


def quorum_share(meeting: Meeting, at: datetime | None = None) -> Fraction:
    """The part of the official members due that has to be there: as it was at the convening, until then as it is now; where the
    meeting kept none, as it was at that hour."""
    if meeting.quorum_share is not None:
        return Fraction(meeting.quorum_share)
    organization = meeting.organization
    settings = rules_of(organization) if at is None else rules_at(organization, ["attendance.quorum"], at)
    share: Fraction = settings["attendance.quorum"]
    return share


def reads_as_supervisor(meeting: Meeting, *, actor: Actor) -> bool:
    """Whether the reader sees other people's lines without running the meeting: such readings are recorded."""
    return _sees_all(meeting, actor) and not may(actor, Permission.MEETINGS_RUN, meeting.target)


def find_line(meeting_id: int, member_id: int) -> Row[Any] | None:
    """One line of the roll with the member's name."""
    return db.session.execute(_ONE_LINE, {"meeting_id": meeting_id, "member_id": member_id}).first()


def summoned_member_ids(meeting_id: int) -> list[int]:
    """Everybody who has a line in the roll."""
    return list(db.session.scalars(select(Attendance.member_id).where(Attendance.meeting_id == meeting_id)))


def member_ids_to_tell(meeting_id: int) -> list[int]:
    """Who was summoned and is to hear of the meeting: nobody writes to, or telephones, who has died or was expelled since."""
    active = Member.status.in_(sorted(ACTIVE_STATUSES))
    return list(
        db.session.scalars(
            select(Attendance.member_id)
            .join(Member, Member.id == Attendance.member_id)
            .where(Attendance.meeting_id == meeting_id, active)
        )
    )


def check_in_key(
    meeting: Meeting, *, site_id: int | None = None, secrets: Secrets, rules: AttendanceRules = DEFAULT_RULES
) -> dict[str, Any]:
    """What a device needs to show the codes of the meeting, or of one site of it, on its own, and for which hours.

    Raises :class:`WrongState` but in convened and open.
    """
    require_state(MeetingState(meeting.state), WITH_CHECK_IN_KEY)
    if meeting.check_in_key_sealed is None:
        raise NotFound
    begins = meeting.opened_at - rules.grace if meeting.opened_at else meeting.starts_at - rules.before_start
    key = unseal(secrets, meeting.check_in_key_sealed, meeting.id)
    if site_id is not None:
        key = site_key(key, meeting.id, site_id)
    return {
        "key": base64.urlsafe_b64encode(key).decode(),
        **({} if site_id is None else {"site_id": site_id}),
        "step_seconds": meeting.step_seconds,
        "valid_from": begins,
        "valid_until": _latest(meeting.ends_at, meeting.opened_at) + rules.after_end,
    }


def get_absence_request(
    request_id: int, permission: Permission, *, actor: Actor, lock: bool = False
) -> AbsenceRequest:
    """The request, when the actor holds the permission for it; else 404 or 403 as the policy says."""
    request = db.session.get(
        AbsenceRequest,
        request_id,
        populate_existing=lock,
        with_for_update={"of": AbsenceRequest} if lock else None,
    )
    if request is None:
        raise NotFound
    require(actor, permission, request.target)
    return request


def list_absence_requests(
    meeting: Meeting, *, actor: Actor, limit: int, cursor: str | None
) -> Page[AbsenceRequest]:
    """Requests for one meeting in the order they came: all for who runs it, else the actor's own."""
    statement = (
        select(AbsenceRequest)
        .join(Meeting, Meeting.id == AbsenceRequest.meeting_id)
        .join(Organization, Organization.id == Meeting.organization_id)
        .where(
            AbsenceRequest.meeting_id == meeting.id,
            visible(actor, Permission.ABSENCE_REQUESTS_READ, AbsenceRequest.columns()),
        )
    )
    return paginate(
        statement, [AbsenceRequest.id], limit=limit, cursor=cursor, key_of=lambda request: [request.id]
    )


def _sees_all(meeting: Meeting, actor: Actor) -> bool:
    return may(actor, Permission.ATTENDANCE_READ, meeting.target)


def _latest(ends_at: datetime, opened_at: datetime | None) -> datetime:
    return max(ends_at, opened_at) if opened_at else ends_at
