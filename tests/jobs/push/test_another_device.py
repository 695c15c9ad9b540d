"""A message whose device is gone can be sent again by hand to the device that its member has by now."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.support.clients import ApiClient
from tests.support.factories import PASSWORD, World
from tests.support.meetings import convened
from tests.support.push_service import Answer, FakePushService
from tests.support.pushing import ledger, run_jobs, subscribe, told

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def path(world: World) -> str:
    return f"/api/organizations/{world.id_of('committee')}/failed-deliveries"


def given_up(staff: ApiClient, path: str) -> list[tuple[str, bool]]:
    items: list[dict[str, Any]] = staff.get(path, expect=200).json["items"]
    return [(item["reason"], item["can_retry"]) for item in items]


@pytest.mark.parametrize("status", [404, 410])
def test_who_has_subscribed_anew_gets_what_was_given_up(
    engine_name: str, sign_in: SignIn, world: World, push: FakePushService, path: str, status: int
) -> None:
    staff, member = sign_in("staff"), sign_in("member")
    former, other = subscribe(member, push), subscribe(sign_in("second_member"), push)
    push.always_answer(Answer(status), former)
    meeting = convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert given_up(staff, path) == [(f"http_{status}", False)]
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 0}

    # Others have devices too: they are not the member's.
    now = subscribe(member, push)
    assert given_up(staff, path) == [(f"http_{status}", True)]
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 1}
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 0}
    run_jobs()
    assert told(push, now) == told(push, other) == ["meeting_convened"]
    assert given_up(staff, path) == []
    rows = [row for row in ledger(meeting) if row.member_id == int(world.id_of("member"))]
    assert [(row.state, row.slot.rpartition(":")[2]) for row in rows] == [
        ("accepted", str(rows[0].subscription_id))
    ]


def test_a_device_that_was_told_already_is_not_told_in_place_of_another(
    engine_name: str,
    sign_in: SignIn,
    client: ApiClient,
    world: World,
    push: FakePushService,
    path: str,
) -> None:
    staff, first = sign_in("staff"), sign_in("member")
    gone = subscribe(first, push)
    login = client.post("/api/session", {"login": "99.000001", "password": PASSWORD}, expect=201)
    second = ApiClient(client.app, token=login.headers["Set-Cookie"].split("=", 1)[1].split(";")[0])
    kept = subscribe(second, push)
    push.always_answer(Answer(410), gone)
    convened(sign_in("secretary"), world.id_of("cell"))
    run_jobs()
    assert told(push, kept) == ["meeting_convened"]
    assert given_up(staff, path) == [("http_410", False)]
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 0}
    # A device that comes to it takes the place of the one that is gone.
    anew = subscribe(first, push)
    assert staff.post(f"{path}/retries", {}, expect=200).json == {"retried": 1}
    run_jobs()
    assert told(push, anew) == told(push, kept) == ["meeting_convened"]
