"""Three months of meetings, with attendance, resolutions and tasks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from handbook.attendance.enums import AttendanceState, Decision, Method
from handbook.attendance.models import AbsenceRequest, Attendance
from handbook.attendance.rules import ATTENDING, state_on_arrival
from handbook.demo import words
from handbook.demo.people import Block, Person, Unit
from handbook.demo.store import Store
from handbook.kernel.clock import DEFAULT_TIMEZONE
from handbook.meetings.enums import MeetingKind, MeetingState
from handbook.meetings.models import STEP_SECONDS, AgendaItem, Meeting
from handbook.meetings.rules import frozen_rules
from handbook.meetings.templates import template_for
from handbook.members.enums import MemberStatus
from handbook.organizations.settings import default_rules
from handbook.resolutions.enums import DocumentType, ResolutionState, TaskState
from handbook.resolutions.models import Resolution, Task, TaskAssignee
from handbook.resolutions.rules import Symbol, issuer_of, term_on

PAST_MONTHS = 3
ZONE = ZoneInfo(DEFAULT_TIMEZONE)
LENGTH = timedelta(hours=2)
LATE_AFTER = timedelta(minutes=default_rules()["attendance.late_after_minutes"])
HELD = 0.96
FALLING = 0.06
NOT_ACTIVE_HERE = frozenset({MemberStatus.EXEMPT, MemberStatus.TEMPORARY_OUT})


@dataclass(slots=True)
class Habits:
    """What is usual in a cell: when and where it meets, how well, and whether its attendance falls off at the end."""

    day: int
    at: time
    place: str
    falling: bool
    next_number: int


class Chronicler:
    """Writes the past of a :class:`~handbook.demo.people.Block` into the store. ``now`` is the demo's present."""

    def __init__(self, store: Store, random: Random, *, now: datetime) -> None:
        self.store = store
        self.random = random
        self.now = now
        self.today = now.astimezone(ZONE).date()
        self._habits: dict[int, Habits] = {}
        self._told: Unit | None = None

    def write(self, block: Block, *, waiting: Unit, gathering: Unit) -> None:
        """The past of every cell and committee.

        ``waiting`` meets tomorrow and ``gathering`` meets now, so neither has met in that month yet. The meetings of
        ``waiting`` are left open: :mod:`handbook.demo.story` tells what happened in them, and how they ended.
        """
        self._told = waiting
        tomorrow = self.today + timedelta(days=1)
        for number, cell in enumerate(block.cells):
            self._write_cell(cell, number, busy={waiting.id: tomorrow, gathering.id: self.today}.get(cell.id))
        for committee in block.committees:
            for months_ago in range(PAST_MONTHS, 0, -1):
                day = self._day(months_ago, 25 + committee.id % 3)
                self._hold(committee, MeetingKind.COMMITTEE, day, time(14, 0), committee.officers)

    def gather(self, cell: Unit, *, key: bytes, meeting_id: int, awaited: Person) -> None:
        """The meeting that is open now: begun a good half hour ago, most have checked in, ``awaited`` has not."""
        starts_at = self.now.replace(minute=self.now.minute // 5 * 5, second=0, microsecond=0) - timedelta(
            minutes=35
        )
        habits = self._habits_of(cell)
        made = self._meeting(
            cell, MeetingKind.REGULAR, starts_at, habits.place, MeetingState.OPEN, sealed_key=key
        )
        if made != meeting_id:
            raise ValueError("the key was sealed for another meeting")
        self._roll(cell, made, starts_at, cell.people, decline=0.0, over=False, awaited=awaited)

    def next_meeting_id(self) -> int:
        """The id that the next meeting will get."""
        return len(self.store.rows(Meeting)) + 1

    def _write_cell(self, cell: Unit, number: int, *, busy: date | None) -> None:
        habits = self._habits_of(cell)
        for months_ago in range(PAST_MONTHS, -1, -1):
            day = self._day(months_ago, habits.day)
            if busy is not None and (day.year, day.month) == (busy.year, busy.month):
                continue
            if months_ago and number % PAST_MONTHS == months_ago - 1:
                self._hold(cell, MeetingKind.THEMATIC, self._day(months_ago, 16), habits.at, cell.people)
            demo_cell = busy is not None
            if day >= self.today or not (demo_cell or self.random.random() < HELD):
                continue
            last = months_ago == 0 or (months_ago == 1 and self.today.day <= habits.day)
            decline = 0.3 if habits.falling and last else 0.0
            meeting_id = self._hold(cell, MeetingKind.REGULAR, day, habits.at, cell.people, decline=decline)
            self._resolve(cell, meeting_id, day, open_tasks=last)

    def _habits_of(self, cell: Unit) -> Habits:
        if cell.id not in self._habits:
            random = self.random
            self._habits[cell.id] = Habits(
                day=random.randint(3, 5),
                at=random.choices((time(7, 30), time(14, 0), time(16, 0), time(19, 30)))[0],
                place=random.choice(words.PLACES),
                falling=random.random() < FALLING,
                next_number=random.randint(9, 16),
            )
        return self._habits[cell.id]

    def _day(self, months_ago: int, day: int) -> date:
        month = self.today.year * 12 + self.today.month - 1 - months_ago
        return date(month // 12, month % 12 + 1, day)

    def _hold(
        self,
        unit: Unit,
        kind: MeetingKind,
        day: date,
        at: time,
        people: list[Person],
        *,
        decline: float = 0.0,
    ) -> int:
        """A meeting that is over; returns its id."""
        starts_at = datetime.combine(day, at, tzinfo=ZONE).astimezone(UTC)
        age = self.now - starts_at
        settled = self.random.random() < (0.95 if age > timedelta(days=8) else 0.4)
        state = MeetingState.FINALIZED if settled else MeetingState.CLOSED
        if unit is self._told:
            state = MeetingState.OPEN
        meeting_id = self._meeting(unit, kind, starts_at, self._habits_of(unit).place, state)
        self._roll(unit, meeting_id, starts_at, people, decline=decline, over=True)
        return meeting_id

    def _meeting(
        self,
        unit: Unit,
        kind: MeetingKind,
        starts_at: datetime,
        place: str,
        state: MeetingState,
        *,
        sealed_key: bytes | None = None,
    ) -> int:
        month = starts_at.astimezone(ZONE).strftime("%m/%Y")
        title = {
            MeetingKind.REGULAR: f"Sinh hoạt chi bộ thường kỳ tháng {month}",
            MeetingKind.THEMATIC: f"Sinh hoạt chuyên đề tháng {month}",
            MeetingKind.COMMITTEE: f"Họp đảng ủy tháng {month}",
        }[kind]
        over = state in (MeetingState.CLOSED, MeetingState.FINALIZED)
        ends_at = starts_at + LENGTH
        meeting_id = self.store.add(
            Meeting,
            organization_id=unit.id,
            kind=kind.value,
            title=title,
            state=state.value,
            starts_at=starts_at,
            ends_at=ends_at,
            place=place,
            online_url=None,
            cancel_reason=None,
            convened_at=starts_at - timedelta(days=self.random.randint(3, 5), hours=3),
            opened_at=starts_at - timedelta(minutes=10),
            closed_at=ends_at + timedelta(minutes=5) if over else None,
            finalized_at=ends_at + timedelta(hours=20) if state is MeetingState.FINALIZED else None,
            cancelled_at=None,
            check_in_key_sealed=sealed_key,
            step_seconds=STEP_SECONDS,
            **frozen_rules(default_rules()),
            sequence=0,
            content_version=unit.next_version(),
            row_version=1,
            created_at=starts_at - timedelta(days=7),
        )
        entries = template_for(kind)
        for position, entry in enumerate(entries, 1):
            self.store.add(
                AgendaItem,
                meeting_id=meeting_id,
                position=position,
                title=entry.title,
                presenter=entry.presenter,
                minutes=entry.minutes,
                body=entry.body,
            )
        return meeting_id

    def _roll(
        self,
        unit: Unit,
        meeting_id: int,
        starts_at: datetime,
        people: list[Person],
        *,
        decline: float,
        over: bool,
        awaited: Person | None = None,
    ) -> None:
        counts = dict.fromkeys(AttendanceState, 0)
        due = present = 0
        for person in people:
            state = self._line(
                unit, meeting_id, starts_at, person, decline=decline, over=over, silent=person is awaited
            )
            if state is not None:
                counts[state] += 1
            if person.status is MemberStatus.OFFICIAL:
                due += 1
                present += state in ATTENDING
        self.store.rows(Meeting)[-1].update(
            summoned_count=len(people),
            **{f"{state.value}_count": count for state, count in counts.items()},
            official_due=due,
            official_present=present,
            roll_version=1 + len(people),
        )

    def _line(
        self,
        unit: Unit,
        meeting_id: int,
        starts_at: datetime,
        person: Person,
        *,
        decline: float,
        over: bool,
        silent: bool,
    ) -> AttendanceState | None:
        random = self.random
        state: AttendanceState | None = None
        method: Method | None = None
        arrived_at: datetime | None = None
        reason: str | None = None
        by_secretary = False
        if silent:
            pass
        elif person.status in NOT_ACTIVE_HERE:
            state, method = AttendanceState.EXEMPT, Method.SYSTEM
        elif random.random() < person.diligence - decline - (0.0 if over else 0.3):
            minutes = random.randint(17, 34) if random.random() < 0.05 else random.randint(-25, 4)
            by_secretary = random.random() < 0.25
            method = Method.SECRETARY if by_secretary else Method.QR
            arrived_at = starts_at + timedelta(minutes=minutes, seconds=random.randrange(60))
            state = state_on_arrival(arrived_at, starts_at, LATE_AFTER)
        elif over or random.random() < 0.3:
            if random.random() < 0.75:
                state, method = AttendanceState.EXCUSED, Method.REQUEST
                reason = random.choice(words.ABSENCE_REASONS)
            elif over:
                state, method = AttendanceState.UNEXCUSED, Method.SYSTEM
        secretary = unit.secretary.id if unit.secretary else None
        if method is Method.REQUEST:
            self._request(unit, meeting_id, person, str(reason), starts_at)
        recorded_at = arrived_at or (starts_at - timedelta(days=1) if method else None)
        self.store.add_keyed(
            Attendance,
            meeting_id=meeting_id,
            member_id=person.id,
            member_status=person.status.value,
            state=state.value if state else None,
            method=method.value if method else None,
            checked_in_at=None if by_secretary else arrived_at,
            recorded_at=recorded_at,
            recorded_by=secretary if by_secretary or method is Method.REQUEST else self._own(person, method),
            reason=reason,
            flags=[],
            content_version=unit.version,
            account_version=0,
        )
        return state

    @staticmethod
    def _own(person: Person, method: Method | None) -> int | None:
        return person.id if method is Method.QR else None

    def _request(self, unit: Unit, meeting_id: int, person: Person, reason: str, starts_at: datetime) -> None:
        asked_at = starts_at - timedelta(hours=self.random.randint(20, 50))
        self.store.add(
            AbsenceRequest,
            meeting_id=meeting_id,
            member_id=person.id,
            reason=reason,
            decision=Decision.APPROVED.value,
            created_at=asked_at,
            decided_at=asked_at + timedelta(hours=3),
            decided_by=unit.secretary.id if unit.secretary else None,
            content_version=unit.version,
            account_version=0,
            row_version=1,
        )

    def _resolve(self, cell: Unit, meeting_id: int, day: date, *, open_tasks: bool) -> None:
        random = self.random
        habits = self._habits_of(cell)
        symbol = Symbol(habits.next_number, DocumentType.RESOLUTION, issuer_of(cell.kind))
        habits.next_number += 1
        body = words.RESOLUTION_BODY.format(focus=random.choice(words.FOCUSES))
        resolution_id = self.store.add(
            Resolution,
            organization_id=cell.id,
            meeting_id=meeting_id,
            type=symbol.type.value,
            symbol=str(symbol),
            number=symbol.number,
            term=term_on(day),
            title=f"Nghị quyết sinh hoạt chi bộ thường kỳ tháng {day:%m/%Y}",
            body=body,
            state=ResolutionState.ISSUED.value,
            issued_on=day,
            content_version=cell.next_version(),
            row_version=1,
            created_at=datetime.combine(day, time(15, 0), tzinfo=UTC),
        )
        active = [person for person in cell.people if person.status not in NOT_ACTIVE_HERE]
        for position, title in enumerate(random.sample(words.TASKS, random.randint(2, 4))):
            done = TaskState.DONE if random.random() < 0.9 else TaskState.NOT_DONE
            task_id = self.store.add(
                Task,
                resolution_id=resolution_id,
                position=position,
                title=title,
                due_on=day + timedelta(days=random.randint(20, 29)),
                state=(TaskState.OPEN if open_tasks else done).value,
            )
            for person in random.sample(active, min(len(active), random.randint(1, 2))):
                self.store.add_keyed(TaskAssignee, task_id=task_id, member_id=person.id)
