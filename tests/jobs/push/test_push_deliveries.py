"""From convening to the phone: jobs, deliveries and retries, with a real sender and a push service that checks."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from tests.api.test_organization_settings import change
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, step
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, plan, run_jobs, subscribe, told

from handbook.kernel import jobs
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.jobs import Job
from handbook.notifications.models import Delivery, PushSubscription
from handbook.notifications.push.sender import PushSender
from handbook.notifications.rules import MAX_ATTEMPTS

SignIn = Callable[[str], ApiClient]


def test_convening_pushes_to_every_device_of_the_cell_and_to_nobody_else(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService
) -> None:
    devices = {
        role: subscribe(sign_in(role), push)
        for role in ("member", "second_member", "secretary", "other_member", "staff")
    }
    meeting = convened(sign_in("secretary"), world.id_of("cell"), title="Họp chi bộ tháng 12")
    assert push.requests == 0, "nothing is sent before the transaction is committed"
    run_jobs()
    for role in ("member", "second_member", "secretary"):
        (message,) = push.messages_of(devices[role])
        payload = message.json()
        assert {**payload, "d": ""} == {"t": "meeting_convened", "m": meeting["id"], "d": ""}
        assert message.topic == f"meeting-{meeting['id']}"
        assert "họp" not in message.plaintext.decode().lower()
        assert "tháng" not in message.plaintext.decode()
    assert push.messages_of(devices["other_member"]) == []
    assert push.messages_of(devices["staff"]) == []
    assert push.refused == []
    states = [delivery.state for delivery in ledger(meeting)]
    assert (states.count("accepted"), states.count("no_device"), len(states)) == (3, 3, 6)
    told_of = (
        sign_in("secretary").get(f"/api/meetings/{meeting['id']}/deliveries", expect=200).json["reminders"]
    )
    assert told_of[0]["kind"] == "meeting_convened"
    assert {way: count for way, count in told_of[0]["members"].items() if count} == {
        "accepted": 3,
        "no_device": 3,
    }
    assert sum(told_of[1]["members"].values()) == 0, "its time has not come"
    run_jobs()
    assert len(push.messages) == 3, "a second tick sends nothing again"


def test_all_payloads_have_the_same_length(sign_in: SignIn, world: World, push: FakePushService) -> None:
    device = subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    step(secretary, meeting, "cancel", {"reason": "Bão"})
    run_jobs()
    other = convened(secretary, world.id_of("cell"))
    secretary.patch(f"/api/meetings/{other['id']}", {"place": "Phòng 2"}, headers=if_match(other), expect=200)
    run_jobs()
    received = push.messages_of(device)
    assert {message.json()["t"] for message in received} == {
        "meeting_cancelled",
        "meeting_convened",
        "meeting_changed",
    }
    assert len({message.body_length for message in received}) == 1


def test_the_message_is_worth_delivering_until_the_meeting_ends(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    (message,) = push.messages_of(device)
    assert message.ttl == (STARTS_AT + timedelta(minutes=90) - clock.now()).total_seconds()


def test_reminders_go_out_at_their_time_each_once(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert plan(meeting) == {
        "2d": ("planned", "48 h"),
        "1d": ("planned", "24 h"),
        "2h": ("planned", "2 h"),
    }
    expected = ["meeting_convened"]
    for before in (timedelta(days=2), timedelta(days=1), timedelta(hours=2)):
        clock.set(STARTS_AT - before - timedelta(seconds=1))
        run_jobs()
        assert told(push, device) == expected
        clock.set(STARTS_AT - before)
        run_jobs()
        run_jobs()
        expected.append("meeting_reminder")
        assert told(push, device) == expected
    assert {state for state, _ in plan(meeting).values()} == {"done"}
    steps = [
        notice["params"]["step"]
        for notice in sign_in("member").get("/api/notices", expect=200).json["items"]
        if notice["kind"] == "meeting_reminder"
    ]
    assert steps == ["2h", "1d", "2d"]


def test_no_reminder_is_planned_for_the_past(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    clock.set(STARTS_AT - timedelta(hours=30))
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    assert set(plan(meeting)) == {"1d", "2h"}


def test_reminders_move_with_the_meeting_and_end_with_it(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    later = {
        "starts_at": (STARTS_AT + timedelta(days=3)).isoformat(),
        "ends_at": (STARTS_AT + timedelta(days=3, minutes=90)).isoformat(),
    }
    path = f"/api/meetings/{meeting['id']}"
    meeting = secretary.patch(path, later, headers=if_match(meeting), expect=200).json
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_changed"]
    clock.set(STARTS_AT - timedelta(days=1))
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_changed"]
    clock.set(STARTS_AT + timedelta(days=1))
    run_jobs()
    assert told(push, device)[-1] == "meeting_reminder"
    step(secretary, secretary.get(path).json, "cancel", {"reason": "Bão"})
    run_jobs()
    assert told(push, device)[-1] == "meeting_cancelled"
    clock.set(STARTS_AT + timedelta(days=2, hours=23))
    run_jobs()
    assert told(push, device) == [
        "meeting_convened",
        "meeting_changed",
        "meeting_reminder",
        "meeting_cancelled",
    ]


def test_a_meeting_that_was_moved_and_moved_back_is_reminded_of_once(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    path = f"/api/meetings/{meeting['id']}"
    for days in (1, 0):
        times = {
            "starts_at": (STARTS_AT + timedelta(days=days)).isoformat(),
            "ends_at": (STARTS_AT + timedelta(days=days, minutes=90)).isoformat(),
        }
        meeting = secretary.patch(path, times, headers=if_match(meeting), expect=200).json
    run_jobs()
    clock.set(STARTS_AT - timedelta(days=2))
    run_jobs()
    assert told(push, device).count("meeting_reminder") == 1


def test_changes_made_one_after_the_other_are_told_together(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    member, secretary = sign_in("member"), sign_in("secretary")
    device = subscribe(member, push)
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    path = f"/api/meetings/{meeting['id']}"
    for title in ("Khai mạc", "Khai mạc, điểm danh", "Khai mạc, điểm danh và thảo luận"):
        body = {"agenda": [{"title": title}]}
        meeting = secretary.put(f"{path}/agenda", body, headers=if_match(meeting), expect=200).json
        clock.advance(seconds=5)
        run_jobs()
    assert told(push, device) == ["meeting_convened"]
    kinds = [notice["kind"] for notice in member.get("/api/notices").json["items"]]
    assert kinds == ["meeting_changed", "meeting_convened"], "the inbox tells it at once, in one line"
    clock.advance(seconds=30)
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_changed"]
    # Time and place are told at once, also while other changes gather.
    body = {"agenda": [{"title": "Bế mạc"}]}
    meeting = secretary.put(f"{path}/agenda", body, headers=if_match(meeting), expect=200).json
    secretary.patch(path, {"place": "Phòng 3"}, headers=if_match(meeting), expect=200)
    run_jobs()
    assert told(push, device)[2:] == ["meeting_changed"]


def test_reminders_that_have_not_gone_out_follow_a_changed_rule(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    staff, committee = sign_in("staff"), world.id_of("committee")
    device = subscribe(sign_in("member"), push)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    over = convened(sign_in("secretary"), world.id_of("cell"), kind="thematic", starts_at=STARTS_AT)
    step(sign_in("secretary"), over, "cancel", {"reason": "Bão"})
    clock.set(STARTS_AT - timedelta(days=2))
    run_jobs()
    assert told(push, device).count("meeting_reminder") == 1

    # What has gone out is wanted still, the others are not, and a new one comes in between.
    change(staff, committee, "reminders.before_minutes", [2880, 180], expect=200)
    run_jobs()
    assert plan(meeting) == {
        "2d": ("done", "48 h"),
        "1d": ("cancelled", "24 h"),
        "2h": ("cancelled", "2 h"),
        "3h": ("planned", "3 h"),
    }
    assert {state for state, _ in plan(over).values()} == {"cancelled"}
    # The first rule comes back: nothing is told a second time.
    change(staff, committee, "reminders.before_minutes", [2880, 1440, 120], expect=200)
    run_jobs()
    for before in (timedelta(days=1), timedelta(hours=3), timedelta(hours=2)):
        clock.set(STARTS_AT - before)
        run_jobs()
    assert told(push, device).count("meeting_reminder") == 3
    assert {name: state for name, (state, _) in plan(meeting).items()} == {
        "2d": "done",
        "1d": "done",
        "2h": "done",
        "3h": "cancelled",
    }


def test_a_cancelled_draft_is_nobodys_news(sign_in: SignIn, world: World, push: FakePushService) -> None:
    subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    step(secretary, draft(secretary, world.id_of("cell")), "cancel", {"reason": "Bão"})
    run_jobs()
    assert push.requests == 0


def test_an_early_opening_ends_the_reminders(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    step(secretary, meeting, "open")
    clock.set(STARTS_AT - timedelta(hours=1))
    run_jobs()
    assert told(push, device) == ["meeting_convened"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_over_is_removed(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, status: int
) -> None:
    device = subscribe(sign_in("member"), push)
    push.always_answer(Answer(status), device)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert db.session.scalars(select(PushSubscription)).all() == []
    failed = [delivery for delivery in ledger(meeting) if delivery.state == "failed"]
    assert [delivery.reason for delivery in failed] == [f"http_{status}"]
    run_jobs()
    assert push.requests == 1


@pytest.mark.parametrize("status", [400, 401, 403, 413, 429, 500, 503])
def test_any_other_answer_keeps_the_subscription(
    sign_in: SignIn, world: World, push: FakePushService, status: int
) -> None:
    device = subscribe(sign_in("member"), push)
    push.always_answer(Answer(status), device)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    (kept,) = db.session.scalars(select(PushSubscription)).all()
    assert kept.failure == f"http_{status}"


def test_a_busy_push_service_is_given_the_time_it_asks_for(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    push.answer(Answer(429, {"retry-after": "600"}), subscription=device)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["queued"]
    clock.advance(seconds=599)
    run_jobs()
    assert push.requests == 1
    clock.advance(seconds=180)
    run_jobs()
    assert [message.status for message in push.messages_of(device)] == [429, 201]
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["accepted"]
    ids = {message.json()["d"] for message in push.messages_of(device)}
    assert len(ids) == 1, "the phone can tell that both are the same message"


def test_a_broken_push_service_is_tried_ever_more_seldom_and_given_up(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    push.always_answer(Answer(500), device)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    began = clock.now()
    tries: list[float] = []
    for _ in range(8 * 60):
        before = push.requests
        run_jobs()
        if push.requests > before:
            tries.append((clock.now() - began).total_seconds())
        clock.advance(minutes=1)
    assert len(tries) == MAX_ATTEMPTS
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert waits[0] <= 60
    assert waits[-1] >= 2700
    assert timedelta(hours=4) < timedelta(seconds=sum(waits)) < timedelta(hours=8)
    (failed,) = [d for d in ledger(meeting) if d.state != "no_device"]
    assert (failed.state, failed.reason) == ("failed", "http_500")


def test_one_slow_device_does_not_hold_up_the_others(
    sign_in: SignIn, world: World, push: FakePushService
) -> None:
    failing, fine = subscribe(sign_in("member"), push), subscribe(sign_in("second_member"), push)
    push.answer(Answer(503), subscription=failing)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert told(push, fine) == ["meeting_convened"]
    assert told(push, failing) == []


def test_what_could_not_be_delivered_before_a_cancellation_is_not_delivered_after_it(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    push.answer(Answer(503), subscription=device)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    step(secretary, meeting, "cancel", {"reason": "Bão"})
    clock.advance(minutes=5)
    run_jobs()
    assert told(push, device) == ["meeting_cancelled"]
    convening = [d for d in ledger(meeting, "meeting_convened") if d.state != "no_device"]
    assert [(d.state, d.reason) for d in convening] == [("failed", "superseded")]


@pytest.mark.usefixtures("engine_name")
def test_a_worker_that_dies_while_sending_loses_nothing(
    sign_in: SignIn,
    world: World,
    push: FakePushService,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    devices = [subscribe(sign_in(role), push) for role in ("member", "second_member")]
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    send = PushSender.send

    def die(self: PushSender, messages: list[object], _on_ended: object) -> None:
        send(self, messages[:1])  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(PushSender, "send", die)
    with pytest.raises(KeyboardInterrupt):
        jobs.run_due()
    db.session.rollback()
    monkeypatch.setattr(PushSender, "send", send)
    run_jobs()
    assert len(push.messages) == 1, "the rows are still under the dead worker's lease"
    clock.advance(minutes=6)
    run_jobs()
    assert [len(push.messages_of(device)) for device in devices] == [2, 1]
    assert len({message.json()["d"] for message in push.messages_of(devices[0])}) == 1
    assert [d.state for d in ledger(meeting) if d.state != "no_device"] == ["accepted", "accepted"]


def test_an_ended_session_hears_nothing_any_more(
    sign_in: SignIn, world: World, push: FakePushService
) -> None:
    member = sign_in("member")
    device = subscribe(member, push)
    member.delete("/api/session", expect=204)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert push.messages_of(device) == []
    assert db.session.scalars(select(PushSubscription)).all() == []


def test_an_answered_absence_request_is_pushed_to_its_member_alone(
    sign_in: SignIn, world: World, push: FakePushService
) -> None:
    member = sign_in("member")
    device, other = subscribe(member, push), subscribe(sign_in("second_member"), push)
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    run_jobs()
    request = member.post(
        f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Đi viện"}, expect=201
    ).json
    secretary.patch(
        f"/api/absence-requests/{request['id']}",
        {"decision": "approved"},
        headers={"If-Match": request["etag"]},
        expect=200,
    )
    run_jobs()
    assert told(push, device) == ["meeting_convened", "absence_decided"]
    assert told(push, other) == ["meeting_convened"]
    (notice,) = [one for one in member.get("/api/notices").json["items"] if one["kind"] == "absence_decided"]
    assert notice["params"] == {"decision": "approved"}


def test_jobs_of_a_finished_reminder_are_done(sign_in: SignIn, world: World, push: FakePushService) -> None:
    subscribe(sign_in("member"), push)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    states = db.session.execute(
        select(Job.state, Job.result).where(Job.name == "notifications.deliver", Job.finished_at.is_not(None))
    ).all()
    assert [tuple(row) for row in states] == [("done", {"accepted": 1, "no_device": 5})]
    assert db.session.scalars(select(Delivery.attempts).where(Delivery.state == "accepted")).all() == [1]
