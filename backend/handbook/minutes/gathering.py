"""Reads the facts of a meeting: the roll, the book of the room, the votes. What is said of them is for ``compose``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from handbook.access.actor import OfficeTitle
from handbook.attendance.enums import AttendanceState
from handbook.attendance.head_count import Absent, Moment
from handbook.attendance.queries import head_count, name_marks_of, quorum_share
from handbook.attendance.roll import SiteHeadCount, head_counts_of_sites
from handbook.ballots.queries import BallotResult, results_of
from handbook.kernel.db import db
from handbook.meetings.enums import MeetingKind
from handbook.meetings.models import Meeting
from handbook.meetings.templates import OPEN_TASKS
from handbook.members.models import Member, Office
from handbook.members.naming import with_mark
from handbook.minutes import words
from handbook.minutes.facts import (
    Absence,
    Added,
    Draft,
    Dropped,
    Facts,
    Hands,
    Item,
    Note,
    Papers,
    Person,
    Roll,
    Score,
    SiteRoll,
    TaskReview,
    Vote,
    VoteMethod,
    VoteQuorum,
)
from handbook.organizations.enums import OrganizationKind
from handbook.proceedings.queries import ItemRecord, NoteRecord, Record, record_of
from handbook.resolutions.enums import TaskState
from handbook.resolutions.task_queries import gone_before, tasks_to_review
from handbook.resolutions.task_rules import Known, as_heard
from handbook.scores.enums import Grade
from handbook.scores.queries import open_score_of, score_of
from handbook.scores.rules import in_words

OFFICE_WORDS = {
    OfficeTitle.SECRETARY: "Bí thư",
    OfficeTitle.DEPUTY_SECRETARY: "Phó bí thư",
    OfficeTitle.COMMITTEE_MEMBER: "Cấp ủy viên",
}


def gather(
    meeting: Meeting,
    record: Record,
    *,
    chair_id: int | None,
    minute_taker_id: int | None,
    read_back_at: datetime | None = None,
) -> Facts:
    """The facts of the meeting with these two at its head; ``read_back_at``: when its words were agreed to."""
    zone = ZoneInfo(meeting.organization.timezone)
    votes = results_of(meeting)
    marks = name_marks_of(meeting.id)
    items = {one.agenda_item_id: one for one in record.items}
    general = items.get(None)
    dealt_with = [
        item
        for item in meeting.agenda
        if not item.dropped or _was_spoken_of(items.get(item.id)) or _votes(votes, item.id)
    ]
    return Facts(
        kind=MeetingKind(meeting.kind),
        is_cell=meeting.organization.kind == OrganizationKind.CELL,
        organization=meeting.organization.name,
        place=meeting.place,
        is_online=meeting.online_url is not None,
        starts_at=meeting.starts_at.astimezone(zone),
        opened_at=_local(record.opened_at or meeting.opened_at, zone),
        closed_at=_local(record.closed_at or meeting.closed_at, zone),
        roll=_roll(meeting, zone),
        chair=_person(meeting, chair_id, marks),
        minute_taker=_person(meeting, minute_taker_id, marks),
        items=tuple(
            Item(
                key=item.name_in_book,
                title=item.title,
                presenter=item.presenter,
                notes=_notes(items[item.id].notes, marks) if item.id in items else (),
                conclusion=items[item.id].conclusion if item.id in items else None,
                votes=_votes(votes, item.id),
                tasks=_tasks(meeting, record, marks) if item.source == OPEN_TASKS else (),
                begun=item.id in items and items[item.id].begun,
            )
            for item in dealt_with
        ),
        added=tuple(Added(item.name_in_book, item.title) for item in dealt_with if item.key is not None),
        dropped=tuple(
            Dropped(item.name_in_book, item.title, item.drop_reason)
            for item in meeting.agenda
            if item.dropped and item.key is None
        ),
        notes=_notes(general.notes, marks) if general else (),
        votes=_votes(votes, None),
        score=_score(meeting),
        read_back_at=_local(read_back_at, zone),
    )


def _was_spoken_of(item: ItemRecord | None) -> bool:
    return item is not None and bool(item.notes or item.conclusion)


def default_chair(meeting: Meeting) -> int | None:
    """The secretary of the organisation, where the book of the room names nobody (2-domain: secretary or deputy)."""
    return db.session.scalar(
        select(Office.member_id)
        .where(
            Office.organization_id == meeting.organization_id,
            Office.title == OfficeTitle.SECRETARY.value,
            _in_force(meeting),
        )
        .order_by(Office.id)
        .limit(1)
    )


def read_record(meeting: Meeting) -> Record:
    """What the book of the room says."""
    return record_of(meeting)


def _roll(meeting: Meeting, zone: ZoneInfo) -> Roll:
    count = head_count(meeting)

    def moments(people: Sequence[Moment]) -> tuple[Absence, ...]:
        return tuple(Absence(one.name, at=_local(one.at, zone)) for one in people)

    def absent(people: Sequence[Absent]) -> tuple[Absence, ...]:
        return tuple(Absence(one.name, one.reason) for one in people)

    sites = tuple(_site(one) for one in head_counts_of_sites(meeting))
    named = not sites
    return Roll(
        total=count.total,
        official=count.official,
        probationary=count.probationary,
        present=count.attended,
        official_present=count.official_attended,
        official_left=count.official_attended - count.official_in_room,
        official_due=count.official_due,
        quorum_share=quorum_share(meeting),
        quorum_required=count.quorum_required,
        temporary_in=count.temporary_in,
        exempt=tuple(Absence(one.name) for one in count.exempt),
        elsewhere=tuple(Absence(one.name) for one in count.elsewhere),
        late=moments(count.late) if named else (),
        left_early=moments(count.left_early) if named else (),
        excused=absent(count.excused) if named else (),
        unexcused=absent(count.unexcused) if named else (),
        not_recorded=tuple(Absence(one.name) for one in count.not_recorded) if named else (),
        guests=tuple((guest.name, guest.origin) for guest in count.guests),
        sites=sites,
    )


def _site(count: SiteHeadCount) -> SiteRoll:
    def absent(state: AttendanceState | None) -> tuple[Absence, ...]:
        return tuple(Absence(name, reason) for of, name, reason in count.absent if of == state)

    return SiteRoll(
        key=str(count.id),
        place=count.number,
        name=count.name,
        delegates=count.delegates,
        present=count.attended,
        late=count.late,
        at_other_sites=count.at_other_sites,
        from_other_sites=count.from_other_sites,
        excused=absent(AttendanceState.EXCUSED),
        unexcused=absent(AttendanceState.UNEXCUSED),
        not_recorded=absent(None),
    )


def _score(meeting: Meeting) -> Score | None:
    if found := score_of(meeting):
        return Score(in_words(found.shown), words.GRADE[Grade(found.grade)])
    if going_on := open_score_of(meeting):
        average = going_on.shown and in_words(going_on.shown)
        return Score(average, None, is_open=True, paper_sheets=going_on.paper_sheets)
    return None


def _person(meeting: Meeting, member_id: int | None, marks: Mapping[int, str]) -> Person | None:
    if member_id is None:
        return None
    office = db.session.scalar(
        select(Office.title)
        .where(
            Office.member_id == member_id,
            Office.organization_id == meeting.organization_id,
            Office.title.in_([title.value for title in OFFICE_WORDS]),
            _in_force(meeting),
        )
        .order_by(Office.id)
        .limit(1)
    )
    name = db.session.scalar(select(Member.full_name).where(Member.id == member_id))
    return Person(
        with_mark(name or "", marks.get(member_id)), OFFICE_WORDS[OfficeTitle(office)] if office else None
    )


def _in_force(meeting: Meeting) -> ColumnElement[bool]:
    """Offices held on the day of the meeting."""
    day = meeting.day
    return and_(Office.from_date <= day, or_(Office.to_date.is_(None), Office.to_date >= day))


def _notes(notes: Sequence[NoteRecord], marks: Mapping[int, str]) -> tuple[Note, ...]:
    return tuple(
        Note(
            key=note.key,
            text=note.text,
            speaker=note.speaker_name
            and with_mark(note.speaker_name, marks.get(note.speaker_member_id or 0)),
            is_guest=note.speaker_member_id is None and note.speaker_name is not None,
        )
        for note in notes
    )


def _tasks(meeting: Meeting, record: Record, marks: Mapping[int, str]) -> tuple[TaskReview, ...]:
    """As the meeting found them: what was said after it, or reached nobody in it, was not heard in it."""
    found = []
    for task in tasks_to_review(meeting):
        known = Known(TaskState(task.state), task.percent, task.reason)
        if record.closed_at is not None:
            heard_until = max(record.closed_at, record.closing_received_at or record.closed_at)
            known = as_heard(task.updates, record.closed_at, heard_until) or known
        gone = gone_before(meeting, task.resolution)
        superseded = gone and task.resolution.superseded_by_id is not None
        found.append(
            TaskReview(
                key=str(task.id),
                title=task.title,
                state=known.state.value,
                assignees=tuple(with_mark(row.full_name, marks.get(row.member_id)) for row in task.assignees),
                due_on=task.due_on,
                percent=known.percent,
                reason=known.reason,
                superseded=superseded,
                revoked=gone and not superseded,
            )
        )
    return tuple(found)


def _votes(results: Sequence[BallotResult], item_id: int | None) -> tuple[Vote, ...]:
    return tuple(
        Vote(
            key=result.key,
            title=result.title,
            method=VoteMethod(result.method),
            denominator=result.denominator,
            present=result.voters_present,
            agree=result.agree,
            disagree=result.disagree,
            other=result.other,
            required=result.required,
            share=Fraction(result.majority_share or "1/2"),
            at_least=result.majority_at_least,
            passed=result.passed,
            papers=Papers(
                result.papers.given_out, result.papers.returned, result.papers.valid, result.papers.invalid
            )
            if result.papers
            else None,
            reserved=result.reserved,
            resolution=Draft(result.resolution.symbol, result.resolution.title)
            if result.resolution
            else None,
            quorum=VoteQuorum(result.quorum.required, result.quorum.present, result.quorum.reached)
            if result.quorum
            else None,
            room_denominator=result.room_denominator,
            count_confirmed=result.count_confirmed,
            hands=Hands(result.hands.agree, result.hands.disagree, result.hands.other)
            if result.hands
            else None,
        )
        for result in results
        if result.agenda_item_id == item_id
    )


def _local(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    return instant.astimezone(zone) if instant else None
