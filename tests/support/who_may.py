"""Who may do what in a meeting of the cell: an independent table, read off the rules and not off the program's policy.

A state machine that asks anybody for anything holds every answer to it: what succeeds was asked by somebody who may, and by
who is in the room where the room decides (2-domain: "Only official members vote"; "members score").
"""

import re
from typing import Any

from flask import Flask
from sqlalchemy import Row, select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match
from werkzeug.test import TestResponse

from handbook.attendance.models import Attendance
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.meetings.models import Meeting
from handbook.minutes.models import Minutes
from handbook.resolutions.models import Resolution

RUNS = {"secretary", "deputy"}
CELL = {*RUNS, "member", "second_member", "probationary", "exempt_member"}
# Who is appointed to write the minutes, too.
WRITES = "writes"
# Whoever is named in the minutes for this signature.
SIGNS = "signs"
MEETING, BALLOT = r"/api/meetings/\d+", r"/api/ballots/\d+"
TABLE: tuple[tuple[str, str, Any], ...] = (
    ("POST", rf"{MEETING}/(convene|open|close|finalize|cancel|reopen|unopen)", RUNS),
    ("PATCH", MEETING, RUNS),
    ("PUT", rf"{MEETING}/(agenda|roles|attendance|attendance/\d+|score/paper)", RUNS),
    ("POST", rf"{MEETING}/(check-ins|absence-requests)", CELL),
    ("PATCH", r"/api/absence-requests/\d+", RUNS),
    ("PUT", rf"{MEETING}/opinions/[\w-]+", CELL),
    ("POST", rf"{MEETING}/ballots", RUNS),
    ("POST", rf"{BALLOT}/(open|close|begin-casting|withdraw)", RUNS),
    ("PUT", rf"{BALLOT}/reservations", RUNS),
    ("PUT", rf"{BALLOT}/votes/me", CELL - {"probationary"}),
    ("POST", rf"{BALLOT}/papers", CELL - {"probationary"}),
    ("POST", rf"{MEETING}/score/(open|close)", RUNS),
    ("PUT", rf"{MEETING}/score/sheets/me", CELL),
    ("POST", rf"{MEETING}/minutes/(compose|read-back|addenda)", WRITES),
    ("DELETE", rf"{MEETING}/minutes/addenda/\d+", WRITES),
    ("PATCH", rf"{MEETING}/minutes", WRITES),
    ("POST", rf"{MEETING}/minutes/signatures", SIGNS),
    ("POST", rf"{MEETING}/resolution-draft", RUNS),
    ("PATCH", r"/api/resolutions/\d+", RUNS),
    ("POST", r"/api/resolutions/\d+/(issue|revoke)", RUNS),
    ("PUT", r"/api/tasks/\d+/updates/[\w-]+", {*RUNS, "member"}),
    ("POST", rf"{MEETING}/proceedings", WRITES),
)
IN_THE_ROOM = re.compile(rf"{BALLOT}/(votes/me|papers)|{MEETING}/score/sheets/me")
VOTES = re.compile(rf"{BALLOT}/(votes/me|papers)")


class Asking:
    """The tools with which a machine asks and looks; every success is held to the table."""

    app: Flask
    clock: FixedClock
    world: World
    clients: dict[str, ApiClient]
    meeting: dict[str, Any]
    path: str
    ballots: list[str]
    frozen: dict[str, Any]
    # Who was made an official member, or no member, since the beginning.
    decided: set[str]

    def ask(self, role: str, method: str, path: str, body: Any = None, *, match: Any = None) -> TestResponse:
        self.clock.advance(seconds=1)
        allowed, line = self.who_may(method, path, body), self.line_of(role)
        # Nothing that was looked up here holds the database while it is asked.
        db.session.rollback()
        headers = if_match(match) if match else {}
        kwargs = {} if body is None else {"json": body}
        answer = self.clients[role].request(method, path, headers=headers, **kwargs)
        said = f"{role} {method} {path}: {answer.status_code} {answer.get_data(as_text=True)[:300]}"
        assert answer.status_code < 500, said
        # Whoever may ask at all is understood.
        assert answer.status_code not in (400, 405, 415), said
        if answer.status_code < 300:
            assert role in allowed, said
            if IN_THE_ROOM.fullmatch(path):
                assert line is not None, said
                assert line.state in ("present", "late"), said
            if VOTES.fullmatch(path):
                assert line is not None, said
                assert line.member_status in ("official", "exempt"), said
        return answer

    def who_may(self, method: str, path: str, body: Any) -> set[str]:
        rows = [who for verb, shape, who in TABLE if verb == method and re.fullmatch(shape, path)]
        assert len(rows) == 1, f"{method} {path} is in no row of the table, or in several"
        if isinstance(rows[0], str):
            return self.named(None if rows[0] == WRITES else body["role"])
        return set(rows[0]) | (self.decided & {"probationary"})

    def named(self, role: str | None) -> set[str]:
        """Who is named in the minutes for a signature; without one, who may write them."""
        meeting = self.stored()
        minutes = next(iter(self.rows(Minutes)), None)
        if role is not None:
            ids = {getattr(minutes, f"{role}_id", None)}
        else:
            ids = {meeting.minute_taker_id, getattr(minutes, "minute_taker_id", None)}
        named = {one for one in CELL if int(self.world.id_of(one)) in ids}
        return named if role is not None else named | RUNS

    def line_of(self, role: str) -> Row[Any] | None:
        """What the roll says of somebody before the act; None of who was not summoned."""
        db.session.rollback()
        if role not in self.world.members:
            return None
        of = (int(self.meeting["id"]), int(self.world.id_of(role)))
        columns = select(Attendance.state, Attendance.left_at, Attendance.member_status)
        return db.session.execute(
            columns.where(Attendance.meeting_id == of[0], Attendance.member_id == of[1])
        ).first()

    def now(self, role: str = "secretary") -> dict[str, Any]:
        """The meeting as somebody who may see it reads it."""
        answer = self.clients[role].get(self.path)
        seen = answer.status_code == 200
        return dict(answer.json if seen else self.clients["secretary"].get(self.path, expect=200).json)

    def minutes(self) -> dict[str, Any] | None:
        answer = self.clients["secretary"].get(f"{self.path}/minutes")
        return answer.json if answer.status_code == 200 else None

    def resolution(self) -> dict[str, Any] | None:
        if not (rows := self.rows(Resolution)):
            return None
        found: dict[str, Any] = (
            self.clients["secretary"].get(f"/api/resolutions/{rows[-1].id}", expect=200).json
        )
        return found

    def ballot(self, last: bool) -> str | None:
        return None if not self.ballots else self.ballots[-1 if last else 0]

    def stored(self) -> Meeting:
        db.session.rollback()
        return db.session.get_one(Meeting, int(self.meeting["id"]), populate_existing=True)

    def rows(self, table: Any) -> list[Any]:
        return list(db.session.scalars(select(table).order_by(*table.__table__.primary_key)))

    def stands(self, name: str, facts: Any) -> None:
        assert self.frozen.setdefault(name, facts) == facts, name
