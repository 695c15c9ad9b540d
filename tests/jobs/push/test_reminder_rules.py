"""For whom reminders are, in which hours, and what one meeting has otherwise; sentences of "Reminders and delivery", 1."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.api.test_organization_settings import change
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, if_match, opened, step
from tests.support.push_service import FakePushService
from tests.support.pushing import plan, run_jobs, subscribe, told

from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.notifications.models import Reminder

SignIn = Callable[[str], ApiClient]
RULE = "reminders.before_minutes"


def rules_path(meeting: dict[str, str]) -> str:
    return f"/api/meetings/{meeting['id']}/reminder-rules"


def test_who_has_not_answered_yet_is_reminded_and_who_has_is_left_in_peace(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    change(sign_in("staff"), world.id_of("committee"), RULE, [], expect=200)
    change(
        sign_in("staff"), world.id_of("committee"), "reminders.unanswered_before_minutes", [1440], expect=200
    )
    roles = ("member", "second_member", "probationary", "deputy")
    devices = {role: subscribe(sign_in(role), push) for role in roles}
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    # One asks for leave, one reads the inbox, one opens the message.
    sign_in("member").post(f"/api/meetings/{meeting['id']}/absence-requests", {"reason": "Ốm"}, expect=201)
    (notice,) = sign_in("second_member").get("/api/notices", expect=200).json["items"]
    sign_in("second_member").put(f"/api/notices/{notice['id']}/read", expect=204)
    (message,) = push.messages_of(devices["probationary"])
    event = {"event": "opened", "at": clock.now().isoformat()}
    sign_in("probationary").post(f"/api/deliveries/{message.json()['d']}/events", event, expect=204)
    clock.set(STARTS_AT - timedelta(days=1))
    run_jobs()
    reminded = [role for role in roles if "meeting_reminder" in told(push, devices[role])]
    assert reminded == ["deputy"]


def test_officers_and_those_with_open_tasks_are_reminded_of_their_own(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    cell, secretary = world.id_of("cell"), sign_in("secretary")
    devices = {
        role: subscribe(sign_in(role), push) for role in ("member", "second_member", "secretary", "deputy")
    }
    body = {
        "symbol": "01-NQ/CB",
        "title": "Nghị quyết",
        "body": "1. Làm.",
        "tasks": [{"title": "Rà soát", "assignee_ids": [world.id_of("member")], "due_on": "2027-03-01"}],
    }
    resolution = secretary.post(f"/api/organizations/{cell}/resolutions", body, expect=201).json
    secretary.post(
        f"/api/resolutions/{resolution['id']}/issue",
        headers=if_match(resolution),
        expect=200,
    )
    meeting = draft(secretary, cell)
    values = {
        RULE: [],
        "reminders.officers_before_minutes": [4320],
        "reminders.assignees_before_minutes": [1440],
    }
    meeting["etag"] = secretary.put(
        rules_path(meeting), {"values": values}, headers=if_match(meeting), expect=200
    ).json["etag"]
    step(secretary, meeting, "convene")
    run_jobs()
    seen = {}
    for days in (3, 1):
        clock.set(STARTS_AT - timedelta(days=days))
        run_jobs()
        seen[days] = {role for role, device in devices.items() if "meeting_reminder" in told(push, device)}
    assert seen == {3: {"secretary", "deputy"}, 1: {"secretary", "deputy", "member"}}
    # All the same every summoned member has the convening, and nobody the reminders of others.
    notices = sign_in("second_member").get("/api/notices", expect=200).json["items"]
    assert {notice["kind"] for notice in notices} == {"meeting_convened", "resolution_issued"}


def test_what_one_meeting_has_otherwise_holds_for_it_alone_until_it_follows_again(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService
) -> None:
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    meeting, other = convened(secretary, cell), convened(secretary, cell, kind="extraordinary")
    body = {"values": {RULE: [180], "reminders.quiet_from": 20}}
    view = secretary.put(rules_path(meeting), body, headers=if_match(meeting), expect=200).json
    own = {item["name"]: (item["value"], item["inherited_value"]) for item in view["items"] if item["own"]}
    assert own == {RULE: ([180], [2880, 1440, 120]), "reminders.quiet_from": (20, 22)}
    assert [one["step"] for one in view["reminders"]] == ["3h"]
    assert {name: state for name, (state, _) in plan(meeting).items()} == {
        "2d": "cancelled",
        "1d": "cancelled",
        "2h": "cancelled",
        "3h": "planned",
    }
    assert set(plan(other)) == {"2d", "1d", "2h"}
    again = {"values": {RULE: None, "reminders.quiet_from": None}}
    view = secretary.put(
        rules_path(meeting), again, headers={"If-Match": f'"{view["etag"]}"'}, expect=200
    ).json
    assert not any(item["own"] for item in view["items"])
    assert {name: state for name, (state, _) in plan(meeting).items()} == {
        "2d": "planned",
        "1d": "planned",
        "2h": "planned",
        "3h": "cancelled",
    }


def test_a_changed_quiet_hour_moves_what_has_not_gone_out(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    # The reminders at 19:00 wait until 7:00; the one of two hours before, 17:00, does not.
    change(sign_in("staff"), world.id_of("committee"), "reminders.quiet_from", 18, expect=200)
    change(sign_in("staff"), world.id_of("committee"), "reminders.quiet_to", 7, expect=200)
    run_jobs()
    assert plan(meeting) == {
        "2d": ("planned", "36 h"),
        "1d": ("planned", "12 h"),
        "2h": ("planned", "2 h"),
    }
    clock.set(STARTS_AT - timedelta(hours=36, seconds=1))
    run_jobs()
    assert told(push, device) == ["meeting_convened"]
    clock.set(STARTS_AT - timedelta(hours=36))
    run_jobs()
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_reminder"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"reminders.before_minutes": [5]}, "out_of_range"),
        ({"reminders.quiet_to": 24}, "out_of_range"),
        ({"reminders.before_minutes": [60, 60]}, "repeated"),
        ({"reminders.before_minutes": "60"}, "not_list"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_field(
    sign_in: SignIn, world: World, values: dict[str, object], code: str
) -> None:
    secretary = sign_in("secretary")
    meeting = convened(secretary, world.id_of("cell"))
    answer = secretary.put(rules_path(meeting), {"values": values}, headers=if_match(meeting), expect=422)
    (name,) = values
    assert [(one["pointer"], one["code"]) for one in answer.json["errors"]] == [(f"/values/{name}", code)]
    unknown = {"values": {"vote.resolution_majority": "1/2"}}
    secretary.put(rules_path(meeting), unknown, headers=if_match(meeting), expect=422)


def test_the_rules_of_an_open_meeting_are_settled(sign_in: SignIn, world: World) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    body = {"values": {RULE: [60]}}
    answer = secretary.put(rules_path(meeting), body, headers=if_match(meeting), expect=409)
    assert code_of(answer) == "wrong_state"


def test_what_no_worker_was_there_to_send_waits_for_the_end_of_the_quiet_hours(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    clock.set(STARTS_AT - timedelta(days=2))
    run_jobs()
    before = ["meeting_convened", "meeting_reminder"]
    assert told(push, device) == before
    clock.set(STARTS_AT - timedelta(days=1) + timedelta(hours=4))
    run_jobs()
    assert told(push, device) == before, "it is 23:00"
    assert plan(meeting)["1d"] == ("planned", "13 h"), "until six"
    clock.advance(hours=7)
    run_jobs()
    run_jobs()
    assert told(push, device) == [*before, "meeting_reminder"]


def test_who_meets_before_the_end_of_the_quiet_hours_is_told_in_them(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    starts_at = STARTS_AT + timedelta(hours=10)
    convened(sign_in("secretary"), world.id_of("cell"), starts_at=starts_at)
    for before in (timedelta(days=2), timedelta(days=1)):
        clock.set(starts_at - before + timedelta(hours=2))
        run_jobs()
    clock.set(starts_at - timedelta(hours=1))
    run_jobs()
    assert told(push, device) == ["meeting_convened", *["meeting_reminder"] * 3]


def test_a_worker_that_was_long_away_tells_the_nearest_step_only_and_to_all_whom_one_of_them_is_for(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    devices = {role: subscribe(sign_in(role), push) for role in ("member", "secretary")}
    change(sign_in("staff"), world.id_of("committee"), RULE, [2880, 1440], expect=200)
    officers = "reminders.officers_before_minutes"
    change(sign_in("staff"), world.id_of("committee"), officers, [120], expect=200)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    clock.set(STARTS_AT - timedelta(hours=2))
    run_jobs()
    run_jobs()
    for device in devices.values():
        assert told(push, device) == ["meeting_convened", "meeting_reminder"]
    rows = db.session.scalars(select(Reminder).where(Reminder.kind == "meeting_reminder")).all()
    accounted = {row.step: (row.state, row.params.get("superseded_by")) for row in rows}
    assert accounted == {"2d": ("cancelled", "2h"), "1d": ("cancelled", "2h"), "2h": ("done", None)}
    notices = sign_in("member").get("/api/notices", expect=200).json["items"]
    reminded = [one["params"]["step"] for one in notices if one["kind"] == "meeting_reminder"]
    assert reminded == ["2h"]
    assert plan(meeting)["2h"][0] == "done"


def test_steps_that_wait_for_one_morning_are_told_as_one(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    # Both are due by now, and it is 23:00: the morning has one of them to tell.
    clock.set(STARTS_AT - timedelta(days=1) + timedelta(hours=4))
    run_jobs()
    clock.advance(hours=7)
    run_jobs()
    run_jobs()
    assert told(push, device) == ["meeting_convened", "meeting_reminder"]
