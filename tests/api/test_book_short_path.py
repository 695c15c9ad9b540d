"""The short path of a book answers only what the route would answer, and only that nothing is new."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import draft, step
from tests.support.rooms import Device, send
from tests.support.short_paths import BothWays, layer_of

from handbook.kernel.clock import FixedClock
from handbook.kernel.unit_of_work import unit_of_work
from handbook.members.models import Office
from handbook.proceedings.book_short_path import BookShortPath

SignIn = Callable[[str], ApiClient]
READERS = ("secretary", "deputy", "member", "staff", "root_staff", "administrator")
STRANGERS = ("other_member", "far_secretary")


@pytest.fixture
def both(app: Flask) -> BothWays:
    return BothWays(app, BookShortPath)


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each request that the short path looked at, whether it knew a tag."""
    seen: list[bool] = []
    original = BookShortPath.tag_of

    def watched(self: BookShortPath, *asked: Any) -> str | None:
        tag = original(self, *asked)
        seen.append(tag is not None)
        return tag

    monkeypatch.setattr(BookShortPath, "tag_of", watched)
    return seen


def tag_for(client: ApiClient, path: str) -> dict[str, str]:
    return {"If-None-Match": str(client.get(path).headers.get("ETag", '"b1-0-0-open-open"'))}


def test_everybody_is_told_alike_that_nothing_is_new_and_that_something_is(
    engine_name: str,
    sign_in: SignIn,
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
    evening: FixedClock,
    both: BothWays,
    answered: list[bool],
) -> None:
    path = f"/api/meetings/{meeting['id']}/proceedings"
    people = {role: sign_in(role) for role in (*READERS, *STRANGERS)}
    empty = {role: tag_for(client, path) for role, client in people.items()}
    assert {role: both.get(client, path, empty[role]) for role, client in people.items()} == {
        **dict.fromkeys(READERS, 304),
        **dict.fromkeys(STRANGERS, 404),
    }
    assert answered == [True] * len(READERS) + [False] * len(STRANGERS)
    device, start = Device(), evening.now()
    device.write("open", start, present=True)
    send(secretary, meeting, device.lines, now=start + timedelta(minutes=1))
    for role in READERS:
        assert both.get(people[role], path, empty[role]) == 200
    # What was said in the room moves the book of who runs the meeting, and not that of the others.
    paths = {role: f"{path}?after={people[role].get(path).json['cursor']}" for role in READERS}
    opened = {role: tag_for(people[role], paths[role]) for role in READERS}
    for role in READERS:
        assert both.get(people[role], paths[role], opened[role]) == 304
        weak = {"If-None-Match": "W/" + opened[role]["If-None-Match"]}
        assert both.get(people[role], paths[role], weak) == 304
    noted = Device()
    note = {"key": str(uuid4()), "agenda_item_id": meeting["agenda"][0]["id"], "text": "Đồng ý."}
    noted.write("note", start + timedelta(minutes=2), speaker_member_id=world.id_of("member"), **note)
    send(secretary, meeting, noted.lines, now=start + timedelta(minutes=3))
    assert {role: both.get(people[role], paths[role], opened[role]) for role in READERS} == {
        **dict.fromkeys(READERS, 304),
        **dict.fromkeys(("secretary", "deputy"), 200),
    }
    # Nor is a tag good for another reader, or for another place in the book.
    assert both.get(people["member"], paths["member"], opened["secretary"]) == 200
    assert both.get(people["member"], path, opened["member"]) == 200


def test_who_reads_the_whole_roll_is_told_by_the_book_whether_it_moved(
    engine_name: str,
    sign_in: SignIn,
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
    both: BothWays,
) -> None:
    path = f"/api/meetings/{meeting['id']}"
    people = {role: sign_in(role) for role in READERS}
    tags = {role: tag_for(client, f"{path}/proceedings") for role, client in people.items()}

    def told() -> dict[str, tuple[str | None, str | None]]:
        """Of everybody what the book says of the roll, and the tag that the roll itself has."""
        found = {}
        for role, client in people.items():
            assert both.get(client, f"{path}/proceedings", tags[role]) == 304
            answer = client.get(f"{path}/proceedings", headers=tags[role], expect=304)
            roll = client.get(f"{path}/attendance").headers["ETag"].removeprefix("W/")
            found[role] = (answer.headers.get("Roll-ETag"), roll)
        return found

    before = told()
    whole = {role for role, (said, _) in before.items() if said}
    assert whole == {"secretary", "deputy", "staff", "root_staff", "administrator"}
    assert all(before[role][0] == before[role][1] for role in whole)
    member = world.id_of("member")
    secretary.put(f"{path}/attendance/{member}", json={"state": "excused", "reason": "Ốm"})
    after = told()
    assert all(after[role][0] == after[role][1] != before[role][0] for role in whole)
    # What is new in the book comes with it too.
    whole_answer = secretary.get(f"{path}/proceedings")
    assert whole_answer.headers["Roll-ETag"] == after["secretary"][0]


def test_it_answers_without_flask(
    secretary: ApiClient, meeting: dict[str, Any], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/api/meetings/{meeting['id']}/proceedings?after=0"
    headers = tag_for(secretary, path)
    monkeypatch.setattr(layer_of(app, BookShortPath), "_inner", None)
    secretary.get(path, headers=headers, expect=304)


def test_who_may_not_read_it_any_more_is_refused_by_the_route(
    engine_name: str,
    sign_in: SignIn,
    secretary: ApiClient,
    world: World,
    meeting: dict[str, Any],
    evening: FixedClock,
    both: BothWays,
) -> None:
    drafted = f"/api/meetings/{draft(secretary, world.id_of('cell'))['id']}/proceedings"
    assert both.get(sign_in("member"), drafted, tag_for(secretary, drafted)) == 404
    deputy, path = sign_in("deputy"), f"/api/meetings/{meeting['id']}/proceedings"
    whole = tag_for(deputy, path)
    with unit_of_work() as uow:
        held = select(Office).where(Office.member_id == world.members["deputy"].id)
        uow.session.scalars(held).one().to_date = evening.now().date() - timedelta(days=2)
    assert both.get(deputy, path, whole) == 200
    own = tag_for(deputy, path)
    assert both.get(deputy, path, own) == 304
    step(secretary, meeting, "open")
    assert both.get(deputy, path, own) == 200
    deputy.delete("/api/session", expect=204)
    assert both.get(deputy, path, tag_for(secretary, path)) == 401


@pytest.mark.parametrize(
    "query", ["?after=-1", "?after=x", "?after=0&after=1", "?wrong=1", "?after=99999999999"]
)
def test_what_is_not_the_plain_question_is_not_looked_at(
    secretary: ApiClient, meeting: dict[str, Any], answered: list[bool], query: str
) -> None:
    path = f"/api/meetings/{meeting['id']}/proceedings"
    secretary.get(path + query, headers=tag_for(secretary, path))
    assert answered == []
