"""The secretary is called upon: the month's meeting is not convened; 3 and 7 days after a meeting without minutes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select, update
from tests.api.test_organization_settings import change
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, convened, draft, opened, step
from tests.support.minutes import closed_meeting, signed
from tests.support.push_service import FakePushService
from tests.support.pushing import run_jobs, subscribe, told

from handbook.access.actor import OfficeTitle
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.jobs import Job
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Office
from handbook.notifications.jobs import call_for_nudges
from handbook.notifications.models import Delivery, Reminder

SignIn = Callable[[str], ApiClient]
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def local(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=VIETNAM)


def tick() -> None:
    call_for_nudges()
    run_jobs()


def months(client: ApiClient) -> list[str]:
    notices = client.get("/api/notices", expect=200).json["items"]
    return [notice["params"]["month"] for notice in notices if notice["kind"] == "meeting_due"]


def test_the_secretary_of_a_cell_whose_meeting_is_not_convened_hears_of_it_in_the_morning(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    devices = {
        role: subscribe(sign_in(role), push) for role in ("secretary", "deputy", "member", "other_secretary")
    }
    convened(sign_in("other_secretary"), world.id_of("other_cell"))
    run_jobs()
    clock.set(local(12, 1, 1))
    tick()
    assert told(push, devices["secretary"]) == [], "nobody is called upon at one in the morning"
    clock.set(local(12, 1, 8))
    tick()
    tick()
    assert told(push, devices["secretary"]) == ["meeting_due"]
    assert told(push, devices["deputy"]) == told(push, devices["member"]) == []
    assert "meeting_due" not in told(push, devices["other_secretary"]), "its meeting is convened"
    # Again one day before the last of the days, with a draft only; and no more once it is convened.
    meeting = draft(sign_in("secretary"), world.id_of("cell"))
    clock.set(local(12, 2, 9))
    tick()
    assert told(push, devices["secretary"]) == ["meeting_due"]
    clock.set(local(12, 4, 9))
    tick()
    assert told(push, devices["secretary"]) == ["meeting_due", "meeting_due"]
    assert months(sign_in("secretary")) == ["2026-12", "2026-12"]
    step(sign_in("secretary"), meeting, "convene")
    run_jobs()
    clock.set(local(12, 4, 16))
    tick()
    assert told(push, devices["secretary"]).count("meeting_due") == 2


def test_a_meeting_that_was_convened_in_the_meantime_is_not_called_for(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("secretary"), push)
    clock.set(local(12, 1, 1))
    tick()
    convened(sign_in("secretary"), world.id_of("cell"))
    clock.set(local(12, 1, 8))
    tick()
    assert told(push, device) == ["meeting_convened"]
    states = db.session.scalars(
        select(Reminder.state).where(
            Reminder.kind == "meeting_due", Reminder.organization_id == int(world.id_of("cell"))
        )
    ).all()
    assert states == ["cancelled"]


def test_many_ticks_go_through_the_cells_a_few_times_a_day(
    sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    for _ in range(48):
        tick()
        clock.advance(minutes=30)
    rounds = db.session.scalars(select(Job.id).where(Job.name == "notifications.nudge")).all()
    assert 4 <= len(rounds) <= 5
    called = db.session.scalars(
        select(Reminder.slot).where(Reminder.kind == "meeting_due").order_by(Reminder.slot)
    ).all()
    assert len(called) == len(set(called)) == 3, "three cells, once each"


def test_the_secretary_is_reminded_of_the_minutes_three_and_seven_days_after_the_meeting(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    devices = {role: subscribe(sign_in(role), push) for role in ("secretary", "member")}
    meeting = closed_meeting(sign_in, world)
    run_jobs()
    closed_on = clock.now().astimezone(VIETNAM)
    heard = []
    for days in range(1, 10):
        clock.set(closed_on.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=days))
        before = told(push, devices["secretary"]).count("minutes_due")
        run_jobs()
        if told(push, devices["secretary"]).count("minutes_due") > before:
            heard.append(days)
    assert heard == [3, 7]
    assert "minutes_due" not in told(push, devices["member"])
    notices = sign_in("secretary").get("/api/notices", expect=200).json["items"]
    assert [
        (notice["meeting_id"], notice["params"]["days"])
        for notice in notices
        if notice["kind"] == "minutes_due"
    ] == [(meeting["id"], 7), (meeting["id"], 3)]


def test_a_changed_rule_holds_for_the_meetings_that_wait_for_their_minutes_already(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("secretary"), push)
    meeting = closed_meeting(sign_in, world)
    neighbour = sign_in("other_secretary")
    other = step(neighbour, opened(neighbour, world.id_of("other_cell")), "close")
    run_jobs()
    closed_on = clock.now().astimezone(VIETNAM)

    def follow(days: list[int]) -> None:
        change(sign_in("staff"), world.id_of("cell"), "reminders.no_minutes_days", days, expect=200)
        run_jobs()

    def planned(of: str) -> list[str]:
        rows = select(Reminder.step).where(
            Reminder.kind == "minutes_due", Reminder.meeting_id == int(of), Reminder.state == "planned"
        )
        db.session.expire_all()
        return list(db.session.scalars(rows.order_by(Reminder.due_at)))

    assert planned(meeting["id"]) == ["+3d", "+7d"]
    follow([5, 7])
    assert planned(meeting["id"]) == ["+5d", "+7d"]
    assert planned(other["id"]) == ["+3d", "+7d"], "the rule is another cell's"
    heard = []
    for days in range(1, 9):
        clock.set(closed_on.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=days))
        before = told(push, device).count("minutes_due")
        run_jobs()
        if told(push, device).count("minutes_due") > before:
            heard.append(days)
        if days == 5:
            follow([3, 6])
    assert heard == [5, 6], "what has gone out stays so, and what is past is not made up for"


def test_signed_minutes_are_called_for_no_more(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("secretary"), push)
    meeting = closed_meeting(sign_in, world)
    signed(sign_in, world, meeting)
    clock.advance(days=8)
    run_jobs()
    assert "minutes_due" not in told(push, device)
    states = set(db.session.scalars(select(Reminder.state).where(Reminder.kind == "minutes_due")))
    assert states == {"cancelled"}


def test_a_task_reminder_that_was_planned_long_before_still_reaches_the_phone(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("member"), push)
    secretary, cell = sign_in("secretary"), world.id_of("cell")
    body = {
        "symbol": "01-NQ/CB",
        "title": "Nghị quyết",
        "body": "1. Làm.",
        "tasks": [{"title": "Rà soát", "assignee_ids": [world.id_of("member")], "due_on": "2026-12-30"}],
    }
    resolution = secretary.post(f"/api/organizations/{cell}/resolutions", body, expect=201).json
    secretary.post(
        f"/api/resolutions/{resolution['id']}/issue",
        headers={"If-Match": f'"{resolution["etag"]}"'},
        expect=200,
    )
    run_jobs()
    clock.set(local(12, 27, 8))
    run_jobs()
    assert told(push, device) == ["resolution_issued", "task_due"]
    assert clock.now() > STARTS_AT


def test_a_nudge_to_a_secretary_without_a_device_is_accounted_for(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    clock.set(local(12, 1, 8))
    tick()
    rows = db.session.scalars(
        select(Delivery)
        .join(Reminder, Reminder.id == Delivery.reminder_id)
        .where(Reminder.kind == "meeting_due", Delivery.member_id == world.members["secretary"].id)
    ).all()
    assert [(row.state, row.channel) for row in rows] == [("no_device", "push")]


def leave(role: str, world: World, clock: FixedClock) -> None:
    """The offices of this person ended yesterday."""
    with unit_of_work() as uow:
        uow.session.execute(
            update(Office)
            .where(Office.member_id == world.members[role].id)
            .values(to_date=clock.now().date() - timedelta(days=1))
        )


def nudges_of(client: ApiClient) -> list[dict[str, Any]]:
    notices = client.get("/api/notices", expect=200).json["items"]
    return [notice for notice in notices if notice["kind"] in ("meeting_due", "minutes_due")]


def test_of_a_cell_without_secretary_and_deputy_the_officers_above_hear_by_its_name(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    roles = ("secretary", "deputy", "member", "staff", "root_staff", "far_staff")
    devices = {role: subscribe(sign_in(role), push) for role in roles}
    convened(sign_in("other_secretary"), world.id_of("other_cell"))
    run_jobs()
    leave("secretary", world, clock)
    clock.set(local(12, 1, 8))
    tick()
    assert told(push, devices["deputy"]) == ["meeting_due"], "who stands in for the secretary"
    assert nudges_of(sign_in("staff")) == []
    leave("deputy", world, clock)
    clock.set(local(12, 4, 8))
    tick()
    heard = {role: told(push, device).count("meeting_due") for role, device in devices.items()}
    assert heard == {
        "secretary": 0,
        "deputy": 1,
        "member": 0,
        "staff": 1,
        "root_staff": 0,
        "far_staff": 0,
    }
    (notice,) = nudges_of(sign_in("staff"))
    assert notice["params"] == {
        "month": "2026-12",
        "organization_id": world.id_of("cell"),
        "organization_name": "Chi bộ Văn phòng",
    }
    (own,) = nudges_of(sign_in("deputy"))
    assert "organization_name" not in own["params"]


def test_the_secretary_above_hears_with_the_staff_and_who_has_nobody_is_looked_after_from_further_above(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    meeting = closed_meeting(sign_in, world)
    run_jobs()
    closed_on = clock.now().astimezone(VIETNAM).replace(hour=8, minute=0, second=0, microsecond=0)
    leave("secretary", world, clock)
    leave("deputy", world, clock)
    with unit_of_work() as uow:
        world.give_office("other_member", "committee", OfficeTitle.SECRETARY, uow=uow)
        world.give_office("second_member", "committee", OfficeTitle.DEPUTY_SECRETARY, uow=uow)
    clock.set(closed_on + timedelta(days=3))
    run_jobs()
    for role in ("other_member", "staff"):
        (notice,) = nudges_of(sign_in(role))
        assert (notice["meeting_id"], notice["params"]["days"]) == (meeting["id"], 3)
        assert notice["params"]["organization_name"] == "Chi bộ Văn phòng"
    assert nudges_of(sign_in("second_member")) == nudges_of(sign_in("root_staff")) == []

    for role in ("other_member", "second_member", "staff"):
        leave(role, world, clock)
    clock.set(closed_on + timedelta(days=7))
    run_jobs()
    (notice,) = nudges_of(sign_in("root_staff"))
    assert (notice["params"]["days"], notice["params"]["organization_name"]) == (7, "Chi bộ Văn phòng")


def test_a_day_on_which_no_worker_was_there_is_made_up_for_once(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("secretary"), push)
    clock.set(local(11, 29, 9))
    tick()
    assert told(push, device) == []
    clock.set(local(12, 2, 9))
    tick()
    assert told(push, device) == ["meeting_due"], "of the first of the month"
    for hour in (15, 21):
        clock.set(local(12, 2, hour))
        tick()
    clock.set(local(12, 3, 9))
    tick()
    assert told(push, device) == ["meeting_due"]
    clock.set(local(12, 7, 9))
    tick()
    assert told(push, device) == ["meeting_due", "meeting_due"], "of the fourth"
    clock.set(local(12, 8, 9))
    tick()
    assert told(push, device) == ["meeting_due", "meeting_due"]


def test_what_was_missed_is_told_once_of_several_days_and_not_of_the_month_before(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    device = subscribe(sign_in("secretary"), push)
    clock.set(local(11, 29, 9))
    tick()
    clock.set(local(12, 20, 9))
    tick()
    assert told(push, device) == ["meeting_due"], "one for the first and the fourth"
    slots = db.session.scalars(
        select(Reminder.slot).where(
            Reminder.kind == "meeting_due", Reminder.organization_id == int(world.id_of("cell"))
        )
    ).all()
    assert slots == [f"meeting_due:{world.id_of('cell')}:2026-12-04"]
    clock.set(datetime(2027, 2, 20, 9, tzinfo=VIETNAM))
    tick()
    assert months(sign_in("secretary")) == ["2027-02", "2026-12"], "January is over"
