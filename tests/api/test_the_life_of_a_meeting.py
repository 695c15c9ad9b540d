"""A meeting's life with every operation in any order: two devices that write without a network, check-ins, other programs.

Whatever happens: the counts are what the rows say, nothing that was written is lost, sending again changes nothing, and when
both devices have sent and read everything they show the same room as the server.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.chapter import Chapter, build_chapter

from handbook.access.actor import Actor, HeldOffice, OfficeTitle
from handbook.app import create_app
from handbook.attendance.counters import count_roll
from handbook.attendance.enums import AttendanceState, Method
from handbook.attendance.marking import mark_attendance
from handbook.attendance.models import Attendance
from handbook.attendance.service import record_check_in
from handbook.attendance.tokens import make_token, step_at
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.problems import Problem
from handbook.kernel.secrets import current_secrets
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.keys import unseal
from handbook.meetings.models import Meeting
from handbook.meetings.service import cancel_meeting, close_meeting, finalize_meeting, open_meeting
from handbook.proceedings.fold import Entry, fold, standing, subject_of
from handbook.proceedings.models import ProceedingsEntry
from handbook.proceedings.queries import applied_entries, as_entry, room_of
from handbook.proceedings.service import write_entries

START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
DEVICES = ("secretary", "deputy")
STATES = st.sampled_from(["present", "late", "excused", "unexcused", None])
MEMBERS = st.sampled_from(["member3", "member21"])


class Phone:
    """A device as the web app is one: it keeps what it wrote, what the server said, and folds both."""

    def __init__(self, number: int) -> None:
        self.id = str(UUID(int=number))
        self.number = number
        self.own: list[dict[str, Any]] = []
        self.sent = 0
        self.known: dict[str, Entry] = {}

    def counting(self) -> list[Entry]:
        unsent = [self._entry(line) for line in self.own[self.sent :]]
        return [*self.known.values(), *unsent]

    def write(self, kind: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
        subject = subject_of(kind, data)
        base = standing([one for one in self.counting() if one.subject == subject])
        line = {
            "id": str(UUID(int=self.number * 10_000 + len(self.own) + 1)),
            "kind": kind,
            "data": data,
            "at": now,
            "device_id": self.id,
            "sequence": len(self.own) + 1,
            "base": base.entry.id if base else None,
        }
        self.own.append(line)
        return line

    def _entry(self, line: dict[str, Any]) -> Entry:
        return Entry(
            line["id"],
            line["kind"],
            subject_of(line["kind"], line["data"]),
            line["data"],
            int(line["at"].timestamp() * 1000),
            self.id,
            line["sequence"],
            line["base"],
        )


class LifeOfAMeeting(RuleBasedStateMachine):
    """One convened meeting of 22 members. The test gives :attr:`make`, which builds it anew for every example."""

    make: Callable[[], tuple[Flask, FixedClock, Chapter]]

    def __init__(self) -> None:
        super().__init__()
        self.app, self.clock, self.chapter = type(self).make()
        self.context = self.app.app_context()
        self.context.push()
        self.phones = {role: Phone(number) for number, role in enumerate(DEVICES, start=1)}
        self.written: set[str] = set()

    def teardown(self) -> None:
        for role in DEVICES:
            self.reconnect(role)
        for role in DEVICES:
            self.reconnect(role)
        self.the_devices_show_the_room_of_the_server()
        db.session.remove()
        db.engine.dispose()
        self.app.extensions["handbook.driver"].close()
        self.context.pop()

    @initialize(opened=st.booleans())
    def begin(self, opened: bool) -> None:
        if opened:
            self.write_opening("secretary", True)
            self.reconnect("secretary")

    # --- what happens in the room, without a network ------------------------------------------------

    @rule(device=st.sampled_from(DEVICES), present=st.booleans())
    def write_opening(self, device: str, present: bool) -> None:
        self._write(device, "open", present=present)

    @rule(device=st.sampled_from(DEVICES))
    def write_closing(self, device: str) -> None:
        self._write(device, "close")

    @rule(device=st.sampled_from(DEVICES), member=MEMBERS, state=STATES)
    def write_mark(self, device: str, member: str, state: str | None) -> None:
        self._write(device, "mark", member_id=self.chapter.id_of(member), state=state, reason=None)

    @rule(device=st.sampled_from(DEVICES), item=st.integers(0, 3), state=st.sampled_from(["started", "done"]))
    def write_item(self, device: str, item: int, state: str) -> None:
        self._write(device, "item", agenda_item_id=self.chapter.items[item], state=state)

    @rule(device=st.sampled_from(DEVICES), text=st.sampled_from(["Giao tổ 1.", "Giao tổ 2.", ""]))
    def write_conclusion(self, device: str, text: str) -> None:
        self._write(device, "conclusion", agenda_item_id=self.chapter.items[1], text=text)

    @rule(device=st.sampled_from(DEVICES), agree=st.integers(0, 25))
    def write_vote(self, device: str, agree: int) -> None:
        ballot = {
            "title": "Thông qua nghị quyết",
            "kind": "resolution",
            "agenda_item_id": None,
            "agree": agree,
            "disagree": 0,
            "other": 0,
            "denominator": None,
            "reserved": [],
        }
        self._write(device, "hand_vote", ballot=ballot)

    @rule(device=st.sampled_from(DEVICES), first=st.booleans())
    def settle_a_difference(self, device: str, first: bool) -> None:
        phone = self.phones[device]
        differences = fold(phone.counting()).differences
        if not differences:
            return
        one = differences[0]
        heads = [one.entry.id, *(other.id for other in (*one.others, *one.agreeing))]
        chosen = heads[0] if first else one.others[0].id
        rest = [head for head in heads if head != chosen]
        self._write(device, "settle", subject=one.entry.subject, chosen=chosen, instead_of=rest)

    @rule(device=st.sampled_from(DEVICES), member=MEMBERS, states=st.lists(STATES, min_size=2, max_size=3))
    def mark_and_correct(self, device: str, member: str, states: list[str | None]) -> None:
        for state in states:
            self.write_mark(device, member, state)
        self.reconnect(device)

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    # --- the network comes and goes -----------------------------------------------------------------

    @rule(device=st.sampled_from(DEVICES), count=st.integers(1, 6))
    def send_some(self, device: str, count: int) -> None:
        phone = self.phones[device]
        lines = phone.own[phone.sent : phone.sent + count]
        self._send(device, lines)
        phone.sent += len(lines)
        self._read(phone)

    @rule(device=st.sampled_from(DEVICES))
    def send_everything_once_more(self, device: str) -> None:
        phone = self.phones[device]
        before = self._facts()
        self._send(device, phone.own[: phone.sent])
        assert self._facts() == before

    @rule(device=st.sampled_from(DEVICES))
    def reconnect(self, device: str) -> None:
        phone = self.phones[device]
        self._send(device, phone.own[phone.sent :])
        phone.sent = len(phone.own)
        self._read(phone)

    # --- others ---------------------------------------------------------------------------------------

    @rule(member=MEMBERS)
    def check_in(self, member: str) -> None:
        meeting_id = int(self.chapter.meeting_id)
        meeting = db.session.get_one(Meeting, meeting_id)
        key = unseal(current_secrets(), meeting.check_in_key_sealed or b"", meeting_id)
        step = step_at(self.clock.now(), meeting.step_seconds)
        token = f"{step}.{make_token(key, meeting_id, step)}"
        cell = self.chapter.world.organizations["cell"]
        who = Actor(
            account_id=None,
            member_id=int(self.chapter.id_of(member)),
            organization_id=cell.id,
            path=cell.path,
        )
        self._try(
            lambda uow: record_check_in(
                meeting_id,
                token=token,
                scanned_at=self.clock.now(),
                method=Method.QR,
                actor=who,
                uow=uow,
                secrets=current_secrets(),
            )
        )

    @rule(member=MEMBERS, state=st.sampled_from(list(AttendanceState)))
    def another_program_marks(self, member: str, state: AttendanceState) -> None:
        who = int(self.chapter.id_of(member))
        self._try(
            lambda uow: mark_attendance(self._meeting(), who, state, actor=self._actor("secretary"), uow=uow)
        )

    @rule()
    def another_program_opens(self) -> None:
        self._try(lambda uow: open_meeting(self._meeting(), actor=self._actor("secretary"), uow=uow))

    @rule()
    def another_program_closes(self) -> None:
        self._try(lambda uow: close_meeting(self._meeting(), actor=self._actor("secretary"), uow=uow))

    @precondition(lambda self: len(self.written) > 8)
    @rule()
    def finalize(self) -> None:
        self._try(lambda uow: finalize_meeting(self._meeting(), actor=self._actor("secretary"), uow=uow))

    @precondition(lambda self: len(self.written) > 8)
    @rule()
    def cancel(self) -> None:
        self._try(
            lambda uow: cancel_meeting(self._meeting(), "Mưa bão", actor=self._actor("secretary"), uow=uow)
        )

    # --- what is always true --------------------------------------------------------------------------

    @invariant()
    def the_counts_are_what_the_rows_say(self) -> None:
        meeting = self._fresh()
        counted = count_roll(db.session.connection(), meeting.id)
        assert counted == {name: getattr(meeting, name) for name in counted}

    @invariant()
    def nothing_that_arrived_is_lost(self) -> None:
        rows = db.session.query(ProceedingsEntry.id).all()
        assert {row.id for row in rows} == self.written

    @invariant()
    def the_vote_and_the_hours_are_what_the_book_says(self) -> None:
        meeting, room = self._fresh(), room_of(self._fresh())
        if room.opened_at is not None:
            assert meeting.opened_at is not None
        if room.closed_at is not None:
            assert meeting.closed_at is not None
            assert meeting.opened_at is not None
            assert meeting.opened_at <= meeting.closed_at

    @invariant()
    def every_mark_of_the_book_stands_unless_something_later_was_recorded(self) -> None:
        meeting = self._fresh()
        if meeting.state == "convened":
            return
        for entries in self._by_subject("mark:").values():
            stands = standing(entries)
            assert stands is not None
            line = db.session.get_one(Attendance, (meeting.id, int(stands.data["member_id"])))
            last = max(entry.at for entry in entries)
            told = line.checked_in_at if line.method in ("qr", "link") else line.recorded_at
            # What was recorded after the last entry stands.
            later = told is not None and int(told.timestamp() * 1000) > last
            assert line.state == stands.data["state"] or later or stands.data["state"] is None

    def the_devices_show_the_room_of_the_server(self) -> None:
        server = room_of(self._fresh())
        for phone in self.phones.values():
            assert fold(phone.counting()) == server

    # --- tools ------------------------------------------------------------------------------------------

    def _write(self, device: str, kind: str, **data: Any) -> None:
        self.clock.advance(seconds=1)
        self.phones[device].write(kind, data, self.clock.now())

    def _send(self, device: str, lines: list[dict[str, Any]]) -> None:
        if not lines:
            return
        sent = {"now": self.clock.now(), "entries": lines}
        with unit_of_work() as uow:
            meeting = uow.session.get_one(Meeting, int(self.chapter.meeting_id))
            answers = write_entries(meeting, sent, actor=self._actor(device), uow=uow)
        assert [answer.id for answer in answers] == [line["id"] for line in lines]
        self.written |= {line["id"] for line in lines}

    def _read(self, phone: Phone) -> None:
        phone.known = {entry.id: entry for entry in applied_entries(int(self.chapter.meeting_id))}

    def _try(self, act: Callable[[Any], Any]) -> None:
        """What another program asks; a refusal is an answer like any other."""
        self.clock.advance(seconds=1)
        try:
            with unit_of_work() as uow:
                act(uow)
        except Problem:
            db.session.rollback()

    def _actor(self, role: str) -> Actor:
        cell = self.chapter.world.organizations["cell"]
        title = OfficeTitle.SECRETARY if role == "secretary" else OfficeTitle.DEPUTY_SECRETARY
        return Actor(
            account_id=self.chapter.world.accounts[role].id,
            member_id=int(self.chapter.id_of(role)),
            organization_id=cell.id,
            path=cell.path,
            offices=(HeldOffice(cell.id, cell.path, title),),
        )

    def _meeting(self) -> Meeting:
        return db.session.get_one(Meeting, int(self.chapter.meeting_id), populate_existing=True)

    def _fresh(self) -> Meeting:
        db.session.rollback()
        return self._meeting()

    def _by_subject(self, prefix: str) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in applied_entries(int(self.chapter.meeting_id)):
            if entry.subject.startswith(prefix):
                found.setdefault(entry.subject, []).append(entry)
        return found

    def _facts(self) -> Any:
        meeting = self._fresh()
        rows = [as_entry(row) for row in db.session.query(ProceedingsEntry).order_by(ProceedingsEntry.id)]
        lines = [(line.member_id, line.state, line.recorded_at) for line in db.session.query(Attendance)]
        return meeting.state, meeting.row_version, meeting.roll_version, rows, sorted(lines, key=str)


def test_a_meeting_stays_consistent_whatever_happens_in_any_order(
    sqlite_template: Path, tmp_path: Path
) -> None:
    number = 0

    def make() -> tuple[Flask, FixedClock, Chapter]:
        nonlocal number
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        for name in ("secrets.json", "handbook.sqlite3"):
            (folder / name).write_bytes((sqlite_template / name).read_bytes())
        clock = FixedClock(START)
        app = create_app(Settings.from_environment({"HANDBOOK_DATA_DIR": str(folder)}), clock=clock)
        with app.app_context():
            chapter = build_chapter(app)
        return app, clock, chapter

    class Machine(LifeOfAMeeting):
        pass

    Machine.make = staticmethod(make)
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
