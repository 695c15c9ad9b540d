"""Votes that people count: never more of them than people in the room, on paper without a network, and what they rest on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import check_in_body, if_match, key_of, step
from tests.support.rooms import Device, send

from handbook.access.actor import SYSTEM
from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db
from handbook.kernel.unit_of_work import unit_of_work
from handbook.organizations.models import Organization
from handbook.organizations.settings.registry import BY_NAME
from handbook.organizations.settings.service import change_setting

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
# The official members of the cell; the fifth with a vote is exempt and counts when present.
OFFICIAL = ("secretary", "deputy", "member", "second_member")


@pytest.fixture
def opened(secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock) -> dict[str, Any]:
    return step(secretary, meeting, "open")


def come(secretary: ApiClient, meeting: dict[str, Any], world: World, *roles: str) -> None:
    for role in roles:
        path = f"/api/meetings/{meeting['id']}/attendance/{world.id_of(role)}"
        secretary.put(path, {"state": "present"}, expect=200)


def papers(given_out: int, returned: int, valid: int, invalid: int) -> dict[str, int]:
    return {"given_out": given_out, "returned": returned, "valid": valid, "invalid": invalid}


def error_of(answer: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    (error,) = answer["errors"]
    return error["pointer"], error["code"], error.get("params", {})


def asked(**changes: Any) -> dict[str, Any]:
    return {"title": "Kết nạp đồng chí Nguyễn Văn A", "kind": "admission", **changes}


def ballots_of(client: ApiClient, meeting: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/meetings/{meeting['id']}/ballots", expect=200).json[
        "items"
    ]
    return found


class TestNeverMoreVotesThanPeople:
    def test_a_count_by_hand_is_refused_until_the_roll_is_marked(
        self, secretary: ApiClient, world: World, opened: dict[str, Any]
    ) -> None:
        come(secretary, opened, world, "secretary")
        ballot = open_ballot(secretary, opened)
        refused = close(secretary, ballot, tally=tally(4), expect=422)
        assert error_of(refused) == ("/tally", "more_votes_than_present", {"denominator": 4, "present": 1})
        come(secretary, opened, world, *OFFICIAL)
        assert close(secretary, ballot, tally=tally(4))["result"]["flags"] == []

    def test_papers_are_given_out_to_people_in_the_room(
        self, secretary: ApiClient, world: World, opened: dict[str, Any]
    ) -> None:
        come(secretary, opened, world, "secretary", "deputy")
        ballot = open_ballot(secretary, opened, method="secret_paper")
        sheets = papers(4, 2, 2, 0)
        refused = close(secretary, ballot, tally=tally(2), papers=sheets, expect=422)
        assert error_of(refused)[1] == "more_papers_than_present"
        assert close(secretary, ballot, tally=tally(2), papers=papers(2, 2, 2, 0))["state"] == "closed"

    def test_the_book_keeps_such_a_count_and_the_result_says_it(
        self, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
    ) -> None:
        device, now = Device(), evening.now()
        device.write("open", now)
        device.mark(now, world.id_of("member"), "present")
        device.write("hand_vote", now, ballot=asked(**tally(4), denominator=4, confirmed=True))
        assert {one["outcome"] for one in send(secretary, meeting, device.lines, now=now)} == {"applied"}
        (seen,) = ballots_of(secretary, meeting)
        assert "more_than_present" in seen["result"]["flags"]
        assert (seen["result"]["voters_present"], seen["result"]["count_confirmed"]) == (1, True)
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.tag == "ballots:ballot:recorded")
        ).one()
        assert entry.details["confirmed"] is True


class TestTheDenominatorOfTheRoom:
    def test_a_stale_denominator_from_the_book_is_shown_and_the_roll_decides(
        self, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
    ) -> None:
        """ "Other absentees stay in the denominator": two of two are not two thirds of a cell of four."""
        device, now = Device(), evening.now()
        device.write("open", now)
        for role in ("secretary", "deputy"):
            device.mark(now, world.id_of(role), "present")
        device.write("hand_vote", now, ballot=asked(**tally(2), denominator=2))
        send(secretary, meeting, device.lines, now=now)
        (seen,) = ballots_of(secretary, meeting)
        result = seen["result"]
        assert (result["denominator"], result["room_denominator"]) == (4, 2)
        assert (result["required"], result["passed"]) == (3, False)
        assert result["flags"] == ["no_quorum", "stale_denominator"]
        again = device.write("hand_vote", now + MINUTE, ballot=asked(**tally(2), denominator=4))
        evening.advance(minutes=2)
        send(secretary, meeting, [again], now=evening.now())
        (seen,) = ballots_of(secretary, meeting)
        assert (seen["result"]["denominator"], seen["result"]["room_denominator"]) == (4, None)

    def test_the_room_may_know_of_an_exempt_member_whose_check_in_is_on_the_way(
        self, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
    ) -> None:
        device, now = Device(), evening.now()
        device.write("open", now)
        for role in OFFICIAL:
            device.mark(now, world.id_of(role), "present")
        device.write("hand_vote", now, ballot=asked(**tally(4), denominator=5))
        send(secretary, meeting, device.lines, now=now)
        (seen,) = ballots_of(secretary, meeting)
        assert (seen["result"]["denominator"], seen["result"]["room_denominator"]) == (5, None)


class TestPapersWithoutANetwork:
    def test_they_are_recorded_in_the_book_once_and_corrected_until_the_minutes_are_signed(
        self, secretary: ApiClient, world: World, meeting: dict[str, Any], evening: FixedClock
    ) -> None:
        device, now = Device(), evening.now()
        device.write("open", now)
        for role in OFFICIAL:
            device.mark(now, world.id_of(role), "present")
        counted = {**tally(3, 0, 0), "papers": papers(4, 4, 3, 1), "denominator": 4}
        line = device.write("paper_vote", now + MINUTE, ballot=asked(**counted))
        device.write("close", now + 2 * MINUTE)
        evening.advance(minutes=3)
        for _ in range(2):
            send(secretary, meeting, device.lines, now=evening.now())
        (seen,) = ballots_of(secretary, meeting)
        assert (seen["method"], seen["result"]["papers"]) == ("secret_paper", papers(4, 4, 3, 1))
        assert (seen["result"]["agree"], seen["result"]["passed"]) == (3, True)
        assert "more_than_present" not in seen["result"]["flags"]
        # After the closing: a count that was wrong, and one that nobody had written down.
        right = {**tally(2, 1, 0), "papers": papers(4, 4, 3, 1), "denominator": 4}
        late = device.write("paper_vote", now + 3 * MINUTE, line["id"], ballot=asked(**right))
        other = asked(**right, title="Kết nạp đồng chí Trần Thị B")
        device.write("paper_vote", now + 3 * MINUTE, ballot=other)
        answers = send(secretary, meeting, [late, device.lines[-1]], now=evening.now())
        assert [(one["outcome"], one["flags"]) for one in answers] == [("applied", ["after_closing"])] * 2
        first, second = ballots_of(secretary, meeting)
        assert (first["result"]["agree"], first["result"]["passed"]) == (2, False)
        assert [(one["agree"], one["papers"]) for one in first["corrections"]] == [(3, papers(4, 4, 3, 1))]
        closed = secretary.get(f"/api/meetings/{meeting['id']}", expect=200).json["closed_at"]
        assert second["closed_at"] == closed, "what is written down afterwards was voted before"

    def test_papers_that_do_not_add_up_are_refused_and_kept(
        self, secretary: ApiClient, meeting: dict[str, Any], evening: FixedClock
    ) -> None:
        device, now = Device(), evening.now()
        device.write("open", now)
        wrong = {**tally(3), "papers": papers(4, 5, 5, 0), "denominator": 4}
        device.write("paper_vote", now, ballot=asked(**wrong))
        device.write("paper_vote", now, ballot=asked(**tally(3), title="Không có phiếu"))
        answers = send(secretary, meeting, device.lines, now=now)
        assert [one["code"] for one in answers] == [None, "wrong_counts", "invalid_entry"]

    def test_a_vote_on_paper_that_was_put_with_a_network_is_counted_without_one(
        self, secretary: ApiClient, world: World, opened: dict[str, Any], evening: FixedClock
    ) -> None:
        come(secretary, opened, world, *OFFICIAL)
        running = open_ballot(secretary, opened, method="secret_paper", **asked())
        counted = {**tally(4), "papers": papers(4, 4, 4, 0), "denominator": 4}
        line = Device().write("paper_vote", evening.now(), ballot=asked(**counted))
        send(secretary, opened, [line], now=evening.now())
        (seen,) = ballots_of(secretary, opened)
        assert (seen["id"], seen["state"], seen["result"]["agree"]) == (running["id"], "closed", 4)


class TestHandsBesideAVoteByPhone:
    def test_those_without_a_phone_are_counted_apart_and_within_their_number(
        self, sign_in: SignIn, secretary: ApiClient, world: World, opened: dict[str, Any]
    ) -> None:
        come(secretary, opened, world, *OFFICIAL)
        ballot = open_ballot(secretary, opened, method="phone")
        sign_in("member").put(f"/api/ballots/{ballot['id']}/votes/me", {"choice": "agree"}, expect=200)
        now = secretary.get(f"/api/ballots/{ballot['id']}", expect=200).json
        assert now["progress"]["hands_left"] == 3
        refused = close(secretary, ballot, hands=tally(3, 1), expect=422)
        assert error_of(refused) == ("/hands", "more_hands_than_left", {"left": 3})
        result = close(secretary, ballot, hands=tally(2, 1))["result"]
        assert (result["agree"], result["disagree"], result["passed"]) == (3, 1, True)
        assert result["hands"] == tally(2, 1)

    def test_hands_belong_to_a_vote_by_phone_alone(
        self, secretary: ApiClient, world: World, opened: dict[str, Any]
    ) -> None:
        come(secretary, opened, world, *OFFICIAL)
        ballot = open_ballot(secretary, opened)
        refused = close(secretary, ballot, tally=tally(3), hands=tally(1), expect=422)
        assert error_of(refused)[:2] == ("/hands", "not_voted_by_phone")


class TestTheQuorumOfAVote:
    def test_it_is_shown_before_the_closing_and_frozen_with_the_result(
        self, secretary: ApiClient, world: World, opened: dict[str, Any]
    ) -> None:
        come(secretary, opened, world, "secretary", "deputy")
        ballot = open_ballot(secretary, opened)
        missing = {"required": 3, "present": 2, "reached": False}
        assert ballot["progress"]["quorum"] == missing
        result = close(secretary, ballot, tally=tally(2))["result"]
        assert (result["quorum"], result["flags"]) == (missing, ["no_quorum"])
        come(secretary, opened, world, *OFFICIAL)
        (seen,) = ballots_of(secretary, opened)
        assert seen["result"]["quorum"] == missing, "later changes of the roll change no result"


def test_the_tag_of_a_ballot_that_was_read_is_what_if_match_takes(
    secretary: ApiClient, world: World, opened: dict[str, Any]
) -> None:
    come(secretary, opened, world, *OFFICIAL)
    ballot = open_ballot(secretary, opened)
    path = f"/api/ballots/{ballot['id']}"
    read = secretary.get(path, expect=200)
    body = {"expected_denominator": 4, "tally": tally(3)}
    stale = {"If-Match": f'"{ballot["id"]}-1.{"0" * 32}"'}
    secretary.post(f"{path}/close", body, headers=stale, expect=412)
    secretary.get(path, headers={"If-None-Match": read.headers["ETag"]}, expect=304)
    closed = secretary.post(
        f"{path}/close", body, headers={"If-Match": read.headers["ETag"]}, expect=200
    ).json
    secretary.post(f"{path}/close", body, headers=if_match(ballot), expect=412)
    assert closed["state"] == "closed"


@pytest.mark.usefixtures("engine_name")
class TestTheRulesOfItsHour:
    """ "Denominators and majorities as in the rules, frozen with the vote", not with the arrival of its line."""

    def test_a_rule_that_changes_before_the_line_arrives_changes_no_vote(
        self, secretary: ApiClient, world: World, opened: dict[str, Any], evening: FixedClock
    ) -> None:
        come(secretary, opened, world, "secretary", "deputy")
        voted = evening.now()
        evening.advance(minutes=5)
        with unit_of_work(evening) as uow:
            cell = uow.session.get_one(Organization, world.organizations["cell"].id)
            for name, share in (
                ("vote.resolution_majority", "3/4"),
                ("vote.admission_majority", "1/1"),
                ("attendance.quorum", "1/2"),
            ):
                change_setting(cell, BY_NAME[name], share, actor=SYSTEM, uow=uow)
        device = Device()
        for at in (voted, evening.now()):
            for kind in ("resolution", "admission"):
                device.write("hand_vote", at, ballot=asked(**tally(3), kind=kind, title=f"{kind} {at}"))
        send(secretary, opened, device.lines, now=evening.now())
        results = [one["result"] for one in ballots_of(secretary, opened)]
        told = [(one["majority_share"], one["required"], one["passed"]) for one in results]
        before = [("1/2", 3, True), ("2/3", 3, True)]
        assert told == [*before, ("3/4", 4, False), ("1", 4, False)]
        # The meeting keeps the quorum of its convening, whatever is decided about it meanwhile.
        assert {one["quorum"]["required"] for one in results} == {3}
        again = device.write(
            "hand_vote", evening.now(), ballot=asked(**tally(4), kind="admission", title=f"admission {voted}")
        )
        send(secretary, opened, [again], now=evening.now())
        corrected = ballots_of(secretary, opened)[1]["result"]
        assert (corrected["majority_share"], corrected["agree"]) == ("2/3", 4)


@pytest.mark.usefixtures("engine_name")
class TestWhoWasInTheRoom:
    """A count rests on who was there when it was made, whenever its line arrives ("server state equals what the room saw")."""

    @pytest.mark.parametrize("by_code", [False, True])
    def test_who_came_after_the_vote_is_in_no_quorum_of_it(
        self,
        secretary: ApiClient,
        sign_in: SignIn,
        world: World,
        opened: dict[str, Any],
        evening: FixedClock,
        by_code: bool,
    ) -> None:
        come(secretary, opened, world, "secretary", "deputy")
        evening.advance(minutes=40)
        voted = evening.now()
        evening.advance(minutes=10)
        if by_code:
            body = check_in_body(key_of(secretary, opened), opened, evening.now())
            for role in ("member", "second_member"):
                sign_in(role).post(f"/api/meetings/{opened['id']}/check-ins", body, expect=201)
        else:
            late = Device()
            for role in ("member", "second_member", "exempt_member"):
                times = {"state": "late", "arrived_at": evening.now().isoformat()}
                late.write("mark", evening.now(), member_id=world.id_of(role), **times)
            send(secretary, opened, late.lines, now=evening.now())
        device = Device()
        device.write("hand_vote", voted, ballot=asked(**tally(2), title="Trước khi họ đến"))
        device.write("hand_vote", evening.now(), ballot=asked(**tally(2), title="Sau khi họ đến"))
        answers = send(secretary, opened, device.lines, now=evening.now())
        assert [one["outcome"] for one in answers] == ["applied"] * 2
        before, after = [one["result"] for one in ballots_of(secretary, opened)]
        assert (before["voters_present"], before["denominator"]) == (2, 4)
        assert before["quorum"] == {"required": 3, "present": 2, "reached": False}
        assert before["flags"] == ["no_quorum"]
        # An exempt member who came "counts", from then on.
        exempt = 0 if by_code else 1
        assert (after["voters_present"], after["denominator"]) == (4 + exempt, 4 + exempt)
        assert after["quorum"] == {"required": 3, "present": 4, "reached": True}
        assert after["flags"] == []

    def test_a_roll_that_was_taken_before_the_vote_and_arrives_after_it_says_who_was_there(
        self,
        secretary: ApiClient,
        sign_in: SignIn,
        world: World,
        meeting: dict[str, Any],
        evening: FixedClock,
    ) -> None:
        """The deputy counted the hands, the secretary took the roll; the deputy's network came back first."""
        start = evening.now()
        step(secretary, meeting, "open")
        roll, votes = Device(), Device()
        for role in OFFICIAL:
            roll.mark(start + MINUTE, world.id_of(role), "present")
        votes.write("hand_vote", start + 2 * MINUTE, ballot=asked(**tally(3), denominator=4, confirmed=True))
        roll.mark(start + 3 * MINUTE, world.id_of("member"), "unexcused")
        evening.advance(minutes=5)
        send(sign_in("deputy"), meeting, votes.lines, now=evening.now())
        (seen,) = ballots_of(secretary, meeting)
        assert seen["result"]["voters_present"] < 3
        assert {"no_quorum", "more_than_present"} <= set(seen["result"]["flags"])
        passed = seen["result"]["passed"]
        send(secretary, meeting, roll.lines, now=evening.now())
        (seen,) = ballots_of(secretary, meeting)
        # As the roll stood at the hour of the vote: what was set right in it afterwards is none of the vote's.
        assert (seen["result"]["voters_present"], seen["result"]["quorum"]["reached"]) == (4, True)
        assert (seen["result"]["flags"], seen["result"]["passed"]) == ([], passed)
