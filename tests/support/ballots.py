"""Ballots for tests: a cell in its open meeting, proposed, opened and closed through the API."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match, opened
from tests.support.voter import Paper

# The official members of the cell who can be in the room; the probationary one is there and has no vote.
VOTERS = ("member", "second_member", "secretary", "deputy")


def voters_in_the_room(secretary: ApiClient, world: World) -> dict[str, Any]:
    """An open meeting with the four official members of the cell and the probationary one in the room."""
    found = opened(secretary, world.id_of("cell"))
    for role in (*VOTERS, "probationary"):
        path = f"/api/meetings/{found['id']}/attendance/{world.id_of(role)}"
        secretary.put(path, {"state": "present"}, expect=200)
    return found


def secret_ballot(secretary: ApiClient, meeting: Mapping[str, Any]) -> dict[str, Any]:
    """An admission by secret ballot, whose papers are given out."""
    return open_ballot(secretary, meeting, method="secret", kind="admission", title="Kết nạp")


def propose(secretary: ApiClient, meeting: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A proposed ballot as the API answers it: by hand and about the resolution, unless said otherwise."""
    body = {
        "key": str(uuid4()),
        "title": "Thông qua nghị quyết tháng 12",
        "kind": "resolution",
        "method": "hand",
        **changes,
    }
    answer: dict[str, Any] = secretary.post(f"/api/meetings/{meeting['id']}/ballots", body, expect=201).json
    return answer


def open_ballot(secretary: ApiClient, meeting: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    ballot = propose(secretary, meeting, **changes)
    answer: dict[str, Any] = secretary.post(
        f"/api/ballots/{ballot['id']}/open", headers=if_match(ballot), expect=200
    ).json
    return answer


def begin_casting(
    secretary: ApiClient, ballot: Mapping[str, Any], *, expect: int = 200, without: bool = True
) -> dict[str, Any]:
    """Let the papers be cast; with ``without`` also when some in the room have none, of whom the chair then knows."""
    now = secretary.get(f"/api/ballots/{ballot['id']}", expect=200).json
    missing = [one["member_id"] for one in now["progress"]["without_paper"]] if without else []
    answer: dict[str, Any] = secretary.post(
        f"/api/ballots/{ballot['id']}/begin-casting",
        {"without_paper": missing},
        headers=if_match(now),
        expect=expect,
    ).json
    return answer


def close(
    secretary: ApiClient, ballot: Mapping[str, Any], *, expect: int = 200, **fields: Any
) -> dict[str, Any]:
    """Close with the denominator that the secretary sees now, unless another is given."""
    now = secretary.get(f"/api/ballots/{ballot['id']}", expect=200).json
    body = {"expected_denominator": now["progress"]["denominator"], **fields}
    answer: dict[str, Any] = secretary.post(
        f"/api/ballots/{ballot['id']}/close", body, headers=if_match(now), expect=expect
    ).json
    return answer


def take(client: ApiClient, ballot: Mapping[str, Any]) -> Paper:
    """The member's phone takes the paper and finishes the signature."""
    paper = Paper(ballot["key"], ballot["public_key"])
    path = f"/api/ballots/{ballot['id']}/papers"
    answer = client.post(path, {"blinded": paper.blinded}, expect=201).json
    paper.take(answer["blind_signature"])
    return paper


def tally(agree: int, disagree: int = 0, other: int = 0) -> dict[str, int]:
    return {"agree": agree, "disagree": disagree, "other": other}
