"""Writing the book of the room: every entry is kept, and the entry that stands is carried out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import select

from handbook.access.actor import SYSTEM, Actor
from handbook.access.guards import may
from handbook.access.permissions import Permission
from handbook.access.predicates import RUNNERS, SECRETARIAT
from handbook.attendance.keeping import WHOLE, Keeper
from handbook.attendance.models import Attendance
from handbook.ballots.presence import see_who_was_there
from handbook.kernel.clock import as_utc
from handbook.kernel.problems import Forbidden, Problem
from handbook.kernel.schemas import Schema
from handbook.kernel.unit_of_work import UnitOfWork
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import Meeting
from handbook.meetings.sites import hosted_site_ids
from handbook.members.models import Office
from handbook.organizations.settings import rules_of
from handbook.organizations.versions import bump_content_version
from handbook.proceedings.applying import VERBS, Act, carry_out_agenda, check
from handbook.proceedings.counted import last_count_of, put_down_old_count
from handbook.proceedings.enums import (
    FOR_MINUTE_TAKERS,
    OPEN_TO_MEMBERS,
    EntryFlag,
    EntryKind,
    Outcome,
    RefusalCode,
)
from handbook.proceedings.errors import EntryRefused
from handbook.proceedings.events import LineArriving
from handbook.proceedings.fold import (
    ONCE,
    UNDOES,
    Entry,
    Standing,
    fold,
    says_nothing_new,
    standing,
    subject_of,
)
from handbook.proceedings.models import Book, ProceedingsEntry
from handbook.proceedings.queries import as_entry
from handbook.proceedings.rules import Term, corrected, held_office, refusal_by_state, shift_of
from handbook.proceedings.schemas import DATA_SCHEMAS
from handbook.resolutions.errors import ClassifiedText

MAX_SUBJECT = 400
# What lets lines count that were kept with this code.
AWAITED = {
    EntryKind.OPEN: RefusalCode.NOT_OPEN,
    EntryKind.CLOSE: RefusalCode.NOT_CLOSED,
    EntryKind.AGENDA: RefusalCode.UNKNOWN_AGENDA_ITEM,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one entry, for the device that sent it."""

    id: str
    outcome: str
    code: str | None
    at: datetime
    flags: Sequence[str]


def write_entries(
    meeting: Meeting, sent: Mapping[str, Any], *, actor: Actor, uow: UnitOfWork
) -> list[Answer | ProceedingsEntry]:
    """Write a device's entries in the order in which they come; the meeting is locked by the caller.

    ``sent``: ``now``, the device's clock, and ``entries``. An entry that is known already is answered as the first time and
    does nothing. One that cannot count is kept and answered with a code; it never holds back the others. A number missing
    in the device's sequence holds back nothing either: what it was about may come later and falls into its place by time.
    A clock that was set back in the middle does not turn a device's own order: no line is earlier than one with a lower number.
    Raises :class:`Forbidden` for somebody who has not held an office that runs this meeting since it was convened, who
    is no host of a site of it, and was never appointed its minute-taker: a host writes marks of the own site's delegates and
    nothing else, a minute-taker notes and conclusions.
    """
    terms = _terms(meeting, actor, uow)
    taking = _Taking(meeting, actor, uow)
    keeper = WHOLE if terms else _host(meeting, actor)
    if keeper.sites == () and not taking.ever:
        raise Forbidden
    now = uow.clock.now()
    tolerance = timedelta(minutes=rules_of(meeting.organization)["proceedings.clock_skew_minutes"])
    shift = shift_of(sent["now"], now, tolerance)
    writer = _Writer(meeting, actor, uow, keeper, taking)
    order = _DeviceOrder(meeting, uow)
    answers: list[Answer | ProceedingsEntry] = []
    late_marks = _LateMarks(meeting, uow)
    for fields in sent["entries"]:
        at = corrected(fields["at"], shift, now)
        known = uow.session.get(ProceedingsEntry, fields["id"])
        if known is not None and known.meeting_id == meeting.id:
            answers.append(known)
        elif known is not None:
            answers.append(Answer(fields["id"], Outcome.REFUSED.value, RefusalCode.ID_TAKEN.value, at, ()))
        else:
            flags = [EntryFlag.CLOCK_SKEW.value] if shift else []
            at = order.hold(fields["device_id"], fields["sequence"], at)
            in_office = not terms or held_office(terms, at, meeting.organization.timezone)
            late_marks.before(EntryKind(fields["kind"]), at)
            written = writer.write(fields, at, flags, in_office=in_office)
            late_marks.after(written)
            answers.append(written)
    late_marks.end()
    return answers


def let_late_lines_count(meeting: Meeting, *, uow: UnitOfWork) -> bool:
    """Carry out what arrived while a signature stood under the minutes, now that it was taken back; whether there was anything.
    The meeting is locked by the caller."""
    return _Writer(meeting, SYSTEM, uow).judge_again(RefusalCode.MINUTES_SIGNED)


class _Taking:
    """When the actor was the minute-taker of the meeting: by the appointment in force, else by what the book says of each
    hour, because who was replaced in a room without a network sends later as well."""

    def __init__(self, meeting: Meeting, actor: Actor, uow: UnitOfWork) -> None:
        self.now = may(actor, Permission.PROCEEDINGS_NOTE, meeting.target)
        self.member_id = actor.member_id
        self.lines: list[tuple[datetime, Any]] = []
        if self.member_id is not None and not self.now:
            rows = uow.session.scalars(
                select(ProceedingsEntry)
                .where(
                    ProceedingsEntry.meeting_id == meeting.id,
                    ProceedingsEntry.kind == EntryKind.MINUTE_TAKER.value,
                    ProceedingsEntry.outcome == Outcome.APPLIED.value,
                )
                .order_by(ProceedingsEntry.at, ProceedingsEntry.number)
            )
            self.lines = [(as_utc(row.at), row.data["member_id"]) for row in rows]
            if self.lines and self._is_me(self.lines[-1][1]):
                # The register says somebody else since, who was not named in the book.
                self.lines.pop()

    @property
    def ever(self) -> bool:
        return self.now or any(self._is_me(member_id) for _, member_id in self.lines)

    def held(self, at: datetime) -> bool:
        if self.now:
            return True
        before = [member_id for since, member_id in self.lines if since <= at]
        return bool(before) and self._is_me(before[-1])

    def _is_me(self, member_id: Any) -> bool:
        return member_id is not None and int(member_id) == self.member_id


class _LateMarks:
    """Marks that were made before a vote was counted and arrive after its count, from another device: what is said of the room
    at that vote is seen anew once they are in the roll, and before anything that was made later is."""

    def __init__(self, meeting: Meeting, uow: UnitOfWork) -> None:
        self.meeting, self.uow = meeting, uow
        self.counted = last_count_of(meeting.id, uow)
        self.since: datetime | None = None

    def before(self, kind: EntryKind, at: datetime) -> None:
        """An entry of this kind and time is written next."""
        if not self._is_late(kind, at):
            self.end()

    def after(self, entry: ProceedingsEntry) -> None:
        """It was written; one that does not count says nothing of the room."""
        if entry.outcome == Outcome.APPLIED and self._is_late(EntryKind(entry.kind), entry.at):
            self.since = entry.at if self.since is None else min(self.since, entry.at)

    def _is_late(self, kind: EntryKind, at: datetime) -> bool:
        return kind == EntryKind.MARK and self.counted is not None and at <= self.counted

    def end(self) -> None:
        if self.since is not None:
            self.uow.session.flush()
            see_who_was_there(self.meeting, self.since)
            self.since = None


class _DeviceOrder:
    """What each device has written so far, by its own numbers."""

    def __init__(self, meeting: Meeting, uow: UnitOfWork) -> None:
        self.meeting, self.uow = meeting, uow
        self.lines: dict[str, list[tuple[int, datetime]]] = {}

    def hold(self, device_id: str, sequence: int, at: datetime) -> datetime:
        """The time, or the latest time of the device's earlier lines when that is later."""
        if device_id not in self.lines:
            self.lines[device_id] = self._known(device_id)
        lines = self.lines[device_id]
        held = max([at, *(when for number, when in lines if number < sequence)])
        lines.append((sequence, held))
        return held

    def _known(self, device_id: str) -> list[tuple[int, datetime]]:
        rows = self.uow.session.execute(
            select(ProceedingsEntry.sequence, ProceedingsEntry.at).where(
                ProceedingsEntry.meeting_id == self.meeting.id, ProceedingsEntry.device_id == device_id
            )
        )
        return [(row.sequence, as_utc(row.at)) for row in rows]


class _Writer:
    """Writes entries into the book of one meeting."""

    def __init__(
        self,
        meeting: Meeting,
        actor: Actor,
        uow: UnitOfWork,
        keeper: Keeper = WHOLE,
        taking: _Taking | None = None,
    ) -> None:
        self.meeting, self.actor, self.uow, self.keeper, self.taking = meeting, actor, uow, keeper, taking
        book = uow.session.get(Book, meeting.id, populate_existing=True)
        if book is None:
            book = Book(meeting_id=meeting.id, version=0, open_version=0)
            uow.session.add(book)
        self.book = book

    def write(
        self, fields: Mapping[str, Any], at: datetime, flags: list[str], *, in_office: bool
    ) -> ProceedingsEntry:
        kind = EntryKind(fields["kind"])
        entry = ProceedingsEntry(
            id=fields["id"],
            meeting_id=self.meeting.id,
            kind=kind.value,
            subject=kind.value,
            data={},
            at=at,
            device_at=fields["at"],
            device_id=fields["device_id"],
            sequence=fields["sequence"],
            base=fields["base"],
            recorded_by=self.actor.member_id,
            received_at=self.uow.clock.now(),
            outcome=Outcome.APPLIED.value,
            flags=flags,
        )
        if self.meeting.state == MeetingState.CLOSED:
            entry.flags = [*entry.flags, EntryFlag.AFTER_CLOSING.value]
        code = self._read(entry, kind, fields["data"])
        if code is None and not self._takes(entry):
            if not in_office:
                code = RefusalCode.NOT_IN_OFFICE.value
            elif self.keeper.sites is not None:
                code = self._not_of_host(entry, kind)
        self._judge(entry, self.actor, code)
        return entry

    def _takes(self, entry: ProceedingsEntry) -> bool:
        """Whether the minute-taker of that hour writes this; a settlement bears the subject of what it settles."""
        of_minutes = entry.subject.partition(":")[0] in FOR_MINUTE_TAKERS
        return of_minutes and self.taking is not None and self.taking.held(entry.at)

    def _not_of_host(self, entry: ProceedingsEntry, kind: EntryKind) -> str | None:
        """Why a host may not write this: not a mark, or of a delegate who neither belongs to the own site nor is there."""
        if kind != EntryKind.MARK:
            return RefusalCode.NOT_IN_OFFICE.value
        line = self.uow.session.get(Attendance, (self.meeting.id, int(entry.data["member_id"])))
        return None if self.keeper.keeps(line) else RefusalCode.NOT_SUMMONED.value

    def _read(self, entry: ProceedingsEntry, kind: EntryKind, sent: Mapping[str, Any]) -> str | None:
        """Take in the data as the book keeps it; what is not of the kind is not kept, and the code says so."""
        schema: Schema = DATA_SCHEMAS[kind]()
        try:
            data = schema.load(sent)
            subject = subject_of(kind.value, data)
        except ValidationError:
            return RefusalCode.INVALID_ENTRY.value
        if len(subject) > MAX_SUBJECT:
            return RefusalCode.INVALID_ENTRY.value
        entry.data, entry.subject = data, subject
        return None

    def _judge(self, entry: ProceedingsEntry, actor: Actor, code: str | None) -> None:
        """Decide what becomes of an entry, carry out what stands now, and put it down in the book."""
        if code is None:
            code = self._carry_out(entry, actor)
        entry.outcome = Outcome.APPLIED.value if code is None else Outcome.REFUSED.value
        entry.code = code
        self.book.version += 1
        entry.number = self.book.version
        if entry.kind in OPEN_TO_MEMBERS:
            self.book.open_version = self.book.version
        self.uow.session.add(entry)
        self.uow.session.flush()
        awaited = AWAITED.get(EntryKind(entry.kind)) if code is None else None
        if awaited is not None:
            self.judge_again(awaited)

    def _carry_out(self, entry: ProceedingsEntry, actor: Actor) -> str | None:
        """Do what the entry changes; the code of the refusal when it may not."""
        refused = refusal_by_state(MeetingState(self.meeting.state), EntryKind(entry.kind))
        if refused is not None:
            return refused.value
        try:
            # What a verb has written before it refuses is taken back; the entry itself is kept.
            with self.uow.session.begin_nested():
                self._do(entry, actor)
        except ClassifiedText as problem:
            entry.data = {}
            entry.subject = entry.kind
            return str(problem.code)
        except Problem as problem:
            return _code_of(problem)
        return None

    def _do(self, entry: ProceedingsEntry, actor: Actor) -> None:
        known = self._applied(entry.subject)
        if not known and put_down_old_count(self.meeting, entry.subject, EntryKind(entry.kind), self.uow):
            known = self._applied(entry.subject)
        before = standing(known)
        if entry.kind == EntryKind.SETTLE:
            if not {entry.data["chosen"], *entry.data["instead_of"]} <= {one.id for one in known}:
                raise EntryRefused(RefusalCode.UNKNOWN_ENTRY)
        else:
            found = check(self._act(entry.subject, entry.data, entry.at, actor), EntryKind(entry.kind))
            entry.flags = list(dict.fromkeys([*entry.flags, *(flag.value for flag in found)]))
        new = as_entry(entry)
        after = standing([*known, new])
        if self._is_signed():
            if not says_nothing_new(new, before, after):
                raise EntryRefused(RefusalCode.MINUTES_SIGNED)
            return
        kind = EntryKind(entry.kind if after is None else after.kind)
        if after is not None and kind == EntryKind.AGENDA:
            known = [*self._applied_of_agenda(), new]
            carry_out_agenda(self._act(entry.subject, dict(after.data), entry.at, actor), fold(known))
            return
        verb = VERBS.get(kind)
        if after is None or verb is None or self._is_back(before, after) or not _changes(before, after):
            if entry.kind in ONCE and kind in UNDOES:
                entry.flags = [*entry.flags, EntryFlag.UNDONE.value]
            return
        # The register may be ahead of the entry that stands: nothing that is written moves back in time.
        at = max([entry.at, *(row.at for row in self._rows(entry.subject))])
        if kind in (EntryKind.OPEN, EntryKind.CLOSE):
            at = entry.at
        if entry.kind in UNDOES and kind in ONCE:
            self._set_right(entry, before, after, actor)
            return
        differed = bool(after.others) or after.entry.kind == EntryKind.SETTLE
        act = self._act(entry.subject, dict(after.data), at, actor)
        verb(replace(act, differed=differed, unsettled=bool(after.others)))

    def _is_back(self, before: Standing | None, after: Standing) -> bool:
        """Whether two devices took the same closing back: the second finds the meeting going on."""
        again = before is not None and before.kind in UNDOES and after.kind == EntryKind.REOPEN
        return again and self.meeting.state == MeetingState.OPEN

    def _set_right(
        self, entry: ProceedingsEntry, before: Standing | None, after: Standing, actor: Actor
    ) -> None:
        """What took an opening or a closing back arrives after a later one, which stands: its hour is the right one."""
        if before is None or before.entry.id == after.entry.id:
            return
        at = datetime.fromtimestamp(after.entry.at / 1000, UTC)
        if entry.kind == EntryKind.REOPEN:
            VERBS[EntryKind.REOPEN](self._act(entry.subject, entry.data, entry.at, actor))
            VERBS[EntryKind.CLOSE](self._act(entry.subject, dict(after.data), at, actor))
        elif self.meeting.opened_at is not None:
            self.meeting.opened_at = max(at, self.meeting.opened_at)
            self.meeting.content_version = bump_content_version(self.uow, self.meeting.organization_id)

    def judge_again(self, code: RefusalCode) -> bool:
        """Let what was kept with this code count from now on; whether there was anything."""
        waiting = self.uow.session.scalars(
            select(ProceedingsEntry)
            .where(ProceedingsEntry.meeting_id == self.meeting.id, ProceedingsEntry.code == code.value)
            .order_by(ProceedingsEntry.at, ProceedingsEntry.number)
        ).all()
        for entry in waiting:
            if entry.code != code.value:
                # What was judged before it let it count already.
                continue
            self._judge(entry, Actor(account_id=None, member_id=entry.recorded_by), None)
        return bool(waiting)

    def _is_signed(self) -> bool:
        """Whether somebody has signed the minutes: from then on the record stands, whatever a device brings."""
        if self.meeting.state != MeetingState.CLOSED:
            return False
        event = LineArriving(self.meeting.id)
        self.uow.emit(event)
        return event.signed

    def _act(self, subject: str, data: dict[str, Any], at: datetime, actor: Actor) -> Act:
        return Act(self.meeting, subject, data, at, actor, self.uow)

    def _rows(self, subject: str) -> Sequence[ProceedingsEntry]:
        with self.uow.session.no_autoflush:
            return self.uow.session.scalars(
                select(ProceedingsEntry).where(
                    ProceedingsEntry.meeting_id == self.meeting.id,
                    ProceedingsEntry.subject == subject,
                    ProceedingsEntry.outcome == Outcome.APPLIED.value,
                )
            ).all()

    def _applied_of_agenda(self) -> list[Entry]:
        with self.uow.session.no_autoflush:
            rows = self.uow.session.scalars(
                select(ProceedingsEntry).where(
                    ProceedingsEntry.meeting_id == self.meeting.id,
                    ProceedingsEntry.subject.startswith("agenda:"),
                    ProceedingsEntry.outcome == Outcome.APPLIED.value,
                )
            ).all()
        return [as_entry(row) for row in rows]

    def _applied(self, subject: str) -> list[Entry]:
        return [as_entry(row) for row in self._rows(subject)]


def _changes(before: Standing | None, after: Standing) -> bool:
    """Whether something else stands than before; opening and closing look at the time themselves."""
    if before is None or after.kind in (EntryKind.OPEN, EntryKind.CLOSE):
        return True
    return before.entry.id != after.entry.id


def _code_of(problem: Problem) -> str:
    """The stable code of a refusal; of a field that is wrong, what is wrong with it."""
    if problem.code == "validation_failed" and problem.errors:
        return problem.errors[0].code
    if problem.code == "not_found":
        return RefusalCode.NOT_SUMMONED.value
    return str(problem.code)


def _terms(meeting: Meeting, actor: Actor, uow: UnitOfWork) -> Sequence[Term]:
    """When the actor held an office that runs this meeting; nothing when that was over before it was convened."""
    terms = [] if actor.member_id is None else _offices(meeting, actor.member_id, uow)
    convened = meeting.convened_at or meeting.created_at
    return terms if any(term.last is None or term.last >= convened.date() for term in terms) else []


def _host(meeting: Meeting, actor: Actor) -> Keeper:
    """What somebody without an office keeps as host of sites; for who is none, nothing."""
    return Keeper(tuple(hosted_site_ids(meeting.id, actor)))


def _offices(meeting: Meeting, member_id: int, uow: UnitOfWork) -> list[Term]:
    titles = RUNNERS | SECRETARIAT if meeting.kind == MeetingKind.CONFERENCE else RUNNERS
    offices: Iterable[Office] = uow.session.scalars(
        select(Office).where(
            Office.member_id == member_id,
            Office.organization_id == meeting.organization_id,
            Office.title.in_(sorted(title.value for title in titles)),
        )
    )
    return [Term(office.from_date, office.to_date) for office in offices]
