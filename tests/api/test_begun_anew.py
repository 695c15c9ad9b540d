"""What state machines stand on: a world that is begun anew is as it was, whatever has been asked of it."""

from collections.abc import Callable

from flask import Flask
from tests.support.anew import anew
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, key_of, opened

from handbook.config import Settings
from handbook.kernel.clock import FixedClock


def test_check_ins_before_the_world_began_anew_leave_nothing(
    app: Flask, world: World, clock: FixedClock, settings: Settings, sign_in: Callable[[str], ApiClient]
) -> None:
    begin = anew(app, world, clock, settings)
    for _ in range(3):
        begin()
        secretary = sign_in("secretary")
        meeting = opened(secretary, world.id_of("cell"))
        clock.set(STARTS_AT)
        body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
        for role in ("member", "second_member"):
            sign_in(role).post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
