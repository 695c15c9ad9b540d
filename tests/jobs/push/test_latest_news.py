"""Who was not reached is judged by the latest news of the meeting, and what it overtook is not sent after it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, if_match, step
from tests.support.push_service import Answer, FakePushService, Subscription
from tests.support.pushing import ledger, run_jobs, subscribe, told

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.notifications import jobs
from handbook.operations import failed_jobs

SignIn = Callable[[str], ApiClient]
pytestmark = pytest.mark.usefixtures("engine_name")


def unreached(secretary: ApiClient, meeting: dict[str, Any]) -> dict[str, str]:
    """The reason for each member who is to be telephoned."""
    lines = secretary.get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json["unreached"]
    return {line["member_id"]: line["reason"] for line in lines}


def report(client: ApiClient, push: FakePushService, device: Subscription, event: str, at: datetime) -> None:
    """The phone tells of the last message that it got."""
    delivery = push.accepted_of(device)[-1].json()["d"]
    client.post(f"/api/deliveries/{delivery}/events", {"event": event, "at": at.isoformat()}, expect=204)


def moved(secretary: ApiClient, meeting: dict[str, Any], by: timedelta) -> dict[str, Any]:
    times = {
        "starts_at": (STARTS_AT + by).isoformat(),
        "ends_at": (STARTS_AT + by + timedelta(minutes=90)).isoformat(),
    }
    path = f"/api/meetings/{meeting['id']}"
    answer: dict[str, Any] = secretary.patch(
        path, times, headers=if_match(secretary.get(path).json), expect=200
    ).json
    return answer


def cancelled(secretary: ApiClient, meeting: dict[str, Any]) -> None:
    step(secretary, secretary.get(f"/api/meetings/{meeting['id']}").json, "cancel", {"reason": "Bão"})


def test_who_saw_the_convening_and_not_the_move_is_to_be_telephoned(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    member, secretary, id_ = sign_in("member"), sign_in("secretary"), world.id_of("member")
    device = subscribe(member, push)
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    report(member, push, device, "shown", clock.now())
    assert id_ not in unreached(secretary, meeting)
    clock.advance(minutes=5)
    push.always_answer(Answer(400), device)
    moved(secretary, meeting, timedelta(days=-1))
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "failed"
    # A reminder of the new time tells it as well.
    push.always_answer(Answer(201), device)
    clock.set(STARTS_AT - timedelta(days=1, hours=2))
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_reminder"]
    report(member, push, device, "shown", clock.now())
    assert id_ not in unreached(secretary, meeting)
    push.always_answer(Answer(410), device)
    cancelled(secretary, meeting)
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "failed"


def test_who_read_the_convening_and_not_the_cancelling_is_to_be_telephoned(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    member, secretary, id_ = sign_in("member"), sign_in("secretary"), world.id_of("member")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()

    def read() -> None:
        newest = member.get("/api/notices", expect=200).json["items"][0]
        member.put(f"/api/notices/{newest['id']}/read", expect=204)

    read()
    assert id_ not in unreached(secretary, meeting)
    # A paper more is nothing that everybody has to know.
    path = f"/api/meetings/{meeting['id']}"
    body = {"agenda": [{"title": "Bế mạc"}]}
    secretary.put(f"{path}/agenda", body, headers=if_match(meeting), expect=200)
    clock.advance(minutes=5)
    run_jobs()
    assert id_ not in unreached(secretary, meeting)
    place = {"place": "Phòng 3"}
    secretary.patch(path, place, headers=if_match(secretary.get(path).json), expect=200)
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "no_device"
    read()
    assert id_ not in unreached(secretary, meeting)
    clock.advance(minutes=5)
    cancelled(secretary, meeting)
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "no_device"
    read()
    assert id_ not in unreached(secretary, meeting)


def test_who_opened_the_convening_has_not_answered_the_move(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    device = subscribe(member, push)
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}/reminder-rules"
    values = {"reminders.before_minutes": [], "reminders.unanswered_before_minutes": [120]}
    secretary.put(path, {"values": values}, headers=if_match(meeting), expect=200)
    run_jobs()
    report(member, push, device, "opened", clock.now())
    clock.advance(minutes=5)
    moved(secretary, meeting, timedelta(days=1))
    run_jobs()
    clock.set(STARTS_AT + timedelta(days=1, hours=-2))
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_changed", "meeting_reminder"]


def test_before_a_worker_has_run_no_number_is_given_out_and_later_a_message_is_not_sent(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))

    def numbers_read() -> set[int | None]:
        db.session.rollback()
        return set(
            db.session.scalars(select(AuditEntry.member_id).where(AuditEntry.tag == "members:phone:read"))
        )

    why = unreached(secretary, meeting)
    assert world.id_of("member") not in why, "it is on its way"
    assert why[world.id_of("second_member")] == "no_device"
    assert int(world.id_of("member")) not in numbers_read() > {int(world.id_of("second_member"))}
    clock.advance(minutes=6)
    assert unreached(secretary, meeting)[world.id_of("member")] == "not_sent", "no worker was there"
    assert int(world.id_of("member")) in numbers_read()
    run_jobs()
    assert world.id_of("member") not in unreached(secretary, meeting)


def test_what_waits_near_the_meeting_or_longer_than_it_is_of_use_is_not_reached(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, id_ = sign_in("secretary"), world.id_of("member")
    clock.set(STARTS_AT - timedelta(hours=7))
    meeting = convened(secretary, world.id_of("cell"))
    push.answer(Answer(503), subscription=device)
    run_jobs()
    assert id_ not in unreached(secretary, meeting), "it is tried again in a moment"
    push.always_answer(Answer(429, {"retry-after": "21000"}), device)
    clock.advance(minutes=2)
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "waiting", "it is tried again an hour before the meeting"
    clock.set(STARTS_AT - timedelta(minutes=50))
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "waiting"
    clock.set(STARTS_AT + timedelta(minutes=91))
    run_jobs()
    rows = [(row.state, row.reason) for row in ledger(meeting) if row.subscription_id]
    assert set(rows) == {("failed", "http_429")}, "nothing of it is of use after the meeting"
    assert unreached(secretary, meeting)[id_] == "failed"


def test_a_message_in_back_off_is_waited_for_until_there_is_just_time_to_telephone(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, id_ = sign_in("secretary"), world.id_of("member")
    clock.set(STARTS_AT - timedelta(hours=3))
    meeting = convened(secretary, world.id_of("cell"))
    push.always_answer(Answer(503), device)
    while clock.now() < STARTS_AT - timedelta(hours=2, minutes=40):
        run_jobs()
        assert id_ not in unreached(secretary, meeting)
        clock.advance(minutes=2)
    clock.set(STARTS_AT - timedelta(hours=1, minutes=59))
    run_jobs()
    assert unreached(secretary, meeting)[id_] == "waiting"


def test_what_a_job_that_was_given_up_had_to_send_has_failed_and_is_sent_when_it_is_tried_again(
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, staff, id_ = sign_in("secretary"), sign_in("staff"), world.id_of("member")
    meeting = convened(secretary, world.id_of("cell"))

    def fail(_: int) -> int:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(jobs, "send_batch", fail)
        for _ in range(12):
            run_jobs()
            clock.advance(hours=1)
    (row,) = [row for row in ledger(meeting, "meeting_convened") if row.subscription_id]
    assert (row.state, row.reason) == ("failed", "job_failed")
    assert unreached(secretary, meeting)[id_] == "failed"
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries"
    (failed,) = staff.get(path, expect=200).json["items"]
    assert (failed["reason"], failed["can_retry"]) == ("job_failed", True)
    # The job is tried again, as from the screen at the top of the tree or by the command.
    with unit_of_work() as uow:
        assert [job.name for job in failed_jobs.queue_again(uow, None)] == ["notifications.deliver"]
    run_jobs()
    assert told(push, device) == ["meeting_convened"]
    assert staff.get(path, expect=200).json["items"] == []
    assert id_ not in unreached(secretary, meeting)


def test_what_a_job_that_was_given_up_had_to_send_is_sent_when_staff_have_it_sent_again(
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = subscribe(sign_in("member"), push)
    convened(sign_in("secretary"), world.id_of("cell"))

    def fail(_: int) -> int:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(jobs, "send_batch", fail)
        for _ in range(12):
            run_jobs()
            clock.advance(hours=1)
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries/retries"
    assert sign_in("staff").post(path, {}, expect=200).json == {"retried": 1}
    run_jobs()
    assert told(push, device) == ["meeting_convened"]


def test_a_convening_that_waits_is_not_told_after_the_move(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    push.answer(Answer(503), subscription=device)
    run_jobs()
    moved(secretary, meeting, timedelta(days=1))
    run_jobs()
    clock.advance(minutes=2)
    run_jobs()
    assert told(push, device) == ["meeting_changed"]
    (row,) = [row for row in ledger(meeting, "meeting_convened") if row.subscription_id]
    assert (row.state, row.reason) == ("failed", "superseded")
    assert world.id_of("member") not in unreached(secretary, meeting)


def test_a_convening_that_was_given_up_is_not_sent_again_after_the_cancelling(
    sign_in: SignIn, world: World, push: FakePushService
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, staff = sign_in("secretary"), sign_in("staff")
    meeting = convened(secretary, world.id_of("cell"))
    push.always_answer(Answer(400), device)
    run_jobs()
    push.always_answer(Answer(201), device)
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries"
    assert [one["can_retry"] for one in staff.get(path, expect=200).json["items"]] == [True]
    cancelled(secretary, meeting)
    run_jobs()
    assert [one["can_retry"] for one in staff.get(path, expect=200).json["items"]] == [False]
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 0}
    run_jobs()
    assert told(push, device) == ["meeting_cancelled"]


def test_a_reminder_of_the_old_time_is_not_sent_again_after_the_move(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, staff = sign_in("secretary"), sign_in("staff")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    push.always_answer(Answer(400), device)
    clock.set(STARTS_AT - timedelta(hours=2))
    run_jobs()
    push.always_answer(Answer(201), device)
    moved(secretary, meeting, timedelta(days=5))
    run_jobs()
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries/retries"
    assert staff.post(path, {}, expect=200).json == {"retried": 0}
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_changed"]


def test_a_far_reminder_that_was_given_up_is_not_sent_again_after_a_near_one(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    staff = sign_in("staff")
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    push.always_answer(Answer(400), device)
    clock.set(STARTS_AT - timedelta(days=2))
    run_jobs()
    push.always_answer(Answer(201), device)
    path = f"/api/organizations/{world.id_of('committee')}/failed-deliveries"
    (one,) = staff.get(path, expect=200).json["items"]
    assert one["can_retry"]
    clock.set(STARTS_AT - timedelta(days=1))
    run_jobs()
    (one,) = staff.get(path, expect=200).json["items"]
    assert (one["step"], one["can_retry"]) == ("2d", False)
