"""2-domain: "every entry says how, when and by whom". What a member proved is the best answer to that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import check_in_body, key_of
from tests.support.rooms import Device, send

from handbook.kernel.clock import FixedClock

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)


def test_what_a_member_proved_stands_against_everybody_else_marked_together(
    engine_name: str,
    sign_in: SignIn,
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
    evening: FixedClock,
) -> None:
    """The second member came late by the clock and checked in; the secretary, without a network, knew of neither."""
    device, start = Device(), evening.now()
    send(secretary, meeting, [device.write("open", start)], now=start)
    key = key_of(secretary, meeting)
    path = f"/api/meetings/{meeting['id']}/attendance"
    for role, after in (("member", 0), ("second_member", 20)):
        evening.advance(minutes=after)
        body = check_in_body(key, meeting, evening.now())
        sign_in(role).post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
    bulk = [
        device.write(
            "mark", evening.now() + MINUTE, member_id=world.id_of(role), state="present", together=True
        )
        for role in ("member", "second_member", "probationary")
    ]
    evening.advance(minutes=5)
    send(secretary, meeting, bulk, now=evening.now())
    roll = {line["member_id"]: line for line in secretary.get(path).json["items"]}
    told = {
        role: [roll[world.id_of(role)][name] for name in ("state", "method", "recorded_by")]
        for role in ("member", "second_member", "probationary")
    }
    assert told == {
        "member": ["present", "qr", world.id_of("member")],
        "second_member": ["late", "qr", world.id_of("second_member")],
        "probationary": ["present", "secretary", world.id_of("secretary")],
    }
    history = secretary.get(f"{path}/{world.id_of('member')}/history").json["items"]
    assert [(one["state"], one["method"], one["actor_id"]) for one in history] == [
        ("present", "qr", world.id_of("member")),
        ("present", "secretary", world.id_of("secretary")),
    ]


def test_a_check_in_made_before_a_mark_of_the_same_tells_how_and_by_whom(
    sign_in: SignIn, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
) -> None:
    """Scanned without a network, sent after the secretary had written the same; and marked once more."""
    send(secretary, meeting, [Device().write("open", evening.now())], now=evening.now())
    scanned = check_in_body(key_of(secretary, meeting), meeting, evening.now())
    path, me = f"/api/meetings/{meeting['id']}/attendance", world.id_of("member")
    evening.advance(minutes=5)
    secretary.put(f"{path}/{me}", {"state": "present"}, expect=200)
    first = sign_in("member").post(f"/api/meetings/{meeting['id']}/check-ins", scanned, expect=201).json
    assert (first["state"], first["method"]) == ("present", "qr")
    for _ in range(2):
        line = next(one for one in secretary.get(path).json["items"] if one["member_id"] == me)
        assert (line["method"], line["recorded_by"]) == ("qr", me)
        secretary.put(f"{path}/{me}", {"state": "present"}, expect=200)
