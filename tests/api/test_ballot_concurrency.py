"""Votes at one moment, on both databases: never two papers for a member, a paper lies in the box once, a closing loses no vote
that was taken in.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.ballots import begin_casting, close, open_ballot, take
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match, opened
from tests.support.voter import Paper

from handbook.ballots.models import BoxVote, TakenPaper, Vote
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
VOTERS = ("member", "second_member", "secretary", "deputy")
THREADS = 5


@pytest.fixture
def meeting(sign_in: SignIn, world: World) -> dict[str, Any]:
    secretary = sign_in("secretary")
    found = opened(secretary, world.id_of("cell"))
    for role in VOTERS:
        path = f"/api/meetings/{found['id']}/attendance/{world.id_of(role)}"
        secretary.put(path, {"state": "present"}, expect=200)
    return found


def at_once(acts: list[Callable[[], int]]) -> list[int]:
    """Run all acts at the same moment, each in its own thread; the statuses they return, in order."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        barrier.wait(timeout=20)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def count_of(table: type[Vote] | type[TakenPaper] | type[BoxVote]) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_many_devices_of_one_member_get_one_paper(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting, method="secret")
    member, path = sign_in("member"), f"/api/ballots/{ballot['id']}/papers"
    bodies = [{"blinded": Paper(ballot["key"], ballot["public_key"]).blinded} for _ in range(THREADS)]
    statuses = at_once([lambda body=body: member.post(path, body).status_code for body in bodies])
    assert sorted(statuses) == [201] + [409] * (THREADS - 1)
    assert count_of(TakenPaper) == 1


def test_a_paper_that_is_cast_many_times_at_once_lies_in_the_box_once(
    engine_name: str, sign_in: SignIn, client: ApiClient, meeting: dict[str, Any]
) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting, method="secret")
    body, path = take(sign_in("member"), ballot).filled("agree"), f"/api/ballot-box/{ballot['id']}"
    begin_casting(sign_in("secretary"), ballot)
    statuses = at_once([lambda: client.post(path, body).status_code] * THREADS)
    assert sorted(statuses) == [200] * (THREADS - 1) + [201]
    assert count_of(BoxVote) == 1


def test_who_takes_a_paper_while_casting_begins_has_one_in_time_or_none(
    engine_name: str, sign_in: SignIn, client: ApiClient, meeting: dict[str, Any]
) -> None:
    """Whatever the moment: who was given a paper was counted before the beginning, and no vote comes before it."""
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting, method="secret")
    early = take(sign_in("member"), ballot).filled("agree")
    everybody = [one["member_id"] for one in ballot["progress"]["without_paper"]]
    late = [sign_in(role) for role in VOTERS[1:]]
    path = f"/api/ballots/{ballot['id']}"
    bodies = [{"blinded": Paper(ballot["key"], ballot["public_key"]).blinded} for _ in late]
    taking = [
        lambda one=one, body=body: one.post(f"{path}/papers", body).status_code
        for one, body in zip(late, bodies, strict=True)
    ]
    begun: dict[str, Any] = {}

    def begin() -> int:
        answer = secretary.post(
            f"{path}/begin-casting", {"without_paper": everybody}, headers=if_match(ballot)
        )
        begun.update(answer.json or {})
        return answer.status_code

    casting = [lambda: client.post(f"/api/ballot-box/{ballot['id']}", early).status_code]
    *taken, began, cast = at_once([*taking, begin, *casting])
    assert began == 200
    assert set(taken) <= {201, 409}
    assert cast in (201, 409)
    assert begun["progress"]["papers_taken"] == 1 + taken.count(201) == count_of(TakenPaper)


def test_an_open_vote_sent_many_times_at_once_is_one_vote(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting, method="phone")
    member, path = sign_in("member"), f"/api/ballots/{ballot['id']}/votes/me"
    statuses = at_once([lambda: member.put(path, {"choice": "agree"}).status_code] * THREADS)
    assert statuses == [200] * THREADS
    assert count_of(Vote) == 1


def test_a_vote_that_was_taken_in_is_counted_by_the_closing_beside_it(
    engine_name: str, sign_in: SignIn, meeting: dict[str, Any]
) -> None:
    """Either the vote is in the result, or its voter was told that it came too late."""
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting, method="phone")
    path = f"/api/ballots/{ballot['id']}"

    def closing() -> int:
        body = {"expected_denominator": 4}
        return secretary.post(f"{path}/close", body, headers=if_match(ballot)).status_code

    phones = [sign_in(role) for role in VOTERS]
    acts = [
        lambda phone=phone: phone.put(f"{path}/votes/me", {"choice": "agree"}).status_code for phone in phones
    ]
    *votes, closed = at_once([*acts, closing])
    assert closed == 200
    assert set(votes) <= {200, 409}
    result = secretary.get(path, expect=200).json["result"]
    assert result["agree"] == votes.count(200)


def test_two_who_close_at_once_close_once(engine_name: str, sign_in: SignIn, meeting: dict[str, Any]) -> None:
    ballot = open_ballot(sign_in("secretary"), meeting, method="phone")
    path, body = f"/api/ballots/{ballot['id']}/close", {"expected_denominator": 4}
    clients = [sign_in("secretary"), sign_in("deputy")]
    statuses = at_once(
        [lambda one=one: one.post(path, body, headers=if_match(ballot)).status_code for one in clients]
    )
    assert sorted(statuses) == [200, 412]
    close(sign_in("secretary"), open_ballot(sign_in("secretary"), meeting, method="phone"))
