"""Who is summoned to a conference after its convening is told at once that there is one, and nobody else is told again."""

from collections.abc import Callable
from typing import Any

from tests.support.clients import ApiClient
from tests.support.conferences import Laid, add_delegates, card_of, fresh
from tests.support.factories import World
from tests.support.meetings import if_match, step
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe, told

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]


def convening_of(meeting: dict[str, Any], world: World, role: str) -> list[str]:
    rows = ledger(meeting, "meeting_convened")
    return [row.state for row in rows if row.member_id == int(world.id_of(role))]


def unreached(laid: Laid) -> dict[str, str]:
    lines = laid.staff.get(f"{laid.path}/deliveries", expect=200).json["unreached"]
    return {line["member_id"]: line["reason"] for line in lines}


def test_who_is_summoned_later_is_pushed_to_at_once(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    laid = Laid(sign_in, world)
    devices = {role: subscribe(sign_in(role), push) for role in ("member", "other_member")}
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    run_jobs()
    assert told(push, devices["other_member"]) == []
    clock.advance(hours=2)
    # A device that somebody who was told has since is not told of it.
    later = subscribe(sign_in("second_member"), push)
    add_delegates(laid.staff, laid.meeting, laid.there, card_of(world, "other_member", "other_secretary"))
    assert world.id_of("other_member") not in unreached(laid), "it is on its way"
    run_jobs()
    run_jobs()
    assert told(push, devices["member"]) == told(push, devices["other_member"]) == ["meeting_convened"]
    assert told(push, later) == []
    assert convening_of(laid.meeting, world, "other_member") == ["accepted"]
    assert convening_of(laid.meeting, world, "other_secretary") == ["no_device"]
    notices = sign_in("other_member").get("/api/notices", expect=200).json["items"]
    assert [notice["kind"] for notice in notices] == ["meeting_convened"], "one line, not two"
    add_delegates(laid.staff, laid.meeting, laid.here, card_of(world, "other_member"))
    run_jobs()
    assert told(push, devices["other_member"]) == ["meeting_convened"], "who moves to another site knows"


def test_who_was_summoned_after_a_move_is_reached_by_the_convening(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    laid = Laid(sign_in, world)
    device = subscribe(sign_in("other_member"), push)
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    run_jobs()
    clock.advance(hours=1)
    meeting = fresh(laid.staff, laid.meeting)
    laid.staff.patch(laid.path, {"place": "Hội trường lớn"}, headers=if_match(meeting), expect=200)
    clock.advance(minutes=5)
    run_jobs()
    add_delegates(laid.staff, laid.meeting, laid.there, card_of(world, "other_member"))
    run_jobs()
    assert told(push, device) == ["meeting_convened"]
    assert world.id_of("other_member") not in unreached(laid)
    clock.advance(hours=13)
    assert unreached(laid)[world.id_of("other_member")] == "not_shown"


def test_a_message_to_who_came_later_is_tried_again_like_the_others(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    laid = Laid(sign_in, world)
    device = subscribe(sign_in("other_member"), push)
    push.answer(Answer(503), subscription=device)
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    run_jobs()
    add_delegates(laid.staff, laid.meeting, laid.there, card_of(world, "other_member"))
    run_jobs()
    assert convening_of(laid.meeting, world, "other_member") == ["queued"]
    clock.advance(minutes=2)
    run_jobs()
    assert told(push, device) == ["meeting_convened"]


def test_of_a_conference_that_was_cancelled_in_the_meantime_nobody_is_told_that_it_is(
    sign_in: SignIn, world: World, push: FakePushService, clock: FixedClock
) -> None:
    laid = Laid(sign_in, world)
    device = subscribe(sign_in("other_member"), push)
    step(laid.staff, fresh(laid.staff, laid.meeting), "convene")
    run_jobs()
    add_delegates(laid.staff, laid.meeting, laid.there, card_of(world, "other_member"))
    cancelling = {"reason": "Hoãn"}
    step(laid.staff, fresh(laid.staff, laid.meeting), "cancel", cancelling)
    run_jobs()
    assert told(push, device) == ["meeting_cancelled"]
