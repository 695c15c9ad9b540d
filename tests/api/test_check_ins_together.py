"""Check-ins that wait at the same moment are written in one transaction, and none of them depends on another."""

import json
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from tests.support.check_in_process import start_process
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, key_of, opened

from handbook.accounts.models import DeviceSession
from handbook.accounts.sessions import hash_token
from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.audit.models import AuditEntry
from handbook.config import Settings
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.group_commit import GroupCommit
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus

SignIn = Callable[[str], ApiClient]
ROLES = [f"m{number}" for number in range(40, 46)]


class Evening:
    """An open meeting of a cell with six more members, each with a phone."""

    def __init__(self, app: Flask, sign_in: SignIn, world: World, clock: FixedClock) -> None:
        with app.test_request_context(), unit_of_work() as uow:
            for number, role in enumerate(ROLES, 40):
                world.add_member(
                    role, f"Cao Văn {role}", "cell", MemberStatus.OFFICIAL, number=number, uow=uow
                )
        secretary = sign_in("secretary")
        self.world, self.sign_in = world, sign_in
        self.meeting = opened(secretary, world.id_of("cell"))
        clock.set(STARTS_AT)
        self.id = int(self.meeting["id"])
        self.path = f"/api/meetings/{self.id}/check-ins"
        self.body = check_in_body(key_of(secretary, self.meeting), self.meeting, clock.now())
        self.tokens = [world.token_of(role) for role in ROLES]

    def check_in(self, role: str) -> int:
        return self.sign_in(role).post(self.path, self.body).status_code

    def line_of(self, role: str) -> Attendance:
        db.session.rollback()
        key = (self.id, int(self.world.id_of(role)))
        return db.session.get_one(Attendance, key, populate_existing=True)

    def assert_everything_is_once(self, present: int) -> None:
        """Lines, counters and the record agree on how many have come."""
        db.session.rollback()
        meeting = db.session.get_one(Meeting, self.id, populate_existing=True)
        counted = count_roll(db.session.connection(), self.id)
        assert {name: getattr(meeting, name) for name in counted} == counted
        assert meeting.present_count == present
        entries = select(func.count(), func.count(AuditEntry.member_id.distinct())).where(
            AuditEntry.tag == "attendance:line:checked_in", AuditEntry.subject_id == self.id
        )
        assert tuple(db.session.execute(entries).one()) == (present, present)


@pytest.fixture
def evening(app: Flask, sign_in: SignIn, world: World, clock: FixedClock) -> Evening:
    return Evening(app, sign_in, world, clock)


@pytest.fixture
def group(app: Flask) -> GroupCommit:
    found: GroupCommit = app.extensions["handbook.driver"]._writer
    return found


@pytest.fixture
def commits(group: GroupCommit, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces of work each attempt of a transaction held."""
    seen: list[int] = []
    original = group._write_together

    def watched(batch: Any) -> bool:
        seen.append(len(batch))
        return original(batch)

    monkeypatch.setattr(group, "_write_together", watched)
    return seen


def while_all_wait(group: GroupCommit, evening: Evening, meanwhile: Callable[[], object]) -> list[int]:
    """Every phone sends its check-in, all have been judged and wait for their turn; then ``meanwhile`` happens."""
    with ThreadPoolExecutor(len(ROLES)) as pool:
        with group._turn:
            sent: list[Future[int]] = [pool.submit(evening.check_in, role) for role in ROLES]
            deadline = time.monotonic() + 30
            while len(group._waiting) < len(ROLES):
                assert time.monotonic() < deadline
                time.sleep(0.01)
            meanwhile()
        return [future.result() for future in sent]


def test_what_waits_is_written_in_one_transaction(
    evening: Evening, group: GroupCommit, commits: list[int]
) -> None:
    assert while_all_wait(group, evening, lambda: None) == [201] * len(ROLES)
    assert commits == [len(ROLES)]
    evening.assert_everything_is_once(present=len(ROLES))


def test_a_line_that_changed_while_it_waited_is_judged_anew_and_the_others_are_written(
    evening: Evening, group: GroupCommit, commits: list[int], clock: FixedClock
) -> None:
    marked = f"/api/meetings/{evening.id}/attendance/{evening.world.id_of(ROLES[2])}"
    deputy = evening.sign_in("deputy")
    statuses = while_all_wait(
        group, evening, lambda: deputy.put(marked, {"state": "excused", "reason": "Ốm"}, expect=200)
    )
    assert statuses == [201] * len(ROLES)
    assert commits == [len(ROLES)]
    # The mark stands, as it does on the long path; only the others are counted as present.
    assert evening.line_of(ROLES[2]).state == "excused"
    assert "contradicts_mark" in evening.line_of(ROLES[2]).flags
    meeting = db.session.get_one(Meeting, evening.id, populate_existing=True)
    assert (meeting.present_count, meeting.excused_count) == (len(ROLES) - 1, 1)


def test_nothing_is_written_into_a_meeting_that_was_closed_while_it_waited(
    evening: Evening, group: GroupCommit, commits: list[int]
) -> None:
    secretary = evening.sign_in("secretary")
    etag = secretary.get(f"/api/meetings/{evening.id}", expect=200).json["etag"]
    close = f"/api/meetings/{evening.id}/close"
    statuses = while_all_wait(
        group, evening, lambda: secretary.post(close, headers={"If-Match": f'"{etag}"'}, expect=200)
    )
    # Scanned while it was open: the long path corrects the closed roll, with all that hangs on it.
    assert statuses == [201] * len(ROLES)
    evening.assert_everything_is_once(present=len(ROLES))
    assert db.session.get_one(Meeting, evening.id).state == "closed"


def test_one_that_cannot_be_written_takes_nobody_with_it(
    evening: Evening, group: GroupCommit, commits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    original, unlucky = group._carry_out, int(evening.world.id_of(ROLES[1]))

    def carry_out(connection: sqlite3.Connection, work: Any) -> bool:
        written = original(connection, work)
        _held, (_arrive, values), *_counts_and_record = work.steps
        if unlucky in values:
            raise sqlite3.OperationalError("disk I/O error")
        return written

    monkeypatch.setattr(group, "_carry_out", carry_out)
    # The one is answered by the long path, which has a connection of its own.
    assert while_all_wait(group, evening, lambda: None) == [201] * len(ROLES)
    assert commits == [len(ROLES)] + [1] * len(ROLES)
    evening.assert_everything_is_once(present=len(ROLES))


def test_a_process_killed_before_the_commit_leaves_nothing_and_blocks_nobody(
    evening: Evening, settings: Settings, clock: FixedClock
) -> None:
    killed = start_process(
        settings,
        clock.now(),
        path=evening.path,
        body=evening.body,
        tokens=evening.tokens[:1],
        die=True,
    )
    assert killed.communicate(timeout=60) == ("", None)
    assert killed.returncode == -signal.SIGKILL
    evening.assert_everything_is_once(present=0)
    assert evening.check_in(ROLES[0]) == 201
    evening.assert_everything_is_once(present=1)


def test_two_processes_write_everybody_once(
    engine_name: str, evening: Evening, settings: Settings, clock: FixedClock
) -> None:
    asked = {"path": evening.path, "body": evening.body, "tokens": evening.tokens * 2, "threads": 4}
    processes = [start_process(settings, clock.now(), **asked) for _ in range(2)]
    statuses = [json.loads(process.communicate(timeout=120)[0]) for process in processes]
    assert sorted(statuses[0] + statuses[1]) == [200] * 3 * len(ROLES) + [201] * len(ROLES)
    evening.assert_everything_is_once(present=len(ROLES))


def test_a_phone_not_seen_for_long_is_marked_as_seen_with_its_check_in(
    engine_name: str, app: Flask, evening: Evening, clock: FixedClock
) -> None:
    layer = app.wsgi_app
    while not type(layer).__name__.startswith("CheckIn"):
        layer = layer._inner  # type: ignore[attr-defined]
    inner = layer._inner  # type: ignore[attr-defined]
    layer._inner = None  # type: ignore[attr-defined]
    try:
        assert evening.check_in(ROLES[0]) == 201
        clock.advance(minutes=11)
        assert evening.check_in(ROLES[0]) == 200
    finally:
        layer._inner = inner  # type: ignore[attr-defined]
    token = hash_token(evening.tokens[0])
    db.session.rollback()
    assert db.session.scalar(
        select(DeviceSession.last_seen_at).where(DeviceSession.token_hash == token)
    ) == STARTS_AT.replace(minute=STARTS_AT.minute + 11)
