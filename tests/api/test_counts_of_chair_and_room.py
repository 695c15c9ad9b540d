"""The chair counted a vote with a network, and a device that did not know of it wrote the same vote into the book (ADR 11)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete
from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match, opened
from tests.support.put_to_the_vote import Office
from tests.support.rooms import Device, book, send

from handbook.kernel.clock import FixedClock
from handbook.kernel.unit_of_work import unit_of_work
from handbook.meetings.models import Meeting
from handbook.proceedings.models import ProceedingsEntry
from handbook.proceedings.queries import room_of

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
TITLE = "Thông qua nghị quyết"
Json = dict[str, Any]


class Vote:
    """A vote on the draft that the chair has closed with 1:3 and the reserved opinion of a member."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.clock.advance(minutes=10)
        opened = open_ballot(
            office.client, office.meeting, resolution_id=office.draft["id"], title=TITLE, method="hand"
        )
        self.opinion = {"member_id": office.world.id_of("member"), "text": "Tôi bảo lưu ý kiến"}
        self.ballot = close(office.client, opened, tally=tally(1, 3), reserved=[self.opinion])

    def line(
        self, agree: int, at: datetime, base: str | None = None, *, device: Device | None = None, **said: Any
    ) -> Json:
        asked = {
            "title": TITLE.upper(),
            "kind": "resolution",
            "denominator": 4,
            "reserved": [],
            **tally(agree, 4 - agree),
            **said,
        }
        written = (device or Device()).write("hand_vote", at, base, ballot=asked)
        (answer,) = send(self.office.client, self.office.meeting, [written], now=self.office.clock.now())
        assert (answer["outcome"], answer["code"]) == ("applied", None)
        return written

    def settle(self, chosen: str, *instead_of: str) -> None:
        self.office.clock.advance(minutes=1)
        said = {"subject": self.told["subject"], "chosen": chosen, "instead_of": list(instead_of)}
        line = Device().write("settle", self.office.clock.now(), **said)
        (answer,) = send(self.office.client, self.office.meeting, [line], now=self.office.clock.now())
        assert answer["outcome"] == "applied"

    @property
    def lines(self) -> list[Json]:
        items = book(self.office.client, self.office.meeting)["items"]
        return [one for one in items if one["kind"] == "hand_vote"]

    @property
    def told(self) -> Json:
        """The line in which the server tells the chair's count."""
        return next(one for one in self.lines if one["data"]["ballot"]["title"] == self.ballot["title"])

    @property
    def seen(self) -> Json:
        return self.office.ballot(self.ballot)

    @property
    def counted(self) -> tuple[int, int]:
        return self.seen["result"]["agree"], self.seen["result"]["disagree"]

    @property
    def opinions(self) -> list[str]:
        return [one["text"] for one in self.seen["reserved"]]

    @property
    def differences(self) -> int:
        with unit_of_work() as uow:
            return len(room_of(uow.session.get_one(Meeting, int(self.office.meeting["id"]))).differences)


@pytest.fixture
def vote(office: Office) -> Vote:
    return Vote(office)


def test_the_book_tells_what_the_chair_counted(vote: Vote) -> None:
    (line,) = vote.lines
    said = line["data"]["ballot"]
    numbers = {name: said[name] for name in ("agree", "disagree", "other", "denominator")}
    assert numbers == {**tally(1, 3), "denominator": 4}
    assert said["reserved"] == [vote.opinion]
    assert said["put"]["content_hash"] == vote.office.draft["content_hash"]
    assert line["recorded_by"] == vote.office.world.id_of("secretary")


def test_an_older_line_does_not_change_it_and_is_asked_about(vote: Vote) -> None:
    """Once a rejected draft was passed by a line from before the ballot was opened, and its opinion deleted."""
    before = vote.seen
    vote.line(4, vote.office.clock.now() - 20 * MINUTE)
    assert vote.seen == before
    assert vote.differences == 1
    assert vote.office.refused()[0] == "vote_disputed"


def test_one_that_was_closed_before_counts_stood_in_the_book_is_kept_as_well(vote: Vote) -> None:
    with unit_of_work() as uow:
        uow.session.execute(delete(ProceedingsEntry))
    before = vote.seen
    vote.office.clock.advance(minutes=5)
    vote.line(4, vote.office.clock.now() - 20 * MINUTE)
    assert vote.seen == before
    assert vote.differences == 1
    assert vote.told["at"] == vote.seen["closed_at"]


@pytest.mark.parametrize("later", [-20, 5])
def test_the_same_count_is_no_other_one(vote: Vote, later: int) -> None:
    same = {
        "title": TITLE,
        "resolution_id": vote.office.draft["id"],
        "reserved": [{"member_id": vote.opinion["member_id"], "text": vote.opinion["text"]}],
    }
    before = vote.seen
    vote.office.clock.advance(minutes=5)
    at = vote.office.clock.now() if later > 0 else vote.office.clock.now() + later * MINUTE
    vote.line(1, at, **same)
    assert (vote.seen, vote.differences) == (before, 0)


@pytest.mark.parametrize("agree", [1, 4])
def test_a_newer_count_that_had_not_seen_it_is_asked_about_and_keeps_the_opinions(
    vote: Vote, agree: int
) -> None:
    vote.office.clock.advance(minutes=5)
    line = vote.line(agree, vote.office.clock.now())
    assert (vote.counted, vote.opinions) == ((agree, 4 - agree), [vote.opinion["text"]])
    assert vote.differences == 1
    assert [one.get("differed") for one in vote.seen["corrections"]] == [True] * (agree != 1)
    vote.settle(vote.told["id"], line["id"])
    assert (vote.counted, vote.opinions) == ((1, 3), [vote.opinion["text"]])
    assert vote.differences == 0
    assert vote.office.refused()[0] == "resolution_rejected"


def test_a_correction_by_who_had_seen_it_says_whose_it_is(vote: Vote) -> None:
    vote.office.clock.advance(minutes=5)
    device, reserved = Device(), [vote.opinion]
    line = vote.line(3, vote.office.clock.now(), vote.told["id"], device=device, reserved=reserved)
    assert (vote.counted, vote.opinions, vote.differences) == ((3, 1), [vote.opinion["text"]], 0)
    (kept,) = vote.seen["corrections"]
    assert (kept["agree"], kept.get("differed")) == (1, None)
    written = next(one for one in vote.lines if one["id"] == line["id"])
    assert (written["device_id"], written["at"]) == (device.id, vote.office.clock.now().isoformat())
    assert written["recorded_by"] == vote.office.world.id_of("secretary")
    # What stood in the way is gone, and what it rests on is said again.
    assert vote.office.lacks == []
    vote.office.issue()
    vote.office.clock.advance(minutes=1)
    vote.line(0, vote.office.clock.now(), device=device, reserved=reserved)
    assert vote.office.lacks == ["vote_rejected"]


def test_an_opinion_is_taken_out_by_who_had_seen_it(vote: Vote) -> None:
    vote.office.clock.advance(minutes=5)
    vote.line(1, vote.office.clock.now(), vote.told["id"])
    assert (vote.opinions, vote.differences) == ([], 0)
    assert vote.told["data"]["ballot"]["reserved"] == [vote.opinion], "the book keeps its words"


def test_an_opinion_that_was_reserved_afterwards_is_known_to_the_book(vote: Vote) -> None:
    other = {"member_id": vote.office.world.id_of("deputy"), "text": "Tôi cũng vậy"}
    path = f"/api/ballots/{vote.ballot['id']}/reservations"
    body = {"reserved": [vote.opinion, other]}
    vote.office.client.put(path, body, headers=if_match(vote.seen), expect=200)
    first, second = vote.lines
    assert (second["base"], second["data"]["ballot"]["reserved"]) == (first["id"], [vote.opinion, other])
    vote.office.clock.advance(minutes=5)
    # Who had seen the first line only does not know of the second opinion.
    vote.line(2, vote.office.clock.now(), first["id"], reserved=[vote.opinion])
    assert (vote.opinions, vote.differences) == ([vote.opinion["text"], other["text"]], 1)


def test_who_was_away_reserves_no_opinion(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock, voters_met: dict[str, Any]
) -> None:
    """ "A minority may reserve its opinion": of those who voted; an absentee has no vote to be in a minority with."""
    secretary = sign_in("secretary")
    meeting = voters_met
    ballot = open_ballot(secretary, meeting)
    roll = f"/api/meetings/{meeting['id']}/attendance"
    secretary.put(f"{roll}/{world.id_of('member')}", {"state": "unexcused"}, expect=200)
    opinion = {"member_id": world.id_of("member"), "text": "Tôi bảo lưu"}
    refused = close(secretary, ballot, tally=tally(3), reserved=[opinion], expect=422)
    assert refused["errors"] == [{"pointer": "/reserved/0/member_id", "code": "not_in_the_room"}]
    closed = close(secretary, ballot, tally=tally(3))
    path = f"/api/ballots/{ballot['id']}/reservations"
    exempt = {"member_id": world.id_of("exempt_member"), "text": "Tôi cũng vậy"}
    for one in (opinion, exempt):
        refused = secretary.put(path, {"reserved": [one]}, headers=if_match(closed), expect=422).json
        assert refused["errors"] == [{"pointer": "/reserved/0/member_id", "code": "not_in_the_room"}]
    # Who came, left before the end; what is on record stays when the roll is corrected.
    left = {"state": "present", "left_at": clock.now().isoformat()}
    secretary.put(f"{roll}/{world.id_of('member')}", left, expect=200)
    body = {"reserved": [opinion]}
    kept = secretary.put(path, body, headers=if_match(closed), expect=200).json
    secretary.put(f"{roll}/{world.id_of('member')}", {"state": "excused"}, expect=200)
    other = {"member_id": world.id_of("deputy"), "text": "Tôi cũng vậy"}
    body = {"reserved": [opinion, other]}
    kept = secretary.put(path, body, headers=if_match(kept), expect=200).json
    assert len(kept["reserved"]) == 2


def test_nor_does_one_of_whom_the_roll_says_nothing(
    engine_name: str, sign_in: SignIn, world: World, clock: FixedClock
) -> None:
    """The roll says who was there; who is missing in it is marked present first."""
    secretary = sign_in("secretary")
    meeting = opened(secretary, world.id_of("cell"))
    roll = f"/api/meetings/{meeting['id']}/attendance"
    secretary.put(f"{roll}/{world.id_of('deputy')}", {"state": "present"}, expect=200)
    secretary.put(f"{roll}/{world.id_of('secretary')}", {"state": "present"}, expect=200)
    ballot = open_ballot(secretary, meeting)
    opinion = {"member_id": world.id_of("member"), "text": "Tôi bảo lưu"}
    refused = close(secretary, ballot, tally=tally(1), reserved=[opinion], expect=422)
    assert refused["errors"] == [{"pointer": "/reserved/0/member_id", "code": "not_in_the_room"}]
    secretary.put(f"{roll}/{world.id_of('member')}", {"state": "late"}, expect=200)
    closed = close(secretary, ballot, tally=tally(1), reserved=[opinion])
    assert [one["text"] for one in closed["reserved"]] == ["Tôi bảo lưu"]
