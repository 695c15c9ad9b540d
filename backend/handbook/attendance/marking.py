"""Writing lines of the roll by hand: what who runs the meeting saw in the room, or reads off a signed sheet afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from handbook.access.actor import Actor
from handbook.accounts.versions import bump_account_version
from handbook.attendance.counters import move_counts, touch_roll
from handbook.attendance.enums import BY_HAND, PROVED, AttendanceState, Decision, Flag, Method
from handbook.attendance.events import AttendanceCorrected
from handbook.attendance.keeping import WHOLE, Keeper
from handbook.attendance.models import AbsenceRequest, Attendance
from handbook.attendance.reverse import require_member_code
from handbook.attendance.rules import ATTENDING, Stay, state_on_arrival, state_when_summoned, stay_error
from handbook.attendance.site_counters import Standing, move_site_counts
from handbook.attendance.summons import COUNTERS
from handbook.audit.service import record
from handbook.kernel.problems import FieldError, NotFound, Problem, ValidationFailed, WrongState
from handbook.kernel.secrets import Secrets
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.state import WITH_OPEN_ROLL, require_state
from handbook.members.enums import ACTIVE_STATUSES, MemberStatus

# What a new mark by hand makes void.
OF_THE_LAST_MARK = frozenset({Flag.CONTRADICTS_MARK, Flag.OPENED_MEETING, Flag.LEFT_CELL})
BEFORE_EVERYTHING = datetime.min.replace(tzinfo=UTC)
# What may be known of somebody before the meeting is open; None takes it back.
FORESEEABLE = frozenset({AttendanceState.EXCUSED, AttendanceState.EXEMPT, None})

NO_TIMES = Stay()


@dataclass(frozen=True, slots=True)
class Mark:
    """One line of many that are written together. ``code``: the member's own, as proof."""

    member_id: int
    state: AttendanceState | None
    reason: str | None = None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    code: str | None = None


def mark_attendance(
    meeting: Meeting,
    member_id: int,
    state: AttendanceState | None,
    *,
    actor: Actor,
    uow: UnitOfWork,
    reason: str | None = None,
    at: datetime | None = None,
    flag: Flag | None = None,
    arrived_at: datetime | None = None,
    left_at: datetime | None = None,
    method: Method = Method.SECRETARY,
    together: bool = False,
) -> Attendance:
    """Write a member's line by hand; it stands above what check-ins said before. The meeting is locked by the caller.

    ``state`` None takes a mark by hand back: what was known without it stands again. ``at``: when it was seen in a room
    without a network; what was recorded after that time stands. ``arrived_at`` and ``left_at`` belong to who attended; a
    change of these alone leaves how and by whom the member was recorded. What a member has proved stands as how, when and by
    whom where the mark says the same, and against a mark of everybody else ``together``, which means those of whom nothing was
    known; the history keeps both.
    Raises :class:`WrongState` when the roll is settled or nobody can be there yet, :class:`NotFound` for somebody who was
    not summoned, :class:`ValidationFailed` for impossible times. The same mark again changes nothing.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    if meeting.state == MeetingState.CONVENED and state not in FORESEEABLE:
        raise WrongState
    stay = Stay(arrived_at, left_at)
    _check_stay(meeting, state, stay, uow)
    line = locked_line(meeting.id, member_id, uow)
    if line is None:
        raise NotFound
    if state is None:
        return _take_back(meeting, line, actor=actor, uow=uow)
    known = Stay(line.arrived_at, line.left_at)
    says_the_same = (line.state, line.reason) == (state, reason)
    if says_the_same and (state in ATTENDING or line.method == method):
        if stay == known and line.method == method:
            return line
        if stay != known and line.method is not None:
            _write_stay(meeting, line, stay, actor=actor, uow=uow)
            return line
    if at is not None and stands_since(line) > at:
        return line
    before = line.state
    if line.state in ATTENDING and line.method in PROVED and (says_the_same or together):
        _record_mark(uow, meeting, line, actor=actor, before=before, stay=known, method=method)
        return line
    write_line(meeting, line, state, method, reason, by=actor.member_id, uow=uow, flag=flag, at=at, stay=stay)
    _record_mark(uow, meeting, line, actor=actor, before=before, stay=stay, method=method)
    return line


def mark_many(
    meeting: Meeting,
    marks: Iterable[Mark],
    *,
    method: Method,
    only_unrecorded: bool,
    keeper: Keeper = WHOLE,
    actor: Actor,
    uow: UnitOfWork,
    secrets: Secrets,
) -> list[str | None]:
    """Write many lines that ``keeper`` keeps; each is written whole or, for the reason in its place of the answer, not at all.

    ``only_unrecorded``: what stands by now stays (``recorded`` in the answer): "everybody else is present" must not write
    over who checked in meanwhile. Raises :class:`WrongState` when the roll is settled.
    """
    require_state(MeetingState(meeting.state), WITH_OPEN_ROLL)
    answers: list[str | None] = []
    for mark in marks:
        try:
            code = _mark_one(
                meeting,
                mark,
                method=method,
                only_unrecorded=only_unrecorded,
                keeper=keeper,
                actor=actor,
                uow=uow,
                secrets=secrets,
            )
            answers.append(code)
        except ValidationFailed as problem:
            answers.append(problem.errors[0].code)
        except Problem as problem:
            answers.append(problem.code)
    return answers


def _mark_one(
    meeting: Meeting,
    mark: Mark,
    *,
    method: Method,
    only_unrecorded: bool,
    keeper: Keeper,
    actor: Actor,
    uow: UnitOfWork,
    secrets: Secrets,
) -> str | None:
    line = locked_line(meeting.id, mark.member_id, uow)
    keeper.require(line)
    if only_unrecorded and line is not None and line.state is not None:
        return "recorded"
    if mark.code is not None:
        require_member_code(meeting, mark.member_id, mark.code, secrets=secrets)
        method = Method.REVERSE_SCAN
    mark_attendance(
        meeting,
        mark.member_id,
        mark.state,
        reason=mark.reason,
        arrived_at=mark.arrived_at,
        left_at=mark.left_at,
        method=method,
        actor=actor,
        uow=uow,
    )
    return None


def record_opener(
    meeting: Meeting, member_id: int, *, at: datetime | None, actor: Actor, uow: UnitOfWork
) -> None:
    """Who opens the meeting and says to be in the room is present since then (``at``), whatever was foreseen; who was not
    summoned is no part of the roll.
    """
    line = locked_line(meeting.id, member_id, uow)
    if line is None or line.state in ATTENDING:
        return
    before = line.state
    write_line(
        meeting,
        line,
        AttendanceState.PRESENT,
        Method.SECRETARY,
        None,
        by=member_id,
        uow=uow,
        flag=Flag.OPENED_MEETING,
        at=at,
    )
    _record_mark(uow, meeting, line, actor=actor, before=before, stay=NO_TIMES, method=Method.SECRETARY)


def forget_opener(meeting: Meeting, *, actor: Actor, uow: UnitOfWork) -> None:
    """The opening is taken back, and with it that who opened was there. What had been foreseen is written again by hand."""
    lines = uow.session.scalars(select(Attendance).where(Attendance.meeting_id == meeting.id)).all()
    for member_id in [line.member_id for line in lines if Flag.OPENED_MEETING in line.flags]:
        line = locked_line(meeting.id, member_id, uow)
        if line is not None:
            _take_back(meeting, line, actor=actor, uow=uow)


def locked_line(meeting_id: int, member_id: int, uow: UnitOfWork) -> Attendance | None:
    """The line of a member, read anew and held until the end of the unit of work."""
    return uow.session.get(Attendance, (meeting_id, member_id), populate_existing=True, with_for_update=True)


def stands_since(line: Attendance) -> datetime:
    """When what the line says was true in the room: a scanned code tells it, whenever it arrived. What the system wrote
    stands for no time."""
    if line.state is None or line.method == Method.SYSTEM:
        return BEFORE_EVERYTHING
    told = line.checked_in_at if line.method in (Method.QR, Method.LINK) else line.recorded_at
    return told or BEFORE_EVERYTHING


def write_line(
    meeting: Meeting,
    line: Attendance,
    state: AttendanceState | None,
    method: Method | None,
    reason: str | None,
    *,
    by: int | None,
    uow: UnitOfWork,
    flag: Flag | None = None,
    at: datetime | None = None,
    stay: Stay = NO_TIMES,
) -> None:
    """Write the line, the counts and the member's version; say so when the meeting was counted already."""
    before, had_left = line.state, line.left_at is not None
    line.state = None if state is None else state.value
    line.method = None if method is None else method.value
    line.reason = reason
    line.recorded_at = None if state is None else at or uow.clock.now()
    line.recorded_by = by
    gone = MemberStatus(line.member_status) not in ACTIVE_STATUSES
    kept = [known for known in line.flags if known not in OF_THE_LAST_MARK]
    new = [Flag.LEFT_CELL.value] if gone else []
    if flag is not None and flag.value not in new:
        new.append(flag.value)
    line.flags = [*kept, *new]
    _finish(meeting, line, before=before, had_left=had_left, stay=stay, uow=uow)


def _finish(
    meeting: Meeting, line: Attendance, *, before: str | None, had_left: bool, stay: Stay, uow: UnitOfWork
) -> None:
    line.arrived_at, line.left_at = stay.arrived_at, stay.left_at
    line.account_version = bump_account_version(uow, line.member_id)
    uow.session.flush()
    connection = uow.session.connection()
    has_left = stay.left_at is not None
    if line.home_site_id is not None and line.site_id is not None:
        move_site_counts(
            connection,
            line.home_site_id,
            Standing(before, line.site_id, had_left),
            Standing(line.state, line.site_id, has_left),
            line.member_status,
            clock=uow.clock,
        )
    if line.home_site_id is not None and meeting.state != MeetingState.CLOSED:
        # The sites count for themselves until the closing.
        pass
    elif (before, had_left) == (line.state, has_left):
        touch_roll(connection, meeting.id)
    else:
        move_counts(
            connection,
            meeting.id,
            before,
            line.state,
            line.member_status,
            had_left=had_left,
            has_left=has_left,
        )
    uow.session.expire(meeting, COUNTERS)
    if meeting.state == MeetingState.CLOSED:
        uow.emit(AttendanceCorrected(meeting.id, meeting.organization_id))


def _write_stay(meeting: Meeting, line: Attendance, stay: Stay, *, actor: Actor, uow: UnitOfWork) -> None:
    """When the member came and left; how the presence itself was recorded stays as it is."""
    before, had_left = line.state, line.left_at is not None
    _finish(meeting, line, before=before, had_left=had_left, stay=stay, uow=uow)
    _record_mark(
        uow,
        meeting,
        line,
        actor=actor,
        before=before,
        stay=stay,
        method=Method(line.method or Method.SECRETARY),
    )


def _take_back(meeting: Meeting, line: Attendance, *, actor: Actor, uow: UnitOfWork) -> Attendance:
    """What was known before somebody marked the line by hand: the code that was scanned, else an approved request, else what
    the summons said."""
    if line.method not in BY_HAND:
        return line
    if meeting.state == MeetingState.CLOSED:
        # Everybody has a state when the meeting is over.
        raise WrongState
    before = line.state
    arrived = line.checked_in_at
    if arrived is not None:
        late_after = timedelta(minutes=meeting.late_after_minutes or 0)
        state: AttendanceState | None = state_on_arrival(arrived, meeting.starts_at, late_after)
        write_line(meeting, line, state, Method.QR, None, by=line.member_id, uow=uow)
    elif (request := _approved_request(line, uow)) is not None:
        state = AttendanceState.EXCUSED
        write_line(meeting, line, state, Method.REQUEST, request.reason, by=request.decided_by, uow=uow)
    else:
        state = state_when_summoned(MemberStatus(line.member_status))
        write_line(meeting, line, state, Method.SYSTEM if state else None, None, by=None, uow=uow)
    _record_mark(uow, meeting, line, actor=actor, before=before, stay=NO_TIMES, method=Method.SECRETARY)
    return line


def _approved_request(line: Attendance, uow: UnitOfWork) -> AbsenceRequest | None:
    return uow.session.scalar(
        select(AbsenceRequest)
        .where(
            AbsenceRequest.meeting_id == line.meeting_id,
            AbsenceRequest.member_id == line.member_id,
            AbsenceRequest.decision == Decision.APPROVED.value,
        )
        .order_by(AbsenceRequest.id.desc())
        .limit(1)
    )


def _check_stay(meeting: Meeting, state: AttendanceState | None, stay: Stay, uow: UnitOfWork) -> None:
    if stay == NO_TIMES:
        return
    wrong = stay_error(
        stay,
        attending=state in ATTENDING,
        earliest=min(meeting.opened_at or meeting.starts_at, meeting.starts_at),
        latest=meeting.closed_at or uow.clock.now(),
    )
    if wrong is not None:
        raise ValidationFailed(FieldError(f"/{wrong[0]}", wrong[1]))


def _record_mark(
    uow: UnitOfWork,
    meeting: Meeting,
    line: Attendance,
    *,
    actor: Actor,
    before: str | None,
    stay: Stay,
    method: Method,
) -> None:
    details: dict[str, str | None] = {"before": before, "state": line.state}
    if method != Method.SECRETARY:
        details["method"] = method.value
    if stay.arrived_at is not None:
        details["arrived_at"] = stay.arrived_at.isoformat()
    if stay.left_at is not None:
        details["left_at"] = stay.left_at.isoformat()
    record(
        uow,
        "attendance:line:marked",
        actor=actor,
        subject_id=meeting.id,
        member_id=line.member_id,
        path=meeting.organization.path,
        details=details,
    )
