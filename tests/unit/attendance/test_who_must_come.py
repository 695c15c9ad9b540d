"""Who must come, who is in the room and whether that is enough: against a count by hand, name by name as the rule is read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from tests.support.factories import World

from handbook.access.actor import SYSTEM
from handbook.attendance.counters import NAMES, count_roll, recount
from handbook.attendance.enums import AttendanceState
from handbook.attendance.head_count import RollLine, head_count
from handbook.attendance.marking import mark_attendance
from handbook.attendance.models import Attendance
from handbook.attendance.queries import head_count as count_in_database
from handbook.attendance.rules import state_when_summoned
from handbook.ballots import rules as ballots
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import UnitOfWork, unit_of_work
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus

# 2-domain, word by word; a status or a state that is added there has to be thought about here.
IN_THE_CELL = ("official", "probationary", "exempt", "temporary_in", "temporary_out")
GONE = ("transferred", "suspended", "struck_off", "expelled", "withdrawn", "deceased")
STATES = ("present", "late", "excused", "unexcused", "exempt")
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
ARRIVED, LEFT, END = (START + timedelta(minutes=minutes) for minutes in (20, 50, 60))


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member on the list: status when summoned, what the roll says (None: nothing yet), came after the start, left early."""

    status: str
    state: str | None
    came_late: bool = False
    left_early: bool = False

    @property
    def came(self) -> bool:
        return self.state in ("present", "late")


PEOPLE = st.builds(
    Somebody,
    status=st.sampled_from([*IN_THE_CELL, "official", "official", *GONE]),
    state=st.sampled_from([None, *STATES, "present"]),
    came_late=st.booleans(),
    left_early=st.booleans(),
).map(lambda one: one if one.came else Somebody(one.status, one.state))
ROLLS = st.lists(PEOPLE, max_size=30)
SHARES = st.fractions(min_value=Fraction(1, 10), max_value=1, max_denominator=12)


def by_hand(people: list[Somebody], share: Fraction) -> dict[str, Any]:
    """The list is read from top to bottom once for every question, and whoever is meant goes on a slip, by number."""

    def slip(is_meant: Callable[[Somebody], bool]) -> list[int]:
        # Who left the cell is missed by nobody.
        return [number for number, one in enumerate(people) if one.status not in GONE and is_meant(one)]

    def freed(one: Somebody) -> bool:
        return one.status in ("exempt", "temporary_out")

    slips = {
        "total": slip(lambda one: one.status != "temporary_in"),
        "official": slip(lambda one: one.status in ("official", "exempt", "temporary_out")),
        "probationary": slip(lambda one: one.status == "probationary"),
        "temporary_in": slip(lambda one: one.status == "temporary_in"),
        "attended": slip(lambda one: one.came),
        "late": slip(lambda one: one.state == "late"),
        "left_early": slip(lambda one: one.left_early),
        "exempt": slip(lambda one: one.state == "exempt" and one.status == "exempt"),
        "elsewhere": slip(lambda one: one.state == "exempt" and one.status == "temporary_out"),
        # ADR 14: whom the record does not free is an absentee with leave, whatever the roll says.
        "excused": slip(lambda one: one.state == "excused" or (one.state == "exempt" and not freed(one))),
        "unexcused": slip(lambda one: one.state == "unexcused"),
        "not_recorded": slip(lambda one: one.state is None),
        # "2/3 of official members who must attend": not the exempt, not those introduced elsewhere, nobody from elsewhere.
        "official_due": slip(lambda one: one.status == "official"),
        "official_attended": slip(lambda one: one.status == "official" and one.came),
        "official_in_room": slip(lambda one: one.status == "official" and one.came and not one.left_early),
    }
    due, there, needed = len(slips["official_due"]), len(slips["official_in_room"]), 0
    while due > 0 and Fraction(needed, due) < share:
        needed += 1
    return {**slips, "quorum_required": needed, "quorum_reached": due > 0 and there >= needed}


def counters_by_hand(people: list[Somebody]) -> dict[str, int]:
    """What the meeting keeps: everybody with a line, by what the roll says, and who of the official is due and here."""
    found = {"summoned_count": 0, "official_due": 0, "official_present": 0}
    found |= {f"{state}_count": 0 for state in STATES}
    for one in people:
        found["summoned_count"] += 1
        if one.state is not None:
            found[f"{one.state}_count"] += 1
        if one.status == "official":
            found["official_due"] += 1
            if one.came and not one.left_early:
                found["official_present"] += 1
    return found


def test_every_status_and_every_state_is_thought_about() -> None:
    assert sorted(MemberStatus) == sorted([*IN_THE_CELL, *GONE])
    assert sorted(AttendanceState) == sorted(STATES)


@settings(deadline=None, max_examples=300)
@given(ROLLS, SHARES)
def test_the_head_count_is_the_one_made_by_hand(people: list[Somebody], share: Fraction) -> None:
    counted = head_count(
        [
            RollLine(
                number,
                f"Đảng viên {number}",
                MemberStatus(one.status),
                None if one.state is None else AttendanceState(one.state),
                arrived_at=ARRIVED if one.came_late else None,
                left_at=LEFT if one.left_early else None,
            )
            for number, one in enumerate(people)
        ],
        quorum=share,
    )
    assert told(counted, people, share) == by_hand(people, share)


@settings(deadline=None, max_examples=300)
@given(ROLLS, SHARES)
def test_the_quorum_of_a_vote_is_that_of_the_room(people: list[Somebody], share: Fraction) -> None:
    """The vote has a rule of its own in code; it may find nobody due, or in the room, whom the head-count does not."""
    lines = [
        ballots.Line(
            MemberStatus(one.status),
            None if one.state is None else AttendanceState(one.state),
            one.left_early,
        )
        for one in people
    ]
    hand = by_hand(people, share)
    wanted = (hand["quorum_required"], len(hand["official_in_room"]), hand["quorum_reached"])
    found = ballots.quorum(lines, share)
    assert (found.required, found.present, found.reached) == wanted


def told(counted: Any, people: list[Somebody], share: Fraction) -> dict[str, Any]:
    """The product's count in the form of :func:`by_hand`: where it has names they must be the same people, else as many."""
    found: dict[str, Any] = {}
    for name, wanted in by_hand(people, share).items():
        given = getattr(counted, name)
        if isinstance(given, tuple):
            found[name] = [one.member_id for one in given]
        elif isinstance(wanted, list):
            found[name] = wanted if given == len(wanted) else given
        else:
            found[name] = given
    return found


# Which line, what it is to say (None: the mark is taken back), arrived late, left early.
STEPS = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from([None, *STATES, "present"]), st.booleans(), st.booleans()),
    max_size=10,
)
SIZE = 13


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    statuses=st.lists(
        st.sampled_from([*IN_THE_CELL, "official", "official", *GONE]), min_size=1, max_size=SIZE
    ),
    steps=STEPS,
    share=SHARES,
)
@pytest.mark.usefixtures("engine_name")
def test_the_counters_follow_every_mark(
    app: Flask, world: World, clock: FixedClock, statuses: list[str], steps: list[Any], share: Fraction
) -> None:
    """One mark after another: the counters moved by statements, the count in SQL, and that of the rule stay the hand's."""
    clock.set(END)
    ids = sorted(member.id for member in world.members.values())[: len(statuses)]
    people = [
        Somebody(status, "exempt" if status in (*GONE, "exempt", "temporary_out") else None)
        for status in statuses
    ]
    begun = list(people)
    with unit_of_work() as uow:
        meeting_id = _summon(world, dict(zip(ids, people, strict=True)), share, uow)
    _compare(meeting_id, ids, people, share)
    for place, state, came_late, left_early in steps:
        number = place % len(people)
        comes = state in ("present", "late")
        if state is None:
            # Back to what stood before anybody wrote it: nothing, or what the record says.
            people[number] = begun[number]
        else:
            people[number] = Somebody(statuses[number], state, comes and came_late, comes and left_early)
        with unit_of_work() as uow:
            mark_attendance(
                uow.session.get_one(Meeting, meeting_id),
                ids[number],
                None if state is None else AttendanceState(state),
                arrived_at=ARRIVED if comes and came_late else None,
                left_at=LEFT if comes and left_early else None,
                actor=SYSTEM,
                uow=uow,
            )
        _compare(meeting_id, ids, people, share)
    with unit_of_work() as uow:
        recount(uow.session.connection(), meeting_id)
    _compare(meeting_id, ids, people, share)


def _summon(world: World, people: dict[int, Somebody], share: Fraction, uow: UnitOfWork) -> int:
    uow.session.execute(delete(Attendance))
    uow.session.execute(delete(Meeting))
    meeting = Meeting(
        organization_id=world.organizations["cell"].id,
        kind="regular",
        title="Sinh hoạt",
        state="open",
        starts_at=START,
        ends_at=START + timedelta(hours=2),
        convened_at=START - timedelta(days=3),
        opened_at=START,
        place="Hội trường",
        quorum_share=f"{share.numerator}/{share.denominator}",
        late_after_minutes=15,
        content_version=1,
        created_at=START - timedelta(days=3),
    )
    uow.session.add(meeting)
    uow.session.flush()
    uow.session.execute(
        insert(Attendance),
        [
            {
                "meeting_id": meeting.id,
                "member_id": id_,
                "member_status": one.status,
                "state": state_when_summoned(MemberStatus(one.status)),
                "method": None if one.state is None else "system",
                "flags": [],
                "content_version": 1,
                "account_version": 0,
            }
            for id_, one in people.items()
        ],
    )
    recount(uow.session.connection(), meeting.id)
    return int(meeting.id)


def _compare(meeting_id: int, ids: list[int], people: list[Somebody], share: Fraction) -> None:
    db.session.remove()
    wanted = counters_by_hand(people)
    columns = [Meeting.__table__.c[name] for name in NAMES if name != "roll_version"]
    kept = db.session.execute(select(*columns).where(Meeting.__table__.c.id == meeting_id)).one()
    assert dict(kept._mapping) == wanted
    assert count_roll(db.session.connection(), meeting_id) == wanted
    counted = count_in_database(db.session.get_one(Meeting, meeting_id))
    # The database lists by name, the hand by number.
    numbers = {id_: number for number, id_ in enumerate(ids)}
    for name, slip in by_hand(people, share).items():
        given = getattr(counted, name)
        if isinstance(given, tuple):
            assert sorted(numbers[one.member_id] for one in given) == slip, name
        else:
            assert given == (len(slip) if isinstance(slip, list) else slip), name
    db.session.remove()
