"""A secretary is replaced in the middle of a meeting's life: who goes on, who still signs, what the old office gives no more.

The lines that the old secretary wrote without a network are judged in ``test_proceedings.py``, an open ballot goes on in
``test_ballots.py``.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import convened, if_match, opened, step
from tests.support.minutes import composed, edit, path_of, read_back, sign

from handbook.access.actor import OfficeTitle
from handbook.kernel.clock import FixedClock
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Office

SignIn = Callable[[str], ApiClient]
HEIR = "second_member"


@pytest.fixture
def replace(world: World, clock: FixedClock) -> Callable[[], None]:
    """From now on the second member is the secretary; the old one is a member like any other since yesterday."""

    def act() -> None:
        today = clock.now().date()
        with unit_of_work() as uow:
            of_old = Office.member_id == int(world.id_of("secretary"))
            office = uow.session.scalar(select(Office).where(of_old))
            assert office is not None
            office.to_date = today - timedelta(days=1)
            uow.session.add(
                Office(
                    organization_id=int(world.id_of("cell")),
                    member_id=int(world.id_of(HEIR)),
                    title=OfficeTitle.SECRETARY.value,
                    from_date=today,
                )
            )

    return act


def get(client: ApiClient, meeting: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/meetings/{meeting['id']}", expect=200).json
    return answer


@pytest.mark.parametrize("act", ["open", "close", "finalize"])
def test_the_new_secretary_goes_on_and_the_old_one_only_sees(
    act: str, sign_in: SignIn, world: World, replace: Callable[[], None]
) -> None:
    old, new = sign_in("secretary"), sign_in(HEIR)
    meeting = convened(old, world.id_of("cell"))
    for done in ["open", "close", "finalize"][: ["open", "close", "finalize"].index(act)]:
        meeting = step(old, meeting, done)
    replace()
    path = f"/api/meetings/{meeting['id']}"
    assert code_of(old.post(f"{path}/{act}", headers=if_match(get(old, meeting)), expect=403)) == "forbidden"
    assert get(old, meeting)["can"] == []
    mark = {"state": "excused"}
    if act != "finalize":
        assert code_of(old.put(f"{path}/attendance/{world.id_of('member')}", mark, expect=403)) == "forbidden"
        new.put(f"{path}/attendance/{world.id_of('member')}", mark, expect=200)
    assert step(new, get(new, meeting), act)["state"] in ("open", "closed", "finalized")


def test_who_led_the_meeting_signs_its_minutes_though_replaced_since(
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    replace: Callable[[], None],
    meeting_ended: dict[str, Any],
) -> None:
    """ "signed by chair and minute-taker": of that meeting, whoever holds the office by now."""
    old, new = sign_in("secretary"), sign_in(HEIR)
    meeting = meeting_ended
    minutes = composed(sign_in, world, meeting)
    clock.advance(days=10)
    replace()
    minutes = read_back(new, new.get(path_of(meeting), expect=200).json)
    assert minutes["chair"]["member_id"] == world.id_of("secretary")
    assert sign(new, minutes, "chair", expect=403)["code"] == "not_the_signer"
    seen = old.get(path_of(meeting), expect=200).json
    minutes = sign(old, seen, "chair")
    minutes = sign(sign_in("deputy"), minutes, "minute_taker")
    assert minutes["state"] == "signed"
    assert get(new, meeting)["state"] == "finalized"


def test_who_led_the_meeting_reads_and_does_not_write_once_replaced(
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    replace: Callable[[], None],
    meeting_ended: dict[str, Any],
) -> None:
    old, meeting = sign_in("secretary"), meeting_ended
    minutes = composed(sign_in, world, meeting)
    clock.advance(days=10)
    replace()
    refused = edit(old, minutes, {"sections": []}, expect=403)
    assert refused["code"] == "forbidden"
    assert code_of(old.post(path_of(meeting, "/compose"), expect=403)) == "forbidden"
    sign_in("member").get(path_of(meeting), expect=404)
    assert old.get(path_of(meeting), expect=200).json["id"] == minutes["id"]


def test_minutes_begun_after_the_change_still_name_who_was_secretary_on_the_day(
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    replace: Callable[[], None],
    meeting_ended: dict[str, Any],
) -> None:
    meeting = meeting_ended
    clock.advance(days=10)
    replace()
    minutes = sign_in(HEIR).post(path_of(meeting, "/compose"), expect=200).json
    assert minutes["chair"]["member_id"] == world.id_of("secretary")


def test_a_meeting_that_is_open_has_codes_for_the_new_secretary_only(
    sign_in: SignIn, world: World, replace: Callable[[], None]
) -> None:
    old, new = sign_in("secretary"), sign_in(HEIR)
    meeting = opened(old, world.id_of("cell"))
    old.get(f"/api/meetings/{meeting['id']}/check-in-key", expect=200)
    replace()
    old.get(f"/api/meetings/{meeting['id']}/check-in-key", expect=403)
    new.get(f"/api/meetings/{meeting['id']}/check-in-key", expect=200)
