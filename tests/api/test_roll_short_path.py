"""The short path of a roll answers only what the route would answer, and only that nothing has moved."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.conferences import Laid
from tests.support.factories import World
from tests.support.meetings import STARTS_AT, check_in_body, draft, key_of, opened
from tests.support.short_paths import BothWays, layer_of

from handbook.accounts.models import DeviceSession
from handbook.accounts.sessions import hash_token
from handbook.attendance import excel
from handbook.attendance.roll_short_path import RollShortPath
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.poll_short_path import is_plain
from handbook.members.models import Office

SignIn = Callable[[str], ApiClient]
ROLES = (
    "secretary",
    "deputy",
    "member",
    "staff",
    "root_staff",
    "administrator",
    "other_member",
    "far_secretary",
)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request that the short path looked at, whether it knew a tag."""
    seen: list[bool] = []
    original = RollShortPath._tag

    def watched(self: RollShortPath, *asked: Any) -> str | None:
        tag = original(self, *asked)
        seen.append(tag is not None)
        return tag

    monkeypatch.setattr(RollShortPath, "_tag", watched)
    return seen


@pytest.fixture
def both(app: Flask) -> BothWays:
    return BothWays(app, RollShortPath)


def tag_for(client: ApiClient, path: str) -> str:
    return str(client.get(path).headers.get("ETag", '"r1-1-0-1-all"'))


def test_everybody_is_told_alike_that_nothing_moved_and_that_something_did(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays, answered: list[bool]
) -> None:
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    clock.set(STARTS_AT)
    path = f"/api/meetings/{meeting['id']}/attendance"
    people = {role: sign_in(role) for role in ROLES}
    tags = {role: tag_for(client, path) for role, client in people.items()}
    first = {role: both.get(client, path, {"If-None-Match": tags[role]}) for role, client in people.items()}
    assert first == {
        **dict.fromkeys(("secretary", "deputy", "member", "staff", "root_staff", "administrator"), 304),
        **dict.fromkeys(("other_member", "far_secretary"), 404),
    }
    # The short path itself knew who may read, and left who may not to the route.
    assert answered == [status == 304 for status in first.values()]
    weak = {"If-None-Match": f"W/{tags['secretary']}"}
    assert both.get(secretary, path, weak) == 304
    # Another reader's tag is not one's own.
    assert both.get(people["member"], path, {"If-None-Match": tags["secretary"]}) == 200
    body = check_in_body(key_of(secretary, meeting), meeting, clock.now())
    sign_in("second_member").post(f"/api/meetings/{meeting['id']}/check-ins", body, expect=201)
    for role in ("secretary", "member", "staff"):
        assert both.get(people[role], path, {"If-None-Match": tags[role]}) == 200


def test_it_answers_without_flask_and_marks_the_device_as_seen(
    sign_in: SignIn, world: World, clock: FixedClock, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    secretary = sign_in("secretary")
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    headers = {"If-None-Match": tag_for(secretary, path), "Accept": "application/json"}
    clock.advance(minutes=11)
    monkeypatch.setattr(layer_of(app, RollShortPath), "_inner", None)
    secretary.get(path, headers=headers, expect=304)
    seen = select(DeviceSession.last_seen_at).where(
        DeviceSession.token_hash == hash_token(secretary.token or "")
    )
    assert db.session.scalar(seen) == clock.now()


def test_who_may_not_read_it_any_more_is_refused_by_the_route(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays
) -> None:
    secretary, deputy = sign_in("secretary"), sign_in("deputy")
    drafted = f"/api/meetings/{draft(secretary, world.id_of('cell'))['id']}/attendance"
    assert both.get(sign_in("member"), drafted, {"If-None-Match": tag_for(secretary, drafted)}) == 404
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    tag = {"If-None-Match": tag_for(deputy, path)}
    # The roll is there all the same; of a member without an office it is the own line.
    for last_day, status in ((clock.now() - timedelta(days=2), 200), (None, 304)):
        with unit_of_work() as uow:
            held = select(Office).where(Office.member_id == world.members["deputy"].id)
            uow.session.scalars(held).one().to_date = last_day and last_day.date()
        assert both.get(deputy, path, tag) == status
    deputy.delete("/api/session", expect=204)
    assert both.get(deputy, path, tag) == 401


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("?q=an", {}),
        ("?limit=2", {}),
        ("?wrong=1", {}),
        ("", {"Accept": excel.MEDIA_TYPE}),
        ("", {"If-None-Match": "*"}),
        ("", {"If-None-Match": '"r1-1-0-1-all", "r2"'}),
        ("", {"If-None-Match": "r1-1-0-1-all"}),
    ],
)
def test_what_is_not_plain_is_not_looked_at(
    sign_in: SignIn,
    world: World,
    clock: FixedClock,
    app: Flask,
    answered: list[bool],
    query: str,
    headers: dict[str, str],
) -> None:
    secretary = sign_in("secretary")
    path = f"/api/meetings/{opened(secretary, world.id_of('cell'))['id']}/attendance"
    secretary.get(path + query, headers={"If-None-Match": tag_for(secretary, path), **headers})
    assert answered == []


def test_of_a_conference_only_the_whole_roll_is_answered(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, both: BothWays, answered: list[bool]
) -> None:
    laid = Laid(sign_in, world).begin(clock)
    path = f"{laid.path}/attendance"
    staff, host = laid.staff, sign_in("second_member")
    tags = [tag_for(client, path) for client in (staff, host)]
    assert both.get(staff, path, {"If-None-Match": tags[0]}) == 304
    assert both.get(host, path, {"If-None-Match": tags[1]}) == 304
    assert answered == [True, False]
    sign_in("member").post(f"{laid.path}/check-ins", laid.code(host, clock), expect=201)
    assert both.get(staff, path, {"If-None-Match": tags[0]}) == 200
    assert both.get(host, path, {"If-None-Match": tags[1]}) == 200


def test_who_names_the_version_that_is_wanted_is_not_answered_that_nothing_moved() -> None:
    assert is_plain({"HTTP_ACCEPT": "application/json"})
    assert not is_plain({"HTTP_IF_MATCH": '"r1-1-0-1-all"'})
