"""The three phases of a secret ballot: papers are given out, then votes are cast, then they are counted; and few votes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.ballots import (
    VOTERS,
    begin_casting,
    close,
    open_ballot,
    propose,
    secret_ballot,
    take,
)
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.voter import Paper

from handbook.audit.models import AuditEntry
from handbook.ballots.models import BoxVote
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def meeting(voters_met: dict[str, Any]) -> dict[str, Any]:
    return voters_met


@pytest.fixture
def ballot(sign_in: SignIn, meeting: dict[str, Any]) -> dict[str, Any]:
    return secret_ballot(sign_in("secretary"), meeting)


def cast(client: ApiClient, ballot: dict[str, Any], paper: Paper, expect: int = 201) -> Any:
    return client.post(f"/api/ballot-box/{ballot['id']}", paper.filled("agree"), expect=expect)


def seen(client: ApiClient, ballot: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/ballots/{ballot['id']}", expect=200).json
    return answer


def test_while_papers_are_given_out_nothing_can_be_cast_or_counted(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    paper = take(sign_in("member"), ballot)
    assert (ballot["casting_since"], ballot["can"]) == (None, ["begin_casting", "withdraw"])
    assert code_of(cast(client, ballot, paper, 409)) == "casting_not_begun"
    assert close(secretary, ballot, expect=409)["code"] == "casting_not_begun"
    assert db.session.scalar(select(func.count()).select_from(BoxVote)) == 0
    begun = begin_casting(secretary, ballot)
    assert begun["casting_since"] is not None
    assert begun["can"] == ["close", "withdraw"]
    assert seen(sign_in("member"), ballot)["casting_since"] == begun["casting_since"]
    cast(client, ballot, paper)


def test_the_chair_sees_by_name_who_has_no_paper_and_begins_without_them_knowingly(
    engine_name: str, sign_in: SignIn, world: World, ballot: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    take(sign_in("member"), ballot)
    now = seen(secretary, ballot)
    missing = now["progress"]["without_paper"]
    assert now["progress"]["papers_taken"] == 1
    # Who may only speak gets no paper and is not waited for.
    assert {one["member_id"] for one in missing} == {world.id_of(role) for role in VOTERS[1:]}
    refused = begin_casting(secretary, ballot, expect=409, without=False)
    assert refused["code"] == "papers_missing"
    assert refused["errors"][0]["params"] == {"missing": 3, "papers": 1}
    path = f"/api/ballots/{ballot['id']}/begin-casting"
    some = {"without_paper": [one["member_id"] for one in missing][:2]}
    assert code_of(secretary.post(path, some, headers=if_match(now), expect=409)) == "papers_missing"
    for role in VOTERS[1:]:
        take(sign_in(role), ballot)
    assert begin_casting(secretary, ballot, without=False)["progress"]["without_paper"] == []


def test_who_comes_after_the_beginning_gets_no_paper(
    engine_name: str, sign_in: SignIn, ballot: dict[str, Any]
) -> None:
    member, late = sign_in("member"), sign_in("deputy")
    paper = Paper(ballot["key"], ballot["public_key"])
    path = f"/api/ballots/{ballot['id']}/papers"
    first = member.post(path, {"blinded": paper.blinded}, expect=201).json
    begin_casting(sign_in("secretary"), ballot)
    other = {"blinded": Paper(ballot["key"], ballot["public_key"]).blinded}
    assert code_of(late.post(path, other, expect=409)) == "papers_given_out"
    assert code_of(member.post(path, other, expect=409)) == "paper_already_taken"
    # Who took one and did not hear the answer is not a latecomer.
    assert member.post(path, {"blinded": paper.blinded}, expect=200).json == first
    assert code_of(sign_in("probationary").post(path, other, expect=403)) == "vote_official_only"


def test_casting_begins_once_and_only_in_a_secret_ballot_by_phone(
    sign_in: SignIn, meeting: dict[str, Any], ballot: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    path = f"/api/ballots/{ballot['id']}/begin-casting"
    assert code_of(secretary.post(path, {"without_paper": []}, expect=428)) == "precondition_required"
    begun = begin_casting(secretary, ballot)
    assert secretary.post(path, {}, headers=if_match(ballot)).status_code == 412
    assert code_of(secretary.post(path, {}, headers=if_match(begun), expect=409)) == "wrong_state"
    by_phone = open_ballot(secretary, meeting, method="phone")
    refused = secretary.post(
        f"/api/ballots/{by_phone['id']}/begin-casting", {}, headers=if_match(by_phone), expect=409
    )
    assert code_of(refused) == "wrong_ballot_method"
    proposed = propose(secretary, meeting, method="secret")
    refused = secretary.post(
        f"/api/ballots/{proposed['id']}/begin-casting", {}, headers=if_match(proposed), expect=409
    )
    assert code_of(refused) == "wrong_state"
    tags = db.session.scalars(select(AuditEntry.tag).where(AuditEntry.tag == "ballots:ballot:casting_begun"))
    assert len(tags.all()) == 1


@pytest.mark.parametrize("votes", [1, 2])
def test_many_are_present_and_few_votes_are_not_published_unasked(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any], votes: int
) -> None:
    """Four in the room: the votes that were cast decide whether the result tells them, not who is present."""
    secretary = sign_in("secretary")
    papers = [take(sign_in(role), ballot) for role in VOTERS]
    begin_casting(secretary, ballot)
    for paper in papers[:votes]:
        cast(client, ballot, paper)
    assert seen(secretary, ballot)["progress"]["few_votes"] is True
    refused = close(secretary, ballot, expect=409)
    assert (refused["code"], refused["errors"][0]["params"]) == ("few_votes", {"votes": votes})
    assert seen(sign_in("member"), ballot)["result"] is None
    # The offer: withdraw it and vote on paper; nothing of the votes is kept.
    now = seen(secretary, ballot)
    secretary.post(f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(now), expect=200)
    assert db.session.scalar(select(func.count()).select_from(BoxVote)) == 0


def test_few_votes_are_published_when_the_chair_knows(
    sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    paper = take(sign_in("member"), ballot)
    assert begin_casting(secretary, ballot)["progress"]["few_voters"] is True
    cast(client, ballot, paper)
    assert close(secretary, ballot, accept_few_votes=True)["result"]["agree"] == 1


def test_three_votes_and_none_are_published_without_a_question(
    sign_in: SignIn, client: ApiClient, meeting: dict[str, Any], ballot: dict[str, Any]
) -> None:
    secretary = sign_in("secretary")
    papers = [take(sign_in(role), ballot) for role in VOTERS[:3]]
    begin_casting(secretary, ballot)
    for paper in papers:
        cast(client, ballot, paper)
    closed = close(secretary, ballot)
    assert (closed["result"]["agree"], closed["result"]["flags"]) == (3, ["unanimous"])
    empty = open_ballot(secretary, meeting, method="secret")
    begin_casting(secretary, empty)
    assert close(secretary, empty)["result"]["flags"] == []
