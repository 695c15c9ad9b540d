"""Secret ballots through the API: one paper each, cast as nobody, counted by everybody."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.support.ballots import (
    VOTERS,
    begin_casting,
    close,
    open_ballot,
    secret_ballot,
    take,
)
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.meetings import if_match
from tests.support.voter import Paper

from handbook.ballots.box_limit import LIMIT
from handbook.ballots.enums import Choice
from handbook.ballots.models import Ballot, BoxVote, TakenPaper
from handbook.ballots.papers import FilledPaper, is_genuine
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work

SignIn = Callable[[str], ApiClient]


@pytest.fixture
def meeting(voters_met: dict[str, Any]) -> dict[str, Any]:
    return voters_met


@pytest.fixture
def ballot(sign_in: SignIn, meeting: dict[str, Any]) -> dict[str, Any]:
    return secret_ballot(sign_in("secretary"), meeting)


def cast(client: ApiClient, ballot: dict[str, Any], body: dict[str, Any], expect: int) -> Any:
    return client.post(f"/api/ballot-box/{ballot['id']}", body, expect=expect)


def test_everybody_can_count_a_secret_ballot_again(
    engine_name: str, sign_in: SignIn, client: ApiClient, world: World, ballot: dict[str, Any]
) -> None:
    papers = {role: take(sign_in(role), ballot) for role in VOTERS}
    begin_casting(sign_in("secretary"), ballot, without=False)
    for role, choice in zip(VOTERS, ("agree", "agree", "agree", "disagree"), strict=True):
        receipt = cast(client, ballot, papers[role].filled(choice), 201).json
        assert receipt == {"serial": papers[role].serial}
    closed = close(sign_in("secretary"), ballot)
    result = closed["result"]
    assert (result["agree"], result["disagree"], result["required"], result["passed"]) == (3, 1, 3, True)
    assert result["papers"] == {"given_out": 4, "returned": 4, "valid": 4, "invalid": 0}
    record = sign_in("probationary").get(f"/api/ballots/{ballot['id']}/result", expect=200).json
    assert [one["full_name"] for one in record["papers"]] == [
        "Đặng Thị Ngẫm",
        "Trần Thị Phó",
        "Lê Văn Thử",
        "Nguyễn Văn Ước",
    ]
    assert {one["serial"] for one in record["box"]} == {paper.serial for paper in papers.values()}
    recounted = [
        one
        for one in record["box"]
        if is_genuine(
            FilledPaper(
                Choice(one["choice"]), one["secret"], tuple(one["marks"]), one["randomizer"], one["signature"]
            ),
            ballot_key=ballot["key"],
            public_key=record["public_key"],
        )
    ]
    assert len(recounted) == 4
    assert sum(one["choice"] == "agree" for one in recounted) == 3


def test_a_member_takes_one_paper_and_the_same_one_again(
    engine_name: str, sign_in: SignIn, ballot: dict[str, Any]
) -> None:
    member = sign_in("member")
    path = f"/api/ballots/{ballot['id']}/papers"
    paper = Paper(ballot["key"], ballot["public_key"])
    first = member.post(path, {"blinded": paper.blinded}, expect=201).json
    assert member.post(path, {"blinded": paper.blinded}, expect=200).json == first
    second = Paper(ballot["key"], ballot["public_key"])
    assert code_of(member.post(path, {"blinded": second.blinded}, expect=409)) == "paper_already_taken"
    assert code_of(sign_in("deputy").post(path, {"blinded": "A" * 300}, expect=422)) == "invalid_paper"
    assert db.session.scalar(select(func.count()).select_from(TakenPaper)) == 1
    seen = member.get(f"/api/ballots/{ballot['id']}", expect=200).json
    assert seen["mine"] == {"has_vote": True, "may_vote": True, "choice": None, "paper_taken": True}


def test_only_voters_in_the_room_get_a_paper(
    engine_name: str, sign_in: SignIn, ballot: dict[str, Any]
) -> None:
    body = {"blinded": Paper(ballot["key"], ballot["public_key"]).blinded}
    path = f"/api/ballots/{ballot['id']}/papers"
    assert code_of(sign_in("probationary").post(path, body, expect=403)) == "vote_official_only"
    assert code_of(sign_in("exempt_member").post(path, body, expect=409)) == "vote_needs_presence"
    assert code_of(sign_in("staff").post(path, body, expect=403)) == "forbidden"
    assert code_of(sign_in("far_member").post(path, body, expect=404)) == "not_found"


def test_a_paper_is_cast_once_and_says_one_thing(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    paper = take(sign_in("member"), ballot)
    begin_casting(sign_in("secretary"), ballot)
    cast(client, ballot, paper.filled("disagree"), 201)
    cast(client, ballot, paper.filled("disagree"), 200)
    assert code_of(cast(client, ballot, paper.filled("agree"), 409)) == "paper_already_used"
    assert [row.choice for row in db.session.scalars(select(BoxVote))] == ["disagree"]


def test_the_box_refuses_whoever_says_a_name(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    paper = take(sign_in("member"), ballot)
    begin_casting(sign_in("secretary"), ballot)
    assert code_of(cast(sign_in("member"), ballot, paper.filled("agree"), 422)) == "paper_not_anonymous"
    path = f"/api/ballot-box/{ballot['id']}"
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    refused = client.post(path, paper.filled("agree"), headers=foreign, expect=403)
    assert code_of(refused) == "wrong_origin"
    named = {"Authorization": "Bearer x"}
    assert (
        code_of(client.post(path, paper.filled("agree"), headers=named, expect=422)) == "paper_not_anonymous"
    )
    assert db.session.scalar(select(func.count()).select_from(BoxVote)) == 0


def test_a_paper_that_the_server_did_not_sign_stays_outside(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    begin_casting(sign_in("secretary"), ballot)
    paper = Paper(ballot["key"], ballot["public_key"])
    paper.signature = bytes(256)
    assert code_of(cast(client, ballot, paper.filled("agree"), 422)) == "invalid_paper"


def test_guessing_at_the_box_is_slowed_down_in_memory_only(
    sign_in: SignIn, client: ApiClient, ballot: dict[str, Any], clock: FixedClock
) -> None:
    begin_casting(sign_in("secretary"), ballot)
    paper = Paper(ballot["key"], ballot["public_key"])
    paper.signature = bytes(256)
    for _ in range(LIMIT):
        cast(client, ballot, paper.filled("agree"), 422)
    refused = cast(client, ballot, paper.filled("agree"), 429)
    assert refused.headers["Retry-After"] == "60"
    clock.advance(minutes=1)
    cast(client, ballot, paper.filled("agree"), 422)


def test_after_the_closing_the_box_takes_nothing_and_the_key_is_gone(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    late = take(sign_in("member"), ballot)
    row = db.session.get_one(Ballot, int(ballot["id"]))
    assert row.private_key_sealed is not None
    begin_casting(sign_in("secretary"), ballot)
    closed = close(sign_in("secretary"), ballot)
    assert (closed["result"]["not_voted"], closed["result"]["passed"]) == (4, False)
    assert code_of(cast(client, ballot, late.filled("agree"), 409)) == "ballot_closed"
    body = {"blinded": Paper(ballot["key"], ballot["public_key"]).blinded}
    refused = sign_in("deputy").post(f"/api/ballots/{ballot['id']}/papers", body, expect=409)
    assert code_of(refused) == "ballot_closed"
    db.session.expire_all()
    assert db.session.get_one(Ballot, int(ballot["id"])).private_key_sealed is None


def test_who_took_a_paper_stays_counted(
    engine_name: str,
    sign_in: SignIn,
    client: ApiClient,
    world: World,
    ballot: dict[str, Any],
    meeting: dict[str, Any],
) -> None:
    """Otherwise there could be more votes than voters, and freeing a member would point at a vote."""
    papers = [take(sign_in(role), ballot) for role in VOTERS]
    secretary = sign_in("secretary")
    begin_casting(secretary, ballot)
    for paper in papers:
        cast(client, ballot, paper.filled("agree"), 201)
    path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of('member')}"
    secretary.put(path, {"state": "exempt"}, expect=200)
    assert close(secretary, ballot)["result"]["denominator"] == 4


def test_a_withdrawn_secret_ballot_leaves_nothing(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    paper = take(sign_in("member"), ballot)
    secretary = sign_in("secretary")
    begin_casting(secretary, ballot)
    cast(client, ballot, paper.filled("agree"), 201)
    seen = secretary.get(f"/api/ballots/{ballot['id']}", expect=200).json
    assert (seen["progress"]["papers_taken"], seen["progress"]["voted"]) == (1, 1)
    secretary.post(f"/api/ballots/{ballot['id']}/withdraw", headers=if_match(seen), expect=200)
    for table in (TakenPaper, BoxVote):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.get_one(Ballot, int(ballot["id"]), populate_existing=True).private_key_sealed is None


def test_few_voters_are_warned_of(sign_in: SignIn, world: World, meeting: dict[str, Any]) -> None:
    """Two papers that agree tell both votes."""
    secretary = sign_in("secretary")
    ballot = open_ballot(secretary, meeting, method="secret")
    assert ballot["progress"]["few_voters"] is False
    for role in ("member", "deputy"):
        path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of(role)}"
        secretary.put(path, {"state": "excused"}, expect=200)
    seen = secretary.get(f"/api/ballots/{ballot['id']}", expect=200).json
    assert seen["progress"]["few_voters"] is True


def test_a_vote_slipped_into_the_table_voids_the_ballot(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    """Somebody with the database's password adds a row: without the key its signature cannot be right."""
    all_vote(sign_in, client, ballot, "agree", VOTERS[:3])
    stuffed = Paper(ballot["key"], ballot["public_key"])
    stuffed.signature = bytes(255) + b"\x01"
    put_into_the_table(ballot, stuffed, "agree")
    result = close(sign_in("secretary"), ballot)["result"]
    assert (result["faults"], result["passed"], result["agree"]) == (["forged_vote"], None, 3)
    assert result["papers"] == {"given_out": 3, "returned": 4, "valid": 3, "invalid": 1}


def test_a_vote_altered_in_the_table_voids_the_ballot(
    engine_name: str, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    all_vote(sign_in, client, ballot, "agree", VOTERS)
    with unit_of_work() as uow:
        uow.session.scalars(select(BoxVote)).first().choice = "disagree"  # type: ignore[union-attr]
    result = close(sign_in("secretary"), ballot)["result"]
    assert (result["faults"], result["passed"], result["agree"]) == (["forged_vote"], None, 3)


def test_more_votes_than_papers_void_the_ballot(
    engine_name: str, app: Any, sign_in: SignIn, client: ApiClient, ballot: dict[str, Any]
) -> None:
    """The server itself, with the ballot's key, signs one more paper than members took."""
    all_vote(sign_in, client, ballot, "disagree", VOTERS[:3])
    extra = Paper(ballot["key"], ballot["public_key"])
    extra.take(signed_by_the_server(app, ballot, extra.blinded))
    cast(client, ballot, extra.filled("agree"), 201)
    closed = close(sign_in("secretary"), ballot)
    assert (closed["result"]["faults"], closed["result"]["passed"]) == (["surplus_votes"], None)
    record = sign_in("member").get(f"/api/ballots/{ballot['id']}/result", expect=200).json
    assert len(record["box"]) > len(record["papers"])


def all_vote(
    sign_in: SignIn, client: ApiClient, ballot: dict[str, Any], choice: str, roles: Sequence[str]
) -> None:
    """These take papers, casting begins, and all of them cast the same."""
    papers = [take(sign_in(role), ballot) for role in roles]
    begin_casting(sign_in("secretary"), ballot)
    for paper in papers:
        cast(client, ballot, paper.filled(choice), 201)


def put_into_the_table(ballot: dict[str, Any], paper: Paper, choice: str) -> None:
    filled = paper.filled(choice)
    with unit_of_work() as uow:
        uow.session.add(
            BoxVote(
                ballot_id=int(ballot["id"]),
                serial=paper.serial,
                choice=choice,
                secret=filled["secret"],
                marks=" ".join(filled["marks"]),
                randomizer=filled["randomizer"],
                signature=filled["signature"],
            )
        )


def signed_by_the_server(app: Any, ballot: dict[str, Any], blinded: str) -> str:
    from handbook.ballots.papers import decode, encode, load_private, sign_blinded
    from handbook.ballots.service import key_context

    row = db.session.get_one(Ballot, int(ballot["id"]))
    assert row.private_key_sealed is not None
    private = app.extensions["handbook.secrets"].decrypt(row.private_key_sealed, key_context(row.key))
    return encode(sign_blinded(load_private(private), decode(blinded)))
