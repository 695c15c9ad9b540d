"""Many check-ins at one moment, on both databases: never doubled, never lost, counts true."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, convened, draft, if_match, key_of, opened, step

from handbook.attendance.counters import count_roll
from handbook.attendance.models import Attendance
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.members.enums import MemberStatus

SignIn = Callable[[str], ApiClient]
THREADS = 6


def at_once(acts: list[Callable[[], int]]) -> list[int]:
    """Run all acts at the same moment, each in its own thread; the statuses they return, in order."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        barrier.wait(timeout=20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def assert_counts_are_true(meeting_id: str) -> Meeting:
    db.session.rollback()
    meeting = db.session.get_one(Meeting, int(meeting_id), populate_existing=True)
    counted = count_roll(db.session.connection(), meeting.id)
    assert {name: getattr(meeting, name) for name in counted} == counted
    return meeting


def start(sign_in: SignIn, world: World, clock: FixedClock) -> tuple[dict[str, Any], dict[str, str]]:
    """An open meeting and the body of a check-in to it."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    return meeting, check_in_body(key_of(secretary, meeting), meeting, clock.now())


def test_one_phone_that_sends_its_check_in_many_times_at_once_is_counted_once(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    meeting, body = start(sign_in, world, clock)
    phone, path = sign_in("member"), f"/api/meetings/{meeting['id']}/check-ins"
    statuses = at_once([lambda: phone.post(path, body).status_code] * THREADS)
    assert sorted(statuses) == [200] * (THREADS - 1) + [201]
    assert assert_counts_are_true(meeting["id"]).present_count == 1


def test_a_whole_cell_checks_in_at_once(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, app: Flask
) -> None:
    with app.test_request_context(), unit_of_work() as uow:
        for number in range(30, 36):
            world.add_member(
                f"m{number}", f"Cao Văn {number}", "cell", MemberStatus.OFFICIAL, number=number, uow=uow
            )
    meeting, body = start(sign_in, world, clock)
    path = f"/api/meetings/{meeting['id']}/check-ins"
    phones = [sign_in(f"m{number}") for number in range(30, 36)]
    statuses = at_once([lambda phone=phone: phone.post(path, body).status_code for phone in phones])
    assert statuses == [201] * len(phones)
    assert assert_counts_are_true(meeting["id"]).present_count == len(phones)


def test_check_ins_marks_and_the_closing_at_one_moment_leave_true_counts(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    meeting, body = start(sign_in, world, clock)
    path = f"/api/meetings/{meeting['id']}"
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    member, second = sign_in("member"), sign_in("second_member")
    own = f"{path}/attendance/{world.id_of('member')}"
    statuses = at_once(
        [
            lambda: member.post(f"{path}/check-ins", body).status_code,
            lambda: second.post(f"{path}/check-ins", body).status_code,
            lambda: deputy.put(own, {"state": "late"}).status_code,
            lambda: deputy.put(own, {"state": "excused"}).status_code,
            lambda: secretary.post(f"{path}/close", headers=if_match(meeting)).status_code,
        ]
    )
    assert statuses[0] == 201
    assert statuses[1] == 201
    assert statuses[2:] == [200, 200, 200]
    closed = assert_counts_are_true(meeting["id"])
    assert closed.state == "closed"
    assert closed.summoned_count == 6
    states = select(Attendance.state).where(Attendance.meeting_id == closed.id, Attendance.state.is_(None))
    assert db.session.scalar(states) is None


def test_two_secretaries_who_convene_at_once_convene_once(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    meeting = draft(sign_in("secretary"), world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/convene"
    people = [sign_in("secretary"), sign_in("deputy")]
    statuses = at_once(
        [lambda who=who: who.post(path, headers=if_match(meeting)).status_code for who in people]
    )
    assert sorted(statuses) == [200, 412]
    assert assert_counts_are_true(meeting["id"]).summoned_count == 6


def test_two_answers_to_one_request_at_once_are_one(engine_name: str, sign_in: SignIn, world: World) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    asked = sign_in("member").post(f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Ốm"}).json
    path = f"/api/absence-requests/{asked['id']}"
    people = [sign_in("secretary"), sign_in("deputy")]
    body = {"decision": "approved"}
    statuses = at_once(
        [lambda who=who: who.patch(path, body, headers=if_match(asked)).status_code for who in people]
    )
    assert sorted(statuses) == [200, 412]
    assert assert_counts_are_true(meeting["id"]).excused_count == 1


def test_a_request_sent_many_times_at_once_under_one_key_is_one(
    engine_name: str, sign_in: SignIn, world: World
) -> None:
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    phone, path = sign_in("member"), f"/api/meetings/{meeting['id']}/absence-requests"
    key = {"Idempotency-Key": "mot-lan"}
    statuses = at_once([lambda: phone.post(path, {"reason": "Ốm"}, headers=key).status_code] * THREADS)
    assert statuses == [201] * THREADS
    assert len(phone.get(path).json["items"]) == 1


def test_a_check_in_sent_late_after_the_closing_corrects_the_counts(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    meeting, body = start(sign_in, world, clock)
    step(sign_in("secretary"), meeting, "close")
    clock.advance(hours=3)
    path = f"/api/meetings/{meeting['id']}/check-ins"
    phones = [sign_in(role) for role in ("member", "second_member", "probationary")]
    statuses = at_once([lambda phone=phone: phone.post(path, body).status_code for phone in phones * 2])
    assert sorted(statuses) == [200] * 3 + [201] * 3
    closed = assert_counts_are_true(meeting["id"])
    assert (closed.present_count, closed.unexcused_count) == (3, 2)
    assert closed.closed_at == STARTS_AT
