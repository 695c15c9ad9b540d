"""Minutes for tests: a meeting that left facts behind, and a signature as a finger draws it."""

from collections.abc import Callable, Mapping
from math import sin
from typing import Any
from uuid import uuid4

from tests.support.clients import ApiClient
from tests.support.factories import PASSWORD, World
from tests.support.meetings import if_match, opened, step

from handbook.access.actor import SYSTEM
from handbook.ballots.service import record_counted_vote
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting

SignIn = Callable[[str], ApiClient]
DRAWING = "M" + "L".join(f"{100 + 10 * n} {200 + round(90 * sin(n / 4))}" for n in range(60))


def path_of(meeting: Mapping[str, Any], rest: str = "") -> str:
    return f"/api/meetings/{meeting['id']}/minutes{rest}"


def closed_meeting(sign_in: SignIn, world: World) -> dict[str, Any]:
    """A meeting that has ended: four came, one is away with leave; a vote by hands was taken on the first item."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    for role in ("secretary", "deputy", "member", "probationary"):
        mark(secretary, meeting, world.id_of(role), {"state": "present"})
    mark(secretary, meeting, world.id_of("second_member"), {"state": "excused", "reason": "ốm"})
    vote(meeting, world)
    return step(secretary, secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json, "close")


def mark(secretary: ApiClient, meeting: Mapping[str, Any], member_id: str, body: Any) -> None:
    secretary.put(f"/api/meetings/{meeting['id']}/attendance/{member_id}", body, expect=200)


def vote(meeting: Mapping[str, Any], world: World) -> None:
    """Three for it, one of another opinion, which is put on record."""
    with unit_of_work() as uow:
        row = uow.session.get_one(Meeting, int(meeting["id"]))
        record_counted_vote(
            row,
            {
                "key": str(uuid4()),
                "title": "Thông qua nghị quyết tháng 12",
                "kind": "resolution",
                "agenda_item_id": row.agenda[0].id,
                "agree": 2,
                "disagree": 0,
                "other": 1,
                "reserved": [{"member_id": world.members["deputy"].id, "text": "Cần thêm thời gian"}],
            },
            at=uow.clock.now(),
            actor=SYSTEM,
            uow=uow,
        )
    db.session.rollback()


def composed(sign_in: SignIn, world: World, meeting: Mapping[str, Any]) -> dict[str, Any]:
    """Minutes with the secretary in the chair and the deputy writing them."""
    secretary = sign_in("secretary")
    minutes: dict[str, Any] = secretary.post(path_of(meeting, "/compose"), expect=200).json
    return edit(secretary, minutes, {"minute_taker_id": world.id_of("deputy")})


def edit(client: ApiClient, minutes: Mapping[str, Any], body: Any, expect: int = 200) -> dict[str, Any]:
    path = f"/api/meetings/{minutes['meeting_id']}/minutes"
    answer: dict[str, Any] = client.patch(path, body, headers=if_match(minutes), expect=expect).json
    return answer


def read_back(client: ApiClient, minutes: Mapping[str, Any]) -> dict[str, Any]:
    path = f"/api/meetings/{minutes['meeting_id']}/minutes/read-back"
    answer: dict[str, Any] = client.post(path, headers=if_match(minutes), expect=200).json
    return answer


def sign(
    client: ApiClient, minutes: Mapping[str, Any], role: str, *, expect: int = 201, **fields: Any
) -> dict[str, Any]:
    path = f"/api/meetings/{minutes['meeting_id']}/minutes/signatures"
    body = {"role": role, "password": PASSWORD, "drawing": DRAWING, **fields}
    answer: dict[str, Any] = client.post(path, body, headers=if_match(minutes), expect=expect).json
    return answer


def signed(sign_in: SignIn, world: World, meeting: Mapping[str, Any]) -> dict[str, Any]:
    """Minutes that both have signed."""
    minutes = read_back(sign_in("secretary"), composed(sign_in, world, meeting))
    minutes = sign(sign_in("deputy"), minutes, "minute_taker")
    return sign(sign_in("secretary"), minutes, "chair")


def texts_of(minutes: Mapping[str, Any]) -> list[str]:
    """What is printed, in its order."""
    return [
        paragraph["text"]
        for section in minutes["sections"]
        for paragraph in section["paragraphs"]
        if not paragraph["removed"]
    ]
