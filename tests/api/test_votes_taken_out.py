"""A vote that was written down by mistake is taken out, and stays on record with the reason; it can be put back. One vote that
two devices wrote down under two questions is no two results: people say whether it is one before anybody signs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from tests.support.ballots import close, open_ballot, tally
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.meetings import if_match, step
from tests.support.minutes import composed, read_back, sign, texts_of
from tests.support.rooms import Device, book, send

from handbook.audit.models import AuditEntry
from handbook.kernel.clock import FixedClock
from handbook.kernel.db import db

SignIn = Callable[[str], ApiClient]
MINUTE = timedelta(minutes=1)
OFFICIAL = ("secretary", "deputy", "member", "second_member")
REASON = "Ghi hai lần cùng một cuộc biểu quyết"


class Cell:
    """An open meeting with the four official members in the room, and the secretary's device."""

    def __init__(
        self, secretary: ApiClient, meeting: dict[str, Any], world: World, clock: FixedClock
    ) -> None:
        self.secretary, self.meeting, self.clock, self.device = secretary, meeting, clock, Device()
        self.device.write("open", clock.now())
        for role in OFFICIAL:
            self.device.mark(clock.now(), world.id_of(role), "present")
        self.send(*self.device.lines)

    def send(self, *lines: dict[str, Any]) -> list[dict[str, Any]]:
        return send(self.secretary, self.meeting, list(lines), now=self.clock.now())

    def vote(
        self, agree: int, base: str | None = None, device: Device | None = None, **changes: Any
    ) -> dict[str, Any]:
        """One line of the vote on the resolution, sent; ``withdrawn``: it takes the vote out."""
        said = {"withdrawn": changes.pop("withdrawn")} if "withdrawn" in changes else {}
        ballot = {"title": "Thông qua nghị quyết", "kind": "resolution", **tally(agree, 4 - agree), **changes}
        self.clock.advance(minutes=1)
        line = (device or self.device).write(
            "hand_vote", self.clock.now(), base, ballot={**ballot, "denominator": 4}, **said
        )
        (answer,) = self.send(line)
        assert (answer["outcome"], answer["code"]) == ("applied", None)
        return line

    @property
    def ballots(self) -> list[dict[str, Any]]:
        path = f"/api/meetings/{self.meeting['id']}/ballots"
        found: list[dict[str, Any]] = self.secretary.get(path, expect=200).json["items"]
        return found

    def draft(self) -> dict[str, Any]:
        path = f"/api/meetings/{self.meeting['id']}/resolution-draft"
        made: dict[str, Any] = self.secretary.post(path, expect=201).json
        return made

    def close(self) -> None:
        found = self.secretary.get(f"/api/meetings/{self.meeting['id']}", expect=200).json
        step(self.secretary, found, "close")


@pytest.fixture
def cell(
    engine_name: str, secretary: ApiClient, meeting: dict[str, Any], world: World, evening: FixedClock
) -> Cell:
    return Cell(secretary, meeting, world, evening)


def test_it_stays_on_record_with_the_reason_and_is_no_result(cell: Cell, sign_in: SignIn) -> None:
    line = cell.vote(3)
    cell.vote(3, line["id"], withdrawn=REASON)
    (seen,) = cell.ballots
    assert (seen["state"], seen["result"], seen["can"]) == ("withdrawn", None, [])
    (kept,) = seen["corrections"]
    assert (kept["agree"], kept["denominator"], kept["withdrawn"]) == (3, 4, REASON)
    sign_in("secretary").get(f"/api/ballots/{seen['id']}/result", expect=409)
    (written,) = (one for one in book(cell.secretary, cell.meeting)["items"] if one["data"].get("withdrawn"))
    assert written["recorded_by"] is not None
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "ballots:ballot:withdrawn")).one()


def test_neither_minutes_nor_a_draft_tell_it(cell: Cell, sign_in: SignIn, world: World) -> None:
    line = cell.vote(3)
    cell.vote(4, title="Bầu ban kiểm phiếu", kind="other")
    cell.vote(3, line["id"], withdrawn=REASON)
    cell.close()
    words = " ".join(texts_of(composed(sign_in, world, cell.meeting)))
    assert "Bầu ban kiểm phiếu" in words
    assert "Thông qua nghị quyết" not in words
    assert "Thông qua nghị quyết" not in cell.draft()["body"]


def test_put_back_it_is_the_same_vote_with_what_was_frozen(cell: Cell) -> None:
    line = cell.vote(3)
    (before,) = cell.ballots
    out = cell.vote(3, line["id"], withdrawn=REASON)
    cell.vote(3, out["id"])
    (after,) = cell.ballots
    assert (after["id"], after["state"]) == (before["id"], "closed")
    assert (after["result"], after["closed_at"]) == (before["result"], before["closed_at"])
    assert [one.get("withdrawn") for one in after["corrections"]] == [REASON]
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.tag == "ballots:ballot:restored")).one()


def test_one_that_was_counted_with_a_network_is_taken_out_and_put_back_in_the_book(cell: Cell) -> None:
    running = open_ballot(cell.secretary, cell.meeting, title="Thông qua nghị quyết")
    close(cell.secretary, running, tally=tally(3, 1))
    out = cell.vote(3, withdrawn=REASON)
    assert [(one["id"], one["state"]) for one in cell.ballots] == [(running["id"], "withdrawn")]
    cell.vote(3, out["id"])
    assert [(one["id"], one["state"]) for one in cell.ballots] == [(running["id"], "closed")]


def test_the_resolution_that_leans_on_it_is_told(cell: Cell) -> None:
    line, made = cell.vote(3), cell.draft()
    path = f"/api/resolutions/{made['id']}"
    assert cell.secretary.get(path, expect=200).json["issue_warnings"] == ["text_not_frozen"]
    out = cell.vote(3, line["id"], withdrawn=REASON)
    assert cell.secretary.get(path, expect=200).json["issue_warnings"] == ["vote_withdrawn"]
    back = cell.vote(3, out["id"])
    made = cell.secretary.get(path, expect=200).json
    issued = cell.secretary.post(f"{path}/issue", {}, headers=if_match(made), expect=200).json
    assert "issue_warnings" not in issued
    cell.vote(3, back["id"], withdrawn=REASON)
    assert cell.secretary.get(path, expect=200).json["issue_warnings"] == ["vote_withdrawn"]


def test_after_a_signature_nothing_is_taken_out(cell: Cell, sign_in: SignIn, world: World) -> None:
    line = cell.vote(3)
    cell.close()
    sign(cell.secretary, read_back(cell.secretary, composed(sign_in, world, cell.meeting)), "chair")
    ballot = {**line["data"]["ballot"]}
    out = cell.device.write("hand_vote", cell.clock.now(), line["id"], ballot=ballot, withdrawn=REASON)
    (answer,) = cell.send(out)
    assert (answer["outcome"], answer["code"]) == ("refused", "minutes_signed")
    assert [one["state"] for one in cell.ballots] == ["closed"]


def test_what_was_never_counted_here_is_taken_out_of_nothing(cell: Cell) -> None:
    cell.vote(3, withdrawn=REASON)
    assert cell.ballots == []


def test_a_reason_bears_no_secrecy_mark(cell: Cell) -> None:
    line = cell.vote(3)
    ballot = {**line["data"]["ballot"]}
    out = cell.device.write("hand_vote", cell.clock.now(), line["id"], ballot=ballot, withdrawn="TỐI MẬT")
    (answer,) = cell.send(out)
    assert (answer["outcome"], answer["code"]) == ("refused", "classified_document")


class TestOneVoteOrTwo:
    """Issue 3: "two devices that recorded the same thing are reconciled and the difference is shown"."""

    def written_twice(self, cell: Cell) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The secretary counts under the item that runs; the deputy's device knows of none."""
        item = cell.secretary.get(f"/api/meetings/{cell.meeting['id']}", expect=200).json["agenda"][0]["id"]
        ours = cell.vote(4, agenda_item_id=item)
        theirs = cell.vote(3, device=Device(), title="THÔNG QUA  nghi quyet")
        cell.close()
        return item, ours, theirs

    def signed(self, cell: Cell, sign_in: SignIn, world: World, expect: int = 201) -> dict[str, Any]:
        minutes = read_back(cell.secretary, composed(sign_in, world, cell.meeting))
        return sign(cell.secretary, minutes, "chair", expect=expect)

    def test_nobody_signs_before_it_is_said(self, cell: Cell, sign_in: SignIn, world: World) -> None:
        self.written_twice(cell)
        assert [one["state"] for one in cell.ballots] == ["closed", "closed"], "nothing is dropped"
        refused = self.signed(cell, sign_in, world, expect=409)
        assert (refused["code"], refused["errors"][0]["params"]) == ("differences_open", {"count": 1})

    def test_one_vote_has_one_result(self, cell: Cell, sign_in: SignIn, world: World) -> None:
        item, ours, theirs = self.written_twice(cell)
        cell.vote(3, ours["id"], agenda_item_id=item)
        cell.vote(
            3, theirs["id"], title=theirs["data"]["ballot"]["title"], withdrawn="Cùng một lần biểu quyết"
        )
        first, second = cell.ballots
        assert (first["state"], first["result"]["agree"], first["agenda_item_id"]) == ("closed", 3, item)
        assert second["state"] == "withdrawn"
        signed = self.signed(cell, sign_in, world)
        told = [text for text in texts_of(signed) if "có mặt: 4" in text]
        assert (len(told), "đồng ý: 3" in told[0].lower()) == (1, True), told

    def test_two_votes_are_kept(self, cell: Cell, sign_in: SignIn, world: World) -> None:
        _, ours, theirs = self.written_twice(cell)
        subjects = {one["id"]: one["subject"] for one in book(cell.secretary, cell.meeting)["items"]}
        title = theirs["data"]["ballot"]["title"]
        cell.vote(3, theirs["id"], title=title, apart=[subjects[ours["id"]]])
        assert [one["state"] for one in cell.ballots] == ["closed", "closed"]
        assert len(self.signed(cell, sign_in, world)["signatures"]) == 1
